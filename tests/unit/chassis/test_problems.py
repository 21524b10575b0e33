from __future__ import annotations

import pytest
from pydantic import BaseModel, ValidationError
from structlog.testing import LogCapture

from services.chassis.problem_handlers import body_problem, pointer, validation_items
from services.chassis.problems import MAX_ERRORS, ProblemTable, from_status, instance_of, problem_responses
from services.chassis.testing.tokens import TokenMint
from tests.unit.chassis.edge_app import browser, make_app

PROBLEM = "application/problem+json"


@pytest.mark.parametrize(
    ("location", "expected"), [((), ""), (("a",), "/a"), (("parts", 0, "a/b"), "/parts/0/a~1b"), (("~x",), "/~0x")]
)
def test_locations_become_json_pointers(location: tuple[str | int, ...], expected: str) -> None:
    assert pointer(location) == expected


def test_a_table_takes_client_errors_alone_and_knows_the_chassis_codes() -> None:
    with pytest.raises(ValueError, match="from 400 to 499"):
        ProblemTable({"x": (500, "t", "s")})
    table = ProblemTable({"x": (409, "t", "s")})
    assert table.entry("x").slug == "s"
    assert table.entry("idempotency_key_reused").status == 422
    with pytest.raises(LookupError, match="'y'"):
        table.entry("y")


def test_items_are_limited() -> None:
    class Many(BaseModel):
        numbers: list[int]

    with pytest.raises(ValidationError) as caught:
        Many.model_validate({"numbers": ["x"] * 500})
    problem = body_problem(caught.value, "/")
    assert len(problem.errors) == MAX_ERRORS
    assert problem.detail.startswith("500 rules")
    assert problem.errors[1].field == "/numbers/1"


def test_parameters_are_named_by_their_place() -> None:
    errors = [
        {"loc": ("header", "x-a"), "type": "missing", "msg": "m"},
        {"loc": ("query", "limit"), "type": "t", "msg": "m"},
    ]
    fields = [item.field for item in validation_items(errors, in_body=False)]
    assert fields == ["/headers/x-a", "/query/limit"]


def test_the_instance_is_an_escaped_and_bounded_echo() -> None:
    assert instance_of({"path": '/a b"<\n/é'}) == "/a%20b%22%3C%0A/%C3%A9"
    assert len(instance_of({"path": "/" + "x" * 10_000})) == 512


def test_words_for_a_status_are_ours_and_every_documented_one_has_an_example() -> None:
    assert from_status(413, "/").title == "Content Too Large"
    assert from_status(418, "/").title == "I'm a Teapot"
    documented = problem_responses(404, 409)
    assert documented[404]["content"][PROBLEM]["example"]["status"] == 404


async def test_a_refusal_is_mapped_by_the_table(mint: TokenMint) -> None:
    async with browser(make_app(mint), **mint.bearer("org-1")) as client:
        answer = await client.put("/v1/things/x", headers={"If-Match": '"3"'})
    assert answer.status_code == 409
    assert answer.headers["content-type"] == PROBLEM
    assert answer.json() == {
        "type": "urn:tierloop:problem:thing-sealed",
        "title": "The thing is sealed",
        "status": 409,
        "detail": "it is sealed",
        "instance": "/v1/things/x",
        "errors": [{"field": "/seal", "rule": "thing_sealed", "message": "it is sealed", "remedy": "break the seal"}],
    }


async def test_a_foreign_and_an_absent_id_answer_alike(mint: TokenMint) -> None:
    async with browser(make_app(mint), **mint.bearer("org-1"), **{"X-Correlation-Id": "same"}) as client:
        foreign = await client.get("/v1/things/theirs")
        absent = await client.get("/v1/things/nobody")
    assert foreign.status_code == absent.status_code == 404
    assert foreign.content.replace(b"theirs", b"nobody") == absent.content
    assert foreign.content.count(b"theirs") == 1  # the instance
    assert dict(foreign.headers) == dict(absent.headers)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nope", 404), ("GET", "/v1/things/", 404), ("PATCH", "/v1/things", 405), ("OPTIONS", "/v1/things", 405)],
)
async def test_the_routers_own_answers_are_problems(mint: TokenMint, method: str, path: str, status: int) -> None:
    async with browser(make_app(mint), **mint.bearer("org-1")) as client:
        answer = await client.request(method, path)
    assert (answer.status_code, answer.json()["status"]) == (status, status)
    assert answer.headers["content-type"] == PROBLEM
    assert ("allow" in answer.headers) == (status == 405)


async def test_allow_names_every_method_of_the_path(mint: TokenMint) -> None:
    async with browser(make_app(mint), **mint.bearer("org-1")) as client:
        assert (await client.patch("/v1/things")).headers["allow"] == "GET, POST"
        assert (await client.patch("/v1/things/x")).headers["allow"] == "DELETE, GET, PUT"


@pytest.mark.parametrize("kind", ["crash", "unmapped", "model"])
async def test_a_defect_tells_nothing_but_where_to_look(mint: TokenMint, logs: LogCapture, kind: str) -> None:
    async with browser(make_app(mint), **{"X-Correlation-Id": "c-1"}) as client:
        answer = await client.get(f"/v1/things/crash/{kind}")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == PROBLEM
    assert answer.headers["x-correlation-id"] == "c-1"
    assert "boom" not in answer.text
    assert "Traceback" not in answer.text
    event = next(entry for entry in logs.entries if entry["event"] == "request.defect")
    assert event["correlation_id"] == "c-1"
    assert isinstance(event["exc_info"], Exception)
