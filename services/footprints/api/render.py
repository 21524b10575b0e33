"""States to bytes: the shapes of `resources`, written by hand because a document is copied, not parsed again."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson

from services.chassis.decimals import plain
from services.chassis.http import etag
from services.chassis.idempotency import Reply
from services.footprints.api.findings import finding_view
from services.footprints.application.handlers import Submitted
from services.footprints.application.ports import FootprintSummary
from services.footprints.domain.footprint import Footprint
from services.footprints.domain.grant import Grant


def footprint_path(footprint_id: str) -> str:
    """Return where a footprint is read."""
    return f"/v1/footprints/{footprint_id}"


def grant_path(grant_id: str) -> str:
    """Return where a grant is read."""
    return f"/v1/grants/{grant_id}"


def submitted_reply(result: Submitted) -> Reply:
    """Answer a submission: 201 for a new record, 200 for one that was known with the same content."""
    reply = footprint_reply(result.footprint, 201 if result.created else 200)
    reply.headers["Location"] = footprint_path(result.footprint.footprint_id)
    return reply


def footprint_reply(footprint: Footprint, status: int = 200, *, trust_level: int | None = None) -> Reply:
    """Answer with a footprint; `trust_level` where it was computed."""
    derived = {} if trust_level is None else {"pcf_trust_level": trust_level}
    body = {
        "footprint_id": footprint.footprint_id,
        "owner_organisation_id": footprint.owner_organisation_id,
        "version": footprint.version,
        "status": footprint.status.value,
        "valid_from": instant(footprint.validity.start),
        "valid_until": instant(footprint.validity.end),
        "accepted_at": instant(footprint.accepted_at),
        "deprecated_at": instant(footprint.deprecated_at),
        "deprecated_by_footprint_id": footprint.deprecated_by_id,
        "deprecation_reason": footprint.deprecation_reason,
        "document_sha256": footprint.document.sha256,
        "findings": [finding_view(finding) for finding in footprint.findings],
        **derived,
        "document": orjson.Fragment(footprint.document.text),
    }
    return Reply(status, orjson.dumps(body), {"ETag": etag(footprint.version)})


def footprint_summary(footprint: FootprintSummary) -> dict[str, Any]:
    """Return a footprint as a listing shows it."""
    carbon = footprint.carbon
    return {
        "footprint_id": footprint.footprint_id,
        "owner_organisation_id": footprint.owner_organisation_id,
        "version": footprint.version,
        "status": footprint.status.value,
        "product_ids": footprint.product_ids,
        "product_name": footprint.product_name,
        "company_name": footprint.company_name,
        "declared_unit_of_measurement": carbon.unit_of_measurement.value,
        "declared_unit_amount": plain(carbon.declared_unit_amount),
        "product_mass_kg_per_declared_unit": plain(carbon.product_mass_kg),
        "pcf_excluding_biogenic_uptake_kgco2e": plain(carbon.amounts.pcf_excluding_biogenic_uptake_kgco2e),
        "pcf_including_biogenic_uptake_kgco2e": plain(carbon.amounts.pcf_including_biogenic_uptake_kgco2e),
        "valid_from": instant(footprint.validity.start),
        "valid_until": instant(footprint.validity.end),
        "accepted_at": instant(footprint.accepted_at),
    }


def grant_resource(grant: Grant) -> dict[str, Any]:
    """Return a grant as it is shown."""
    return {
        "grant_id": grant.grant_id,
        "owner_organisation_id": grant.owner_organisation_id,
        "grantee_organisation_id": grant.grantee_organisation_id,
        "version": grant.version,
        "status": grant.status.value,
        "scope": grant.scope.value,
        "scope_value": grant.scope_value,
        "valid_from": instant(grant.valid_from),
        "valid_until": instant(grant.valid_until),
        "reason": grant.reason,
        "changed_at": instant(grant.changed_at),
    }


def given_reply(grant: Grant) -> Reply:
    """Answer a new grant: 201."""
    reply = grant_reply(grant, 201)
    reply.headers["Location"] = grant_path(grant.grant_id)
    return reply


def grant_reply(grant: Grant, status: int = 200) -> Reply:
    """Answer with a grant."""
    return Reply(status, orjson.dumps(grant_resource(grant)), {"ETag": etag(grant.version)})


def instant(value: datetime | None) -> str | None:
    """Write an instant in UTC to the millisecond."""
    if value is None:
        return None
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
