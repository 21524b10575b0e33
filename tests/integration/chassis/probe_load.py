"""Messages of the probe as its own API would have published them, and what must have become of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pymongo.database import Database

from services.chassis.clock import system_clock
from services.chassis.ids import uuid7
from services.chassis.kernel import Meta
from services.chassis.outbox import outbox_row
from tests.faults.probe import SEEN, TOTALS, Appended, Probe, Register


def message(probe: Probe, key: str, version: int) -> bytes:
    """Return the event of a register's version; its values are their own numbers."""
    register = Register(key, tuple(str(number) for number in range(1, version + 1)))
    row = outbox_row(probe.translate(Appended(register)), Meta(uuid7(), system_clock()), uuid7())
    assert row.value is not None
    return row.value


def applied_versions(database: Database[dict[str, Any]]) -> Mapping[str, list[int]]:
    """Return the versions that took effect, by register."""
    return {row["_id"]: row["applied"] for row in database[SEEN.name].find()}


def totals(database: Database[dict[str, Any]]) -> Mapping[str, int]:
    """Return the second stage's counts, by root."""
    return {row["_id"]: row["count"] for row in database[TOTALS.name].find()}
