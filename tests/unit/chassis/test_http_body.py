"""Media type, depth, one validation, NDJSON; size and time limits."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from fastapi import FastAPI

from services.chassis.http import Limits, LimitsMiddleware, LimitTable, check_depth, parse_json
from services.chassis.problems import HttpProblem
from services.chassis.testing.tokens import TokenMint
from tests.unit.chassis.edge_app import Weighing, browser, make_app

KEY = {"Idempotency-Key": "k-1"}
JSON = {"Content-Type": "application/json"}


def nested(depth: int, opening: str = "[", closing: str = "]") -> bytes:
    return (opening * depth + closing * depth).encode()


@pytest.mark.parametrize(
    "raw",
    [
        nested(4),
        b'{"a":{"a":{"a":{}}}}',
        b"[" + b"[],{}," * 500 + b"[]]",
        b'["' + b"[" * 500 + b'"]',
        b'["\\"' + b"[{" * 500 + b'\\\\"]',
        b"]]]]]]]]][[",
        b'{"unterminated": "' + b"[" * 3,
    ],
)
def test_what_nests_within_the_limit_passes_the_scan(raw: bytes) -> None:
    check_depth(raw, 4)


@pytest.mark.parametrize("raw", [nested(5), b'{"a":{"a":{"a":[{}]}}}', b"[" * 100_000, b"[{}," * 5 + b"1" + b"]" * 5])
def test_what_nests_deeper_is_refused(raw: bytes) -> None:
    with pytest.raises(HttpProblem) as caught:
        check_depth(raw, 4)
    assert caught.value.status_code == 400
    assert "at most 4 levels" in caught.value.detail


def test_one_document_is_validated_straight_from_bytes() -> None:
    assert str(parse_json(b'{"mass_kg": "12.50"}', Weighing).mass_kg) == "12.50"


async def post(app: FastAPI, mint: TokenMint, content: Any, headers: dict[str, str], path: str = "/v1/things") -> Any:
    async with browser(app, **mint.bearer("org-1")) as client:
        return await client.post(path, content=content, headers=headers)


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("application/json", 201),
        ("APPLICATION/JSON; charset=utf-8", 201),
        ('application/json; charset="UTF-8"', 201),
        ("application/json; charset=latin-1", 415),
        ("text/plain", 415),
        ("application/problem+json", 415),
        ("", 415),
    ],
)
async def test_the_media_type_is_checked(mint: TokenMint, content_type: str, status: int) -> None:
    headers = KEY | ({"Content-Type": content_type} if content_type else {})
    answer = await post(make_app(mint), mint, b'{"mass_kg": "1"}', headers)
    assert answer.status_code == status
    if status == 415:
        assert answer.json()["errors"][0]["field"] == "/headers/Content-Type"


@pytest.mark.parametrize(
    ("raw", "status", "field", "rule"),
    [
        (b"", 400, "", "json_invalid"),
        (b"{", 400, "", "json_invalid"),
        (b'{"mass_kg": "1"} x', 400, "", "json_invalid"),
        (b"\xff\xfe", 400, "", "json_invalid"),
        (nested(40), 400, "", "json_depth"),
        (b"[]", 422, "", "model_type"),
        (b"{}", 422, "/mass_kg", "missing"),
        (b'{"mass_kg": 1}', 422, "/mass_kg", "decimal_string"),
        (b'{"mass_kg": "1", "a/b": 1}', 422, "/a~1b", "extra_forbidden"),
        (b'{"mass_kg": "1", "note": 3}', 422, "/note", "string_type"),
    ],
)
async def test_a_bad_body_names_field_rule_and_remedy(
    mint: TokenMint, raw: bytes, status: int, field: str, rule: str
) -> None:
    answer = await post(make_app(mint), mint, raw, KEY | JSON)
    assert answer.status_code == status
    item = answer.json()["errors"][0]
    assert (item["field"], item["rule"]) == (field, rule)
    assert item["message"]
    if rule != "model_type":
        assert item["remedy"]


async def test_ndjson_lines_keep_their_numbers(mint: TokenMint) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for chunk in (b'{"a"', b":1}\n\n{", b"}\n", b"x"):
            yield chunk

    answer = await post(make_app(mint), mint, chunks(), {"Content-Type": "application/x-ndjson"}, "/v1/things:batch")
    assert answer.json() == [[1, 7], [3, 2], [4, 1]]


@pytest.mark.parametrize("declared", [True, False])
@pytest.mark.parametrize(("size", "status"), [(2048, 201), (2049, 413)])
async def test_the_body_limit_holds_with_and_without_content_length(
    mint: TokenMint, declared: bool, size: int, status: int
) -> None:
    raw = json.dumps({"mass_kg": "1", "note": ""}).encode()
    raw = raw.replace(b'"note": ""', b'"note": "' + b"x" * (size - len(raw)) + b'"')

    async def chunks() -> AsyncIterator[bytes]:
        for start in range(0, len(raw), 500):
            yield raw[start : start + 500]

    answer = await post(make_app(mint, body_limit_bytes=2048), mint, raw if declared else chunks(), KEY | JSON)
    assert answer.status_code == status
    if status == 413:
        assert answer.headers["connection"] == "close"
        assert "2048 bytes" in answer.json()["detail"]


async def test_a_batch_has_a_limit_of_its_own(mint: TokenMint) -> None:
    app = make_app(mint, body_limit_bytes=1024, batch_body_limit_bytes=4096)
    ndjson = {"Content-Type": "application/x-ndjson"}
    assert (await post(app, mint, b"x" * 4096, ndjson, "/v1/things:batch")).status_code == 200
    assert (await post(app, mint, b"x" * 4097, ndjson, "/v1/things:batch")).status_code == 413


async def test_a_lying_or_broken_content_length_is_refused(mint: TokenMint) -> None:
    answer = await post(make_app(mint), mint, b"{}", KEY | JSON | {"Content-Length": "-1"})
    assert answer.status_code == 413


async def test_headers_have_a_limit(mint: TokenMint) -> None:
    async with browser(make_app(mint)) as client:
        many = await client.get("/v1/things/open/door", headers={f"X-{n}": "1" for n in range(120)})
        long = await client.get("/v1/things/open/door", headers={"X-A": "a" * 17_000})
        fine = await client.get("/v1/things/open/door", headers={"X-A": "a" * 8_000})
    assert [many.status_code, long.status_code, fine.status_code] == [431, 431, 200]


async def test_the_address_has_a_limit(mint: TokenMint) -> None:
    async with browser(make_app(mint)) as client:
        long = await client.get("/v1/things/open/door", params={"a": "b" * 33_000})
        fine = await client.get("/v1/things/open/door", params={"a": "b" * 32_000})
    assert [long.status_code, fine.status_code] == [414, 200]
    assert long.json()["type"].endswith("uri-too-long")


class Server:
    """Drives an ASGI application by hand: the body comes when the test says so."""

    def __init__(self, app: Any, limits: Limits) -> None:
        self.app = LimitsMiddleware(app, LimitTable(limits))
        self.sent: list[dict[str, Any]] = []

    async def run(self, receive: Any) -> None:
        async def send(message: Any) -> None:
            self.sent.append(message)

        scope = {"type": "http", "method": "POST", "path": "/x", "headers": []}
        await self.app(scope, receive, send)

    @property
    def status(self) -> int:
        return int(self.sent[0]["status"])


async def never() -> Any:
    await asyncio.Event().wait()


async def test_a_slow_sender_is_cut_off_with_408() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await receive()

    server = Server(app, Limits(receive_seconds=0.02, request_seconds=5))
    await server.run(never)
    assert server.status == 408
    assert (b"retry-after", b"5") in server.sent[0]["headers"]


async def test_a_slow_handler_answers_503_with_retry_after() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await never()

    server = Server(app, Limits(request_seconds=0.02))
    await server.run(never)
    assert server.status == 503
    assert (b"retry-after", b"5") in server.sent[0]["headers"]


async def test_waiting_for_the_end_of_the_connection_is_not_slow_sending() -> None:
    messages = iter([{"type": "http.request", "body": b"a", "more_body": False}])

    async def receive() -> Any:
        for message in messages:
            return message
        after_the_limit = asyncio.Event()
        asyncio.get_running_loop().call_later(0.05, after_the_limit.set)
        await after_the_limit.wait()
        return {"type": "http.disconnect"}

    seen = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.extend([await receive(), await receive()])

    await Server(app, Limits(receive_seconds=0.02)).run(receive)
    assert [message["type"] for message in seen] == ["http.request", "http.disconnect"]


async def test_an_answer_under_way_is_cut_not_doubled() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await never()

    server = Server(app, Limits(request_seconds=0.02))
    with pytest.raises(HttpProblem):
        await server.run(never)
    assert len(server.sent) == 1


async def test_a_timeout_of_the_handlers_own_is_its_own_affair() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise TimeoutError("mine")

    with pytest.raises(TimeoutError, match="mine"):
        await Server(app, Limits()).run(never)
