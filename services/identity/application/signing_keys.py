"""The key ring as the running service sees it: read for every token, made at its first use."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from services.chassis.kernel import Meta
from services.identity.application.commands import FoundKeyRing
from services.identity.application.ports import KeySmith, Queries
from services.identity.domain.key_ring import KeyRing


class SigningKeys:
    """Reads the ring from storage each time, so that a rotation by any process bites at once."""

    def __init__(
        self,
        queries: Queries,
        smith: KeySmith,
        found_ring: Callable[[FoundKeyRing], Awaitable[None]],
        new_meta: Callable[[], Meta],
    ) -> None:
        """`found_ring` runs the command; `new_meta` surrounds it."""
        self._queries = queries
        self._smith = smith
        self._found_ring = found_ring
        self._new_meta = new_meta

    async def ring(self) -> KeyRing:
        """Return the ring; the first caller of all makes it (of several at once, one wins: see `FoundKeyRing`)."""
        ring = await self._queries.key_ring()
        if ring is None:
            await self._found_ring(FoundKeyRing(self._new_meta(), self._smith.make(), self._smith.make()))
            ring = await self._queries.key_ring()
        if ring is None:
            raise LookupError("the key ring was founded, and yet it can't be read")
        return ring

    async def check(self) -> None:
        """Find out whether tokens could be signed now. Raises `KeySealError` for a wrong encryption key."""
        self._smith.check((await self.ring()).current)
