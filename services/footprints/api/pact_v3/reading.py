"""From the bytes of a ProductFootprint to a submission: validated once, kept as it came."""

from __future__ import annotations

from typing import Final

from pydantic import ValidationError

from services.chassis.http import parse_json
from services.chassis.problem_handlers import body_problem
from services.chassis.problems import HttpProblem, ProblemItem
from services.footprints.api.pact_v3.document_text import UnfitDocumentError, parse_document
from services.footprints.api.pact_v3.product_footprint import ProductFootprint
from services.footprints.api.pact_v3.to_domain import submission_of
from services.footprints.domain.carbon import Submission
from services.footprints.domain.document import Document

INVALID_BODY: Final = ("invalid-body", "The body breaks a rule")
REMEDIES: Final = {
    "spec_version": "Convert the footprint to PACT 3; amounts of the 2.x line are per one unit of measurement.",
    "uuid": "Write the UUID with hyphens, such as 0c7b2a51-6f1e-4b52-9d3a-5e8f10a4c2d7.",
    "urn": "Write a URN, such as urn:gtin:4712345060507; percent-encode white space.",
    "uri": "Write an absolute URI, such as https://example.org/schema.json.",
    "instant": "Write an RFC 3339 instant, such as 2026-01-01T00:00:00Z.",
    "unique_items": "Remove the repeated item.",
    "decimal_sign": "Write the value with a minus sign, or leave the property out.",
    "geography_exclusive": "Keep the finest geography that holds, and remove the others.",
    "string_pattern_mismatch": "Write the value as the pattern asks for.",
    "string_too_short": "Write a text, or leave the property out where it is optional.",
    "too_short": "Name at least one item, or leave the property out where it is optional.",
    "bool_type": "Write true or false, without quotes.",
    "list_type": "Send an array.",
    "dict_type": "Send a JSON object.",
    "model_type": "Send a JSON object.",
    "model_attributes_type": "Send a JSON object.",
}
"""How to mend what this model refuses, beyond what the chassis knows."""
ANY_REMEDY: Final = "Change the value as the message asks for."


def read_submission(raw: bytes, *, depth_limit: int, instance: str) -> Submission:
    """Read one ProductFootprint.

    Raises `HttpProblem`: 400 for what is no JSON or nests too deep, 422 with one item for each rule of the schema
    that is broken. Methodology rules are not looked at here: they become findings.
    """
    try:
        footprint = parse_json(raw, ProductFootprint, depth_limit=depth_limit)
    except ValidationError as error:
        problem = body_problem(error, instance)
        slug = problem.type.rsplit(":", 1)[-1]
        items = tuple(_with_remedy(item) for item in problem.errors)
        raise HttpProblem(problem.status, slug, problem.title, problem.detail, errors=items) from None
    try:
        content = parse_document(raw)
    except UnfitDocumentError as error:
        raise HttpProblem(422, *INVALID_BODY, str(error), errors=tuple(error.items)) from None
    return submission_of(footprint, Document.of(content))


def _with_remedy(item: ProblemItem) -> ProblemItem:
    if item.remedy is not None:
        return item
    return item.model_copy(update={"remedy": REMEDIES.get(item.rule, ANY_REMEDY)})
