from __future__ import annotations

import pytest

from services.chassis.store import OutboxRow, Position
from services.chassis.testing.memory_store import MemoryStore
from services.chassis.testing.store_contract import StoreContract


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
