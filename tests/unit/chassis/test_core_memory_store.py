from __future__ import annotations

import pytest

pytest.register_assert_rewrite(
    "services.chassis.testing.store_writes_contract",
    "services.chassis.testing.store_guards_contract",
    "services.chassis.testing.store_values_contract",
    "services.chassis.testing.store_samples",
)

from services.chassis.store import OutboxRow, Position  # noqa: E402 - the suites must be rewritten before they are imported
from services.chassis.testing.memory_store import MemoryStore  # noqa: E402
from services.chassis.testing.store_contract import StoreContract  # noqa: E402


class MemoryHarness:
    def __init__(self) -> None:
        self._first = MemoryStore()

    def store(self) -> MemoryStore:
        return MemoryStore(self._first.memory)

    async def outbox(self) -> list[OutboxRow]:
        return sorted(self._first.memory.outbox, key=lambda row: row.id)

    async def put_position(self, position: Position) -> None:
        self._first.memory.positions[position.id] = position

    async def position(self, position_id: str) -> Position:
        return self._first.memory.positions[position_id]

    async def put_lease(self, lease_id: str, token: str) -> None:
        self._first.memory.leases[lease_id] = token


class TestMemoryStore(StoreContract):
    @pytest.fixture
    def harness(self) -> MemoryHarness:
        return MemoryHarness()
