"""The guard before the routes: who may pass, who learns why not, and that nothing is open by mistake."""

from __future__ import annotations

import pytest
from fastapi import APIRouter, FastAPI
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route

from services.chassis.auth import install_auth, public
from services.chassis.testing.tokens import TokenMint
from tests.unit.chassis.edge_app import browser, make_app


async def test_without_a_token_the_door_is_shut(mint: TokenMint) -> None:
    async with browser(make_app(mint)) as client:
        answer = await client.get("/v1/things/mine")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer realm="tierloop"'


@pytest.mark.parametrize("value", ["Bearer", "Bearer ", "Basic abc", "bearer a b", "Bearer abc", "Token x"])
async def test_a_bad_token_is_told_why(mint: TokenMint, value: str) -> None:
    async with browser(make_app(mint)) as client:
        answer = await client.get("/v1/things/mine", headers={"Authorization": value})
    assert answer.status_code == 401
    assert 'error="invalid_token"' in answer.headers["www-authenticate"]


async def test_two_authorization_headers_are_refused(mint: TokenMint) -> None:
    good = mint.bearer("org-1")["Authorization"]
    async with browser(make_app(mint)) as client:
        answer = await client.get("/v1/things/mine", headers=[("Authorization", good), ("Authorization", good)])
    assert answer.status_code == 401


async def test_a_public_route_needs_none_and_ignores_a_bad_one(mint: TokenMint) -> None:
    async with browser(make_app(mint)) as client:
        assert (await client.get("/v1/things/open/door")).status_code == 200
        assert (await client.get("/v1/things/open/door", headers={"Authorization": "Bearer x"})).status_code == 200


async def added(app: FastAPI, how: str) -> str:
    async def secret(request: Request) -> PlainTextResponse:
        return PlainTextResponse("secret")

    if how == "decorator":

        @app.get("/late")
        async def late() -> str:
            return "secret"

    elif how == "router":
        router = APIRouter()
        router.add_api_route("/late", lambda: "secret")
        app.include_router(router)
    elif how == "nested router":
        inner, outer = APIRouter(), APIRouter(prefix="/late")
        inner.add_api_route("/deep", lambda: "secret")
        outer.include_router(inner)
        app.include_router(outer)
        return "/late/deep"
    elif how == "starlette route":
        app.router.routes.append(Route("/late", secret))
    elif how == "mount":
        app.router.routes.append(Mount("/late", routes=[Route("/in", secret)]))
        return "/late/in"
    return "/late"


@pytest.mark.parametrize("how", ["decorator", "router", "nested router", "starlette route", "mount"])
async def test_a_route_added_without_a_mark_is_closed(mint: TokenMint, how: str) -> None:
    app = make_app(mint)
    path = await added(app, how)
    async with browser(app) as client:
        answer = await client.get(path)
    assert answer.status_code == 401
    assert "secret" not in answer.text


async def test_authentication_comes_before_validation(mint: TokenMint) -> None:
    async with browser(make_app(mint)) as client:
        assert (await client.get("/v1/things?limit=x")).status_code == 401
        assert (await client.post("/v1/things", content=b"{")).status_code == 401


def test_the_guard_must_come_before_the_routes(mint: TokenMint) -> None:
    app = FastAPI()

    async def standing(_: str) -> bool:
        return True

    with pytest.raises(ValueError, match="has routes already"):
        install_auth(app, mint.verifier(), standing)


async def test_a_suspended_organisation_is_refused_at_once(mint: TokenMint) -> None:
    suspended: set[str] = set()
    async with browser(make_app(mint, suspended), **mint.bearer("org-1")) as client:
        assert (await client.get("/v1/things/mine")).status_code == 200
        suspended.add("org-1")
        answer = await client.get("/v1/things/mine")
    assert answer.status_code == 403
    assert answer.json()["type"] == "urn:tierloop:problem:organisation-suspended"
    assert answer.json()["errors"][0]["rule"] == "organisation_suspended"


@pytest.mark.parametrize(
    ("roles", "scopes", "status", "rule"),
    [
        ((), (), 403, "role"),
        (("supplier",), ("purge",), 403, "role"),
        (("verifier",), (), 403, "scope"),
        (("verifier",), ("purge",), 204, None),
        (("operator", "supplier"), ("purge", "x"), 204, None),
    ],
)
async def test_roles_and_scopes_are_required(
    mint: TokenMint, roles: tuple[str, ...], scopes: tuple[str, ...], status: int, rule: str | None
) -> None:
    async with browser(make_app(mint), **mint.bearer("org-1", roles=roles, scopes=scopes)) as client:
        answer = await client.delete("/v1/things/x")
    assert answer.status_code == status
    if rule is not None:
        assert answer.json()["errors"][0]["rule"] == rule
        assert answer.json()["errors"][0]["remedy"]
    assert ("insufficient_scope" in answer.headers.get("www-authenticate", "")) is (rule == "scope")


async def test_unreadable_keys_are_our_fault_not_the_callers(mint: TokenMint) -> None:
    mint.broken = True
    async with browser(make_app(mint), **mint.bearer("org-1")) as client:
        answer = await client.get("/v1/things/mine")
    assert answer.status_code == 503
    assert answer.headers["retry-after"]


def test_the_mark_stays_on_the_function() -> None:
    @public
    def route() -> int:
        return 1

    assert route() == 1
