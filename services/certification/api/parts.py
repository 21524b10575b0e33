"""`/v1/parts`: suppliers list parts, buyers ask which are certified for a profile, and why not."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from services.certification.api import examples
from services.certification.api.bodies import NewPart
from services.certification.api.edge import ID_PATTERN, Edge, PartId, SupplierCaller, one_more
from services.certification.api.part_views import PartAnswer, PartPage, TrailAnswer, TrailStepView, VerdictAnswer
from services.certification.application.ports import VerdictFilter
from services.certification.application.queries import (
    PartView,
    part_view,
    verdict_view,
    view_of_listing,
    view_of_profile,
)
from services.certification.application.trail import trail_view
from services.certification.domain.errors import ProfileNotFound
from services.chassis.auth import Caller
from services.chassis.http import (
    IdempotencyKey,
    Page,
    PageQuery,
    answer_doc,
    cut_page,
    json_body,
    json_request_body,
    reply,
    respond,
)
from services.chassis.problems import HttpProblem, problem_responses

ProfileQuery = Annotated[str, Query(alias="profile", pattern=ID_PATTERN, description="Id of the buyer's profile.")]
OptionalProfile = Annotated[
    str | None, Query(alias="profile", pattern=ID_PATTERN, description="Only for this profile.")
]
Certified = Annotated[
    bool | None, Query(description="Only parts that are certified for the profile now (true), or are not (false).")
]


def parts_router(edge: Edge) -> APIRouter:
    """Return the routes of parts."""
    router = APIRouter(prefix="/v1/parts", tags=["parts"])

    @router.post(
        "",
        operation_id="listPart",
        summary="List a part",
        status_code=201,
        openapi_extra=json_request_body(NewPart, examples={"housing": examples.NEW_PART}),
        responses={
            201: answer_doc(PartAnswer, "The part is listed", examples.LISTED, "ETag", "Location"),
            **problem_responses(409),
        },
    )
    async def list_part(request: Request, caller: SupplierCaller, key: IdempotencyKey) -> Response:
        """List a part of the caller's organisation; its verdicts follow in the background."""
        body = await json_body(request, NewPart)
        meta = edge.meta(caller)
        return await edge.create(
            request,
            caller,
            key,
            body.command(meta, edge.new_id(), caller.organisation_id),
            lambda part: reply(
                PartAnswer.of(view_of_listing(part), meta.at), part.version, 201, f"/v1/parts/{part.part_id}"
            ),
        )

    @router.get(
        "",
        operation_id="parts",
        summary="List parts",
        responses={
            200: answer_doc(PartPage, "A page of parts", {"items": [examples.PART]}, "Link"),
            **problem_responses(404),
        },
    )
    async def parts(
        request: Request,
        caller: Caller,
        page: PageQuery,
        profile: OptionalProfile = None,
        *,
        certified: Certified = None,
    ) -> Response:
        """List the parts of all suppliers by their verdict for an own profile; without one, the own parts."""
        if profile is None and certified is not None:
            raise _profile_needed()
        if profile is None:
            found = await own_parts(edge, caller.organisation_id, page)
        else:
            found = await parts_of_profile(edge, caller.organisation_id, profile, page, certified=certified)
        shown, more = cut_page(found, page.limit)
        now = edge.clock()
        view = PartPage(items=[PartAnswer.of(part, now) for part in shown])
        return edge.page(request, view, {"id": shown[-1].part_id} if more else None)

    @router.get(
        "/{part_id}",
        operation_id="part",
        summary="Read a part",
        responses={200: answer_doc(PartAnswer, "The part", examples.PART)},
    )
    async def part(caller: Caller, part_id: PartId) -> Response:
        """Read a part: its supplier sees every verdict, a buyer those of its own profiles."""
        found = await part_view(edge.queries, part_id, caller.organisation_id)
        return respond(reply(PartAnswer.of(found, edge.clock())))

    @router.get(
        "/{part_id}/verdict",
        operation_id="verdict",
        summary="Ask for a verdict",
        responses={200: answer_doc(VerdictAnswer, "The verdict", examples.VERDICT, "ETag")},
    )
    async def verdict(caller: Caller, part_id: PartId, profile: ProfileQuery) -> Response:
        """Explain a verdict: every requirement as met, missing, failed or no_access, with its evidence.

        For the profile's buyer and the part's supplier.
        """
        view = await verdict_view(edge.queries, part_id, profile, caller.organisation_id, edge.clock())
        return respond(reply(VerdictAnswer.of(view), view.verdict.verdict_version))

    @router.get(
        "/{part_id}/trail",
        operation_id="trail",
        summary="Follow the events behind a verdict",
        responses={200: answer_doc(TrailAnswer, "The trail", examples.TRAIL)},
    )
    async def trail(caller: Caller, part_id: PartId, profile: OptionalProfile = None) -> Response:
        """Return the events behind the verdicts the caller may see: evidence, causes, and each change."""
        steps = await trail_view(edge.queries, part_id, profile, caller.organisation_id)
        view = TrailAnswer(part_id=part_id, events=[TrailStepView.of(step) for step in steps])
        return respond(reply(view))

    return router


async def own_parts(edge: Edge, organisation_id: str, page: Page) -> list[PartView]:
    """Return the caller's own parts, without verdicts: ask for one part to see them."""
    return [view_of_listing(part) for part in await edge.queries.listings(organisation_id, one_more(page))]


async def parts_of_profile(
    edge: Edge, organisation_id: str, profile_id: str, page: Page, *, certified: bool | None
) -> list[PartView]:
    """Return parts with their verdict for the caller's profile. Raises `ProfileNotFound`."""
    if await edge.queries.profile(profile_id, organisation_id) is None:
        raise ProfileNotFound("no such profile")
    wanted = VerdictFilter(profile_id, organisation_id, certified, edge.clock())
    found = await edge.queries.parts_of_profile(wanted, one_more(page))
    return [view_of_profile(part, profile_id) for part in found]


def _profile_needed() -> HttpProblem:
    return HttpProblem.of_field(
        422,
        "invalid-parameter",
        "A parameter breaks a rule",
        field="/query/profile",
        rule="profile_required",
        message="must name the profile that `certified` speaks of.",
        remedy="Add profile, or leave certified out.",
    )
