"""No organisation reads or changes what another one owns: a foreign id and an absent one are answered alike."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Mapping
from typing import Any, Final

import httpx
import pytest

from infra.demo import scenery
from tests.e2e.scene import GRADE, Scene
from tests.e2e.tenancy_table import CHOICES, NOW, TABLE, Answer, Row
from tests.support import openapi
from tests.support.stack import Stack
from tests.support.tenant import Tenant
from tests.support.wait import wait_until

QUIET_LIMIT_S: Final = 20.0
STRANGER_ROLES: Final = ("buyer", "recycler", "supplier")
CHANGING_BY_THEMSELVES: Final = frozenset({"leases", "delivery_states"})
VARYING_HEADERS: Final = frozenset({"content-length", "date", "x-correlation-id"})
"""Contents are compared to the byte, but for ids; and ids may differ in length."""
EXPECTED_STATUS: Final = {Answer.HIDDEN: 404, Answer.FORBIDDEN: 403, Answer.OPEN: 200}
QUERY_NAMES: Final = {"profile_id": "profile", "footprint_id": "against"}
NEEDED: Final = {"/v1/footprint-history": {"product_id": scenery.product_id("ABSENT")}}
"""What a list asks for before it answers at all."""
Routes = set[tuple[str, str, str]]


@pytest.fixture(scope="module")
def scene(stack: Stack) -> Iterator[Scene]:
    made = Scene(stack, uuid.uuid4().hex[:6].upper())
    yield made
    made.close()


@pytest.fixture(scope="module")
def stranger(stack: Stack) -> Iterator[Tenant]:
    with stack.newcomer("Stranger Metals Co., Ltd. 陌路金属有限公司", STRANGER_ROLES) as newcomer:
        yield newcomer


def routes_with_ids(documents: Mapping[str, openapi.Json]) -> Routes:
    return {
        (service, method.upper(), path)
        for service, document in documents.items()
        for path, item in document["paths"].items()
        for method in openapi.METHODS
        if method in item and "{" in path
    }


def test_every_route_with_an_id_has_its_row() -> None:
    routes = [row.route for row in TABLE]
    assert sorted(routes) == sorted(routes_with_ids(openapi.documents()))


def test_a_route_without_a_row_would_be_noticed() -> None:
    documents = openapi.documents()
    documents["recycling"]["paths"]["/v1/lots/{lot_id}/photos"] = {"get": {}}
    missing = routes_with_ids(documents) - {row.route for row in TABLE}
    assert missing == {("recycling", "GET", "/v1/lots/{lot_id}/photos")}


@pytest.mark.parametrize("row", TABLE, ids=lambda row: " ".join(row.route))
def test_a_foreign_id_is_answered_like_an_absent_one(stack: Stack, scene: Scene, stranger: Tenant, row: Row) -> None:
    absent = {name: str(uuid.uuid4()) for name in scene.ids}
    before = settled_state(stack)
    foreign_answer, absent_answer = ask(stranger, row, scene.ids), ask(stranger, row, absent)

    assert foreign_answer.status_code == EXPECTED_STATUS[row.answer], foreign_answer.text
    if row.answer is Answer.OPEN:
        assert row.reason, "what is open says why"
        assert not set(row.never_shows) & set(foreign_answer.json())
        assert absent_answer.status_code == 404
    else:
        assert told(foreign_answer, scene.ids) == told(absent_answer, absent)
    assert state(stack) == before


@pytest.mark.parametrize(
    ("service", "path", "name", "key"),
    [
        ("certification", "/v1/parts", "profile", "profile_id"),
        ("footprints", "/v1/footprints", "owner", "organisation_id"),
        ("footprints", "/v1/footprints", "product_id", "product_id"),
        ("footprints", "/3/footprints", "productId", "product_id"),
        ("footprints", "/v1/access-log", "footprint_id", "footprint_id"),
        ("footprints", "/v1/access-log", "reader", "organisation_id"),
        ("footprints", "/v1/footprint-history", "product_id", "product_id"),
        ("footprints", "/v1/grants", "owner", "organisation_id"),
        ("footprints", "/v1/grants", "grantee", "organisation_id"),
        ("footprints", "/v1/deliveries", "recipient", "organisation_id"),
        ("footprints", "/v1/verifications", "footprint_id", "footprint_id"),
        ("recycling", "/v1/trades", "lot_id", "lot_id"),
        ("recycling", "/v1/trades", "demand_id", "demand_id"),
    ],
)
def test_a_foreign_id_in_a_query_is_answered_like_an_absent_one(
    scene: Scene, stranger: Tenant, service: str, path: str, name: str, key: str
) -> None:
    foreign = scene.ids | {"product_id": scenery.product_id(scene.run)}
    absent = {key: scenery.product_id("ABSENT") if key == "product_id" else str(uuid.uuid4())}
    answers = [stranger.get(service, path, **{name: ids[key]}) for ids in (foreign, absent)]
    assert told(answers[0], foreign) == told(answers[1], absent)


def test_every_parameter_of_a_query_that_takes_an_id_is_tried() -> None:
    """The list above holds all of them: what is left speaks of states, grades and pages."""
    tried = {"profile", "owner", "product_id", "grantee", "recipient", "footprint_id", "lot_id", "demand_id"}
    tried |= {"productId", "reader", "against"}
    no_ids = {
        "limit",
        "cursor",
        "status",
        "certified",
        "mine",
        "grade_scheme",
        "grade_code",
        "state",
        "progress",
        "name",
    }
    no_ids |= {"format", "bare", "dry_run", "from", "until", "$filter"}
    no_ids |= {"companyId", "classification", "geography", "validOn", "validAfter", "validBefore"}  # PACT's criteria
    no_ids |= {"decimal", "encoding", "utc_offset", "language", "outcome"}
    named = {
        parameter["name"]
        for document in openapi.documents().values()
        for item in document["paths"].values()
        for operation in item.values()
        for parameter in operation.get("parameters", [])
        if parameter["in"] == "query"
    }
    assert named == tried | no_ids


def test_lists_hold_nothing_of_others(scene: Scene, stranger: Tenant) -> None:
    public = {("recycling", "/v1/lots")}  # the market
    shown = dict(scene.ids) | {"run": scene.run}
    for service, document in openapi.documents().items():
        for path, item in document["paths"].items():
            if path.startswith("/v1/") and "{" not in path and "get" in item and (service, path) not in public:
                answer = stranger.get(service, path, **NEEDED.get(path, {}))
                assert answer.status_code in (200, 403), f"{service}{path}: {answer.text}"
                assert not [name for name, value in shown.items() if value in answer.text], f"{service}{path}"


def test_references_to_foreign_things_are_answered_like_absent_ones(
    stack: Stack, scene: Scene, stranger: Tenant
) -> None:
    absent = {name: str(uuid.uuid4()) for name in scene.ids}

    def claim(ids: Mapping[str, str]) -> httpx.Response:
        return stranger.send("recycling", "POST", "/v1/claims", scenery.claim("STRANGER", ids["trade_id"], NOW))

    def grant(ids: Mapping[str, str]) -> httpx.Response:
        terms = {"grantee_organisation_id": scene.buyer.organisation_id, "scope": "footprint"}
        return stranger.send("footprints", "POST", "/v1/grants", terms | {"scope_value": ids["footprint_id"]})

    before = settled_state(stack)
    for attempt in (claim, grant):
        foreign_answer, absent_answer = attempt(scene.ids), attempt(absent)
        assert foreign_answer.is_client_error
        assert told(foreign_answer, scene.ids) == told(absent_answer, absent)
    assert state(stack) == before


def test_an_idempotency_key_belongs_to_its_tenant(scene: Scene, stranger: Tenant) -> None:
    key = {"Idempotency-Key": uuid.uuid4().hex}
    demand = scenery.demand(NOW) | GRADE | {"grade_code": "RZL-KEYS"}
    own = [who.send("recycling", "POST", "/v1/demands", demand, headers=key) for who in (scene.buyer, stranger)]
    assert [answer.status_code for answer in own] == [201, 201]
    assert own[0].json()["demand_id"] != own[1].json()["demand_id"]
    again = scene.buyer.send("recycling", "POST", "/v1/demands", demand, headers=key)
    assert again.json() == own[0].json()


def test_a_buyer_sees_a_foreign_part_through_its_own_profile_alone(stack: Stack, scene: Scene) -> None:
    path = f"/v1/parts/{scene.ids['part_id']}"
    with stack.newcomer("Second buyer GmbH", ["buyer"]) as second:
        assert second.get("certification", path).status_code == 404
        profile = second.created("certification", "/v1/profiles", scenery.profile("SECOND"))["profile_id"]
        wait_until(lambda: second.get("certification", path).is_success, QUIET_LIMIT_S, "the verdict for its profile")
        part = second.get("certification", path)
        assert [verdict["profile_id"] for verdict in part.json()["verdicts"]] == [profile]
        verdict = second.get("certification", f"{path}/verdict", profile=profile)
        results = {outcome["requirement"]: outcome["result"] for outcome in verdict.json()["requirements"]}
        assert results["pcf_ceiling"] == "no_access"
        trail = second.get("certification", f"{path}/trail", profile=profile)
        for answer in (part, verdict, trail):
            assert scene.ids["footprint_id"] not in answer.text
            assert scene.ids["grant_id"] not in answer.text
            assert scene.ids["profile_id"] not in answer.text
        foreign = second.get("certification", f"{path}/verdict", profile=scene.ids["profile_id"])
        absent = second.get("certification", f"{path}/verdict", profile=(other := str(uuid.uuid4())))
        assert told(foreign, scene.ids) == told(absent, scene.ids | {"profile_id": other})


def ask(tenant: Tenant, row: Row, ids: Mapping[str, str]) -> httpx.Response:
    query = {QUERY_NAMES[name]: ids[name] for name in row.query}
    path = row.path.format_map(CHOICES | dict(ids))
    return tenant.send(row.service, row.method, path, row.body, version=row.version, query=query)


def told(answer: httpx.Response, ids: Mapping[str, str]) -> tuple[int, dict[str, str], bytes]:
    """Return all that an answer tells: to the byte, but for the id asked for and what differs in every answer."""
    headers = {name: value for name, value in answer.headers.items() if name not in VARYING_HEADERS}
    pattern = re.compile("|".join(re.escape(value) for value in sorted(set(ids.values()))).encode())
    return answer.status_code, headers, pattern.sub(b"ID", answer.content)


def settled_state(stack: Stack) -> dict[str, Any]:
    """Return what all databases hold once nothing moves any more."""
    found: list[dict[str, Any]] = [state(stack)]

    def same() -> bool:
        found.append(state(stack))
        unpublished = [stack.database(name)["outbox"].count_documents({"published": False}) for name in stack.urls]
        return not any(unpublished) and found[-1] == found[-2]

    wait_until(same, QUIET_LIMIT_S, "every database to be at rest")
    return found[-1]


def state(stack: Stack) -> dict[str, Any]:
    return {
        f"{service}.{name}": sorted(stack.database(service)[name].find(), key=lambda row: str(row["_id"]))
        for service in stack.urls
        for name in stack.database(service).list_collection_names()
        if name not in CHANGING_BY_THEMSELVES
    }
