"""Health, OpenAPI, docs, the server's settings, and what `create_api` refuses."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI, Form
from pydantic import BaseModel

from services.chassis import docs_ui
from services.chassis.api import create_api, limit_table, refuse_declared_bodies
from services.chassis.health import readiness
from services.chassis.openapi import complete, operations
from services.chassis.serve import server_config
from services.chassis.testing.tokens import TokenMint
from tests.unit.chassis.edge_app import TABLE, Weighing, browser, make_app, settings


async def fine() -> None:
    return None


async def broken() -> None:
    raise ConnectionError("no route to mongodb://user:hunter2@db:27017")


async def stuck() -> None:
    await asyncio.Event().wait()


async def test_readiness_tells_the_truth_about_each_part() -> None:
    status, body = await readiness({"kafka": fine, "mongo": broken, "keys": stuck}, limit_seconds=0.02)
    assert status == 503
    assert body["status"] == "error"
    assert body["parts"]["kafka"] == {"status": "ok"}
    assert body["parts"]["mongo"]["error"].startswith("ConnectionError: no route to mongodb://[redacted]@db")
    assert body["parts"]["keys"]["error"] == "no answer within 0.02 s"


async def test_readiness_is_200_when_all_is_well() -> None:
    assert await readiness({"kafka": fine}) == (200, {"status": "ok", "parts": {"kafka": {"status": "ok"}}})


async def test_health_needs_no_token(mint: TokenMint) -> None:
    async with browser(make_app(mint)) as client:
        live, ready = await client.get("/health/live"), await client.get("/health/ready")
    assert (live.status_code, live.json()) == (200, {"status": "ok"})
    assert (ready.status_code, ready.json()["parts"]) == (200, {"mongo": {"status": "ok"}})


@pytest.fixture
def document(mint: TokenMint) -> dict[str, Any]:
    return make_app(mint).openapi()


PROBLEM_STATUSES = {
    ("get", "/health/live"): {"500", "503"},
    ("post", "/v1/things"): {"400", "401", "403", "408", "409", "413", "415", "422", "500", "503"},
    ("get", "/v1/things"): {"400", "401", "403", "422", "500", "503"},
    ("get", "/v1/things/{thing}"): {"401", "403", "404", "422", "500", "503"},
    ("put", "/v1/things/{thing}"): {"400", "401", "403", "404", "412", "422", "428", "500", "503"},
    ("get", "/v1/things/open/door"): {"500", "503"},
}


@pytest.mark.parametrize("operation", sorted(PROBLEM_STATUSES))
def test_problems_are_documented_where_they_can_occur(document: dict[str, Any], operation: tuple[str, str]) -> None:
    method, path = operation
    responses = document["paths"][path][method]["responses"]
    assert {status for status in responses if int(status) >= 400} == PROBLEM_STATUSES[operation]
    for status in PROBLEM_STATUSES[operation]:
        response = responses[status]
        name = response.get("$ref", "").rsplit("/", 1)[-1]
        whole = document["components"]["responses"][name] if name else response
        assert "application/problem+json" in whole["content"]


def test_every_operation_names_its_security(document: dict[str, Any]) -> None:
    open_paths = {path for path, _, operation in operations(document) if operation["security"] == []}
    assert open_paths == {"/health/live", "/health/ready", "/v1/things/open/door"}
    flow = document["components"]["securitySchemes"]["oauth2"]["flows"]["clientCredentials"]
    assert flow["tokenUrl"].endswith("/auth/token")


def test_request_models_are_components_and_headers_are_required(document: dict[str, Any]) -> None:
    post = document["paths"]["/v1/things"]["post"]
    content = post["requestBody"]["content"]["application/json"]
    assert content["schema"] == {"$ref": "#/components/schemas/Weighing"}
    assert content["examples"]["one"]["value"] == {"mass_kg": "12.50"}
    assert document["components"]["schemas"]["Weighing"]["properties"]["mass_kg"]["pattern"]
    assert [(item["name"], item["required"]) for item in post["parameters"]] == [("Idempotency-Key", True)]
    assert document["paths"]["/v1/things/{thing}"]["put"]["parameters"][1]["required"] is True


def test_the_document_is_whole(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    assert document["servers"] == [{"url": "https://api.test"}]
    assert "HTTPValidationError" not in str(document)
    assert "$defs" not in str(document)
    schemas = document["components"]["schemas"]
    assert {"Problem", "ProblemItem", "Weighing"} <= set(schemas)


def test_a_model_of_two_shapes_gets_two_names() -> None:
    class Part(BaseModel):
        a: int

    class Whole(BaseModel):
        part: Part

    request = {
        "requestBody": {
            "content": {
                "application/json": {"schema": Whole.model_json_schema(ref_template="#/components/schemas/{model}")}
            }
        }
    }
    document: dict[str, Any] = {
        "paths": {"/x": {"post": {"responses": {}, **request}}},
        "components": {"schemas": {"Part": {"type": "string"}}},
    }
    schemas = complete(document, set(), "https://t.test/token", {})["components"]["schemas"]
    assert schemas["Part"] == {"type": "string"}
    assert schemas["PartInput"]["properties"]["a"]["type"] == "integer"
    assert schemas["Whole"]["properties"]["part"] == {"$ref": "#/components/schemas/PartInput"}


def test_a_json_body_in_a_signature_is_refused() -> None:
    app, router = FastAPI(), APIRouter()

    @router.post("/form")
    async def form(grant: str = Form()) -> None: ...

    app.include_router(router)
    refuse_declared_bodies(app)

    @router.post("/json")
    async def json(body: Weighing) -> None: ...

    with pytest.raises(ValueError, match="/json: parameter body declares a JSON body"):
        refuse_declared_bodies(app)


def test_create_api_refuses_such_a_route_too(mint: TokenMint) -> None:
    router = APIRouter()

    @router.post("/json")
    async def json(body: Weighing) -> None: ...

    async def standing(_: str) -> bool:
        return True

    with pytest.raises(ValueError, match="call json_body"):
        create_api(
            settings(),
            title="t",
            version="1",
            routers=[router],
            problem_table=TABLE,
            verifier=mint.verifier(),
            standing=standing,
            health_checks={},
        )


async def test_docs_are_served_from_here_where_the_assets_are_installed(
    mint: TokenMint, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in docs_ui._ASSETS:
        (tmp_path / name).write_text(f"content of {name}")
    monkeypatch.setattr("services.chassis.api.asset_folder", lambda: tmp_path)
    async with browser(make_app(mint)) as client:
        page = await client.get("/docs")
        script = await client.get("/docs/assets/swagger-ui-bundle.js")
        other = await client.get("/docs/assets/..%2Fsecret")
    assert "cdn" not in page.text.replace("https://fastapi", "")
    assert "https:" not in page.headers["content-security-policy"]
    assert script.text == "content of swagger-ui-bundle.js"
    assert script.headers["content-type"].startswith("text/javascript")
    assert other.status_code == 404


async def test_docs_fall_back_to_the_network(mint: TokenMint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.chassis.api.asset_folder", lambda: None)
    async with browser(make_app(mint)) as client:
        page = await client.get("/docs")
        assert page.status_code == 200
        assert "script-src 'self' 'unsafe-inline' https:" in page.headers["content-security-policy"]
        assert (await client.get("/docs/assets/favicon.png")).status_code == 404
        assert (await client.get("/openapi.json")).json()["info"]["title"] == "Things"


def test_the_server_hides_itself_and_believes_no_proxy(mint: TokenMint) -> None:
    config = server_config(make_app(mint), settings(http_port=9000, shutdown_limit_seconds=7))
    assert (config.port, config.server_header, config.access_log, config.proxy_headers) == (9000, False, False, False)
    assert config.timeout_graceful_shutdown == 7
    assert (config.loop, config.http, config.ws) == ("uvloop", "httptools", "none")


def test_limits_come_from_settings() -> None:
    table = limit_table(settings(body_limit_bytes=2048, batch_body_limit_bytes=4096))
    assert table.of("/v1/things").body_bytes == 2048
    assert table.of("/v1/things:batch").body_bytes == 4096
    assert table.of("/v1/things:batch/x").body_bytes == 2048
