"""`/v1/profiles`: what a buyer asks of parts. Only the buyer sees a profile."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.certification.api import examples
from services.certification.api.bodies import ProfileBody
from services.certification.api.edge import BuyerCaller, Edge, ProfileId, one_more
from services.certification.api.views import ProfilePage, ProfileView
from services.certification.domain.errors import ProfileNotFound
from services.chassis.auth import Caller
from services.chassis.http import (
    IdempotencyKey,
    IfMatch,
    PageQuery,
    answer_doc,
    cut_page,
    json_body,
    json_request_body,
    reply,
    respond,
)
from services.chassis.problems import problem_responses

_BODY = json_request_body(ProfileBody, examples={"castings": examples.NEW_PROFILE})


def profiles_router(edge: Edge) -> APIRouter:
    """Return the routes of profiles."""
    router = APIRouter(prefix="/v1/profiles", tags=["profiles"])

    @router.post(
        "",
        operation_id="createProfile",
        summary="Create a profile",
        status_code=201,
        openapi_extra=_BODY,
        responses={
            201: answer_doc(ProfileView, "The profile is created", examples.PROFILE, "ETag", "Location"),
            **problem_responses(409),
        },
    )
    async def create_profile(request: Request, caller: BuyerCaller, key: IdempotencyKey) -> Response:
        """Create a profile; every listed part is then decided against it, in the background."""
        body = await json_body(request, ProfileBody)
        return await edge.create(
            request,
            caller,
            key,
            body.create(edge.meta(caller), edge.new_id(), caller.organisation_id),
            lambda profile: reply(ProfileView.of(profile), profile.version, 201, f"/v1/profiles/{profile.profile_id}"),
        )

    @router.put(
        "/{profile_id}",
        operation_id="changeProfile",
        summary="Change a profile",
        openapi_extra=_BODY,
        responses={200: answer_doc(ProfileView, "The profile has a new version", examples.PROFILE, "ETag")},
    )
    async def change_profile(
        request: Request, caller: BuyerCaller, profile_id: ProfileId, version: IfMatch
    ) -> Response:
        """Replace name and requirements; the version rises and every part is decided again, in the background."""
        body = await json_body(request, ProfileBody)
        command = body.change(edge.meta(caller), profile_id, caller.organisation_id, version)
        return await edge.change(command, lambda profile: reply(ProfileView.of(profile), profile.version))

    @router.get(
        "",
        operation_id="profiles",
        summary="List own profiles",
        responses={200: answer_doc(ProfilePage, "A page of profiles", {"items": [examples.PROFILE]}, "Link")},
    )
    async def profiles(request: Request, caller: Caller, page: PageQuery) -> Response:
        """List the caller's profiles."""
        found, more = cut_page(await edge.queries.profiles(caller.organisation_id, one_more(page)), page.limit)
        view = ProfilePage(items=[ProfileView.of(profile) for profile in found])
        return edge.page(request, view, {"id": found[-1].profile_id} if more else None)

    @router.get(
        "/{profile_id}",
        operation_id="profile",
        summary="Read a profile",
        responses={200: answer_doc(ProfileView, "The profile", examples.PROFILE, "ETag")},
    )
    async def profile(caller: Caller, profile_id: ProfileId) -> Response:
        """Read an own profile."""
        found = await edge.queries.profile(profile_id, caller.organisation_id)
        if found is None:
            raise ProfileNotFound("no such profile")
        return respond(reply(ProfileView.of(found), found.version))

    return router
