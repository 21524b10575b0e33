"""ListFootprints and GetFootprint of PACT 3 under `/3`."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.chassis.auth import Caller
from services.chassis.http import answer_doc, respond
from services.chassis.idempotency import Reply
from services.footprints.api.edge import Edge
from services.footprints.api.examples import PRODUCT_FOOTPRINT_EXAMPLE
from services.footprints.api.pact_host.errors import PREFIX
from services.footprints.api.pact_host.query import AskedQuery, page_links
from services.footprints.api.pact_host.render import data, data_list, document_of, exchanged
from services.footprints.api.pact_host.resources import PactFootprint, PactFootprints
from services.footprints.domain.errors import FootprintNotFound

LIST: Final = "pact_list_footprints"
GET: Final = "pact_get_footprint"


def pact_router(edge: Edge) -> APIRouter:
    """Return the reading routes under `/3`."""
    router = APIRouter(prefix=f"{PREFIX}/footprints", tags=["pact"])

    @router.get(
        "",
        operation_id=LIST,
        summary="ListFootprints (PACT 3)",
        description=(
            "The caller's own footprints and those opened to it by grants that hold now. OR inside a criterion, AND"
            " across, without regard to letter case; dates are compared with the effective validity period. Empty"
            " values are no condition, a value nobody states finds nothing. Deprecated footprints are included unless"
            " `status` says otherwise. The `Link` to the next page can be followed again at any time."
        ),
        response_model=None,
        responses={200: answer_doc(PactFootprints, "A page", {"data": [PRODUCT_FOOTPRINT_EXAMPLE]}, "Link")},
    )
    async def footprints(request: Request, caller: Caller, asked: AskedQuery) -> Response:
        at = edge.clock()
        page = await edge.queries.pact.page(
            asked.criteria, asked.after, asked.limit, reader=caller.organisation_id, at=at
        )
        await edge.disclose(caller, LIST, page.footprints, at)
        links = page_links(request, edge.public_base_url, asked, page)
        return respond(Reply(200, data_list(document_of(each) for each in page.footprints), links))

    @router.get(
        "/{footprint_id}",
        operation_id=GET,
        summary="GetFootprint (PACT 3)",
        description="For its owner, and for an organisation to which a grant opens it now; 404 for everybody else.",
        response_model=None,
        responses={200: answer_doc(PactFootprint, "The footprint", {"data": PRODUCT_FOOTPRINT_EXAMPLE})},
    )
    async def footprint(footprint_id: str, caller: Caller) -> Response:
        at = edge.clock()
        found = await edge.queries.footprint(footprint_id.lower(), reader=caller.organisation_id, at=at)
        if found is None:
            raise FootprintNotFound("no footprint with this id is visible to you")
        await edge.disclose(caller, GET, [found], at)
        return respond(Reply(200, data(document_of(exchanged(found)))))

    return router
