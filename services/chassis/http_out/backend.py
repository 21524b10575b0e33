"""Connections to checked addresses alone: the name is resolved once, and what was checked is what is connected to.

The host's name stays in the Host header and in TLS (SNI, certificate), so no second look-up can lead elsewhere
(DNS rebinding), and pooled connections belong to one origin.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, Final

import httpcore

from services.chassis.http_out.addresses import TargetPolicy

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""Returns the addresses of a host. Raises `OSError` where there are none."""

MAX_ADDRESSES: Final = 4
"""Most addresses of a host that are tried."""


async def resolve(host: str, port: int) -> Sequence[str]:
    """Ask the system's resolver; IPv6 and IPv4, in its order of preference."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class CheckedBackend(httpcore.AsyncNetworkBackend):
    """A network backend for httpcore that refuses what the policy refuses."""

    def __init__(self, policy: TargetPolicy, resolver: Resolve = resolve) -> None:
        """Take the system's resolver, but in tests. Sockets that are files are not supported at all."""
        self._policy = policy
        self._resolve = resolver
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the signature is httpcore's
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to one of the host's addresses. Raises `TargetRefusedError` when any of them is not allowed.

        Any, not all: a name that points both outside and inside is a trick or a mistake, and the order is not ours.
        """
        try:
            addresses = await self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"the host {host} has no address: {error}") from error
        for address in addresses:
            self._policy.check_address(address)
        failure: Exception = httpcore.ConnectError(f"the host {host} has no address")
        for address in addresses[:MAX_ADDRESSES]:
            try:
                return await self._inner.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    async def sleep(self, seconds: float) -> None:
        """Wait, for httpcore's own retries (none are configured)."""
        await self._inner.sleep(seconds)
