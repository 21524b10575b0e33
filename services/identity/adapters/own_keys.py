"""How identity verifies the tokens it issued itself: the key set comes from storage, not over the network."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import httpx

from services.identity.application.signing_keys import SigningKeys


class OwnKeysTransport(httpx.AsyncBaseTransport):
    """Answers every request with the service's own key set; nothing leaves the process."""

    def __init__(self, keys: SigningKeys, clock: Callable[[], datetime]) -> None:
        self._keys = keys
        self._clock = clock

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Read the ring. Raises `httpx.ConnectError` where storage can't be read, as a network would."""
        try:
            ring = await self._keys.ring()
        except Exception as error:
            raise httpx.ConnectError(f"own keys: {type(error).__name__}", request=request) from error
        return httpx.Response(200, json=ring.jwk_set(self._clock()))
