"""A request example of the documentation is copied and sent years later: none is refused because a day has passed."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, date, datetime
from functools import reduce
from typing import Any, Final

import httpx
import pytest

from services.chassis.clock import system_clock
from services.identity.domain.profile import Role
from tests.component.certification.desk import open_desk
from tests.component.footprints.house import open_house
from tests.component.identity.conftest import running, seeded, settings_with
from tests.component.recycling.shop import open_shop
from tests.support.openapi import document
from tests.unit.recycling.market import SELLER

Json = dict[str, Any]
Answers = Callable[[str, Json], Any]
"""Sends a body to a path, as an organisation that has every role."""

TODAY: Final = system_clock()
YEARS_LATER: Final = datetime(2035, 6, 1, 8, 0, tzinfo=UTC)
ROLES: Final = tuple(role.value for role in Role)
STARTS_WITH_A_DATE: Final = re.compile(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}")
ACCEPTED: Final = {
    "certification": {"/v1/suppliers", "/v1/certificates", "/v1/profiles", "/v1/parts"},
    "footprints": {"/v1/footprints", "/v1/grants"},
    "identity": {"/v1/organisations"},
    "recycling": {"/v1/lots", "/v1/demands"},
}
"""What must be created; of all else it is enough that no date is what it is refused for."""


def documented_posts(service: str) -> list[tuple[str, Json]]:
    """Return path and body of every JSON example of a POST that names no resource in its path."""
    found = []
    for path, operations in document(service)["paths"].items():
        content = operations.get("post", {}).get("requestBody", {}).get("content", {})
        examples = content.get("application/json", {}).get("examples", {})
        found += [(path, example["value"]) for example in examples.values() if "{" not in path]
    return found


@asynccontextmanager
async def certification(day: datetime) -> AsyncIterator[Answers]:
    async with open_desk() as desk:
        desk.world.clock.set(day)
        yield poster(desk.client, lambda: desk.mint.bearer("org-all", roles=ROLES))


@asynccontextmanager
async def footprints(day: datetime) -> AsyncIterator[Answers]:
    async with open_house() as house:
        house.clock.set(day)
        yield poster(house.client, lambda: house.mint.bearer("org-all", roles=ROLES))


@asynccontextmanager
async def identity(day: datetime) -> AsyncIterator[Answers]:
    async with running(settings_with()) as world:
        world.clock.set(day)
        token = await (await seeded(world)).bearer("park")
        yield poster(world.http, lambda: token)


@asynccontextmanager
async def recycling(day: datetime) -> AsyncIterator[Answers]:
    async with open_shop() as shop:
        shop.market.clock.set(day)
        await shop.market.certify(valid_until=date.max)
        yield poster(shop.client, lambda: shop.mint.bearer(SELLER, roles=ROLES))


def poster(client: httpx.AsyncClient, token: Callable[[], dict[str, str]]) -> Answers:
    """Return what posts with a fresh Idempotency-Key."""
    sent: list[str] = []

    async def post(path: str, body: Json) -> httpx.Response:
        sent.append(path)
        return await client.post(path, json=body, headers=token() | {"Idempotency-Key": f"example-{len(sent)}"})

    return post


SERVICES: Final[dict[str, Callable[[datetime], AbstractAsyncContextManager[Answers]]]] = {
    "certification": certification,
    "footprints": footprints,
    "identity": identity,
    "recycling": recycling,
}


def refused_dates(answer: httpx.Response, body: Json) -> list[str]:
    """Return the fields of a refusal under which the example has a date."""
    fields = [item["field"] for item in answer.json().get("errors", ())] if answer.is_client_error else []
    return [field for field in fields if STARTS_WITH_A_DATE.match(str(value_at(body, field)))]


def value_at(body: Any, pointer: str) -> Any:
    """Return what a JSON pointer names; None where it names nothing."""

    def step(value: Any, name: str) -> Any:
        if isinstance(value, list):
            return value[int(name)] if name.isdecimal() and int(name) < len(value) else None
        return value.get(name) if isinstance(value, dict) else None

    return reduce(step, pointer.split("/")[1:], body)


@pytest.mark.parametrize("later", [False, True], ids=["today", "years later"])
@pytest.mark.parametrize("service", SERVICES)
async def test_no_documented_example_is_refused_for_a_date(service: str, later: bool) -> None:
    day = YEARS_LATER if later else TODAY
    created = set()
    async with SERVICES[service](day) as post:
        for path, body in documented_posts(service):
            answer = await post(path, body)
            assert not refused_dates(answer, body), f"{path}: {answer.text}"
            assert answer.status_code not in (401, 403), f"{path} did not look at the example: {answer.text}"
            if answer.status_code == httpx.codes.CREATED:
                created.add(path)
    assert created >= ACCEPTED[service]


async def test_a_date_that_has_passed_is_noticed() -> None:
    """The test above can fail."""
    (body,) = [body for path, body in documented_posts("recycling") if path == "/v1/demands"]
    stale = body | {"needed_by": "2026-05-31"}
    async with recycling(TODAY) as post:
        answer = await post("/v1/demands", stale)
    assert refused_dates(answer, stale) == ["/needed_by"]
