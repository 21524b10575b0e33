"""Words for the tests of verification: a verifier, an engagement step by step, programme certificates."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final

from services.chassis.handler import Outcome
from services.footprints.application.handlers import TRUST_HANDLERS
from services.footprints.application.verifications import (
    AnswerFindings,
    AttestFootprint,
    DeclineVerification,
    OpenVerification,
    RaiseFindings,
    RecordProgrammeCertificate,
    WithdrawVerification,
)
from services.footprints.domain.attestation import AssuranceLevel, AttestationKind, AttestationTerms, VerifyingParty
from services.footprints.domain.organisation import Organisation
from services.footprints.domain.programme_certificate import CertificateStatus, ProgrammeCertificate, Revision
from services.footprints.domain.trust import SITE_SCHEMA
from services.footprints.domain.verification import FindingSeverity, Remark, VerificationScope
from tests.support.footprints import JsonObject, footprint_id, housing
from tests.unit.footprints.given import SUPPLIER, World

VERIFIER: Final = "shenyang-carbon-assurance"
OTHER_VERIFIER: Final = "bohai-verification"
SITE: Final = "site-tiexi"
STATEMENT: Final = "9f" * 32
REMARK: Final = Remark("/pcf/exemptedEmissionsPercent", FindingSeverity.MINOR, "Show the screening.")
TERMS: Final = AttestationTerms(
    kind=AttestationKind.PRODUCT_PCF,
    assurance=AssuranceLevel.LIMITED,
    party=VerifyingParty.THIRD,
    coverage_percent=Decimal("86.5"),
    standard="ISO 14064-3",
    completed_at=datetime(2026, 5, 30, 8, 0, tzinfo=UTC),
    valid_until=None,
    statement_sha256=STATEMENT,
)


def verifier(organisation_id: str = VERIFIER, *, version: int = 1, suspended: bool = False) -> Organisation:
    return Organisation(organisation_id, version, organisation_id.title(), ("verifier",), suspended)


def sited(number: int, *, site: str = SITE, **changes: Any) -> JsonObject:
    """Return the housing with the site that made it, and without a verification of its own."""
    extension = {"specVersion": "2.0.0", "dataSchema": SITE_SCHEMA, "data": {"siteId": site}}
    return housing(number, extensions=[extension], pcf={"verification": ...}, **changes)


class Engagements:
    """Makes the commands of one engagement."""

    def __init__(self, world: World) -> None:
        self.world = world

    def open(
        self,
        number: int = 1,
        *,
        by: str = SUPPLIER,
        to: str = VERIFIER,
        kind: AttestationKind = AttestationKind.PRODUCT_PCF,
    ) -> OpenVerification:
        meta = self.world.meta(by)
        return OpenVerification(meta, self.world.ids(), footprint_id(number), to, VerificationScope(kind))

    def raise_findings(self, verification_id: str, version: int, *remarks: Remark, by: str = VERIFIER) -> RaiseFindings:
        return RaiseFindings(self.world.meta(by), verification_id, version, remarks or (REMARK,))

    def answer(
        self, verification_id: str, version: int, *ids: str, corrected: int | None = None, by: str = SUPPLIER
    ) -> AnswerFindings:
        answers = tuple((each, "Shown.") for each in ids)
        corrected_id = None if corrected is None else footprint_id(corrected)
        return AnswerFindings(self.world.meta(by), verification_id, version, answers, corrected_id)

    def attest(self, verification_id: str, version: int, *, by: str = VERIFIER, **changes: Any) -> AttestFootprint:
        terms = replace(TERMS, **changes)
        return AttestFootprint(self.world.meta(by), verification_id, version, self.world.ids(), terms)

    def decline(self, verification_id: str, version: int, *, by: str = VERIFIER) -> DeclineVerification:
        return DeclineVerification(self.world.meta(by), verification_id, version, "Not shown.")

    def withdraw(self, verification_id: str, version: int, *, by: str = SUPPLIER) -> WithdrawVerification:
        return WithdrawVerification(self.world.meta(by), verification_id, version, None)


def revision(
    version: int = 1,
    status: CertificateStatus = CertificateStatus.ACTIVE,
    effective_on: date = date(2025, 6, 1),
    *,
    valid_from: date = date(2025, 6, 1),
    valid_until: date = date(2028, 5, 31),
    sites: tuple[str, ...] = (SITE,),
) -> Revision:
    return Revision(
        version, status, effective_on, valid_from, valid_until, sites, None, datetime(2026, 1, 1, tzinfo=UTC)
    )


def certificate(
    *revisions: Revision, certificate_id: str = "certificate-1", supplier: str = SUPPLIER
) -> ProgrammeCertificate:
    found = revisions or (revision(),)
    return ProgrammeCertificate(certificate_id, supplier, found[-1].version, "LN-PCF-31", "Weissdorn", found)


async def follow(world: World, *certificates: ProgrammeCertificate, kind: str = "pcfprogramme") -> list[Outcome]:
    """Take over certificates as the worker does."""
    commands = [RecordProgrammeCertificate(world.meta(None), kind, each) for each in certificates]
    return await world._run(TRUST_HANDLERS, "worker", commands)
