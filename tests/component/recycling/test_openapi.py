from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import BaseModel

from services.chassis.kernel import Refusal
from services.chassis.problems import ProblemTable
from services.recycling.api import bodies, examples, trade_views, views
from services.recycling.api.problems import PROBLEMS
from services.recycling.bootstrap import INDEXES, KINDS, PARTS, build_api
from services.recycling.domain import errors
from services.recycling.settings import RecyclingSettings
from tests.component.recycling.shop import Shop


@pytest.mark.parametrize(
    ("model", "example"),
    [
        (bodies.NewLot, examples.NEW_LOT),
        (bodies.NewDemand, examples.NEW_DEMAND),
        (bodies.NewTicket, examples.TICKET),
        (bodies.NewClaim, examples.NEW_CLAIM),
        (bodies.Why, examples.WHY),
        (views.LotView, examples.LOT),
        (views.DemandView, examples.DEMAND),
        (trade_views.TradeView, examples.TRADE),
        (views.ClaimSummary, examples.CLAIM_SUMMARY),
        (views.ClaimDetail, examples.CLAIM),
    ],
)
def test_examples_keep_their_models(model: type[BaseModel], example: dict[str, Any]) -> None:
    model.model_validate_json(json.dumps(example))


def test_every_refusal_of_the_domain_has_its_status() -> None:
    codes = {
        error.code
        for error in vars(errors).values()
        if isinstance(error, type) and issubclass(error, Refusal) and error is not Refusal
    }
    assert isinstance(PROBLEMS, ProblemTable)
    assert codes <= set(PROBLEMS.entries)


async def test_every_operation_says_what_it_answers(shop: Shop) -> None:
    document = shop.app.openapi()
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if path.startswith("/health"):
                continue
            success = next(iter(operation["responses"]))
            assert success in ("200", "201")
            assert "example" in operation["responses"][success]["content"]["application/json"], (path, method)
            assert operation["security"]
            if method == "post":
                assert "409" in operation["responses"]
                headers = {parameter["name"] for parameter in operation["parameters"]}
                assert headers & {"If-Match", "Idempotency-Key"}, path


def test_the_service_is_composed_on_mongodb_without_connecting() -> None:
    app = build_api(RecyclingSettings.load({}))
    assert app.title == "Tierloop recycling"
    assert {kind.name for kind in KINDS} == set(INDEXES)
    assert PARTS.name == "recycling"
