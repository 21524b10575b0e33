"""Refusals on the wire: code -> status, title, slug."""

from __future__ import annotations

from typing import Final

from services.chassis.problems import ProblemTable

PROBLEMS: Final = ProblemTable(
    {
        "organisation_suspended": (403, "The organisation is suspended", "organisation-suspended"),
        "footprint_not_found": (404, "No such footprint", "footprint-not-found"),
        "status_not_active": (422, "A footprint is submitted as Active", "status-not-active"),
        "footprint_id_taken": (409, "The id is taken", "footprint-id-taken"),
        "footprint_immutable": (409, "A footprint never changes", "footprint-immutable"),
        "footprint_precedes_itself": (422, "A footprint can't precede itself", "footprint-precedes-itself"),
        "predecessor_not_own": (422, "Only own footprints can be succeeded", "predecessor-not-own"),
        "succession_cycle": (422, "The succession runs in a circle", "succession-cycle"),
        "grant_not_found": (404, "No such grant", "grant-not-found"),
        "grant_not_own": (403, "Only its owner may change a grant", "grant-not-own"),
        "grant_version_changed": (412, "The resource has changed", "precondition-failed"),
        "grant_revoked": (409, "The grant is revoked", "grant-revoked"),
        "grant_to_self": (422, "An organisation needs no grant of its own", "grant-to-self"),
        "grantee_unknown": (422, "The grantee is not known", "grantee-unknown"),
        "grant_scope_malformed": (422, "The scope and its value don't fit", "grant-scope-malformed"),
        "granted_footprint_unknown": (422, "There is no footprint to open", "granted-footprint-unknown"),
        "grant_period_empty": (422, "The grant would open nothing", "grant-period-empty"),
        "too_many_grants": (422, "Too many grants for one listing", "too-many-grants"),
    }
)
