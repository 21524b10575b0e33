"""Storing documents: one at a time, each in a transaction of its own, so that megabytes never gather in a batch."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from services.chassis.idempotency import Reply
from services.chassis.store import Store
from services.chassis.unit import OWN_RECORD_TTL, CommandBus, OverloadedError
from services.footprints.adapters.translate import translate
from services.footprints.application.handlers import EVIDENCE_HANDLERS

MAX_WAITING: Final = 16
"""Most documents in memory that wait for their turn; a further one is refused (503)."""


class DocumentBus(CommandBus):
    """Runs `StoreDocument` commands. Each takes a transaction alone: entry, chunks and idempotency record."""

    def __init__(self, store: Store, new_id: Callable[[], str]) -> None:
        super().__init__(store, EVIDENCE_HANDLERS, translate, new_id)
        self._turn = asyncio.Semaphore(1)
        self._waiting = 0

    async def execute(
        self,
        command: Any,
        render: Callable[[Any], Reply],
        *,
        key: str | None = None,
        fingerprint: str = "",
        ttl: timedelta = OWN_RECORD_TTL,
    ) -> Reply:
        """Run one command when all before it are done. Raises `OverloadedError`, and as `CommandBus.execute` does."""
        if self._waiting >= MAX_WAITING:
            raise OverloadedError(f"{MAX_WAITING} documents wait already")
        self._waiting += 1
        try:
            async with self._turn:
                return await super().execute(command, render, key=key, fingerprint=fingerprint, ttl=ttl)
        finally:
            self._waiting -= 1
