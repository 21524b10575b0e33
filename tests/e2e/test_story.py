"""The story of `make run`, played twice in the same databases: the second time finds what the first one left."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pytest

from infra.demo.story import play
from tests.support.stack import Stack
from tests.support.wait import wait_until

PUBLISHED_LIMIT_S: Final = 10.0
COUNTED: Final = {"footprints_published": 3, "parts_certified": 1, "trades_settled": 1, "claims_issued": 1}
"""What one playing adds: the housing's footprint, and the cover's with its correction."""
CHAIN: Final = (
    ("footprints.footprint.published.v1", "footprint"),
    ("footprints.grant.granted.v1", None),
    ("recycling.claim.issued.v1", "claim"),
    ("certification.part.verdict-changed.v1", "part"),
)
"""What must stand behind the verdict, in this order, and which of the story's ids the event speaks of."""


@pytest.mark.parametrize("playing", ["first", "second"])
async def test_the_story_certifies_a_part_by_events_alone(stack: Stack, playing: str) -> None:
    before = stack.count({"part": "none yet"})
    story = await play(stack.urls, stack.clients, lambda _: None)
    after = stack.count(story)

    assert after["story"] == "ok"
    assert {name: after[name] - before[name] for name in COUNTED} == COUNTED
    assert after["dead_letters"] == 0
    assert after["events_delivered"] > before["events_delivered"]
    assert_the_trail_leads_to_the_verdict(stack, story)
    assert_the_correction_stands(stack, story)
    for service in stack.urls:
        assert_published(stack, service)


def assert_the_trail_leads_to_the_verdict(stack: Stack, story: Mapping[str, str]) -> None:
    with stack.as_demo("buyer") as buyer:
        answer = buyer.get("certification", f"/v1/parts/{story['part']}/trail", profile=story["profile"])
    events: list[dict[str, Any]] = answer.json()["events"]
    places = [place_of(events, event_type, story[key] if key else None) for event_type, key in CHAIN]
    assert places == sorted(places)
    assert [event["occurred_at"] for event in events] == sorted(event["occurred_at"] for event in events)
    verdicts = [event["verdict"] for event in events if event["verdict"] is not None]
    assert verdicts[0] != "certified"
    assert verdicts[-1] == "certified"
    assert events[-1]["event_type"] == CHAIN[-1][0]


def assert_the_correction_stands(stack: Stack, story: Mapping[str, str]) -> None:
    footprints = stack.database("footprints")["footprints"]
    first, second = (footprints.find_one({"_id": story[key]}) for key in ("first_revision", "second_revision"))
    assert first is not None
    assert second is not None
    assert (first["status"], second["status"]) == ("Deprecated", "Active")
    with stack.as_demo("buyer") as buyer:
        for key in ("first_revision", "second_revision"):
            assert buyer.get("footprints", f"/v1/footprints/{story[key]}").status_code == 404, "the grant was revoked"


def place_of(events: list[dict[str, Any]], event_type: str, subject: str | None) -> int:
    """Return where the last event of a type (about this subject) stands."""
    found = [
        place
        for place, event in enumerate(events)
        if event["event_type"] == event_type and subject in (None, event["id"])
    ]
    assert found, f"{event_type} about {subject} is missing in {events}"
    return found[-1]


def assert_published(stack: Stack, service: str) -> None:
    outbox = stack.database(service)["outbox"]
    wait_until(
        lambda: outbox.count_documents({"published": False}) == 0,
        PUBLISHED_LIMIT_S,
        f"the outbox of {service} to be empty",
    )
    assert outbox.count_documents({"published": True}) > 0
