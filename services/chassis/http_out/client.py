"""One request to a host that somebody else named, within limits; whatever goes wrong comes back as `OutboundError`.

Redirects are never followed (httpcore follows none), cookies and proxies of the environment are not known here, and
bodies come as they are: no compression is offered, so none has to be undone.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

import httpcore

from services.chassis.http_out.addresses import TargetPolicy, TargetRefusedError
from services.chassis.http_out.backend import CheckedBackend, Resolve, resolve

Cause = Literal["refused", "connect", "tls", "timeout", "protocol", "too_large"]

KEEP_ALIVE_S: Final = 30.0
USER_AGENT: Final = "tierloop"


@dataclass(frozen=True, slots=True)
class OutboundLimits:
    """Bounds of a request and of the pool."""

    connect_s: float = 5.0
    total_s: float = 30.0
    """From the first look-up to the last byte."""
    answer_bytes: int = 1_048_576
    connections: int = 32


@dataclass(frozen=True, slots=True)
class Answer:
    """What the host answered; header names in lower case, the last of several values."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class OutboundError(Exception):
    """No answer. `cause` says at which step; the message is for an operator and holds nothing secret."""

    def __init__(self, cause: Cause, message: str) -> None:
        super().__init__(message)
        self.cause = cause


class OutboundClient:
    """Holds the pool; one for a process. `aclose` at its end."""

    def __init__(
        self,
        policy: TargetPolicy,
        limits: OutboundLimits | None = None,
        *,
        ca_file: str | None = None,
        resolver: Resolve = resolve,
    ) -> None:
        """Trust the system's certificate authorities, and those of `ca_file` besides."""
        self._policy = policy
        self._limits = limits or OutboundLimits()
        context = ssl.create_default_context()
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if ca_file is not None:
            context.load_verify_locations(cafile=ca_file)
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=context,
            max_connections=self._limits.connections,
            keepalive_expiry=KEEP_ALIVE_S,
            network_backend=CheckedBackend(policy, resolver),
        )

    async def request(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, content: bytes = b""
    ) -> Answer:
        """Send one request and read its whole answer, whatever its status. Raises `OutboundError`."""
        try:
            async with asyncio.timeout(self._limits.total_s):
                return await self._send(method, url, headers or {}, content)
        except TimeoutError:
            raise OutboundError("timeout", f"no answer within {self._limits.total_s:g} s") from None
        except TargetRefusedError as error:
            raise OutboundError("refused", str(error)) from None
        except httpcore.TimeoutException as error:
            raise OutboundError("timeout", f"{type(error).__name__}: no answer in time") from error
        except (httpcore.NetworkError, httpcore.ProtocolError, ssl.SSLError) as error:
            raise OutboundError(_cause(error), f"{type(error).__name__}: {error}") from error

    async def _send(self, method: str, url: str, headers: Mapping[str, str], content: bytes) -> Answer:
        target = self._policy.target(url)
        sent = {
            "Host": target.host_header,
            "User-Agent": USER_AGENT,
            "Accept-Encoding": "identity",
            "Content-Length": str(len(content)),
            **headers,
        }
        step = self._limits.connect_s
        async with self._pool.stream(
            method,
            httpcore.URL(scheme=target.scheme, host=target.host, port=target.port, target=target.path),
            headers=list(sent.items()),
            content=content,
            extensions={"timeout": {"connect": step, "pool": self._limits.total_s}},
        ) as response:
            body = bytearray()
            async for chunk in response.aiter_stream():
                body += chunk
                if len(body) > self._limits.answer_bytes:
                    limit = self._limits.answer_bytes
                    raise OutboundError("too_large", f"the answer has more than {limit} bytes")
            found = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
            return Answer(response.status, found, bytes(body))

    async def aclose(self) -> None:
        """Close the pool."""
        await self._pool.aclose()


def _cause(error: BaseException) -> Cause:
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, ssl.SSLError):
            return "tls"
        seen = seen.__cause__ or seen.__context__
    return "connect" if isinstance(error, httpcore.NetworkError) else "protocol"
