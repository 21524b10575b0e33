"""A request for footprints: what a partner asked by event, and how its owners answered.

One request has one terminal event. What the requester may read already is the answer at once. Otherwise every owner
of a footprint that meets the criteria is asked, and the first who accepts answers; the request is rejected once the
last one has said no, or at once where nothing was found. Who accepts later still opens the footprints; the requester
then gets a notice, for a request is never answered twice.
Source: PACT Technical Specifications 3.0.3, "Asynchronous Request and Retrieval of Product Footprints".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from services.footprints.domain.criteria import Criteria
from services.footprints.domain.errors import (
    NothingToAnswerWith,
    RequestAnswered,
    RequestNotFound,
    RequestVersionChanged,
)

MAX_ANSWER_FOOTPRINTS: Final = 100
"""Most footprints in one answer; the requester may page through the others."""
MAX_OWNERS: Final = 20
"""Most owners one request asks. What meets more of them asks for no product in particular, and asks nobody."""


class RequestState(StrEnum):
    """Fulfilled and rejected are final."""

    WAITING = "waiting"
    FULFILLED = "fulfilled"
    REJECTED = "rejected"


class InboxState(StrEnum):
    """One owner's answer."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class InboxEntry:
    """A request as one owner has it before itself. Version 1 is the question, version 2 the answer."""

    owner_organisation_id: str
    version: int = 1
    state: InboxState = InboxState.WAITING
    footprint_ids: tuple[str, ...] = ()
    """What the owner answered with."""
    reason: str | None = None
    """Why the owner refused, for its own eyes."""
    answered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """What came in."""

    requester_organisation_id: str
    event_id: str
    """Byte for byte: the answer names it."""
    criteria: Criteria
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What meets the criteria, from committed state."""

    readable_ids: tuple[str, ...] = ()
    """Footprints the requester may read now."""
    owner_ids: tuple[str, ...] = ()
    """Owners of others, without the requester; asked for only where nothing is readable."""


@dataclass(frozen=True, slots=True)
class Request:
    """State of the aggregate."""

    request_id: str
    version: int
    question: Question
    state: RequestState
    footprint_ids: tuple[str, ...]
    """The answer."""
    entries: tuple[InboxEntry, ...]
    received_at: datetime
    changed_at: datetime

    def entry_of(self, owner_organisation_id: str) -> InboxEntry | None:
        """Return the entry of an owner, None where it was not asked."""
        return next((each for each in self.entries if each.owner_organisation_id == owner_organisation_id), None)


def receive(request_id: str, question: Question, found: Found, at: datetime) -> Request:
    """Decide what becomes of a request when it comes in."""
    owners = found.owner_ids if len(found.owner_ids) <= MAX_OWNERS and not found.readable_ids else ()
    unanswered = RequestState.WAITING if owners else RequestState.REJECTED
    return Request(
        request_id=request_id,
        version=1,
        question=question,
        state=RequestState.FULFILLED if found.readable_ids else unanswered,
        footprint_ids=found.readable_ids[:MAX_ANSWER_FOOTPRINTS],
        entries=tuple(InboxEntry(owner) for owner in owners),
        received_at=at,
        changed_at=at,
    )


def accept(
    request: Request | None, owner: str, expected_version: int, footprint_ids: Sequence[str], at: datetime
) -> Request:
    """Answer with footprints of this owner, which are open to the requester from now on.

    Raises `RequestNotFound`, `RequestVersionChanged`, `RequestAnswered`, `NothingToAnswerWith`.
    """
    if request is None:
        raise _not_found()
    _check_open(request, owner, expected_version)
    if not footprint_ids:
        raise NothingToAnswerWith(
            "none of your footprints meets the criteria of this request any more",
            remedy="Submit a footprint of the product first, or reject the request.",
        )
    answer = tuple(footprint_ids)[:MAX_ANSWER_FOOTPRINTS]
    changed = _answered(
        request, owner, lambda entry: replace(entry, state=InboxState.ACCEPTED, footprint_ids=answer), at
    )
    if request.state is not RequestState.WAITING:
        return changed
    return replace(changed, state=RequestState.FULFILLED, footprint_ids=answer)


def reject(request: Request | None, owner: str, expected_version: int, reason: str | None, at: datetime) -> Request:
    """Say no; the requester learns nothing but, after the last no, that there is nothing for it.

    Raises `RequestNotFound`, `RequestVersionChanged`, `RequestAnswered`.
    """
    if request is None:
        raise _not_found()
    _check_open(request, owner, expected_version)
    changed = _answered(request, owner, lambda entry: replace(entry, state=InboxState.REJECTED, reason=reason), at)
    if request.state is not RequestState.WAITING or any(e.state is InboxState.WAITING for e in changed.entries):
        return changed
    return replace(changed, state=RequestState.REJECTED)


def late_answers(request: Request) -> list[InboxEntry]:
    """Return what owners opened after the request was answered: the requester gets a notice of each."""
    return [
        entry
        for entry in request.entries
        if entry.state is InboxState.ACCEPTED and entry.footprint_ids != request.footprint_ids
    ]


def _not_found() -> RequestNotFound:
    return RequestNotFound("no request with this id is in your inbox")


def _check_open(request: Request, owner: str, expected_version: int) -> None:
    entry = request.entry_of(owner)
    if entry is None:
        raise _not_found()
    if entry.version != expected_version:
        raise RequestVersionChanged(
            f"If-Match names version {expected_version}, the request is at version {entry.version} now",
            field="/headers/If-Match",
            remedy="Read the request again, and send its ETag as If-Match.",
        )
    if entry.state is not InboxState.WAITING:
        raise RequestAnswered(
            "you have answered this request already, and an answer is final",
            field="/path/request_id",
            remedy="To open footprints now, give a grant; to close them, revoke it.",
        )


def _answered(request: Request, owner: str, answer: Callable[[InboxEntry], InboxEntry], at: datetime) -> Request:
    entries = tuple(
        replace(answer(entry), version=entry.version + 1, answered_at=at)
        if entry.owner_organisation_id == owner
        else entry
        for entry in request.entries
    )
    return replace(request, version=request.version + 1, entries=entries, changed_at=at)
