"""Hashes of client secrets: argon2id (RFC 9106), in a few threads of their own and with a bounded queue.

The parameters may be light, because secrets are 256 random bits: no dictionary helps against them.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from argon2 import PasswordHasher, Type
from argon2.exceptions import VerificationError

from services.identity.application.ports import HashersBusyError

T = TypeVar("T")

DEFAULT_MEMORY_KIB: Final = 19_456
DEFAULT_PASSES: Final = 2
"""Source of both: OWASP Password Storage Cheat Sheet, argon2id."""
MAX_WAITING: Final = 64
"""Most secrets that wait for a thread; a further one is told to come later."""
SECRET_BYTES: Final = 32


def mint_secret() -> str:
    """Return a fresh secret: 256 random bits, base64url, 43 characters."""
    return secrets.token_urlsafe(SECRET_BYTES)


class Argon2Hasher:
    """Implements `ports.SecretHasher`."""

    def __init__(
        self,
        *,
        memory_kib: int = DEFAULT_MEMORY_KIB,
        passes: int = DEFAULT_PASSES,
        threads: int = 2,
        max_waiting: int = MAX_WAITING,
    ) -> None:
        """Each of `threads` hashes takes `memory_kib` while it runs. Costs one hash at once, for the nobody."""
        self._hasher = PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=1, type=Type.ID)
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="argon2")
        self._limit = threads + max_waiting
        self._busy = 0
        self._nobody = self._hasher.hash(mint_secret())

    async def hash(self, secret: str) -> str:
        """Return the PHC string of a secret. Raises `HashersBusyError`."""
        return await self._run(lambda: self._hasher.hash(secret))

    async def matches(self, secret_hash: str | None, secret: str) -> bool:
        """Compare; without a hash the nobody's is compared, and the answer is no. Raises `HashersBusyError`."""
        known = await self._run(lambda: self._verify(secret_hash or self._nobody, secret))
        return known and secret_hash is not None

    def close(self) -> None:
        """Let the threads end."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _verify(self, secret_hash: str, secret: str) -> bool:
        try:
            return self._hasher.verify(secret_hash, secret)
        except VerificationError:
            return False

    async def _run(self, work: Callable[[], T]) -> T:
        if self._busy >= self._limit:
            raise HashersBusyError(f"{self._busy} secrets are being hashed or wait for it")
        self._busy += 1
        future = asyncio.get_running_loop().run_in_executor(self._pool, work)
        future.add_done_callback(self._done)
        return await asyncio.shield(future)

    def _done(self, future: asyncio.Future[T]) -> None:
        self._busy -= 1
        if not future.cancelled():
            future.exception()  # asked for, so that a caller who left does not leave a warning behind
