"""Domain events on the wire, organisations from it, and documents to storage and back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import orjson
import pytest

from schemas.contracts.footprints_v1 import EVENT_TYPES, TOPICS
from schemas.contracts.identity_v1 import EVENT_TYPES as IDENTITY_TYPES
from services.chassis.codec import from_document, to_document
from services.chassis.envelope import decode
from services.chassis.kernel import Meta, Work
from services.chassis.outbox import outbox_row
from services.chassis.routes import read_command
from services.footprints.adapters.translate import footprint_v1, translate
from services.footprints.application.commands import RecordOrganisation
from services.footprints.domain.access import GrantScope
from services.footprints.domain.events import FootprintDeprecated, FootprintPublished, GrantGiven, GrantRevoked
from services.footprints.domain.footprint import Footprint, accept, deprecate
from services.footprints.domain.grant import Grant, Terms, give, revoke
from services.footprints.stream.routes import GROUPS
from tests.support.footprints import footprint_id, housing, maximal, minimal
from tests.unit.footprints.given import BUYER, NOW, SUPPLIER, organisation, submission

LATER = NOW + timedelta(days=1)


def accepted(document: dict[str, Any]) -> Footprint:
    return accept(submission(document), SUPPLIER, NOW)


def deprecated(document: dict[str, Any]) -> Footprint:
    footprint = deprecate(accepted(document), footprint_id(99), LATER)
    assert footprint is not None
    return footprint


def granted() -> Grant:
    terms = Terms(BUYER, GrantScope.EVERYTHING, None, NOW)
    return give("grant-1", SUPPLIER, terms, organisation(BUYER), None, NOW)


@pytest.mark.parametrize(
    ("event", "event_type"),
    [
        (FootprintPublished(accepted(housing())), "footprints.footprint.published.v1"),
        (FootprintPublished(accepted(minimal())), "footprints.footprint.published.v1"),
        (FootprintDeprecated(deprecated(maximal())), "footprints.footprint.deprecated.v1"),
        (GrantGiven(granted()), "footprints.grant.granted.v1"),
        (GrantRevoked(revoke(granted(), SUPPLIER, 1, "over", LATER)), "footprints.grant.revoked.v1"),
    ],
)
def test_every_event_has_its_contract(event: Any, event_type: str) -> None:
    outgoing = translate(event)
    assert (outgoing.type, outgoing.key, outgoing.version) == (event_type, event.aggregate_id, event.version)
    assert event_type in TOPICS[outgoing.topic]
    row = outbox_row(outgoing, Meta("command-1", NOW), "event-1")
    assert row.value is not None
    assert EVENT_TYPES[event_type].model_validate(decode(row.value).data) == outgoing.data


def test_the_event_of_a_deprecation_says_by_whom() -> None:
    data = footprint_v1(deprecated(housing()))
    assert (data.status, data.deprecated_by_footprint_id) == ("Deprecated", footprint_id(99))
    assert (data.deprecated_at, data.changed_at, data.accepted_at) == (LATER, LATER, NOW)
    assert data.document is not None
    assert data.document["status"] == "Active"


@pytest.mark.parametrize(
    ("geography", "expected"),
    [
        ({"geographyRegionOrSubregion": "Eastern Asia"}, ("Eastern Asia", None, None)),
        ({"geographyCountry": "CN"}, (None, "CN", None)),
        ({"geographyCountrySubdivision": "CN-LN"}, (None, None, "CN-LN")),
        ({}, (None, None, None)),
    ],
)
def test_geography_on_the_wire(geography: dict[str, str], expected: tuple[str | None, ...]) -> None:
    pcf = {"geographyCountrySubdivision": ...} | geography
    wire = footprint_v1(accepted(housing(pcf=pcf))).geography
    assert (wire.region_or_subregion, wire.country, wire.country_subdivision) == expected


def test_work_of_another_root_has_no_contract() -> None:
    with pytest.raises(TypeError, match="Work"):
        translate(Work("graph", "key", "reason"))


@pytest.mark.parametrize("state", [accepted(maximal()), accepted(minimal()), deprecated(housing()), granted()])
def test_states_come_back_from_storage(state: Any) -> None:
    assert from_document(to_document(state), type(state)) == state


@pytest.mark.parametrize("event_type", IDENTITY_TYPES)
@pytest.mark.parametrize("status", ["active", "suspended"])
def test_organisations_are_taken_over_by_state_not_by_type(event_type: str, status: str) -> None:
    event = {
        "specversion": "1.0", "id": "e-1", "source": "/tierloop/identity", "type": event_type, "subject": SUPPLIER,
        "time": "2026-06-01T08:00:00Z", "dataschema": "urn:x", "aggregateversion": 4,
        "data": {
            "version": 4, "organisation_id": SUPPLIER, "name": "Liaodong Casting", "roles": ["supplier", "buyer"],
            "status": status, "changed_at": "2026-06-01T08:00:00Z",
        },
    }  # fmt: skip
    (group,) = (each for each in GROUPS if each.name == "footprints.deciding")
    assert (group.name, group.topics) == ("footprints.deciding", ("identity.organisation.v1",))
    command = read_command(orjson.dumps(event), group, NOW)
    assert isinstance(command, RecordOrganisation)
    assert command.organisation.suspended is (status == "suspended")
    assert (command.organisation.version, command.organisation.roles) == (4, ("supplier", "buyer"))
    assert type(command) in group.handlers
