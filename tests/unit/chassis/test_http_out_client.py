"""Calls to hosts that others named, against a real server: only what may leaves, and nothing unbounded comes back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from services.chassis.http_out import OutboundClient, OutboundError, OutboundLimits, TargetPolicy, read_networks
from tests.support.partner import Answer, Partner, Received, make_certificate, serving

LOCAL = TargetPolicy(allow_http=True, allowed_networks=read_networks("127.0.0.0/8"))
LIMITS = OutboundLimits(connect_s=2, total_s=2, answer_bytes=1_000)


@pytest.fixture
async def partner() -> AsyncIterator[Partner]:
    async with serving(Partner()) as opened:
        yield opened


async def call(policy: TargetPolicy, url: str, limits: OutboundLimits = LIMITS, **options: Any) -> Any:
    client = OutboundClient(policy, limits, **options)
    try:
        return await client.request("POST", url, headers={"X-Test": "1"}, content=b"hello")
    finally:
        await client.aclose()


async def cause(policy: TargetPolicy, url: str, limits: OutboundLimits = LIMITS, **options: Any) -> str:
    with pytest.raises(OutboundError) as raised:
        await call(policy, url, limits, **options)
    return raised.value.cause


def names(*addresses: str) -> Any:
    asked: list[str] = []

    async def resolver(host: str, _: int) -> Sequence[str]:
        asked.append(host)
        return addresses

    resolver.asked = asked  # type: ignore[attr-defined]  # what a test looks at
    return resolver


async def test_a_request_goes_out_as_it_is_and_its_answer_comes_back(partner: Partner) -> None:
    partner.answer("/there?a=b", Answer(418, b"short", {"X-Kept": "yes"}))
    answer = await call(LOCAL, f"{partner.url}/there?a=b")
    assert (answer.status, answer.body, answer.headers["x-kept"]) == (418, b"short", "yes")
    (request,) = partner.received
    assert (request.method, request.body, request.headers["x-test"]) == ("POST", b"hello", "1")
    assert request.headers["host"] == f"127.0.0.1:{partner.port}"


@pytest.mark.parametrize(
    "policy",
    [TargetPolicy(allow_http=True), TargetPolicy(allowed_networks=LOCAL.allowed_networks)],
    ids=["private address", "plain http"],
)
async def test_what_is_not_allowed_is_never_connected_to(partner: Partner, policy: TargetPolicy) -> None:
    assert await cause(policy, partner.url) == "refused"
    assert partner.received == []


@pytest.mark.parametrize("host", ["localhost", "127.1", "2130706433", "0x7f000001", "0177.0.0.1"])
async def test_other_spellings_of_loopback_are_refused_by_what_they_resolve_to(partner: Partner, host: str) -> None:
    assert await cause(TargetPolicy(allow_http=True), f"http://{host}:{partner.port}/") in ("refused", "connect")
    assert partner.received == []


async def test_a_name_with_one_forbidden_address_is_refused(partner: Partner) -> None:
    policy = TargetPolicy(allow_http=True)
    resolver = names("93.184.216.34", "127.0.0.1")
    assert await cause(policy, f"http://partner.example:{partner.port}/", resolver=resolver) == "refused"
    assert partner.received == []


async def test_the_name_is_looked_up_once_and_the_checked_address_is_called(partner: Partner) -> None:
    resolver = names("127.0.0.1")
    answer = await call(LOCAL, f"http://partner.example:{partner.port}/3/events", resolver=resolver)
    assert answer.status == 200
    assert resolver.asked == ["partner.example"]
    assert partner.received[0].headers["host"] == f"partner.example:{partner.port}"


async def test_redirects_are_not_followed(partner: Partner) -> None:
    partner.answer("/away", Answer(307, b"", {"Location": f"{partner.url}/inside"}))
    answer = await call(LOCAL, f"{partner.url}/away")
    assert (answer.status, [each.path for each in partner.received]) == (307, ["/away"])


async def test_a_slow_answer_ends_at_the_limit(partner: Partner) -> None:
    never = asyncio.Event()

    async def wait(_: Received) -> Answer:
        await never.wait()
        return Answer()

    partner.handlers["/slow"] = wait
    assert await cause(LOCAL, f"{partner.url}/slow", OutboundLimits(total_s=0.2)) == "timeout"
    never.set()


async def test_a_large_answer_is_cut_off(partner: Partner) -> None:
    partner.answer("/large", Answer(200, b"x" * 1_001))
    assert await cause(LOCAL, f"{partner.url}/large") == "too_large"


async def test_nobody_there(partner: Partner) -> None:
    assert await cause(LOCAL, "http://127.0.0.1:1/") == "connect"
    assert await cause(LOCAL, "http://partner.example/", resolver=names()) == "connect"


async def test_what_is_no_http(partner: Partner) -> None:
    partner.answer("/odd", Answer(200, b"", {"Content-Length": "no number"}))
    assert await cause(LOCAL, f"{partner.url}/odd") == "protocol"


async def test_certificates_are_checked(tmp_path: Path) -> None:
    right, wrong = make_certificate(tmp_path, "partner.example"), make_certificate(tmp_path, "other.example")
    async with serving(Partner(), right) as partner:
        url, resolver = f"https://partner.example:{partner.port}/", names("127.0.0.1")
        assert await cause(LOCAL, url, resolver=resolver) == "tls", "an authority that nobody trusts"
        answer = await call(LOCAL, url, resolver=resolver, ca_file=str(right[0]))
        assert (answer.status, len(partner.received)) == (404, 1)
        assert await cause(LOCAL, f"https://127.0.0.1:{partner.port}/", ca_file=str(right[0])) == "tls", "no such name"
    async with serving(Partner(), wrong) as partner:
        url = f"https://partner.example:{partner.port}/"
        assert await cause(LOCAL, url, resolver=names("127.0.0.1"), ca_file=str(wrong[0])) == "tls"
        assert partner.received == []
