"""Which footprints were named as predecessors, also before they arrived.

A successor may come before its predecessor. What is known about an id of an owner is kept in one small document that
the arrival of either of them writes: so two transactions that miss each other can't both commit (a guard writes).
The owner is part of its key: naming a foreign id marks nothing for its owner.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from services.footprints.domain.errors import SuccessionCycle
from services.footprints.domain.footprint import Footprint


@dataclass(frozen=True, slots=True)
class Succession:
    """State of the guard of one footprint id of one owner."""

    owner_organisation_id: str
    footprint_id: str
    arrived: bool
    """Whether the footprint itself is stored."""
    superseded_by_id: str | None = None
    """The first successor that named it before it arrived."""


def succession_key(owner_organisation_id: str, footprint_id: str) -> str:
    """Return the key of the guard document."""
    return f"{owner_organisation_id}:{footprint_id}"


def arrival(known: Succession | None, owner_organisation_id: str, footprint_id: str) -> Succession:
    """Return the guard once the footprint itself is stored."""
    if known is None:
        return Succession(owner_organisation_id, footprint_id, arrived=True)
    return replace(known, arrived=True)


def naming(
    known: Succession | None, owner_organisation_id: str, footprint_id: str, successor_id: str
) -> Succession | None:
    """Return the guard once a successor named an absent footprint; None where an earlier one did."""
    if known is not None and known.superseded_by_id is not None:
        return None
    return Succession(owner_organisation_id, footprint_id, arrived=False, superseded_by_id=successor_id)


def check_cycle(footprint_id: str, ancestors: Mapping[str, Footprint | None]) -> None:
    """Refuse to succeed one's own successor. Raises `SuccessionCycle`.

    `ancestors` are the predecessors, their predecessors and so on, as far as they were read; None is an unknown one.
    """
    if footprint_id in _named(ancestors.values()):
        raise SuccessionCycle(
            "a footprint named in precedingPfIds is itself a successor of this one",
            field="/precedingPfIds",
            remedy="Name only footprints that are older than this one.",
        )


def _named(footprints: Iterable[Footprint | None]) -> set[str]:
    return {identity for footprint in footprints if footprint is not None for identity in footprint.preceding_ids}
