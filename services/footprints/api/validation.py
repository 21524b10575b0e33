"""Routes of validation: the rules, the caller's policy, the operator's factor sets."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Final

import orjson
from fastapi import APIRouter, Depends, Path, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from starlette.responses import Response

from services.chassis.auth import Caller, require
from services.chassis.http import IfMatch, etag, header_docs, json_body, json_request_body, respond
from services.chassis.idempotency import Reply
from services.chassis.tokens import Principal
from services.chassis.wire_types import PositiveDecimalString
from services.footprints.api.edge import Edge
from services.footprints.api.footprints import Supplier
from services.footprints.api.pact_v3.values import Urn
from services.footprints.api.validation_resources import (
    FACTOR_SET_EXAMPLE,
    FactorSetList,
    FactorSetResource,
    PolicyResource,
    RuleList,
    factor_set_view,
    policy_view,
    rule_view,
)
from services.footprints.application.commands import LoadFactorSet, SetValidationPolicy
from services.footprints.application.validation import policy_of
from services.footprints.domain.findings import RULES, FactorFigure, FactorSet, ValidationMode, ValidationPolicy
from services.footprints.domain.findings.factors import MAX_FACTORS
from services.footprints.domain.terms import UnitOfMeasurement

OPERATOR: Final = "operator"
MAX_WORD_LENGTH: Final = 200
MAX_TERMS_LENGTH: Final = 2_000

Operator = Annotated[Principal, Depends(require(role=OPERATOR))]
SetName = Annotated[
    str, Path(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$", description="Name of the set.", examples=["own-castings"])
]
Word = Annotated[str, StringConstraints(min_length=1, max_length=MAX_WORD_LENGTH)]
Terms = Annotated[str, StringConstraints(min_length=1, max_length=MAX_TERMS_LENGTH)]


class PolicyRequest(BaseModel):
    """How the caller wants its own footprints graded."""

    model_config = ConfigDict(extra="forbid")

    mode: ValidationMode = Field(description="lenient: findings are told; strict: errors among them refuse.")


class FactorRequest(BaseModel):
    """One reference figure, cradle to gate."""

    model_config = ConfigDict(extra="forbid", strict=True)

    product_classification: Urn = Field(description="As in productClassifications; letter case means nothing.")
    unit_of_measurement: UnitOfMeasurement
    typical_kgco2e: PositiveDecimalString = Field(description="Per one unit of measurement.")
    low_kgco2e: PositiveDecimalString | None = Field(default=None, description="Per one unit of measurement.")

    def figure(self) -> FactorFigure:
        """Return it in the words of the domain."""
        low: Decimal | None = self.low_kgco2e
        return FactorFigure(self.product_classification, self.unit_of_measurement, self.typical_kgco2e, low)


class FactorSetRequest(BaseModel):
    """A set of reference figures: it takes the place of the one with its name."""

    model_config = ConfigDict(extra="forbid")

    set_version: Word = Field(description="The publisher's own word for the edition.")
    source: Terms = Field(description="Who publishes it, and where.")
    licence: Terms = Field(description="The terms that allow its use here.")
    factors: Annotated[list[FactorRequest], Field(max_length=MAX_FACTORS)]


def validation_router(edge: Edge) -> APIRouter:
    """Return the routes of rules and of the policy."""
    router = APIRouter(tags=["validation"])

    @router.get(
        "/v1/validation-rules",
        operation_id="list_validation_rules",
        summary="List the rules of the methodology",
        description="Every rule that footprints are graded by, with its source, severity, tags and texts.",
        response_model=None,
        responses={200: {"model": RuleList, "description": "The rules, in the order in which they are told"}},
    )
    async def validation_rules(caller: Caller) -> Response:  # noqa: ARG001 - public to every organisation
        return respond(Reply(200, orjson.dumps({"items": [rule_view(rule) for rule in RULES]})))

    @router.get(
        "/v1/validation-policy",
        operation_id="read_validation_policy",
        summary="Read your validation policy",
        description="Everybody begins with version 1, lenient.",
        response_model=None,
        responses={200: {"model": PolicyResource, "description": "The policy", "headers": header_docs("ETag")}},
    )
    async def read_policy(caller: Supplier) -> Response:
        return respond(policy_reply(await policy_of(edge.queries.validation, caller.organisation_id)))

    @router.put(
        "/v1/validation-policy",
        operation_id="set_validation_policy",
        summary="Choose how your footprints are graded",
        description=(
            "With strict, a footprint with a finding of severity error is refused with 422, and the problem lists all"
            " its findings. What was accepted before stays as it is."
        ),
        openapi_extra=json_request_body(PolicyRequest, examples={"strict": {"mode": "strict"}}),
        response_model=None,
        responses={200: {"model": PolicyResource, "description": "The policy", "headers": header_docs("ETag")}},
    )
    async def set_policy(request: Request, caller: Supplier, version: IfMatch) -> Response:
        body = await json_body(request, PolicyRequest)
        return await edge.change(SetValidationPolicy(edge.meta(caller), body.mode, version), policy_reply)

    return router


def factor_sets_router(edge: Edge) -> APIRouter:
    """Return the routes of factor sets."""
    router = APIRouter(prefix="/v1/factor-sets", tags=["validation"])

    @router.get(
        "",
        operation_id="list_factor_sets",
        summary="List the loaded factor sets",
        description="Name, edition, source and licence; the figures themselves are not given away.",
        response_model=None,
        responses={200: {"model": FactorSetList, "description": "What is loaded, in order of the names"}},
    )
    async def list_sets(caller: Caller) -> Response:  # noqa: ARG001 - public to every organisation
        loaded = await edge.queries.validation.factor_sets()
        return respond(Reply(200, orjson.dumps({"items": [factor_set_view(each) for each in loaded]})))

    @router.put(
        "/{set_name}",
        operation_id="load_factor_set",
        summary="Load a factor set",
        description=(
            f"Puts up to {MAX_FACTORS} reference figures in the place of those that the set has; an empty list takes"
            " them away. A repeat has the same effect. Footprints whose total lies more than a factor of ten off get a"
            " warning, marked as an assumption of ours. Tierloop ships no figures: load what you may use."
        ),
        openapi_extra=json_request_body(FactorSetRequest, examples={"own figures": FACTOR_SET_EXAMPLE}),
        response_model=None,
        responses={200: {"model": FactorSetResource, "description": "Loaded", "headers": header_docs("ETag")}},
    )
    async def load_set(request: Request, set_name: SetName, caller: Operator) -> Response:
        body = await json_body(request, FactorSetRequest)
        figures = tuple(factor.figure() for factor in body.factors)
        command = LoadFactorSet(edge.meta(caller), set_name, body.set_version, body.source, body.licence, figures)
        return await edge.change(command, factor_set_reply)

    return router


def policy_reply(policy: ValidationPolicy) -> Reply:
    """Answer with a policy."""
    return Reply(200, orjson.dumps(policy_view(policy)), {"ETag": etag(policy.version)})


def factor_set_reply(loaded: FactorSet) -> Reply:
    """Answer with a factor set."""
    return Reply(200, orjson.dumps(factor_set_view(loaded)), {"ETag": etag(loaded.version)})
