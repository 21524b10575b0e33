"""One organisation's blocking HTTP client: a token of its own, renewed in time."""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping
from typing import Any, Final, Self

import httpx

from infra.demo.client import Client

REQUEST_LIMIT_S: Final = 30.0
TOKEN_USE_S: Final = 120.0
"""A token is used so long; it would be valid for 300 s."""
Json = dict[str, Any]


class Tenant:
    """Speaks for one organisation to every service."""

    def __init__(self, services: Mapping[str, str], client: Client) -> None:
        self._services = services
        self.client = client
        self._http = httpx.Client(timeout=REQUEST_LIMIT_S)
        self._token = ""
        self._renew_at = 0.0
        self.organisation_id = client.organisation_id
        self.name = client.name

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def ask_token(self) -> httpx.Response:
        """Ask for a new token (RFC 6749, 4.4)."""
        return self._http.post(
            f"{self._services['identity']}/auth/token",
            data={"grant_type": "client_credentials"},
            auth=(self.client.client_id, self.client.client_secret),
        )

    def token(self) -> str:
        """Return a token that is valid for minutes yet."""
        if time.monotonic() >= self._renew_at:
            answer = self.ask_token()
            assert answer.status_code == httpx.codes.OK, answer.text
            self._token = answer.json()["access_token"]
            self._renew_at = time.monotonic() + TOKEN_USE_S
        return self._token

    def send(
        self,
        service: str,
        method: str,
        path: str,
        body: Json | None = None,
        *,
        version: int | None = None,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """Send a request with a fresh Idempotency-Key; `version` becomes If-Match. Return whatever is answered."""
        own = {"Authorization": f"Bearer {self.token()}"}
        if method == "POST":
            own["Idempotency-Key"] = uuid.uuid4().hex
        if version is not None:
            own["If-Match"] = f'"{version}"'
        return self._http.request(
            method, f"{self._services[service]}{path}", json=body, params=query, headers=own | dict(headers or {})
        )

    def get(self, service: str, path: str, **query: str) -> httpx.Response:
        """Read."""
        return self.send(service, "GET", path, query=query)

    def created(self, service: str, path: str, body: Json) -> Json:
        """Create, and return what was created."""
        answer = self.send(service, "POST", path, body)
        assert answer.status_code == httpx.codes.CREATED, f"POST {service}{path}: {answer.status_code} {answer.text}"
        found: Json = answer.json()
        return found
