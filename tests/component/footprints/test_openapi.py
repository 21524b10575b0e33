"""The OpenAPI document: examples that keep their models, a status for every refusal."""

from __future__ import annotations

import json
from typing import Any

import jsonschema_rs
import pytest
from pydantic import BaseModel

from services.chassis.kernel import Refusal
from services.footprints.api import examples
from services.footprints.api.grants import GrantRequest
from services.footprints.api.pact_v3 import ProductFootprint
from services.footprints.api.problems import PROBLEMS
from services.footprints.api.resources import BatchLine, FootprintResource, GrantResource
from services.footprints.bootstrap import INDEXES, KINDS, build_api
from services.footprints.domain import errors
from services.footprints.domain.findings import review
from services.footprints.settings import FootprintsSettings
from tests.component.footprints.house import House
from tests.support.footprints import housing, maximal, minimal
from tests.unit.footprints.given import submission


@pytest.mark.parametrize(
    ("model", "example"),
    [
        (ProductFootprint, examples.PRODUCT_FOOTPRINT_EXAMPLE),
        (FootprintResource, examples.FOOTPRINT_EXAMPLE),
        (BatchLine, examples.BATCH_LINE_EXAMPLE),
        (GrantResource, examples.GRANT_EXAMPLE),
        *((GrantRequest, example) for example in examples.GRANT_REQUEST_EXAMPLES.values()),
    ],
)
def test_examples_keep_their_models(model: type[BaseModel], example: dict[str, Any]) -> None:
    model.model_validate_json(json.dumps(example))


def test_the_example_has_the_finding_it_shows() -> None:
    found = review(submission(examples.PRODUCT_FOOTPRINT_EXAMPLE))
    assert "data_quality_missing" in {finding.code for finding in found}


@pytest.mark.parametrize(
    "document",
    [housing(), housing(pcf={"geographyCountry": None}), minimal(), maximal(), examples.PRODUCT_FOOTPRINT_EXAMPLE],
)
def test_the_published_schema_takes_what_the_model_takes(document: dict[str, Any]) -> None:
    validator = jsonschema_rs.validator_for(ProductFootprint.model_json_schema())
    assert list(validator.iter_errors(document)) == []


@pytest.mark.parametrize(
    "pcf",
    [
        {"biogenicCO2Uptake": "0.1"},
        {"fossilGhgEmissions": "-0.1"},
        {"fossilGhgEmissions": 1},
        {"declaredUnitAmount": "0"},
        {"declaredUnitOfMeasurement": "pieces"},
        {"ipccCharacterizationFactors": ["AR6", "AR6"]},
        {"crossSectoralStandards": []},
        {"geographyCountry": "CN"},
    ],
)
def test_the_published_schema_refuses_what_the_model_refuses(pcf: dict[str, Any]) -> None:
    validator = jsonschema_rs.validator_for(ProductFootprint.model_json_schema())
    assert not validator.is_valid(housing(pcf=pcf))


def test_every_refusal_of_the_domain_has_its_status() -> None:
    codes = {
        error.code
        for error in vars(errors).values()
        if isinstance(error, type) and issubclass(error, Refusal) and error is not Refusal
    }
    assert codes <= set(PROBLEMS.entries)


def test_every_kind_has_its_collection() -> None:
    assert set(INDEXES) == {kind.name for kind in KINDS}


async def test_every_operation_is_described(house: House) -> None:
    document = house.app.openapi()
    paths = {path: set(item) for path, item in document["paths"].items() if path.startswith("/v1")}
    assert paths == {
        "/v1/footprints": {"get", "post"},
        "/v1/footprints:batch": {"post"},
        "/v1/footprints/{footprint_id}": {"get"},
        "/v1/grants": {"get", "post"},
        "/v1/grants/{grant_id}": {"get"},
        "/v1/grants/{grant_id}:revoke": {"post"},
    }
    for path in paths:
        for operation in document["paths"][path].values():
            assert operation["summary"]
            assert operation["security"]
            assert {"401", "403", "500", "503"} <= operation["responses"].keys()
    assert document["components"]["schemas"]["ProductFootprint"]["additionalProperties"] is True


def test_the_api_is_built_without_connecting() -> None:
    app = build_api(FootprintsSettings())
    assert app.title == "Tierloop footprints"
