"""Outbox rows, work items, and the way from a message to its command."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import orjson
import pytest
from opentelemetry import trace
from pydantic import BaseModel

from services.chassis.envelope import MAX_EVENT_BYTES, EnvelopeError, Upcasts, decode
from services.chassis.kernel import Meta, Source, Work
from services.chassis.outbox import EVENT_HEADERS, EventTooLarge, Outgoing, outbox_row, work_topic, work_type
from services.chassis.routes import ConsumerGroup, ContractError, Routes, read_command, route
from services.chassis.trace import current_traceparent
from tests.unit.chassis.core_parts import AT, meta
from tests.unit.chassis.core_register import APPENDED, GROUP, Appended, AppendedV1, Project, message

TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


class Lot(BaseModel):
    mass_kg: Decimal
    name: str = ""


def row(data: BaseModel, surroundings: Meta) -> bytes:
    item = Outgoing("recycling.lot.v1", "recycling.lot.listed.v1", "lot-1", 4, data)
    made = outbox_row(item, surroundings, "e-1", current_traceparent())
    assert (made.id, made.topic, made.key, made.version) == ("e-1", "recycling.lot.v1", b"lot-1", 4)
    assert (made.headers, made.created_at) == (EVENT_HEADERS, AT)
    assert made.value is not None
    return made.value


def test_a_row_is_the_event_as_the_topic_will_hold_it() -> None:
    event = decode(
        row(Lot(mass_kg=Decimal("1.500")), Meta("command-1", AT, correlation_id="c", traceparent=TRACEPARENT))
    )
    assert (event.id, event.source, event.subject, event.partitionkey) == (
        "e-1",
        "/tierloop/recycling",
        "lot-1",
        "lot-1",
    )
    assert (event.type, event.dataschema) == ("recycling.lot.listed.v1", "urn:tierloop:schema:recycling.lot.listed.v1")
    assert (event.time, event.aggregateversion, event.correlationid) == (AT, 4, "c")
    assert event.data == {"mass_kg": "1.500", "name": ""}
    assert event.causationid == "command-1", "a request's event is caused by its command"
    assert event.traceparent == TRACEPARENT


def test_an_event_that_follows_from_an_event_names_it_as_its_cause() -> None:
    event = decode(row(Lot(mass_kg=Decimal(1)), Meta("message-1", AT, causation_id="event-1")))
    assert event.causationid == "event-1"


def test_a_row_stays_in_its_trace_and_names_the_span_that_wrote_it() -> None:
    writing = trace.SpanContext(0xABC, 0xDEF, is_remote=False, trace_flags=trace.TraceFlags(1))
    with trace.use_span(trace.NonRecordingSpan(writing)):
        event = decode(row(Lot(mass_kg=Decimal(1)), Meta("c", AT, traceparent=TRACEPARENT)))
        fresh = decode(row(Lot(mass_kg=Decimal(1)), meta()))
    assert event.traceparent == f"00-0af7651916cd43dd8448eb211c80319c-{0xDEF:016x}-01"
    assert fresh.traceparent == f"00-{0xABC:032x}-{0xDEF:016x}-01"


def test_an_event_too_large_for_the_broker_is_refused_before_it_is_stored() -> None:
    room = MAX_EVENT_BYTES - len(row(Lot(mass_kg=Decimal(1)), meta()))
    assert len(row(Lot(mass_kg=Decimal(1), name="x" * room), meta())) == MAX_EVENT_BYTES
    with pytest.raises(EventTooLarge, match="900001 bytes, the limit is 900000") as refused:
        row(Lot(mass_kg=Decimal(1), name="x" * (room + 1)), meta())
    assert (refused.value.code, bool(refused.value.remedy)) == ("event_too_large", True)


def test_work_has_a_topic_and_a_type_by_its_root() -> None:
    work = Work("part", "part-1", "footprint_changed")
    assert work_topic("certification", work) == "certification.part-work.v1"
    assert work_type("certification", work) == "certification.part-work.requested.v1"


# -- routes -----------------------------------------------------------------------------------------------------


def group(routes: Routes, upcasts: Upcasts | None = None) -> ConsumerGroup:
    return ConsumerGroup("g", ("t",), routes, {}, upcasts or Upcasts({}))


def test_a_message_becomes_the_command_of_its_route() -> None:
    now = AT + timedelta(hours=1)
    command = read_command(message("steel-1", 3, 7), GROUP, now)
    assert isinstance(command, Project)
    assert command.event == Appended("steel-1", 3, 7)
    assert (command.meta.command_id, command.meta.causation_id) == ("steel-1:3", "steel-1:3")
    assert command.meta.at == now, "a decision is made at its own instant"
    assert command.meta.organisation_id is None
    assert command.meta.source == Source("steel-1:3", APPENDED, "steel-1", AT, "cause of steel-1")


def test_an_unknown_type_is_no_command() -> None:
    assert read_command(message("a", 1), group({}), AT) is None


def test_unknown_fields_are_ignored_and_a_broken_contract_names_its_fields() -> None:
    raw = orjson.loads(message("a", 1))
    assert read_command(orjson.dumps(raw | {"data": raw["data"] | {"newer": 1}}), GROUP, AT) is not None
    broken = orjson.dumps(raw | {"data": {"key": "", "version": 1, "value": "x"}})
    with pytest.raises(ContractError, match=rf"{APPENDED}: /key: .*; /value: .*"):
        read_command(broken, GROUP, AT)


def test_at_most_five_errors_are_shown() -> None:
    class Wide(BaseModel):
        a: int
        b: int
        c: int
        d: int
        e: int
        f: int
        g: int

    with pytest.raises(ContractError) as error:
        read_command(message("a", 1), group({APPENDED: route(Wide, lambda data, _: data)}), AT)
    assert str(error.value).count("Field required") == 5


def test_an_envelope_that_contradicts_its_data_is_not_believed() -> None:
    raw = orjson.loads(message("a", 2)) | {"aggregateversion": 3}
    with pytest.raises(EnvelopeError, match="aggregateversion 3 differs from the data's version 2"):
        read_command(orjson.dumps(raw), GROUP, AT)


def test_an_older_type_is_upcast_before_it_is_routed() -> None:
    upcasts = Upcasts({"probe.old.v1": (APPENDED, lambda data: {**data, "value": 9})})
    raw = orjson.loads(message("a", 2)) | {"type": "probe.old.v1", "data": {"key": "a", "version": 2}}
    made = group({APPENDED: route(AppendedV1, lambda data, _: data.value)}, upcasts)
    assert read_command(orjson.dumps(raw), made, AT) == 9
