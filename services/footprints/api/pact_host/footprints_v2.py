"""ListFootprints and GetFootprint of PACT 2.3 under `/2`: the same records in the older words, for reading alone."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

import orjson
from fastapi import APIRouter, Request
from starlette.responses import Response

from services.chassis.auth import Caller
from services.chassis.http import answer_doc, respond
from services.chassis.idempotency import Reply
from services.chassis.problems import HttpProblem
from services.footprints.api.edge import Edge
from services.footprints.api.examples import PRODUCT_FOOTPRINT_EXAMPLE
from services.footprints.api.pact_host.errors import NOT_IMPLEMENTED_SLUG, PREFIX_V2
from services.footprints.api.pact_host.query import AskedQueryV2, page_links
from services.footprints.api.pact_host.render import data, data_list, exchanged
from services.footprints.api.pact_host.resources import PactFootprintsV2, PactFootprintV2
from services.footprints.api.render import instant
from services.footprints.application.pact import ExchangedFootprint
from services.footprints.domain.errors import FootprintNotFound
from services.footprints.domain.pact_v2 import to_v2

LIST: Final = "pact_v2_list_footprints"
GET: Final = "pact_v2_get_footprint"


def pact_v2_router(edge: Edge) -> APIRouter:
    """Return the reading routes under `/2`."""
    router = APIRouter(prefix=f"{PREFIX_V2}/footprints", tags=["pact"])

    @router.get(
        "",
        operation_id=LIST,
        summary="ListFootprints (PACT 2.3)",
        description=(
            "The same footprints as `/3/footprints` in the words of 2.3: amounts per one unit of measurement. What 2.3"
            " can't say is left out and told in the comment (data quality ratings among it: their scale changed)."
            " Footprints whose unit 2.3 does not know are not listed. `$filter` is ignored, which is legal."
        ),
        response_model=None,
        responses={200: answer_doc(PactFootprintsV2, "A page", {"data": [EXAMPLE_V2]}, "Link")},
    )
    async def footprints(request: Request, caller: Caller, asked: AskedQueryV2) -> Response:
        at = edge.clock()
        page = await edge.queries.pact.page(
            asked.criteria, asked.after, asked.limit, reader=caller.organisation_id, at=at
        )
        shown = [(each, document) for each in page.footprints if (document := document_v2(each)) is not None]
        await edge.disclose(caller, LIST, [each for each, _ in shown], at)
        links = page_links(request, edge.public_base_url, asked, page)
        return respond(Reply(200, data_list(document for _, document in shown), links))

    @router.get(
        "/{footprint_id}",
        operation_id=GET,
        summary="GetFootprint (PACT 2.3)",
        description="As `/3/footprints/{footprint_id}`. 400 NotImplemented for a unit that 2.3 does not know.",
        response_model=None,
        responses={200: answer_doc(PactFootprintV2, "The footprint", {"data": EXAMPLE_V2})},
    )
    async def footprint(footprint_id: str, caller: Caller) -> Response:
        at = edge.clock()
        found = await edge.queries.footprint(footprint_id.lower(), reader=caller.organisation_id, at=at)
        if found is None:
            raise FootprintNotFound("no footprint with this id is visible to you")
        document = document_v2(exchanged(found))
        if document is None:
            raise HttpProblem(
                400,
                NOT_IMPLEMENTED_SLUG,
                "2.3 has no words for it",
                "The footprint's unit of measurement is unknown to 2.3. Read it under /3/footprints.",
            )
        await edge.disclose(caller, GET, [found], at)
        return respond(Reply(200, data(document)))

    return router


def document_v2(footprint: ExchangedFootprint) -> bytes | None:
    """Return the record as a document of 2.3, None where 2.3 has no words for its unit."""
    converted = to_v2(
        orjson.loads(footprint.document.text),
        version=footprint.version,
        status=footprint.status.value,
        updated=instant(footprint.deprecated_at),
    )
    return None if converted is None else orjson.dumps(converted.document, default=_number)


def _number(value: Any) -> orjson.Fragment:
    """Write a `Decimal` as a JSON number with all its digits."""
    if not isinstance(value, Decimal):
        raise TypeError(type(value).__name__)
    return orjson.Fragment(format(value, "f"))


def _example() -> dict[str, Any]:
    converted = to_v2(PRODUCT_FOOTPRINT_EXAMPLE, version=1, status="Active", updated=None)
    assert converted is not None  # noqa: S101 - a constant of ours, said in pieces with a mass
    document: dict[str, Any] = orjson.loads(orjson.dumps(converted.document, default=_number))
    return document


EXAMPLE_V2: Final = _example()
