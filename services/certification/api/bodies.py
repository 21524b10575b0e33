"""Bodies of requests. Each knows the command it asks for; what a value means is the domain's to judge."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from services.certification.api.types import (
    Body,
    CertificateType,
    Country,
    Day,
    KgCo2e,
    NotBlank,
    Number,
    ProductUrn,
    Reason,
    SharePercent,
    SiteId,
    UnitAmount,
)
from services.certification.application.commands import (
    CertificateStep,
    ChangeProfile,
    ChangeSupplier,
    CreateProfile,
    ListPart,
    MoveCertificate,
    RecordCertificate,
    RegisterSupplier,
)
from services.certification.domain.certificate import MAX_SITES_COVERED
from services.certification.domain.profile import (
    MAX_CERTIFICATE_TYPES,
    DeclaredUnit,
    PcfCeiling,
    PcfTotal,
    Requirements,
)
from services.certification.domain.supplier import MAX_IDENTIFIERS, MAX_SITES, Site
from services.chassis.kernel import Meta


class SiteBody(Body):
    """A production site."""

    site_id: SiteId
    """Chosen by the supplier, unique within it; certificates and parts name the site by it."""
    name: NotBlank
    country: Country
    """ISO 3166-1 alpha-2."""
    identifiers: list[Number] = Field(default_factory=list, max_length=MAX_IDENTIFIERS)
    """Names from registries, such as a BPNS or a GLN."""

    def site(self) -> Site:
        """Return the domain's site."""
        return Site(self.site_id, self.name, self.country, tuple(self.identifiers))


class SupplierBody(Body):
    """The caller's own record as a supplier."""

    name: NotBlank
    sites: Annotated[list[SiteBody], Field(min_length=1, max_length=MAX_SITES)]
    """All sites; a registered one stays."""

    def register(self, meta: Meta, supplier_id: str) -> RegisterSupplier:
        """Return the command of POST."""
        return RegisterSupplier(meta, supplier_id, self.name, self._sites())

    def change(self, meta: Meta, supplier_id: str, version: int) -> ChangeSupplier:
        """Return the command of PUT."""
        return ChangeSupplier(meta, supplier_id, version, self.name, self._sites())

    def _sites(self) -> tuple[Site, ...]:
        return tuple(site.site() for site in self.sites)


class NewCertificate(Body):
    """A certificate the supplier holds."""

    type: CertificateType
    """Lower-case letters and digits, such as `iso14001` or `iatf16949` (Catena-X CX-0135)."""
    number: Number
    """As the issuer gave it; an issuer gives a number once."""
    issuer: NotBlank
    """The certification body."""
    site_ids: Annotated[list[SiteId], Field(min_length=1, max_length=MAX_SITES_COVERED)]
    """The sites it covers; no other site is."""
    valid_from: Day
    valid_until: Day
    """Inclusive; 9999-12-31 is open-ended."""

    def command(self, meta: Meta, certificate_id: str, supplier_id: str) -> RecordCertificate:
        """Return the command."""
        return RecordCertificate(
            meta=meta,
            certificate_id=certificate_id,
            supplier_id=supplier_id,
            certificate_type=self.type,
            number=self.number,
            issuer=self.issuer,
            site_ids=tuple(self.site_ids),
            valid_from=self.valid_from,
            valid_until=self.valid_until,
        )


class CertificateMove(Body):
    """What the issuer decided about a certificate."""

    effective_on: Day
    """Since when it holds; may lie in the past, not in the future."""
    reason: Reason

    def command(self, meta: Meta, certificate_id: str, version: int, step: CertificateStep) -> MoveCertificate:
        """Return the command."""
        return MoveCertificate(meta, certificate_id, step, version, self.effective_on, self.reason)


class PcfCeilingBody(Body):
    """The most kgCO2e a declared unit may carry."""

    value_kgco2e: KgCo2e
    unit_of_measurement: DeclaredUnit
    """Only footprints declared in the same unit compare."""
    unit_amount: UnitAmount
    """How many of the unit the value speaks of."""
    pcf_total: PcfTotal = PcfTotal.EXCLUDING_BIOGENIC_UPTAKE
    """Which of a footprint's two totals is held against it."""

    def ceiling(self) -> PcfCeiling:
        """Return the domain's ceiling."""
        return PcfCeiling(self.value_kgco2e, self.unit_of_measurement, self.unit_amount, self.pcf_total)


class RequirementsBody(Body):
    """What is asked for; at least one of the three."""

    certificate_types: list[CertificateType] = Field(default_factory=list, max_length=MAX_CERTIFICATE_TYPES)
    pcf_ceiling: PcfCeilingBody | None = None
    minimum_recycled_share_percent: SharePercent | None = None


class ProfileBody(Body):
    """What a buyer asks of parts."""

    name: NotBlank
    requirements: RequirementsBody

    def create(self, meta: Meta, profile_id: str, buyer_organisation_id: str) -> CreateProfile:
        """Return the command of POST."""
        return CreateProfile(meta, profile_id, buyer_organisation_id, self.name, self._requirements())

    def change(self, meta: Meta, profile_id: str, buyer_organisation_id: str, version: int) -> ChangeProfile:
        """Return the command of PUT."""
        return ChangeProfile(meta, profile_id, buyer_organisation_id, version, self.name, self._requirements())

    def _requirements(self) -> Requirements:
        ceiling = self.requirements.pcf_ceiling
        return Requirements(
            certificate_types=tuple(self.requirements.certificate_types),
            pcf_ceiling=None if ceiling is None else ceiling.ceiling(),
            minimum_recycled_share_percent=self.requirements.minimum_recycled_share_percent,
        )


class NewPart(Body):
    """A part to list."""

    site_id: SiteId
    """Where it is made: one of the supplier's sites."""
    part_number: Number
    """The manufacturer's; listed once for each site."""
    name: NotBlank
    product_id: ProductUrn
    """The product's URN, as footprints and recycled-content claims name it."""

    def command(self, meta: Meta, part_id: str, supplier_id: str) -> ListPart:
        """Return the command."""
        return ListPart(meta, part_id, supplier_id, self.site_id, self.part_number, self.name, self.product_id)
