"""A standard's own error body under its own paths, whatever refuses the request; problems everywhere else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI, Query
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from services.chassis.api import create_api
from services.chassis.auth import Caller
from services.chassis.error_bodies import ErrorBody, error_body_of
from services.chassis.http import json_body
from services.chassis.kernel import Refusal
from services.chassis.problems import Problem, ProblemTable
from services.chassis.testing.clock import FixedClock
from services.chassis.testing.tokens import TokenMint
from tests.unit.chassis.edge_app import Weighing, browser, settings


class Fault(BaseModel):
    """The error of a made-up standard."""

    fault: str
    rules: list[str]


class Cold(Refusal):
    code = "cold"


def render(problem: Problem) -> tuple[int, BaseModel]:
    status = 400 if problem.status == 422 else problem.status
    return status, Fault(fault=problem.title, rules=[item.rule for item in problem.errors])


FAULTS = ErrorBody("/std", Fault, render, media_type="application/fault+json")
router = APIRouter(prefix="/std/things")


@router.get("")
async def listing(_: Caller, limit: Annotated[int, Query(ge=1)] = 1) -> Response:
    return JSONResponse(limit)


@router.post("")
async def create(request: Request, _: Caller) -> Response:
    await json_body(request, Weighing)
    raise Cold("too cold", field="/x", remedy="warm it")


@router.get("/crash")
async def crash(_: Caller) -> Response:
    raise RuntimeError("boom")


@pytest.fixture
def app(mint: TokenMint) -> FastAPI:
    async def standing(organisation_id: str) -> bool:
        return organisation_id != "gone"

    return create_api(
        settings(body_limit_bytes=1024),
        title="Things",
        version="1.0.0",
        routers=[router],
        problem_table=ProblemTable({"cold": (409, "Too cold", "cold")}, bodies=[FAULTS]),
        verifier=mint.verifier(),
        standing=standing,
        health_checks={},
    )


@pytest.fixture
async def client(app: FastAPI, mint: TokenMint) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(app, **mint.bearer("org-1")) as opened:
        yield opened


JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("method", "path", "request_parts", "status"),
    [
        ("GET", "/std", {}, 404),
        ("GET", "/std/nothing", {}, 404),
        ("PUT", "/std/things", {}, 405),
        ("GET", "/std/things", {"params": {"limit": "0"}}, 400),
        ("GET", "/std/things", {"headers": {"Authorization": "Bearer x"}}, 401),
        ("POST", "/std/things", {"content": b"{}", "headers": JSON}, 400),
        ("POST", "/std/things", {"content": b"{", "headers": JSON}, 400),
        ("POST", "/std/things", {"content": b"{}"}, 415),
        ("POST", "/std/things", {"content": b"x" * 2000, "headers": JSON}, 413),
        ("POST", "/std/things", {"content": b'{"mass_kg": "1"}', "headers": JSON}, 409),
        ("GET", "/std/things/crash", {}, 500),
    ],
)
async def test_whatever_refuses(
    client: httpx.AsyncClient, method: str, path: str, request_parts: dict[str, Any], status: int
) -> None:
    answer = await client.request(method, path, **request_parts)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/fault+json"
    assert set(Fault.model_validate_json(answer.content).model_fields_set) == {"fault", "rules"}


async def test_the_guard_speaks_the_same(app: FastAPI, mint: TokenMint) -> None:
    async with browser(app) as client:
        missing = await client.get("/std/things")
        suspended = await client.get("/std/things", headers=mint.bearer("gone"))
        expired = await client.get("/std/things", headers=mint.bearer("org-1", exp=1))
    assert [each.status_code for each in (missing, suspended, expired)] == [401, 403, 401]
    assert missing.headers["www-authenticate"].startswith("Bearer")
    assert missing.json()["rules"] == ["access_token"]
    assert expired.json()["rules"] == ["token_expired"]


async def test_a_token_that_was_right_once_is_expired(app: FastAPI, mint: TokenMint, clock: FixedClock) -> None:
    headers = mint.bearer("org-1")
    async with browser(app, **headers) as client:
        assert (await client.get("/std/things")).status_code == 200
        clock.advance(seconds=331)
        assert (await client.get("/std/things")).json()["rules"] == ["token_expired"]


async def test_other_paths_answer_with_problems(client: httpx.AsyncClient) -> None:
    for path in ("/v1/nothing", "/stdx", "/std2/things", "/"):
        assert (await client.get(path)).headers["content-type"] == "application/problem+json"


def test_a_prefix_ends_at_a_slash() -> None:
    assert error_body_of("/std", [FAULTS]) is error_body_of("/std/x", [FAULTS]) is FAULTS
    assert error_body_of("/standard", [FAULTS]) is None


def test_the_document_says_it(app: FastAPI) -> None:
    document = app.openapi()
    responses = document["paths"]["/std/things"]["get"]["responses"]
    assert "422" not in responses
    assert responses["400"] == {"$ref": "#/components/responses/Fault400"}
    content = document["components"]["responses"]["Fault400"]["content"]
    assert content["application/fault+json"]["schema"] == {"$ref": "#/components/schemas/Fault"}
    Fault.model_validate(content["application/fault+json"]["example"])
    assert "Fault" in document["components"]["schemas"]
