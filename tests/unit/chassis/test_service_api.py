"""The composition services share: what an API opens it closes, after the commands under way."""

from __future__ import annotations

import importlib
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from services.chassis.mongo import Mongo
from services.chassis.problems import ProblemTable
from services.chassis.service_api import ApiTexts, Outside, compose_api, edge_parts, open_outside
from services.chassis.settings import ServiceSettings
from services.chassis.testing.clock import FixedClock
from services.chassis.testing.memory_store import MemoryStore
from services.chassis.testing.tokens import TokenMint
from services.chassis.tokens import TokenVerifier
from services.chassis.unit import CommandBus

COMPOSED = ("certification", "footprints", "recycling")


def watch(monkeypatch: pytest.MonkeyPatch, owner: type[Any], method: str, seen: list[str]) -> None:
    """Note each call of an asynchronous method, and let it through."""
    real = getattr(owner, method)

    async def noted(self: Any) -> None:
        seen.append(owner.__name__)
        await real(self)

    monkeypatch.setattr(owner, method, noted)


@pytest.fixture
def closed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return what was closed, in order."""
    seen: list[str] = []
    watch(monkeypatch, CommandBus, "close", seen)
    watch(monkeypatch, TokenVerifier, "aclose", seen)
    watch(monkeypatch, httpx.AsyncClient, "aclose", seen)
    watch(monkeypatch, Mongo, "close", seen)
    return seen


async def live_through(app: FastAPI) -> None:
    """Start the application and end it."""
    async with app.router.lifespan_context(app):
        pass


@pytest.mark.parametrize("service", COMPOSED)
async def test_an_api_closes_all_it_opened_after_its_commands(service: str, closed: list[str]) -> None:
    bootstrap = importlib.import_module(f"services.{service}.bootstrap")
    await live_through(bootstrap.build_api(bootstrap.SETTINGS.load({})))
    assert closed == ["CommandBus", "TokenVerifier", "AsyncClient", "Mongo"]


async def test_a_part_that_fails_to_close_does_not_keep_the_others_open(
    closed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(_: TokenVerifier) -> None:
        raise RuntimeError("the reading of keys does not end")

    _, outside = open_outside(ServiceSettings())
    monkeypatch.setattr(TokenVerifier, "aclose", fail)
    with pytest.raises(RuntimeError, match="reading of keys"):
        await outside["close"]()
    assert closed == ["AsyncClient", "Mongo"]


async def test_the_edge_takes_time_and_identities_from_outside() -> None:
    clock = FixedClock(datetime(2031, 1, 1, tzinfo=UTC))
    outside = Outside(**memory(), clock=clock, new_id=lambda: "the next one")
    parts = edge_parts(ServiceSettings(idempotency_ttl_hours=2), {}, lambda _: pytest.fail("no event"), outside)
    assert parts["new_id"]() == "the next one"
    assert parts["clock"] is clock
    assert parts["idempotency_ttl"].total_seconds() == 7200


async def test_the_document_says_what_the_texts_say() -> None:
    settings, outside = ServiceSettings(), memory()
    bus = edge_parts(settings, {}, lambda _: pytest.fail("no event"), outside)["bus"]
    texts = ApiTexts("A shop", "3.2.1", "Sells.", tags=({"name": "goods"},), scopes={"goods:read": "See goods."})
    app = compose_api(settings, texts, outside, bus=bus, routers=[], problem_table=ProblemTable({}), standing=always)
    document = app.openapi()
    assert document["info"] == {"title": "A shop", "version": "3.2.1", "description": "Sells."}
    assert document["tags"] == [{"name": "goods"}]


def memory() -> Outside:
    """Return an outside that keeps nothing and checks nothing."""

    async def close() -> None:
        pass

    return Outside(store=MemoryStore(), verifier=TokenMint().verifier(), health_checks={}, close=close)


async def always(_: str) -> bool:
    """Every organisation is in good standing."""
    return True
