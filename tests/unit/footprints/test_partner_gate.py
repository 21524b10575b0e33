"""Deliveries over real HTTP: a partner that is slow, broken, moved away or not who it says it is."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from services.chassis.http_out import OutboundClient, OutboundLimits, TargetPolicy, read_networks
from services.chassis.testing.clock import FixedClock
from services.footprints.adapters.partner_gate import DeliveryFailedError, PartnerGate
from services.footprints.adapters.secret_sealer import SecretSealer
from services.footprints.domain.partner_connection import PartnerConnection, Terms
from tests.support.partner import DISCOVERY, EVENTS, TOKEN, Answer, Partner, Received, make_certificate, serving
from tests.unit.footprints.given import BUYER, NOW

LOCAL = TargetPolicy(allow_http=True, allowed_networks=read_networks("127.0.0.0/8"))
SEALER = SecretSealer(bytes(range(32)))
SECRET = "s3cr3t of the partner +/="
EVENT = b'{"id": "1"}'


@pytest.fixture
async def partner() -> AsyncIterator[Partner]:
    async with serving(Partner()) as opened:
        yield opened


class Errand:
    """A gate and a connection to one partner."""

    def __init__(self, partner: Partner, *, policy: TargetPolicy = LOCAL, total_s: float = 2, **terms: str) -> None:
        self.clock = FixedClock(NOW)
        self.client = OutboundClient(policy, OutboundLimits(connect_s=2, total_s=total_s))
        self.gate = PartnerGate(self.client, SEALER, self.clock)
        whole = {"base_url": partner.url, "client_id": "tierloop"} | terms
        sealed = SEALER.seal(SECRET, BUYER)
        self.connection = PartnerConnection(BUYER, 1, Terms(sealed_secret=sealed, **whole), NOW)

    async def post(self) -> None:
        await self.gate.post_event(self.connection, EVENT)

    async def fails(self) -> str:
        with pytest.raises(DeliveryFailedError) as raised:
            await self.post()
        return str(raised.value)


async def test_an_event_is_posted_with_a_token_of_the_partner(partner: Partner) -> None:
    errand = Errand(partner, scope="footprint:events", audience="pact")
    await errand.post()
    assert [each.path for each in partner.received] == [DISCOVERY, TOKEN, EVENTS]
    token, event = partner.received[1:]
    pair = base64.b64decode(token.headers["authorization"].removeprefix("Basic ")).decode()
    assert pair == "tierloop:s3cr3t%20of%20the%20partner%20%2B%2F%3D"
    assert parse_qs(token.body.decode()) == {
        "grant_type": ["client_credentials"],
        "scope": ["footprint:events"],
        "audience": ["pact"],
    }
    assert event.headers["authorization"] == "Bearer token-1"
    assert event.headers["content-type"] == "application/cloudevents+json; charset=utf-8"
    assert event.body == EVENT


async def test_the_token_endpoint_is_discovered_and_remembered(partner: Partner) -> None:
    found = {"token_endpoint": f"{partner.url}/oauth/v2/token"}
    partner.answer(DISCOVERY, Answer(200, json.dumps(found).encode()))
    partner.handlers["/oauth/v2/token"] = partner.handlers[TOKEN]
    errand = Errand(partner)
    await errand.post()
    errand.clock.advance(seconds=400)
    await errand.post()
    paths = [each.path for each in partner.received]
    assert paths == [DISCOVERY, "/oauth/v2/token", EVENTS, "/oauth/v2/token", EVENTS]
    errand.clock.advance(seconds=timedelta(hours=1).total_seconds())
    await errand.post()
    assert [each.path for each in partner.received][5:] == [DISCOVERY, "/oauth/v2/token", EVENTS]


@pytest.mark.parametrize("seconds", [0, 269], ids=["at once", "shortly before its end"])
async def test_a_token_is_used_again(partner: Partner, seconds: int) -> None:
    errand = Errand(partner)
    await errand.post()
    errand.clock.advance(seconds=seconds)
    await errand.post()
    assert partner.tokens == 1


async def test_a_token_is_replaced_shortly_before_its_end(partner: Partner) -> None:
    errand = Errand(partner)
    await errand.post()
    errand.clock.advance(seconds=271)
    await errand.post()
    assert partner.tokens == 2


async def test_deliveries_at_once_share_a_token(partner: Partner) -> None:
    errand = Errand(partner)
    await asyncio.gather(*(errand.post() for _ in range(4)))
    assert (partner.tokens, len(partner.events)) == (1, 4)


async def test_a_refused_token_is_replaced_once(partner: Partner) -> None:
    partner.answer(EVENTS, Answer(401), Answer(200))
    await Errand(partner).post()
    assert [each.headers["authorization"] for each in partner.of(EVENTS)] == ["Bearer token-1", "Bearer token-2"]


async def test_a_token_that_is_always_refused_is_a_failure(partner: Partner) -> None:
    partner.answer(EVENTS, Answer(401))
    assert await Errand(partner).fails() == "events: the partner answered 401"
    assert len(partner.of(EVENTS)) == 2


async def test_a_broken_partner(partner: Partner) -> None:
    partner.answer(EVENTS, Answer(500, b"do not keep: " + SECRET.encode()))
    assert await Errand(partner).fails() == "events: the partner answered 500"


async def test_a_partner_that_answers_with_a_redirect_inside(partner: Partner) -> None:
    async with serving(Partner()) as inside:
        partner.answer(EVENTS, Answer(307, b"", {"Location": f"{inside.url}{EVENTS}"}))
        assert await Errand(partner).fails() == "events: the partner answered 307; redirects are not followed"
        assert inside.received == []


async def test_a_discovery_that_points_inside_is_refused(partner: Partner) -> None:
    found = {"token_endpoint": "http://169.254.169.254/latest/meta-data/"}
    partner.answer(DISCOVERY, Answer(200, json.dumps(found).encode()))
    assert await Errand(partner).fails() == "token: refused: the host has an address that is not public"


async def test_a_private_address_is_refused_unless_allowed(partner: Partner) -> None:
    assert (await Errand(partner, policy=TargetPolicy(allow_http=True)).fails()).startswith("discovery: refused")
    assert partner.received == []


async def test_a_slow_partner(partner: Partner) -> None:
    never = asyncio.Event()

    async def wait(_: Received) -> Answer:
        await never.wait()
        return Answer()

    partner.handlers[EVENTS] = wait
    errand = Errand(partner, total_s=0.3)
    assert await errand.fails() == "events: timeout: no answer within 0.3 s"
    never.set()


async def test_a_partner_with_a_wrong_certificate(tmp_path: Path) -> None:
    async with serving(Partner(), make_certificate(tmp_path, "127.0.0.1")) as partner:
        assert (await Errand(partner).fails()).startswith("discovery: tls: ")
        assert partner.received == []


async def test_a_partner_that_is_gone(partner: Partner) -> None:
    errand = Errand(partner, base_url="http://127.0.0.1:1")
    assert (await errand.fails()).startswith("discovery: connect: ")


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (Answer(400, b'{"error": "invalid_client"}'), "token: the partner answered 400 (invalid_client)"),
        (Answer(400, b'{"error": "<script>"}'), "token: the partner answered 400"),
        (Answer(200, b"{}"), "token: the answer holds no access_token"),
        (Answer(200, b'{"access_token": "a\\r\\nX: b"}'), "token: the answer holds no access_token"),
        (Answer(200, b"no json"), "token: the answer holds no access_token"),
    ],
)
async def test_a_token_endpoint_that_gives_none(partner: Partner, answer: Answer, told: str) -> None:
    partner.answer(TOKEN, answer)
    assert await Errand(partner).fails() == told
    assert partner.events == []


@pytest.mark.parametrize("expires_in", ['"600"', "null", "-1", '"soon"', "1e3", "99999999999999999999"])
async def test_odd_terms_of_a_token_do_no_harm(partner: Partner, expires_in: str) -> None:
    partner.answer(TOKEN, Answer(200, b'{"access_token": "t", "expires_in": %s}' % expires_in.encode()))
    errand = Errand(partner)
    await errand.post()
    await errand.post()
    assert len(partner.events) == 2


async def test_a_secret_sealed_with_another_key_is_told_so(partner: Partner) -> None:
    errand = Errand(partner)
    gate = PartnerGate(errand.client, SecretSealer(bytes(32)), errand.clock)
    with pytest.raises(DeliveryFailedError, match="sealed with another key"):
        await gate.post_event(errand.connection, EVENT)


def test_a_sealed_secret_opens_for_its_owner_alone() -> None:
    sealed = SEALER.seal(SECRET, BUYER)
    assert SECRET.encode() not in sealed
    assert SEALER.open(sealed, BUYER) == SECRET
    assert SEALER.seal(SECRET, BUYER) != sealed
    with pytest.raises(Exception, match="another key"):
        SEALER.open(sealed, "somebody-else")
