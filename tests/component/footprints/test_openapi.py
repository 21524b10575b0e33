"""The OpenAPI document: examples that keep their models, a status for every refusal."""

from __future__ import annotations

import json
from typing import Any

import jsonschema_rs
import pytest
from pydantic import BaseModel

from services.chassis.kernel import Refusal
from services.footprints.api import examples
from services.footprints.api.access_log import ACCESS_ENTRY_EXAMPLE, AccessEntryResource
from services.footprints.api.check import CHECK_EXAMPLE, CheckResource
from services.footprints.api.findings import FINDINGS_EXAMPLE, FindingsResource, finding_view
from services.footprints.api.grants import GrantRequest
from services.footprints.api.history_resources import (
    COMPARISON_EXAMPLE,
    DIFFERENCE_EXAMPLE,
    REVISION_EXAMPLE,
    WITHDRAWAL_EXAMPLE,
    ComparisonResource,
    DifferenceResource,
    RevisionResource,
    WithdrawalRequest,
)
from services.footprints.api.pact_v3 import ProductFootprint
from services.footprints.api.problems import PROBLEMS
from services.footprints.api.resources import BatchLine, FootprintResource, GrantResource
from services.footprints.api.validation import FactorSetRequest
from services.footprints.api.validation_resources import (
    FACTOR_SET_EXAMPLE,
    LOADED_SET_EXAMPLE,
    POLICY_EXAMPLE,
    RULE_EXAMPLE,
    FactorSetResource,
    PolicyResource,
    RuleResource,
)
from services.footprints.application.exchange import DELIVERY_STATES
from services.footprints.bootstrap import INDEXES, KINDS, build_api
from services.footprints.domain import errors
from services.footprints.domain.findings import Evidence, review
from services.footprints.settings import FootprintsSettings
from tests.component.footprints.house import House
from tests.support.footprints import housing, maximal, minimal
from tests.unit.footprints.given import NOW, submission


@pytest.mark.parametrize(
    ("model", "example"),
    [
        (ProductFootprint, examples.PRODUCT_FOOTPRINT_EXAMPLE),
        (FootprintResource, examples.FOOTPRINT_EXAMPLE),
        (BatchLine, examples.BATCH_LINE_EXAMPLE),
        (CheckResource, CHECK_EXAMPLE),
        (FindingsResource, FINDINGS_EXAMPLE),
        (RuleResource, RULE_EXAMPLE),
        (PolicyResource, POLICY_EXAMPLE),
        (FactorSetRequest, FACTOR_SET_EXAMPLE),
        (FactorSetResource, LOADED_SET_EXAMPLE),
        (GrantResource, examples.GRANT_EXAMPLE),
        (AccessEntryResource, ACCESS_ENTRY_EXAMPLE),
        (RevisionResource, REVISION_EXAMPLE),
        (DifferenceResource, DIFFERENCE_EXAMPLE),
        (ComparisonResource, COMPARISON_EXAMPLE),
        (WithdrawalRequest, WITHDRAWAL_EXAMPLE),
        *((GrantRequest, example) for example in examples.GRANT_REQUEST_EXAMPLES.values()),
    ],
)
def test_examples_keep_their_models(model: type[BaseModel], example: dict[str, Any]) -> None:
    model.model_validate_json(json.dumps(example))


def test_the_example_has_the_finding_it_shows() -> None:
    found = review(Evidence.of(submission(examples.PRODUCT_FOOTPRINT_EXAMPLE), NOW))
    assert examples.FINDING_EXAMPLE in [finding_view(finding) for finding in found]


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
    assert set(INDEXES) == {kind.name for kind in KINDS} | {DELIVERY_STATES}


async def test_every_operation_is_described(house: House) -> None:
    document = house.app.openapi()
    paths = {path: set(item) for path, item in document["paths"].items() if path.startswith("/v1")}
    assert paths == {
        "/v1/footprints": {"get", "post"},
        "/v1/footprints:batch": {"post"},
        "/v1/footprints:check": {"post"},
        "/v1/footprints/{footprint_id}/findings": {"get"},
        "/v1/validation-rules": {"get"},
        "/v1/validation-policy": {"get", "put"},
        "/v1/factor-sets": {"get"},
        "/v1/factor-sets/{set_name}": {"put"},
        "/v1/footprints/{footprint_id}": {"get"},
        "/v1/footprints/{footprint_id}:withdraw": {"post"},
        "/v1/footprints/{footprint_id}/diff": {"get"},
        "/v1/footprints/{footprint_id}/views/{format}": {"get"},
        "/v1/footprints/{footprint_id}/report": {"get"},
        "/v1/footprints:import": {"post"},
        "/v1/footprint-history": {"get"},
        "/v1/access-log": {"get"},
        "/v1/requests": {"get"},
        "/v1/requests/{request_id}": {"get"},
        "/v1/requests/{request_id}:accept": {"post"},
        "/v1/requests/{request_id}:reject": {"post"},
        "/v1/partner-connections/{organisation_id}": {"get", "put", "delete"},
        "/v1/deliveries": {"get"},
        "/v1/deliveries/{delivery_id}": {"get"},
        "/v1/deliveries/{delivery_id}:retry": {"post"},
        "/v1/verifications": {"get", "post"},
        "/v1/verifications/{verification_id}": {"get"},
        "/v1/verifications/{verification_id}/footprint": {"get"},
        "/v1/verifications/{verification_id}:raise-findings": {"post"},
        "/v1/verifications/{verification_id}:answer": {"post"},
        "/v1/verifications/{verification_id}:attest": {"post"},
        "/v1/verifications/{verification_id}:decline": {"post"},
        "/v1/verifications/{verification_id}:withdraw": {"post"},
        "/v1/footprints/{footprint_id}/documents": {"get", "post"},
        "/v1/footprints/{footprint_id}/documents/{digest}": {"get"},
        "/v1/footprints/{footprint_id}/trust": {"get"},
        "/v1/trust-findings": {"get"},
        "/v1/intakes": {"get", "post"},
        "/v1/intakes/{intake_id}": {"get"},
        "/v1/intakes/{intake_id}/results": {"get"},
        "/v1/intake-template": {"get"},
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
