"""States of certification with sensible values; a test names what it is about."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from services.certification.domain.certificate import Certificate, CertificateStatus
from services.certification.domain.facts import Claim, Footprint, Grant, GrantScope
from services.certification.domain.part import PartListing, selections_of
from services.certification.domain.profile import BuyerProfile, DeclaredUnit, PcfCeiling, Requirements
from services.certification.domain.supplier import Site, Supplier

AT: Final = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)
SUPPLIER: Final = "org-foundry"
BUYER: Final = "org-buyer"
OTHER_BUYER: Final = "org-buyer-2"
SITE: Final = "tiexi-1"
OTHER_SITE: Final = "tiexi-2"
PRODUCT: Final = "urn:tierloop:product:alu-housing-4711"
OTHER_PRODUCT: Final = "urn:tierloop:product:alu-bracket-0815"
PART: Final = "part-1"
ISO: Final = "iso14001"


def supplier(**changes: Any) -> Supplier:
    values: dict[str, Any] = {
        "supplier_id": SUPPLIER,
        "name": "Light alloy castings",
        "sites": (Site(SITE, "Foundry 1", "CN"), Site(OTHER_SITE, "Foundry 2", "CN")),
        "version": 1,
        "changed_at": AT,
    }
    return Supplier(**values | changes)


def listing(**changes: Any) -> PartListing:
    values: dict[str, Any] = {
        "part_id": PART,
        "supplier_id": SUPPLIER,
        "site_id": SITE,
        "part_number": "HSG-4711-A",
        "name": "Inverter housing",
        "product_id": PRODUCT,
        "version": 1,
        "listed_at": AT,
    } | changes
    return PartListing(**{"selections": selections_of(values["supplier_id"], values["product_id"])} | values)


def certificate(**changes: Any) -> Certificate:
    values: dict[str, Any] = {
        "certificate_id": "cert-1",
        "supplier_id": SUPPLIER,
        "certificate_type": ISO,
        "number": "EMS-2025-10417",
        "issuer": "Example Certification Body",
        "site_ids": (SITE,),
        "valid_from": date(2025, 3, 1),
        "valid_until": date(2028, 2, 29),
        "status": CertificateStatus.ACTIVE,
        "effective_on": date(2025, 3, 1),
        "reason": None,
        "version": 1,
        "changed_at": AT,
    }
    return Certificate(**values | changes)


def ceiling(value: str = "6.50", amount: str = "1", **changes: Any) -> PcfCeiling:
    unit = changes.pop("unit", DeclaredUnit.KILOGRAM)
    return PcfCeiling(Decimal(value), unit, Decimal(amount), **changes)


def profile(requirements: Requirements | None = None, **changes: Any) -> BuyerProfile:
    values: dict[str, Any] = {
        "profile_id": "profile-1",
        "buyer_organisation_id": BUYER,
        "name": "Low-carbon castings",
        "requirements": requirements or Requirements((ISO,), ceiling(), Decimal(25)),
        "version": 1,
        "changed_at": AT,
    }
    return BuyerProfile(**values | changes)


def footprint(pcf: str = "5.94", amount: str = "1", **changes: Any) -> Footprint:
    values: dict[str, Any] = {
        "footprint_id": "footprint-1",
        "owner_organisation_id": SUPPLIER,
        "active": True,
        "product_ids": (PRODUCT,),
        "unit_of_measurement": "kilogram",
        "unit_amount": Decimal(amount),
        "pcf_excluding_biogenic_uptake_kgco2e": Decimal(pcf),
        "pcf_including_biogenic_uptake_kgco2e": Decimal(pcf),
        "reference_period_end": datetime(2026, 1, 1, tzinfo=UTC),
        "valid_from": datetime(2026, 1, 1, tzinfo=UTC),
        "valid_until": datetime(2029, 1, 1, tzinfo=UTC),
        "accepted_at": AT - timedelta(days=10),
        "version": 1,
    }
    return Footprint(**values | changes)


def grant(**changes: Any) -> Grant:
    values: dict[str, Any] = {
        "grant_id": "grant-1",
        "owner_organisation_id": SUPPLIER,
        "grantee_organisation_id": BUYER,
        "scope": GrantScope.EVERYTHING,
        "scope_value": None,
        "valid_from": datetime(2026, 1, 1, tzinfo=UTC),
        "valid_until": None,
        "active": True,
        "version": 1,
    }
    return Grant(**values | changes)


def claim(recycled_kg: str = "300", product_kg: str = "1000", **changes: Any) -> Claim:
    values: dict[str, Any] = {
        "claim_id": "claim-1",
        "beneficiary_organisation_id": SUPPLIER,
        "product_id": PRODUCT,
        "recycled_mass_kg": Decimal(recycled_kg),
        "product_mass_kg": Decimal(product_kg),
        "period_start": date(2026, 1, 1),
        "period_end": date(2026, 6, 30),
        "issued": True,
        "version": 1,
    }
    return Claim(**values | changes)
