"""Suspending an organisation in identity bites in every service by event, while its tokens are still valid."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

import httpx
import pytest

from infra.demo import scenery
from tests.support.stack import LET_IN, Stack
from tests.support.tenant import Tenant
from tests.support.wait import wait_until

BITES_LIMIT_S: Final = 10.0
NOW: Final = datetime.now(UTC)
CREATES: Final[dict[str, tuple[str, dict[str, Any], str]]] = {
    "footprints": ("/v1/footprints", scenery.footprint("SUSPENDED", NOW), "footprints"),
    "certification": ("/v1/suppliers", scenery.supplier(), "suppliers"),
    "recycling": ("/v1/demands", scenery.demand(NOW) | {"grade_code": "RZL-99900"}, "demands"),
}
"""What a supplier in good standing may create in each service, and the collection it would be in."""


@pytest.fixture
def supplier(stack: Stack) -> Iterator[Tenant]:
    with stack.newcomer("Dongling Castings Co., Ltd. 东陵铸造有限公司", ["supplier"]) as newcomer:
        yield newcomer


def test_a_suspended_organisation_is_refused_everywhere_until_it_is_reinstated(stack: Stack, supplier: Tenant) -> None:
    token = supplier.token()
    with stack.as_demo("park") as park, stack.as_demo("recycler") as bystander:
        assert_let_in(supplier)
        move(park, supplier, "suspend", {"reason": "Licence under review."})

        for service in LET_IN:
            wait_until(lambda s=service: is_refused(read(supplier, s)), BITES_LIMIT_S, f"{service} to refuse")  # type: ignore[misc]  # mypy takes the default for a parameter
        assert is_refused(supplier.get("identity", f"/v1/organisations/{supplier.organisation_id}"))
        assert supplier.token() == token, "the token refused is the one that was good before"
        assert_nothing_can_be_created(stack, supplier)
        assert supplier.ask_token().status_code == httpx.codes.UNAUTHORIZED
        assert_let_in(bystander)

        move(park, supplier, "reinstate")
        for service in LET_IN:
            wait_until(lambda s=service: read(supplier, s).is_success, BITES_LIMIT_S, f"{service} to let it in")  # type: ignore[misc]  # mypy takes the default for a parameter
        assert supplier.ask_token().status_code == httpx.codes.OK
        for service, (path, body, _) in CREATES.items():
            supplier.created(service, path, body)


def assert_let_in(tenant: Tenant) -> None:
    assert {service: read(tenant, service).status_code for service in LET_IN} == dict.fromkeys(LET_IN, 200)


def assert_nothing_can_be_created(stack: Stack, tenant: Tenant) -> None:
    for service, (path, body, collection) in CREATES.items():
        stored = stack.database(service)[collection]
        before = stored.count_documents({})
        assert is_refused(tenant.send(service, "POST", path, body))
        assert stored.count_documents({}) == before


def move(park: Tenant, tenant: Tenant, step: str, body: dict[str, Any] | None = None) -> None:
    answer = park.send("identity", "POST", f"/v1/organisations/{tenant.organisation_id}:{step}", body)
    assert answer.status_code == httpx.codes.OK, answer.text


def read(tenant: Tenant, service: str) -> httpx.Response:
    return tenant.get(service, LET_IN[service])


def is_refused(answer: httpx.Response) -> bool:
    """Tell whether it is the refusal of a suspended organisation; any other failure is a failure of the test."""
    if answer.is_success:
        return False
    problem = answer.json()
    assert answer.status_code == httpx.codes.FORBIDDEN, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert problem["type"] == "urn:tierloop:problem:organisation-suspended"
    assert [error["rule"] for error in problem["errors"]] == ["organisation_suspended"]
    return True
