"""Answers: resources as JSON, in the words of the domain."""

from __future__ import annotations

from datetime import date, datetime

from services.certification.api.types import Answer
from services.certification.domain.certificate import Certificate, CertificateStatus
from services.certification.domain.profile import BuyerProfile, DeclaredUnit, PcfCeiling, PcfTotal
from services.certification.domain.supplier import Supplier
from services.chassis.wire_types import DecimalString


class SiteView(Answer):
    """A production site."""

    site_id: str
    name: str
    country: str
    identifiers: list[str]


class SupplierView(Answer):
    """A supplier with its sites."""

    supplier_id: str
    name: str
    sites: list[SiteView]
    version: int
    changed_at: datetime

    @classmethod
    def of(cls, supplier: Supplier) -> SupplierView:
        """Show a supplier."""
        sites = [
            SiteView(site_id=site.site_id, name=site.name, country=site.country, identifiers=list(site.identifiers))
            for site in supplier.sites
        ]
        return cls(
            supplier_id=supplier.supplier_id,
            name=supplier.name,
            sites=sites,
            version=supplier.version,
            changed_at=supplier.changed_at,
        )


class CertificateView(Answer):
    """A certificate. Expiry is no status: it follows from the dates."""

    certificate_id: str
    supplier_id: str
    type: str
    number: str
    issuer: str
    site_ids: list[str]
    valid_from: date
    valid_until: date
    status: CertificateStatus
    effective_on: date
    """Since when the status holds."""
    reason: str | None
    version: int
    changed_at: datetime

    @classmethod
    def of(cls, certificate: Certificate) -> CertificateView:
        """Show a certificate."""
        return cls(
            certificate_id=certificate.certificate_id,
            supplier_id=certificate.supplier_id,
            type=certificate.certificate_type,
            number=certificate.number,
            issuer=certificate.issuer,
            site_ids=list(certificate.site_ids),
            valid_from=certificate.valid_from,
            valid_until=certificate.valid_until,
            status=certificate.status,
            effective_on=certificate.effective_on,
            reason=certificate.reason,
            version=certificate.version,
            changed_at=certificate.changed_at,
        )


class CertificatePage(Answer):
    """Certificates in order of their ids."""

    items: list[CertificateView]


class PcfCeilingView(Answer):
    """The most kgCO2e a declared unit may carry."""

    value_kgco2e: DecimalString
    unit_of_measurement: DeclaredUnit
    unit_amount: DecimalString
    pcf_total: PcfTotal

    @classmethod
    def of(cls, ceiling: PcfCeiling) -> PcfCeilingView:
        """Show a ceiling."""
        return cls(
            value_kgco2e=ceiling.value_kgco2e,
            unit_of_measurement=ceiling.unit_of_measurement,
            unit_amount=ceiling.unit_amount,
            pcf_total=ceiling.pcf_total,
        )


class RequirementsView(Answer):
    """What is asked for."""

    certificate_types: list[str]
    pcf_ceiling: PcfCeilingView | None
    minimum_recycled_share_percent: DecimalString | None


class ProfileView(Answer):
    """A buyer's profile; only its buyer sees it."""

    profile_id: str
    name: str
    requirements: RequirementsView
    version: int
    changed_at: datetime

    @classmethod
    def of(cls, profile: BuyerProfile) -> ProfileView:
        """Show a profile."""
        asked = profile.requirements
        return cls(
            profile_id=profile.profile_id,
            name=profile.name,
            requirements=RequirementsView(
                certificate_types=list(asked.certificate_types),
                pcf_ceiling=asked.pcf_ceiling and PcfCeilingView.of(asked.pcf_ceiling),
                minimum_recycled_share_percent=asked.minimum_recycled_share_percent,
            ),
            version=profile.version,
            changed_at=profile.changed_at,
        )


class ProfilePage(Answer):
    """Profiles in order of their ids."""

    items: list[ProfileView]
