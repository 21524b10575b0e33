"""What the benchmark sends: events of a given data size, as the services send them, and the service that reads them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel

from services.chassis.clock import system_clock
from services.chassis.envelope import CloudEvent, encode
from services.chassis.ids import uuid7
from services.chassis.kernel import NOTHING, Change, Decision, Key, Kind, Loaded, Meta, Need, is_newer
from services.chassis.outbox import Outgoing
from services.chassis.routes import ConsumerGroup, route

TOPIC: Final = "bench.record.v1"
OUT_TOPIC: Final = "bench.projection.v1"
RECORD_TYPE: Final = "bench.record.written.v1"
SIZES: Final = {"3 KB": 3_072, "200 B": 200}
FIELDS_3KB: Final = 48
PARTITIONS: Final = 3


class RecordV1(BaseModel):
    """Data of a record event: figures by name, like a footprint's."""

    key: str
    version: int
    figures: dict[str, str]


class ProjectionV1(BaseModel):
    """Data of the event that the consumer publishes for each state it writes."""

    key: str
    version: int


@dataclass(frozen=True, slots=True)
class Record:
    """State the consumer keeps."""

    key: str
    version: int
    figures: dict[str, str]


@dataclass(frozen=True, slots=True)
class WriteRecord:
    """Command made of a record event."""

    meta: Meta
    key: str
    version: int
    figures: dict[str, str]


@dataclass(frozen=True, slots=True)
class RecordWritten:
    """Domain event that leaves by the outbox."""

    key: str
    version: int


RECORDS: Final[Kind[Record]] = Kind("records", Record, "worker")


class WriteRecordHandler:
    """Read the record, drop what is not newer, write it, publish that it was written."""

    def needs(self, command: WriteRecord, _: Loaded) -> Iterable[Need]:
        """One document by key: the prefetch is part of what is measured."""
        return (Key(RECORDS, command.key),)

    def decide(self, loaded: Loaded, command: WriteRecord) -> Decision:
        """Version-gated write."""
        known = loaded.get(RECORDS, command.key)
        if not is_newer(known.version if known else None, command.version):
            return NOTHING
        state = Record(command.key, command.version, command.figures)
        return Decision((Change(RECORDS, command.key, state),), (RecordWritten(command.key, command.version),))


def translate(fact: Any) -> Outgoing:
    """Put the consumer's own event on the wire."""
    data = ProjectionV1(key=fact.key, version=fact.version)
    return Outgoing(OUT_TOPIC, "bench.projection.written.v1", fact.key, fact.version, data)


GROUP: Final = ConsumerGroup(
    "bench.deciding",
    (TOPIC,),
    {RECORD_TYPE: route(RecordV1, lambda data, meta: WriteRecord(meta, data.key, data.version, data.figures))},
    {WriteRecord: WriteRecordHandler()},
)


def figures(size: int) -> dict[str, str]:
    """Return named figures whose JSON has about `size` bytes."""
    entries = max(1, size * FIELDS_3KB // SIZES["3 KB"])
    width = max(1, size // entries - len('"figure_00":"",'))
    return {f"figure_{number:02d}": f"{number}." + "7" * max(1, width - 3) for number in range(entries)}


def events(count: int, size: int) -> list[tuple[bytes, bytes]]:
    """Return `count` messages (key, value), each the first version of its own record."""
    data = figures(size)
    now = system_clock()
    made = []
    for number in range(count):
        key = f"record-{number:08d}"
        content = {"key": key, "version": 1, "figures": data}
        event = CloudEvent(
            uuid7(), "/tierloop/bench", RECORD_TYPE, key, now, content, 1, f"urn:tierloop:schema:{RECORD_TYPE}"
        )
        made.append((key.encode(), encode(event)))
    return made
