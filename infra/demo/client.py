"""One demo organisation's HTTP client: a token of its own, clear errors, waiting for what happens by events."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, Protocol, TypeVar

import httpx

T = TypeVar("T")

WAIT_LIMIT_S: Final = 30.0
POLL_S: Final = 0.05
Json = dict[str, Any]


class StoryError(Exception):
    """The story took another course than it should; the message holds the request and the answer."""


class Client(Protocol):
    """What must be known of an organisation's client."""

    @property
    def organisation_id(self) -> str:
        """Its organisation."""

    @property
    def name(self) -> str:
        """The organisation's name."""

    @property
    def client_id(self) -> str:
        """OAuth2 client id."""

    @property
    def client_secret(self) -> str:
        """OAuth2 client secret."""


class Actor:
    """Speaks for one organisation to all services."""

    def __init__(self, http: httpx.AsyncClient, services: Mapping[str, str], client: Client, token: str) -> None:
        """Use `Actor.log_in`."""
        self._http = http
        self._services = services
        self._headers = {"Authorization": f"Bearer {token}"}
        self.organisation_id = client.organisation_id
        self.name = client.name

    @classmethod
    async def log_in(cls, http: httpx.AsyncClient, services: Mapping[str, str], client: Client) -> Actor:
        """Get a token by client credentials (RFC 6749, 4.4)."""
        answer = await http.post(
            f"{services['identity']}/auth/token",
            data={"grant_type": "client_credentials"},
            auth=(client.client_id, client.client_secret),
        )
        if answer.status_code != httpx.codes.OK:
            raise StoryError(f"no token for {client.client_id}: {answer.status_code} {answer.text}")
        return cls(http, services, client, answer.json()["access_token"])

    async def post(self, service: str, path: str, body: Json | None = None, *, version: int | None = None) -> Json:
        """POST and return the JSON answer. A new Idempotency-Key each time, `version` becomes If-Match."""
        answer = await self.try_post(service, path, body, version=version)
        if answer.is_error:
            raise StoryError(f"POST {service}{path}: {answer.status_code} {answer.text}")
        parsed: Json = answer.json()
        return parsed

    async def try_post(
        self, service: str, path: str, body: Json | None = None, *, version: int | None = None
    ) -> httpx.Response:
        """POST and return the answer whatever it is."""
        headers = self._headers | ({"If-Match": f'"{version}"'} if version is not None else {})
        headers["Idempotency-Key"] = uuid.uuid4().hex
        return await self._http.post(f"{self._services[service]}{path}", json=body, headers=headers)

    async def send_event(self, service: str, path: str, event: Json) -> None:
        """POST a structured CloudEvent."""
        headers = self._headers | {"Content-Type": "application/cloudevents+json"}
        answer = await self._http.post(
            f"{self._services[service]}{path}", content=json.dumps(event).encode(), headers=headers
        )
        if answer.is_error:
            raise StoryError(f"POST {service}{path}: {answer.status_code} {answer.text}")

    async def get(self, service: str, path: str, **query: Any) -> Json:
        """GET and return the JSON answer."""
        answer = await self.try_get(service, path, **query)
        if answer.is_error:
            raise StoryError(f"GET {service}{path}: {answer.status_code} {answer.text}")
        parsed: Json = answer.json()
        return parsed

    async def try_get(self, service: str, path: str, **query: Any) -> httpx.Response:
        """GET and return the answer whatever it is."""
        return await self._http.get(f"{self._services[service]}{path}", params=query, headers=self._headers)


async def until(what: str, look: Callable[[], Awaitable[T | None]], limit_s: float = WAIT_LIMIT_S) -> T:
    """Ask again until there is an answer. Raises `StoryError` after the limit."""
    started = time.monotonic()
    while (found := await look()) is None:
        if time.monotonic() - started > limit_s:
            raise StoryError(f"waited {limit_s:.0f} s in vain for {what}")
        await asyncio.sleep(POLL_S)
    return found
