"""ETag and If-Match, Idempotency-Key, paging, correlation id and safe headers."""

from __future__ import annotations

import base64
import json
import re

import pytest
from structlog.testing import LogCapture

from services.chassis.http import (
    Page,
    PreconditionFailed,
    check_version,
    correlation_id,
    cut_page,
    decode_cursor,
    encode_cursor,
    etag,
    parse_idempotency_key,
    parse_if_match,
)
from services.chassis.problems import HttpProblem
from services.chassis.testing.tokens import TokenMint
from tests.unit.chassis.edge_app import browser, make_app


@pytest.mark.parametrize(("value", "version"), [('"3"', 3), (' "10" ', 10), ('"007"', 7)])
def test_if_match_names_a_version(value: str, version: int) -> None:
    assert parse_if_match(value) == version


@pytest.mark.parametrize(
    ("value", "status"),
    [
        (None, 428),
        ("", 400),
        ("3", 400),
        ("*", 400),
        ('"1", "2"', 400),
        ('"3', 400),
        ('W/"3"', 412),
        ('"abc"', 412),
        ('""', 412),
        ('"-1"', 412),
        ('"1234567890123456789012"', 412),
    ],
)
def test_anything_else_is_refused(value: str | None, status: int) -> None:
    with pytest.raises(HttpProblem) as caught:
        parse_if_match(value)
    assert caught.value.status_code == status


def test_a_stale_version_fails_and_tells_the_present_one() -> None:
    check_version(3, 3)
    with pytest.raises(PreconditionFailed) as caught:
        check_version(2, 3)
    assert caught.value.headers == {"ETag": etag(3)}


@pytest.mark.parametrize("key", ["a", "x" * 128, "8e03978e-40d5-43e8-bc93-6894a57f9324", "!~", '"', '""'])
def test_keys_of_visible_ascii_pass(key: str) -> None:
    assert parse_idempotency_key(key) == key


def test_the_quotes_of_a_structured_field_are_no_part_of_the_key() -> None:
    assert parse_idempotency_key('"quoted"') == "quoted"


@pytest.mark.parametrize("key", [None, "", "x" * 129, "a b", "é", "a\t", "\x7f"])
def test_other_keys_are_400(key: str | None) -> None:
    with pytest.raises(HttpProblem) as caught:
        parse_idempotency_key(key)
    assert caught.value.status_code == 400
    assert caught.value.errors[0].field == "/headers/Idempotency-Key"


def test_a_cursor_comes_back_as_it_was() -> None:
    position: dict[str, str | int] = {"id": "0190-äö", "n": 3}
    cursor = encode_cursor(position)
    assert re.fullmatch("[A-Za-z0-9_-]+", cursor)
    assert decode_cursor(cursor) == position


def raw_cursor(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value, separators=(",", ":")).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "!",
        "abc",
        "é",
        "x" * 600,
        raw_cursor([]),
        raw_cursor({}),
        raw_cursor({"id": {"$gt": ""}}),
        raw_cursor({"id": None}),
        raw_cursor({"id": True}),
        raw_cursor({"id": 1.5}),
        raw_cursor({str(n): n for n in range(9)}),
        encode_cursor({"id": "a"}) + "=",
        encode_cursor({"id": "a"})[:-1] + "A",
    ],
)
def test_garbage_is_no_cursor(cursor: str) -> None:
    with pytest.raises(HttpProblem) as caught:
        decode_cursor(cursor)
    assert caught.value.status_code == 400


def test_a_cursor_of_another_listing_is_refused_when_its_key_is_read() -> None:
    assert Page(5).key("id") is None
    assert Page(5, {"id": "a"}).key("id") == "a"
    for position in ({"other": "a"}, {"id": 3}):
        with pytest.raises(HttpProblem):
            Page(5, position).key("id")


def test_a_page_is_cut_where_one_more_was_read() -> None:
    assert cut_page([1, 2, 3], 2) == ([1, 2], True)
    assert cut_page([1, 2], 2) == ([1, 2], False)


async def test_links_lead_through_all_pages_and_keep_the_filters(mint: TokenMint) -> None:
    async with browser(make_app(mint), **mint.bearer("org-1"), Host="evil.test") as client:
        url, seen = "/v1/things?limit=3&kind=a%26b", []
        for _ in range(5):
            answer = await client.get(url)
            seen.append(answer.json())
            link = answer.headers.get("link")
            if link is None:
                break
            found = re.fullmatch(r'<https://api\.test(/v1/things\?limit=3&kind=a%26b&cursor=[\w-]+)>; rel="next"', link)
            assert found, link
            url = found[1]
    assert seen == [[1, 2, 3], [4, 5, 6], [7]]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("limit=1", 200),
        ("limit=200", 200),
        ("limit=0", 422),
        ("limit=201", 422),
        ("limit=x", 422),
        ("cursor=~", 400),
        ("cursor=", 400),
    ],
)
async def test_limit_and_cursor_are_checked(mint: TokenMint, query: str, status: int) -> None:
    async with browser(make_app(mint), **mint.bearer("org-1")) as client:
        answer = await client.get(f"/v1/things?{query}")
    assert answer.status_code == status
    if status != 200:
        assert answer.json()["errors"][0]["field"] == f"/query/{query.split('=', maxsplit=1)[0]}"


@pytest.mark.parametrize(
    ("given", "kept"), [("abc-1:2.3_x", True), ("x" * 64, True), ("x" * 65, False), ("a b", False), ("", False)]
)
async def test_a_correlation_id_is_kept_or_minted(mint: TokenMint, logs: LogCapture, given: str, kept: bool) -> None:
    async with browser(make_app(mint)) as client:
        answer = await client.get("/v1/things/open/door", headers={"X-Correlation-Id": given})
    found = answer.headers["x-correlation-id"]
    assert (found == given) is kept
    assert kept or re.fullmatch(r"[0-9a-f-]{36}", found)
    line = next(entry for entry in logs.entries if entry["event"] == "request")
    assert line["correlation_id"] == found
    assert (line["route"], line["status"]) == ("/v1/things/open/door", 200)
    assert correlation_id() == ""


@pytest.mark.parametrize("path", ["/v1/things/open/door", "/v1/things/mine", "/nope", "/v1/things/crash/x"])
async def test_every_answer_carries_safe_headers(mint: TokenMint, path: str) -> None:
    async with browser(make_app(mint)) as client:
        headers = (await client.get(path)).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert headers["strict-transport-security"].startswith("max-age=")
    assert "server" not in headers
