"""Facts of the other services as their messages."""

from __future__ import annotations

from typing import Any, Final

from pydantic import BaseModel

from schemas.contracts import footprints_v1, identity_v1, recycling_v1
from services.chassis.envelope import CloudEvent, encode
from tests.unit.certification.builders import AT, BUYER, PRODUCT, SUPPLIER

PUBLISHED: Final = "footprints.footprint.published.v1"
DEPRECATED: Final = "footprints.footprint.deprecated.v1"
GRANTED: Final = "footprints.grant.granted.v1"
REVOKED: Final = "footprints.grant.revoked.v1"
ISSUED: Final = "recycling.claim.issued.v1"
CLAIM_REVOKED: Final = "recycling.claim.revoked.v1"
REGISTERED: Final = "identity.organisation.registered.v1"
SUSPENDED: Final = "identity.organisation.suspended.v1"


def organisation(**changes: Any) -> identity_v1.OrganisationV1:
    values = {
        "version": 1,
        "organisation_id": SUPPLIER,
        "name": "Light alloy castings",
        "roles": ["supplier"],
        "status": "active",
        "changed_at": AT,
    }
    return identity_v1.OrganisationV1.model_validate(values | changes)


def footprint(pcf: str = "5.94", **changes: Any) -> footprints_v1.FootprintV1:
    values = {
        "version": 1,
        "footprint_id": "footprint-1",
        "owner_organisation_id": SUPPLIER,
        "status": "Active",
        "spec_version": "3.0.0",
        "company_name": "Light alloy castings",
        "company_ids": ["urn:tierloop:company:foundry"],
        "product_ids": [PRODUCT],
        "product_name": "Inverter housing",
        "declared_unit_of_measurement": "kilogram",
        "declared_unit_amount": "1",
        "product_mass_kg_per_declared_unit": "1",
        "pcf_excluding_biogenic_uptake_kgco2e": pcf,
        "pcf_including_biogenic_uptake_kgco2e": pcf,
        "fossil_ghg_emissions_kgco2e": pcf,
        "reference_period_start": "2025-01-01T00:00:00Z",
        "reference_period_end": "2026-01-01T00:00:00Z",
        "valid_from": "2026-01-01T00:00:00Z",
        "valid_until": "2029-01-01T00:00:00Z",
        "document": {},
        "document_sha256": "0" * 64,
        "accepted_at": AT,
        "changed_at": AT,
    }
    return footprints_v1.FootprintV1.model_validate(values | changes)


def grant(**changes: Any) -> footprints_v1.GrantV1:
    values = {
        "version": 1,
        "grant_id": "grant-1",
        "owner_organisation_id": SUPPLIER,
        "grantee_organisation_id": BUYER,
        "scope": "everything",
        "valid_from": "2026-01-01T00:00:00Z",
        "status": "active",
        "changed_at": AT,
    }
    return footprints_v1.GrantV1.model_validate(values | changes)


def claim(recycled_kg: str = "300", product_kg: str = "1000", **changes: Any) -> recycling_v1.ClaimV1:
    values = {
        "version": 1,
        "claim_id": "claim-1",
        "trade_id": "trade-1",
        "lot_id": "lot-1",
        "seller_organisation_id": "org-recycler",
        "beneficiary_organisation_id": SUPPLIER,
        "product_id": PRODUCT,
        "name": "Inverter housing",
        "recycled_mass_kg": recycled_kg,
        "post_consumer_mass_kg": recycled_kg,
        "pre_consumer_mass_kg": "0",
        "product_mass_kg": product_kg,
        "recycled_share_percent": "30",
        "custody_model": "mass_balance",
        "period_start": "2026-01-01",
        "period_end": "2026-06-30",
        "status": "issued",
        "changed_at": AT,
    }
    return recycling_v1.ClaimV1.model_validate(values | changes)


TOPIC_OF: Final = {
    footprints_v1.FootprintV1: ("footprints.footprint.v1", "footprint_id"),
    footprints_v1.GrantV1: ("footprints.grant.v1", "grant_id"),
    recycling_v1.ClaimV1: ("recycling.claim.v1", "claim_id"),
    identity_v1.OrganisationV1: ("identity.organisation.v1", "organisation_id"),
}


def message(event_type: str, data: Any, *, event_id: str | None = None, request: str = "request-of-others") -> bytes:
    """Return the bytes a topic would hold."""
    assert isinstance(data, BaseModel)
    subject = getattr(data, TOPIC_OF[type(data)][1])
    version: int = data.version  # type: ignore[attr-defined]  # every fact has one
    event = CloudEvent(
        id=event_id or f"event-{subject}-{version}",
        source=f"/tierloop/{event_type.split('.', 1)[0]}",
        type=event_type,
        subject=subject,
        time=AT,
        data=data.model_dump(mode="json"),
        aggregateversion=version,
        dataschema=f"urn:tierloop:schema:{event_type}",
        correlationid=request,
        causationid=f"cause-of-{subject}-{version}",
    )
    return encode(event)
