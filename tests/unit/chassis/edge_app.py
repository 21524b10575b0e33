"""A small service on the real edge: what the tests of the HTTP modules talk to."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import httpx
from fastapi import APIRouter, Depends, FastAPI, Request
from pydantic import BaseModel, ConfigDict
from starlette.responses import JSONResponse, Response

from services.chassis.api import create_api
from services.chassis.auth import Caller, public, require
from services.chassis.http import (
    NDJSON,
    IdempotencyKey,
    IfMatch,
    PageQuery,
    check_version,
    cut_page,
    etag,
    json_body,
    json_request_body,
    ndjson_lines,
    ndjson_request_body,
    page_headers,
    require_media_type,
)
from services.chassis.kernel import Refusal
from services.chassis.problems import ProblemTable, problem_responses
from services.chassis.settings import ServiceSettings
from services.chassis.testing.tokens import TokenMint
from services.chassis.tokens import Principal
from services.chassis.wire_types import PositiveDecimalString

VERSION = 3
BASE = "https://api.test"


class Weighing(BaseModel):
    model_config = ConfigDict(extra="forbid")

    mass_kg: PositiveDecimalString
    note: str | None = None


class ThingNotFound(Refusal):
    code = "thing_not_found"


class ThingSealed(Refusal):
    code = "thing_sealed"


class Unmapped(Refusal):
    code = "nobody_mapped_me"


TABLE = ProblemTable(
    {
        "thing_not_found": (404, "No such thing", "thing-not-found"),
        "thing_sealed": (409, "The thing is sealed", "thing-sealed"),
    }
)

router = APIRouter(prefix="/v1/things", tags=["things"])
THINGS = {"mine": "org-1", "theirs": "org-2"}


@router.post(
    "",
    status_code=201,
    responses=problem_responses(409),
    openapi_extra=json_request_body(Weighing, examples={"one": {"mass_kg": "12.50"}}),
)
async def create(request: Request, caller: Caller, key: IdempotencyKey) -> Response:
    body = await json_body(request, Weighing)
    answer = {"mass_kg": str(body.mass_kg), "owner": caller.organisation_id, "key": key}
    return JSONResponse(answer, 201, {"ETag": etag(1), "Location": f"{BASE}/v1/things/1"})


@router.post(":batch", openapi_extra=ndjson_request_body(Weighing, '{"mass_kg": "12.50"}\n'))
async def create_many(request: Request) -> Response:
    require_media_type(request, *NDJSON)
    lines = ndjson_lines(request.stream(), max_lines=5, max_line_bytes=8192)
    return JSONResponse([[line.number, len(line.raw or b"")] async for line in lines])


@router.get("")
async def listing(request: Request, page: PageQuery, kind: str | None = None) -> Response:
    first = int(page.key("id") or "0")
    items, more = cut_page(list(range(first + 1, min(first + page.limit + 1, 7) + 1)), page.limit)
    position = {"id": str(items[-1])} if more else None
    return JSONResponse(items, headers=page_headers(request, BASE, position))


@router.get("/{thing}")
async def one(thing: str, caller: Caller) -> Response:
    if THINGS.get(thing) != caller.organisation_id:
        raise ThingNotFound(f"{thing} is not there", field="/thing", remedy="look elsewhere")
    return JSONResponse({"id": thing}, headers={"ETag": etag(VERSION)})


@router.put("/{thing}")
async def change(thing: str, version: IfMatch) -> Response:
    check_version(version, VERSION)
    raise ThingSealed("it is sealed", field="/seal", remedy="break the seal")


@router.delete("/{thing}", status_code=204)
async def remove(
    thing: str, _: Annotated[Principal, Depends(require(role=("verifier", "operator"), scope="purge"))]
) -> Response:
    return Response(status_code=204)


@router.get("/crash/{kind}", include_in_schema=False)
@public
async def crash(kind: str) -> Response:
    if kind == "unmapped":
        raise Unmapped("no entry")
    if kind == "model":
        Weighing.model_validate({})
    raise RuntimeError("boom with mongodb://user:hunter2@db")


@router.get("/open/door")
@public
async def door() -> dict[str, str]:
    return {"door": "open"}


def settings(**values: Any) -> ServiceSettings:
    return ServiceSettings(public_base_url=BASE, **values)


def make_app(mint: TokenMint, suspended: set[str] | None = None, **values: Any) -> FastAPI:
    gone = suspended if suspended is not None else set()

    async def standing(organisation_id: str) -> bool:
        return organisation_id not in gone

    async def fine() -> None:
        return None

    return create_api(
        settings(**values),
        title="Things",
        version="1.0.0",
        routers=[router],
        problem_table=TABLE,
        verifier=mint.verifier(),
        standing=standing,
        health_checks={"mongo": fine},
    )


@asynccontextmanager
async def browser(app: FastAPI, **headers: str) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://edge", headers=headers) as client:
        yield client
