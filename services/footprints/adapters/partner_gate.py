"""Speaking to a partner's PACT host: its token endpoint is found and remembered, an event is posted.

Source: PACT Technical Specifications 3.0.3, "Authentication Flow" (OpenID Connect discovery, else `/auth/token`) and
"Action Events"; RFC 6749, sections 2.3.1 and 4.4; CloudEvents 1.0 HTTP binding, structured mode.
"""

from __future__ import annotations

import asyncio
import base64
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import quote, urlencode

import orjson

from services.chassis.clock import Clock
from services.chassis.http_out import Answer, OutboundClient, OutboundError
from services.footprints.application.exchange import SealBrokenError, Sealer
from services.footprints.domain.partner_connection import PartnerConnection

DISCOVERY_PATH: Final = "/.well-known/openid-configuration"
TOKEN_PATH: Final = "/auth/token"  # noqa: S105 - a path, not a secret
EVENTS_PATH: Final = "/3/events"
EVENT_MEDIA_TYPE: Final = "application/cloudevents+json; charset=utf-8"
DISCOVERY_TERM: Final = timedelta(hours=1)
DEFAULT_TOKEN_TERM: Final = timedelta(minutes=5)
LONGEST_TOKEN_TERM: Final = timedelta(hours=24)
TOKEN_MARGIN: Final = timedelta(seconds=30)
"""A token is used no longer than this before its end: a request takes its time."""
MAX_TOKEN_LENGTH: Final = 16_384
MAX_REASON_LENGTH: Final = 100
UNAUTHORIZED: Final = 401


class DeliveryFailedError(Exception):
    """The partner did not take the event, for now. The message is for an operator; no body of an answer is in it."""


@dataclass(frozen=True, slots=True)
class _Kept:
    text: str
    until: datetime


class PartnerGate:
    """One for a process; what it remembers is lost with it and found again."""

    def __init__(self, client: OutboundClient, sealer: Sealer, clock: Clock) -> None:
        """Call through `client`, which refuses what may not be called."""
        self._client = client
        self._sealer = sealer
        self._clock = clock
        self._endpoints: dict[str, _Kept] = {}
        self._tokens: dict[tuple[str, int], _Kept] = {}
        self._locks: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def authorise(self, connection: PartnerConnection) -> str:
        """Return an access token, a remembered one where it still holds. Raises `DeliveryFailedError`."""
        async with self._locks[connection.organisation_id]:  # deliveries to one partner ask for one token
            kept = self._tokens.get(_slot(connection))
            if kept is None or kept.until <= self._clock():
                kept = self._tokens[_slot(connection)] = await self._new_token(connection)
            return kept.text

    async def post_event(self, connection: PartnerConnection, event: bytes) -> None:
        """Post an event; a token that is refused is replaced once. Raises `DeliveryFailedError`."""
        answer = await self._post(connection, await self.authorise(connection), event)
        if answer.status == UNAUTHORIZED:
            self._tokens.pop(_slot(connection), None)
            answer = await self._post(connection, await self.authorise(connection), event)
        if not _is_success(answer):
            self._tokens.pop(_slot(connection), None)
            raise DeliveryFailedError(f"events: {_told(answer)}")

    async def _post(self, connection: PartnerConnection, token: str, event: bytes) -> Answer:
        headers = {"Authorization": f"Bearer {token}", "Content-Type": EVENT_MEDIA_TYPE, "Accept": "application/json"}
        return await self._call("events", "POST", _url(connection.terms.base_url, EVENTS_PATH), headers, event)

    async def _new_token(self, connection: PartnerConnection) -> _Kept:
        terms = connection.terms
        try:
            secret = self._sealer.open(terms.sealed_secret, connection.organisation_id)
        except SealBrokenError as error:
            raise DeliveryFailedError(str(error)) from None
        form = {"grant_type": "client_credentials"}
        form |= {name: text for name, text in (("scope", terms.scope), ("audience", terms.audience)) if text}
        headers = {
            "Authorization": _basic(terms.client_id, secret),
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
        }
        auth_base = terms.auth_base_url or terms.base_url
        endpoint = await self._endpoint(auth_base)
        answer = await self._call("token", "POST", endpoint, headers, urlencode(form).encode())
        if not _is_success(answer):
            self._endpoints.pop(auth_base, None)
            raise DeliveryFailedError(f"token: {_told(answer)}{_oauth_error(answer)}")
        content = _object(answer)
        token = content.get("access_token")
        if not isinstance(token, str) or not 0 < len(token) <= MAX_TOKEN_LENGTH or not _is_visible(token):
            raise DeliveryFailedError("token: the answer holds no access_token")
        return _Kept(token, self._clock() + _term(content.get("expires_in")))

    async def _endpoint(self, auth_base: str) -> str:
        """Find the token endpoint: the one that is discovered, or else the one at its usual place."""
        kept = self._endpoints.get(auth_base)
        if kept is not None and kept.until > self._clock():
            return kept.text
        answer = await self._call(
            "discovery", "GET", _url(auth_base, DISCOVERY_PATH), {"Accept": "application/json"}, b""
        )
        named = _object(answer).get("token_endpoint") if _is_success(answer) else None
        endpoint = named if isinstance(named, str) else _url(auth_base, TOKEN_PATH)
        self._endpoints[auth_base] = _Kept(endpoint, self._clock() + DISCOVERY_TERM)
        return endpoint

    async def _call(self, step: str, method: str, url: str, headers: dict[str, str], content: bytes) -> Answer:
        try:
            return await self._client.request(method, url, headers=headers, content=content)
        except OutboundError as error:
            raise DeliveryFailedError(f"{step}: {error.cause}: {error}") from None


def _slot(connection: PartnerConnection) -> tuple[str, int]:
    return connection.organisation_id, connection.version


def _url(base: str, path: str) -> str:
    return base.rstrip("/") + path


def _is_success(answer: Answer) -> bool:
    return 200 <= answer.status <= 299  # noqa: PLR2004 - the class of successes


def _told(answer: Answer) -> str:
    redirect = "; redirects are not followed" if 300 <= answer.status <= 399 else ""  # noqa: PLR2004 - redirects
    return f"the partner answered {answer.status}{redirect}"


def _oauth_error(answer: Answer) -> str:
    """Return the error code of RFC 6749, section 5.2, where the answer has one; no other word of it."""
    reason = _object(answer).get("error")
    if not isinstance(reason, str) or not reason.isascii() or not reason.replace("_", "").isalnum():
        return ""
    return f" ({reason[:MAX_REASON_LENGTH]})"


def _object(answer: Answer) -> dict[str, Any]:
    try:
        content = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        return {}
    return content if isinstance(content, dict) else {}


def _is_visible(text: str) -> bool:
    return text.isascii() and text.isprintable() and " " not in text


def _term(expires_in: object) -> timedelta:
    """Return how long to use a token. Some issuers say the seconds in a string."""
    try:
        seconds = int(expires_in) if isinstance(expires_in, int | str) else None
    except ValueError:
        seconds = None
    term = DEFAULT_TOKEN_TERM if seconds is None or seconds < 0 else timedelta(seconds=min(seconds, 10**6))
    return max(min(term, LONGEST_TOKEN_TERM) - TOKEN_MARGIN, term / 2)


def _basic(client_id: str, secret: str) -> str:
    """Encode credentials as RFC 6749, section 2.3.1 asks: each part percent-encoded, then HTTP Basic."""
    pair = f"{quote(client_id, safe='')}:{quote(secret, safe='')}"
    return "Basic " + base64.b64encode(pair.encode()).decode()
