"""Telling the owner that its verifier read: no entry, no answer."""

from __future__ import annotations

from dataclasses import dataclass

from services.footprints.application.access_log import Disclosure
from services.footprints.domain.access_log import AccessEntry, Opening, Reading


@dataclass(frozen=True, slots=True)
class UnderVerification:
    """A footprint, and the engagement that opens it."""

    footprint_id: str
    owner_organisation_id: str
    verification_id: str


async def disclose_to_verifier(disclosure: Disclosure, opened: UnderVerification, reading: Reading) -> None:
    """Record a verifier's reading of a footprint or its documents before the answer leaves.

    Where an entry names a grant, this one names the engagement. Raises the store's transient error where the log
    can't be written.
    """
    entry = AccessEntry(
        entry_id=disclosure.new_id(),
        owner_organisation_id=opened.owner_organisation_id,
        reader_organisation_id=reading.reader_organisation_id,
        operation=reading.operation,
        footprint_ids=(opened.footprint_id,),
        opened_by=(Opening(f"verification {opened.verification_id}", opened.verification_id),),
        read_at=reading.at,
        expires_at=reading.at + disclosure.retention,
    )
    await disclosure.log.record([entry])
