"""Which footprints were named as predecessors, also before they arrived, and what leads back to them meanwhile.

A successor may come before its predecessor. What is known about an id of an owner is kept in one small document that
the arrival of either of them writes: so two transactions that miss each other can't both commit (a guard writes).
The owner is part of its key: naming a foreign id marks nothing for its owner.

A circle can only be closed by the arrival of an id that was named before. So the guard of an absent id keeps the
stored footprints whose predecessors lead back to it, each with the next step on the way (`descendant_ids`,
`next_ids`). An arrival that names one of them as its predecessor closes a circle, of whatever length, and the steps
name it. With the arrival all of it is handed on to the absent ids that the newcomer leads to. A succession that
arrives in its own order keeps nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, NoReturn

from services.footprints.domain.errors import SuccessionCycle, SuccessionTooOpen

MAX_DESCENDANTS: Final = 500
"""Most stored footprints that one absent id remembers. Beyond, it may arrive only as the first of its line."""
MAX_OPEN_ENDS: Final = 200
"""Most absent ids that one footprint may lead back to, its own predecessors and theirs taken together."""


@dataclass(frozen=True, slots=True)
class Succession:
    """State of the guard of one footprint id of one owner."""

    owner_organisation_id: str
    footprint_id: str
    arrived: bool
    """Whether the footprint itself is stored; nothing below is kept any longer then."""
    superseded_by_id: str | None = None
    """The first successor that named it before it arrived."""
    descendant_ids: tuple[str, ...] = ()
    """Stored footprints whose predecessors lead back to this absent id."""
    next_ids: tuple[str, ...] = ()
    """For each of them, in the same order, the predecessor through which it does."""
    overgrown: bool = False
    """More than `MAX_DESCENDANTS` lead back to it; none of them is kept."""

    @property
    def steps(self) -> dict[str, str]:
        """Each descendant with its next step back to this id."""
        return dict(zip(self.descendant_ids, self.next_ids, strict=True))


def succession_key(owner_organisation_id: str, footprint_id: str) -> str:
    """Return the key of the guard document."""
    return f"{owner_organisation_id}:{footprint_id}"


def open_ends(
    absent: Iterable[Succession], remembering: Mapping[str, Sequence[Succession] | None]
) -> list[tuple[Succession, str]]:
    """Return the guards of all absent ids that a newcomer leads back to, each with the predecessor that leads there.

    `absent` are the guards of its predecessors that are not stored; `remembering` gives, for each one that is, the
    guards that remember it, or None where they were too many to read. Raises `SuccessionTooOpen` for more than
    `MAX_OPEN_ENDS`.
    """
    found = {guard.footprint_id: (guard, guard.footprint_id) for guard in absent}
    for predecessor_id, guards in remembering.items():
        if guards is None:
            _refuse_open_ends()
        for guard in guards:
            found.setdefault(guard.footprint_id, (guard, predecessor_id))
    if len(found) > MAX_OPEN_ENDS:
        _refuse_open_ends()
    return list(found.values())


def arrive(
    known: Succession | None, owner_organisation_id: str, footprint_id: str, preceding_ids: Sequence[str]
) -> Succession:
    """Return the guard once the footprint itself is stored. Raises `SuccessionCycle`, `SuccessionTooOpen`."""
    if known is None:
        return Succession(owner_organisation_id, footprint_id, arrived=True)
    if known.overgrown and preceding_ids:
        raise SuccessionTooOpen(
            f"more than {MAX_DESCENDANTS} stored footprints lead back to this id, too many to rule out a circle",
            field="/precedingPfIds",
            remedy="Leave precedingPfIds out, or give this footprint an id of its own.",
        )
    steps = known.steps
    for preceding_id in preceding_ids:
        if preceding_id in steps:
            _refuse_circle(footprint_id, preceding_id, steps)
    return replace(known, arrived=True, descendant_ids=(), next_ids=(), overgrown=False)


def lead_back(end: Succession, newcomer_id: str, next_id: str, before: Succession | None) -> Succession:
    """Return the guard of an absent id once a newcomer leads back to it through `next_id`.

    `before` is the newcomer's own guard as it was: whatever led back to the newcomer now leads back to this id too.
    """
    named = end.superseded_by_id
    if next_id == end.footprint_id and named is None:
        named = newcomer_id
    steps = (before.steps if before is not None else {}) | {newcomer_id: next_id} | end.steps
    overgrown = end.overgrown or len(steps) > MAX_DESCENDANTS
    kept = {} if overgrown else steps
    return replace(
        end,
        superseded_by_id=named,
        descendant_ids=tuple(kept),
        next_ids=tuple(kept.values()),
        overgrown=overgrown,
    )


def _refuse_open_ends() -> NoReturn:
    raise SuccessionTooOpen(
        f"the predecessors lead back to more than {MAX_OPEN_ENDS} footprints that were never submitted",
        field="/precedingPfIds",
        remedy="Submit the missing ones first, or name only the footprints that this one replaces directly.",
    )


def _refuse_circle(footprint_id: str, preceding_id: str, steps: Mapping[str, str]) -> NoReturn:
    circle = [footprint_id, preceding_id]
    for _ in steps:
        circle.append(steps[circle[-1]])
        if circle[-1] == footprint_id:
            break
    raise SuccessionCycle(
        f"the succession would run in a circle, each footprint naming the next: {' -> '.join(circle)}",
        field="/precedingPfIds",
        remedy="Name only footprints that are older than this one.",
    )
