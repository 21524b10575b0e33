"""Requests and notices on their way through the topics: what goes in comes out, by state and not by type."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.contracts.footprints_v1 import REQUEST_TYPES
from services.chassis.codec import from_document, to_document
from services.chassis.kernel import Meta, Work
from services.chassis.outbox import outbox_row
from services.chassis.routes import ConsumerGroup, read_command
from services.footprints.adapters.translate import translate
from services.footprints.application.exchange import AnnounceFootprint, AnnouncePage, AnswerRequest
from services.footprints.domain.criteria import Criteria
from services.footprints.domain.events import FootprintPublished, RequestAccepted, RequestReceived, RequestRejected
from services.footprints.domain.footprint import accept as accept_footprint
from services.footprints.domain.request import Found, Question, Request, accept, receive, reject
from services.footprints.stream.routes import GROUPS
from tests.support.footprints import footprint_id, housing
from tests.unit.footprints.given import BUYER, NOW, RIVAL, SUPPLIER, submission

META = Meta(command_id="c", at=NOW)
CRITERIA = Criteria(("urn:x:1",), ("urn:x:2",), ("DE",), ("urn:x:3",), NOW, NOW, NOW, ("Active",))
ASKED = receive("r", Question(BUYER, "a/b ü", CRITERIA, "why"), Found(owner_ids=(RIVAL, SUPPLIER)), NOW)
EXCHANGE: ConsumerGroup = next(group for group in GROUPS if group.name == "footprints.exchange")


def travelled(fact: object) -> Any:
    """Publish a fact and read it as the worker does."""
    item = translate(fact)
    assert item.topic in EXCHANGE.topics
    command = read_command(outbox_row(item, META, "e").value, EXCHANGE, NOW)
    assert type(command) in EXCHANGE.handlers
    return command


@pytest.mark.parametrize(
    "fact",
    [
        RequestReceived(ASKED),
        RequestAccepted(accept(ASKED, SUPPLIER, 1, ["f"], NOW)),
        RequestReceived(receive("r", ASKED.question, Found(readable_ids=("f",)), NOW)),
    ],
)
def test_a_request_comes_back_as_it_was_published(fact: Any) -> None:
    command = travelled(fact)
    assert isinstance(command, AnswerRequest)
    assert command.request == fact.request
    assert f"footprints.request.{fact.name}.v1" in REQUEST_TYPES


def test_why_an_owner_said_no_stays_with_it() -> None:
    rejected = reject(ASKED, SUPPLIER, 1, "no contract", NOW)
    assert "no contract" not in translate(RequestRejected(rejected)).data.model_dump_json()
    kept = from_document(to_document(rejected), Request)
    assert kept == rejected


def test_a_footprint_is_announced_and_a_page_goes_on() -> None:
    footprint = accept_footprint(submission(housing(1)), SUPPLIER, NOW)
    command = travelled(FootprintPublished(footprint))
    assert isinstance(command, AnnounceFootprint)
    told = command.announcement
    assert (told.footprint_id, told.version, told.owner_organisation_id) == (footprint_id(1), 1, SUPPLIER)
    assert told.product_ids == footprint.product_ids
    data = {
        "footprint_id": footprint_id(1),
        "footprint_version": 1,
        "owner_organisation_id": SUPPLIER,
        "changed_at": NOW,
        "access_key": "everything x",
        "after": "g",
    }
    page = travelled(Work("notice", footprint_id(1), "more", data))
    assert isinstance(page, AnnouncePage)
    assert (page.access_key, page.after, page.announcement.changed_at) == ("everything x", "g", NOW)
