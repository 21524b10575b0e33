"""Who read what, and when: the owner's account of what its grants opened.

One entry for each answer and owner; an answer that shows more footprints of an owner than `MAX_ENTRY_IDS` has several,
so that no id is lost. An owner's own reading is not told of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from services.footprints.domain.access import access_keys, everything_key, footprint_key
from services.footprints.domain.errors import AccessChanged

MAX_ENTRY_IDS: Final = 200
"""Most footprints in one entry: those of the largest page of the native API."""


class Shown(Protocol):
    """What an answer shows of a footprint, as far as the log goes."""

    @property
    def footprint_id(self) -> str:
        """Id of the footprint."""

    @property
    def owner_organisation_id(self) -> str:
        """Whose it is."""

    @property
    def product_ids(self) -> tuple[str, ...]:
        """Its products."""


@dataclass(frozen=True, slots=True)
class Opening:
    """A grant that held when a footprint was read, and the door it opened."""

    access_key: str
    grant_id: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What was asked, by whom, and when."""

    reader_organisation_id: str
    operation: str
    """The operation's id in the OpenAPI document, or the type of the event that carried the footprints."""
    at: datetime


@dataclass(frozen=True, slots=True)
class AccessEntry:
    """State of one entry; it never changes."""

    entry_id: str
    owner_organisation_id: str
    reader_organisation_id: str
    operation: str
    footprint_ids: tuple[str, ...]
    opened_by: tuple[Opening, ...]
    """For each footprint its widest opening, each named once."""
    read_at: datetime
    expires_at: datetime


def foreign(shown: Iterable[Shown], reader_organisation_id: str) -> dict[str, list[Shown]]:
    """Return what was shown to a reader that is not its own, by owner and in order."""
    found: dict[str, list[Shown]] = {}
    for each in shown:
        if each.owner_organisation_id != reader_organisation_id:
            found.setdefault(each.owner_organisation_id, []).append(each)
    return found


def doors_of(shown: Shown) -> tuple[str, ...]:
    """Return the keys of all doors into a footprint, the widest first."""
    own, everything = footprint_key(shown.footprint_id), everything_key(shown.owner_organisation_id)
    keys = access_keys(shown.owner_organisation_id, shown.footprint_id, shown.product_ids)
    return (everything, *(key for key in keys if key not in (own, everything)), own)


def entries_of(
    shown: Iterable[Shown],
    openings: Iterable[Opening],
    reading: Reading,
    expires_at: datetime,
    new_id: Callable[[], str],
) -> list[AccessEntry]:
    """Return the entries of one answer; `openings` are the reader's grants that hold.

    Raises `AccessChanged` where one of the footprints is open to the reader no longer.
    """
    held = {opening.access_key: opening for opening in openings}
    entries = []
    for owner, theirs in foreign(shown, reading.reader_organisation_id).items():
        for start in range(0, len(theirs), MAX_ENTRY_IDS):
            part = theirs[start : start + MAX_ENTRY_IDS]
            entries.append(
                AccessEntry(
                    entry_id=new_id(),
                    owner_organisation_id=owner,
                    reader_organisation_id=reading.reader_organisation_id,
                    operation=reading.operation,
                    footprint_ids=tuple(dict.fromkeys(each.footprint_id for each in part)),
                    opened_by=_openings(part, held),
                    read_at=reading.at,
                    expires_at=expires_at,
                )
            )
    return entries


def _openings(shown: Sequence[Shown], held: dict[str, Opening]) -> tuple[Opening, ...]:
    found: dict[str, Opening] = {}
    for each in shown:
        key = next((key for key in doors_of(each) if key in held), None)
        if key is None:
            raise AccessChanged(
                "access to what was asked for changed while it was read",
                field="/headers/Authorization",
                remedy="Ask again: the answer will show what is open to you then.",
            )
        found[key] = held[key]
    return tuple(found.values())
