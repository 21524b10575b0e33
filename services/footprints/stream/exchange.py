"""Facts to the commands that make deliveries of them."""

from __future__ import annotations

from schemas.contracts.footprints_v1 import FootprintV1, NoticeWorkV1, RequestAnswer, RequestV1
from services.chassis.kernel import Meta
from services.footprints.application.exchange import AnnounceFootprint, Announcement, AnnouncePage, AnswerRequest
from services.footprints.domain.criteria import Criteria
from services.footprints.domain.request import InboxEntry, InboxState, Question, Request, RequestState


def answer_request(data: RequestV1, meta: Meta) -> AnswerRequest:
    """Take the state an event carries, whatever its type says."""
    criteria = data.criteria
    question = Question(
        requester_organisation_id=data.requester_organisation_id,
        event_id=data.event_id,
        criteria=Criteria(
            product_ids=tuple(criteria.product_ids),
            company_ids=tuple(criteria.company_ids),
            geographies=tuple(criteria.geographies),
            classifications=tuple(criteria.classifications),
            valid_on=criteria.valid_on,
            valid_after=criteria.valid_after,
            valid_before=criteria.valid_before,
            statuses=tuple(criteria.statuses),
        ),
        comment=data.comment,
    )
    request = Request(
        request_id=data.request_id,
        version=data.version,
        question=question,
        state=RequestState(data.state.value),
        footprint_ids=tuple(data.footprint_ids),
        entries=tuple(map(_entry, data.answers)),
        received_at=data.received_at,
        changed_at=data.changed_at,
    )
    return AnswerRequest(meta, request)


def announce_footprint(data: FootprintV1, meta: Meta) -> AnnounceFootprint:
    """Take what a notice needs; each version of a footprint is news once."""
    announcement = Announcement(
        footprint_id=data.footprint_id,
        version=data.version,
        owner_organisation_id=data.owner_organisation_id,
        product_ids=tuple(data.product_ids),
        changed_at=data.changed_at,
    )
    return AnnounceFootprint(meta, announcement)


def announce_page(data: NoticeWorkV1, meta: Meta) -> AnnouncePage:
    """Go on with a door that many grants open."""
    announcement = Announcement(
        footprint_id=data.footprint_id,
        version=data.footprint_version,
        owner_organisation_id=data.owner_organisation_id,
        product_ids=(),
        changed_at=data.changed_at,
    )
    return AnnouncePage(meta, announcement, data.access_key, data.after)


def _entry(answer: RequestAnswer) -> InboxEntry:
    return InboxEntry(
        owner_organisation_id=answer.owner_organisation_id,
        version=answer.version,
        state=InboxState(answer.state.value),
        footprint_ids=tuple(answer.footprint_ids),
        answered_at=answer.answered_at,
    )
