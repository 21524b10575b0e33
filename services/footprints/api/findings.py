"""Findings on the wire, and the route that reads those of a footprint."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import orjson
from fastapi import APIRouter
from pydantic import ConfigDict, Field
from starlette.responses import Response

from services.chassis.auth import Caller
from services.chassis.http import etag, header_docs, respond
from services.chassis.idempotency import Reply
from services.chassis.kernel import Refusal
from services.chassis.problems import HttpProblem, Problem, ProblemItem, from_refusal
from services.footprints.api.edge import Edge
from services.footprints.api.examples import FINDING_EXAMPLE, FOOTPRINT_EXAMPLE
from services.footprints.api.messages import texts_of
from services.footprints.api.problems import PROBLEMS
from services.footprints.api.resources import FindingResource, Resource
from services.footprints.domain.errors import FootprintNotFound, MethodologyBroken
from services.footprints.domain.findings import RULES_BY_ID, Finding, Severity

SCHEMA_PREFIX: Final = "schema_"
SCHEMA_TITLE: Final = "The document keeps the schema"
SCHEMA_SOURCE: Final = "PACT Technical Specifications 3.0.3, OpenAPI schema"
RECORD_SOURCE: Final = "PACT Technical Specifications 3.0.3, Product Footprint Lifecycle"
FINDINGS_EXAMPLE: Final[dict[str, Any]] = {
    "footprint_id": FOOTPRINT_EXAMPLE["footprint_id"],
    "version": 1,
    "findings": [FINDING_EXAMPLE],
}


class FindingsResource(Resource):
    """The findings of a footprint, as it was graded when it was accepted."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [FINDINGS_EXAMPLE]})

    footprint_id: str
    version: int = Field(ge=1, description="Version of the footprint, also in the ETag.")
    findings: list[FindingResource]


def finding_view(finding: Finding) -> dict[str, Any]:
    """Return a finding with its texts."""
    rule, texts = RULES_BY_ID.get(finding.code), texts_of(finding.code).filled(finding.values)
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "title": texts.title,
        "field": finding.field,
        "found": finding.found,
        "expected": texts.expected,
        "remedy": texts.remedy,
        "source": None if rule is None else f"{rule.source.standard}: {rule.source.section}",
        "assumption": rule is not None and rule.is_assumption,
    }


def schema_view(item: ProblemItem, found: str | None) -> dict[str, Any]:
    """Return a broken rule of the schema as a finding, so that one list holds everything."""
    return {
        "code": SCHEMA_PREFIX + item.rule,
        "severity": Severity.ERROR.value,
        "title": SCHEMA_TITLE,
        "field": item.field,
        "found": found,
        "expected": item.message,
        "remedy": item.remedy or "",
        "source": SCHEMA_SOURCE,
        "assumption": False,
    }


def refusal_view(refusal: Refusal) -> dict[str, Any]:
    """Return what the record's life cycle refuses as a finding."""
    return {
        "code": refusal.code,
        "severity": Severity.ERROR.value,
        "title": PROBLEMS.entry(refusal.code).title,
        "field": refusal.field or "",
        "found": None,
        "expected": refusal.detail,
        "remedy": refusal.remedy or "",
        "source": RECORD_SOURCE,
        "assumption": False,
    }


def methodology_problem(refusal: MethodologyBroken) -> HttpProblem:
    """Return the problem of a strict policy: it lists every finding, errors first."""
    entry = PROBLEMS.entry(refusal.code)
    detail = f"{refusal.detail}. {refusal.remedy}"
    return HttpProblem(entry.status, entry.slug, entry.title, detail, errors=tuple(_items(refusal.findings)))


def refusal_problem(refusal: Refusal, instance: str) -> Problem:
    """Return the problem of any refusal, for answers that hold several."""
    if isinstance(refusal, MethodologyBroken):
        return methodology_problem(refusal).problem(instance)
    return from_refusal(refusal, PROBLEMS.entry(refusal.code), instance)


def _items(findings: Sequence[Finding]) -> list[ProblemItem]:
    items = []
    for finding in findings:
        texts = texts_of(finding.code).filled(finding.values)
        found = "undefined" if finding.found is None else finding.found
        message = f"{finding.severity.value}: expected {texts.expected}; found {found}"
        items.append(ProblemItem(field=finding.field, rule=finding.code, message=message, remedy=texts.remedy))
    return items


def findings_router(edge: Edge) -> APIRouter:
    """Return the route `/v1/footprints/{footprint_id}/findings`."""
    router = APIRouter(tags=["validation"])

    @router.get(
        "/v1/footprints/{footprint_id}/findings",
        operation_id="read_findings",
        summary="Read the findings of a footprint",
        description="As graded when it was accepted, errors first; for whoever may read the footprint.",
        response_model=None,
        responses={200: {"model": FindingsResource, "description": "The findings", "headers": header_docs("ETag")}},
    )
    async def read_findings(footprint_id: str, caller: Caller) -> Response:
        now = edge.clock()
        found = await edge.queries.footprint(footprint_id.lower(), reader=caller.organisation_id, at=now)
        if found is None:
            raise FootprintNotFound("no footprint with this id is visible to you")
        await edge.disclose(caller, "read_findings", [found], now)
        body = {
            "footprint_id": found.footprint_id,
            "version": found.version,
            "findings": [finding_view(finding) for finding in found.findings],
        }
        return respond(Reply(200, orjson.dumps(body), {"ETag": etag(found.version)}))

    return router
