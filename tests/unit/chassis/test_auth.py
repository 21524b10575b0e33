from __future__ import annotations

import asyncio
import base64
import json
from typing import Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route

from services.chassis.auth import install_auth, public
from services.chassis.keys import JwksCache, KeysUnavailableError, parse_keys
from services.chassis.testing.clock import FixedClock
from services.chassis.testing.tokens import AUDIENCE, ISSUER, JWKS_URL, TokenMint
from services.chassis.tokens import InvalidTokenError, Principal, TokenVerifier
from tests.unit.chassis.edge_app import browser, make_app


async def test_a_valid_token_names_the_principal(mint: TokenMint) -> None:
    token = mint.token("org-1", client_id="c", roles=("supplier",), scopes=("a", "b"), jti="t-1")
    assert await mint.verifier().verify(token) == Principal(
        "org-1", "c", frozenset({"supplier"}), frozenset({"a", "b"}), "t-1"
    )


async def test_tokens_of_an_external_issuer_may_be_rs256(mint: TokenMint) -> None:
    mint.rotate(rsa=True)
    assert (await mint.verifier().verify(mint.token("org-1"))).organisation_id == "org-1"


@pytest.mark.parametrize(
    ("claims", "told"),
    [
        ({"iss": "https://other.test"}, "`iss`"),
        ({"iss": None}, "`iss`"),
        ({"aud": "other"}, "`aud`"),
        ({"aud": ["other"]}, "`aud`"),
        ({"aud": None}, "`aud`"),
        ({"exp": None}, "`exp`"),
        ({"exp": "tomorrow"}, "`exp`"),
        ({"iat": None}, "`iat`"),
        ({"sub": None}, "`sub`"),
        ({"sub": ""}, "`sub`"),
        ({"org": None}, "`org`"),
        ({"org": ""}, "`org`"),
        ({"org": ["org-1"]}, "`org`"),
        ({"org": "x" * 257}, "`org`"),
        ({"roles": [1]}, "`roles`"),
        ({"scope": ["a"]}, "`scope`"),
    ],
)
async def test_every_claim_is_checked(mint: TokenMint, claims: dict[str, Any], told: str) -> None:
    with pytest.raises(InvalidTokenError, match=told):
        await mint.verifier().verify(mint.token("org-1", **claims))


async def test_an_audience_among_several_is_enough(mint: TokenMint) -> None:
    await mint.verifier().verify(mint.token("org-1", aud=["other", AUDIENCE]))


@pytest.mark.parametrize(
    ("claim", "seconds", "valid"),
    [
        ("exp", -29, True),
        ("exp", -31, False),
        ("nbf", 29, True),
        ("nbf", 31, False),
        ("iat", 29, True),
        ("iat", 31, False),
    ],
)
async def test_times_have_thirty_seconds_of_leeway(
    mint: TokenMint, clock: FixedClock, claim: str, seconds: int, valid: bool
) -> None:
    claims: dict[str, Any] = {claim: int(clock().timestamp()) + seconds}
    token = mint.token("org-1", **claims)
    verifier = mint.verifier()
    for _ in range(2):  # the second time from memory
        if valid:
            await verifier.verify(token)
        else:
            with pytest.raises(InvalidTokenError):
                await verifier.verify(token)


async def test_a_remembered_token_expires_all_the_same(mint: TokenMint, clock: FixedClock) -> None:
    verifier, token = mint.verifier(), mint.token("org-1")
    await verifier.verify(token)
    clock.advance(seconds=300 + 31)
    with pytest.raises(InvalidTokenError, match="expired"):
        await verifier.verify(token)


async def test_a_remembered_token_dies_with_its_key(mint: TokenMint, clock: FixedClock) -> None:
    verifier, token = mint.verifier(), mint.token("org-1", exp=int(clock().timestamp()) + 10_000)
    await verifier.verify(token)
    mint.rotate(keep_old=False)
    clock.advance(seconds=301)
    await verifier.verify(token)  # starts the reading in the background
    await asyncio.sleep(0)
    await verifier.verify(mint.token("org-1"))  # waits for it: its key is unknown
    with pytest.raises(InvalidTokenError, match="does not publish"):
        await verifier.verify(token)


def forge(header: dict[str, Any], claims: dict[str, Any], signature: str = "") -> str:
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in (header, claims)]
    return f"{parts[0]}.{parts[1]}.{signature}"


async def passes(verifier: TokenVerifier, token: str) -> bool:
    try:
        await verifier.verify(token)
    except InvalidTokenError:
        return False
    return True


async def test_forgeries_prove_nothing(mint: TokenMint) -> None:
    verifier = mint.verifier()
    good = mint.token("org-1")
    head, body, signature = good.split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    other = ECKey.generate_key("P-256", parameters={"kid": "key-1"})
    hmac = jwt.encode({"alg": "HS256", "kid": "key-1"}, claims, OctKey.import_key(b"x" * 64), algorithms=["HS256"])
    forged = {
        "nothing": "",
        "no jwt": "abc",
        "none": forge({"alg": "none", "kid": "key-1"}, claims),
        "None": forge({"alg": "None", "kid": "key-1"}, claims),
        "hmac": hmac,
        "no kid": jwt.encode({"alg": "ES256"}, claims, mint.keys[0], algorithms=["ES256"]),
        "unknown kid": forge({"alg": "ES256", "kid": "key-9"}, claims, signature),
        "other key": jwt.encode({"alg": "ES256", "kid": "key-1"}, claims, other, algorithms=["ES256"]),
        "other algorithm": forge({"alg": "RS256", "kid": "key-1"}, claims, signature),
        "other claims": f"{head}.{forge({}, claims | {'org': 'org-2'}).split('.')[1]}.{signature}",
        "no signature": f"{head}.{body}.",
        "id token": jwt.encode({"alg": "ES256", "kid": "key-1", "typ": "logout+jwt"}, claims, mint.keys[0]),
        "crit": f"{forge({'alg': 'ES256', 'kid': 'key-1', 'crit': ['x']}, {}).split('.')[0]}.{body}.{signature}",
        "roles no list": jwt.encode({"alg": "ES256", "kid": "key-1"}, claims | {"roles": "admin"}, mint.keys[0]),
        "long": good + "A" * 9000,
        "not ascii": "é" * 10,
        "kid no text": forge({"alg": "ES256", "kid": 1}, claims, signature),
        "list header": base64.urlsafe_b64encode(b"[]").decode() + ".e30.x",
    }
    for name, token in forged.items():
        assert not await passes(verifier, token), name
    await verifier.verify(good)


def cache(mint: TokenMint, clock: FixedClock) -> JwksCache:
    return JwksCache(JWKS_URL, mint.client(), clock)


async def test_keys_are_read_once_for_many_and_again_when_a_new_one_appears(mint: TokenMint, clock: FixedClock) -> None:
    keys = cache(mint, clock)
    found = await asyncio.gather(*(keys.key("key-1") for _ in range(20)))
    assert all(found)
    assert mint.requests == 1
    mint.rotate()
    assert await keys.key("key-2") is None  # read a moment ago: the limit on invented ids
    clock.advance(seconds=10)
    assert await keys.key("key-2") is not None
    assert mint.requests == 2


async def test_invented_ids_cost_one_request_in_ten_seconds(mint: TokenMint, clock: FixedClock) -> None:
    keys = cache(mint, clock)
    for number in range(50):
        assert await keys.key(f"invented-{number}") is None
    assert mint.requests == 1


async def test_known_keys_outlive_a_broken_issuer_for_a_day(mint: TokenMint, clock: FixedClock) -> None:
    keys = cache(mint, clock)
    await keys.key("key-1")
    mint.broken = True
    clock.advance(days=0.99)
    assert await keys.key("key-1") is not None
    await keys.aclose()
    clock.advance(days=0.02)
    with pytest.raises(KeysUnavailableError):
        await keys.key("key-1")


@pytest.mark.parametrize(
    "body",
    [b"[]", b"{}", b'{"keys": []}', b"no json", b'{"keys": [{"kty": "oct", "kid": "a", "k": "YQ"}]}', b"x" * 300_000],
)
async def test_a_bad_answer_is_no_answer(clock: FixedClock, body: bytes) -> None:
    client = httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(200, content=body)))
    with pytest.raises(KeysUnavailableError):
        await JwksCache(JWKS_URL, client, clock).key("a")


async def test_redirects_are_not_followed(clock: FixedClock) -> None:
    client = httpx.AsyncClient(
        transport=httpx.MockTransport(lambda _: httpx.Response(302, headers={"Location": "http://x.test"})),
        follow_redirects=True,
    )
    with pytest.raises(KeysUnavailableError):
        await JwksCache(JWKS_URL, client, clock).key("a")


def test_only_signing_keys_of_known_strength_are_taken() -> None:
    good = ECKey.generate_key("P-256", parameters={"kid": "good"}).as_dict(private=False)
    wrong = [
        ECKey.generate_key("P-384", parameters={"kid": "curve"}).as_dict(private=False),
        ECKey.generate_key("P-256", parameters={"kid": "use", "use": "enc"}).as_dict(private=False),
        ECKey.generate_key("P-256", parameters={"kid": "alg", "alg": "ES512"}).as_dict(private=False),
        {"kty": "RSA", "kid": "short", "e": "AQAB", "n": base64.urlsafe_b64encode(b"\xff" * 128).decode().rstrip("=")},
        {"kty": "oct", "kid": "secret", "k": "YQ"},
        {"kty": "EC", "crv": "P-256", "kid": "broken"},
        {key: value for key, value in good.items() if key != "kid"},
        "text",
    ]
    assert set(parse_keys({"keys": [*wrong, good]})) == {"good"}


# --- the application ---------------------------------------------------------------------------------------


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


def test_the_mint_is_the_default_issuer(mint: TokenMint) -> None:
    assert isinstance(mint.verifier(), TokenVerifier)
    assert mint.issuer == ISSUER
