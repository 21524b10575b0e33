"""An attestation: what a verifier says of a record, and the successor that carries it.

The successor has equal figures: only `pcf.verification`, the extension with the shares, the id and `precedingPfIds`
differ. `created` stays too, for an attestation makes no figure younger.

Sources: PACT Technical Specifications 3.0.3, Verification; Catena-X verification and programme certification
framework 2.0 (levels of assurance, three years of a programme, second party only with a programme certificate);
Catena-X PCF Rulebook 4.0.1 (shares, published as whole percent, rounded half up).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Any, Final

from services.footprints.domain.document import Document
from services.footprints.domain.terms import Period
from services.footprints.domain.validity import add_years
from services.footprints.domain.verification_errors import (
    AttestationNotInherited,
    AttestationPeriodRefused,
    CoverageBelowAssurance,
    CoverageOutOfRange,
    ProgrammeCertificateRequired,
    ProgrammeNeedsThirdParty,
)

PROGRAMME_YEARS: Final = 3
WHOLE_PERCENT: Final = 100
SHARES_SCHEMA: Final = "urn:tierloop:schema:verification-shares:1.0.0"
"""`dataSchema` of the extension that holds the shares; PACT 3 has no property for them."""
EXTENSION_SPECIFICATION: Final = "2.0.0"
"""`specVersion` of PACT's data model extensions."""


class AttestationKind(StrEnum):
    """What was looked at."""

    PRODUCT_PCF = "product_pcf"
    PCF_PROGRAMME = "pcf_programme"
    CALCULATION_MODEL = "pcf_calculation_model"


COVERAGE: Final = {
    AttestationKind.PRODUCT_PCF: "product level",
    AttestationKind.PCF_PROGRAMME: "PCF program",
    AttestationKind.CALCULATION_MODEL: "PCF calculation model",
}
"""PACT Verification.coverage."""


class AssuranceLevel(StrEnum):
    """How sure the verifier is."""

    LIMITED = "limited"
    REASONABLE = "reasonable"


LEAST_COVERAGE_PERCENT: Final = {AssuranceLevel.LIMITED: Decimal(80), AssuranceLevel.REASONABLE: Decimal(95)}
"""Of the footprint, by emissions; for the verification of a product's footprint."""


class VerifyingParty(StrEnum):
    """Who verifies: a customer or its agent, or somebody without an interest. The first party can't verify here."""

    SECOND = "second"
    THIRD = "third"


@dataclass(frozen=True, slots=True)
class AttestationTerms:
    """What the verifier states."""

    kind: AttestationKind
    assurance: AssuranceLevel
    party: VerifyingParty
    coverage_percent: Decimal
    """Part of the footprint that was verified, by emissions; more than 0, 100 at most."""
    standard: str
    """Such as `ISO 14064-3`."""
    completed_at: datetime
    valid_until: datetime | None
    """Exclusive; None is as long as the footprint."""
    statement_sha256: str
    """Of the verification statement, 64 hexadecimal digits."""


@dataclass(frozen=True, slots=True)
class Attestation:
    """What stands in a record from then on."""

    verification_id: str
    verifier_organisation_id: str
    verifier_name: str
    terms: AttestationTerms
    attested_at: datetime

    def holds(self, at: datetime) -> bool:
        """Tell whether its own validity covers an instant."""
        ended = self.terms.valid_until is not None and self.terms.valid_until <= at
        return self.terms.completed_at <= at and not ended


@dataclass(frozen=True, slots=True)
class VerificationShares:
    """Whole percent of the footprint. A missing share is 0, and the kinds are never mixed."""

    programme_percent: int = 0
    third_party_percent: int = 0
    second_party_percent: int = 0
    first_party_percent: int = 0


def check_terms(terms: AttestationTerms, validity: Period, at: datetime, *, has_programme: bool) -> None:
    """Hold a statement to the framework; `has_programme` tells of a certificate that covers the record's site.

    Raises `CoverageOutOfRange`, `ProgrammeNeedsThirdParty`, `ProgrammeCertificateRequired`,
    `CoverageBelowAssurance`, `AttestationPeriodRefused`.
    """
    if not 0 < terms.coverage_percent <= WHOLE_PERCENT:
        raise CoverageOutOfRange(
            "the coverage is more than 0 and 100 at most",
            field="/coverage_percent",
            remedy="Send the part of the footprint that was verified in percent, such as 86.5.",
        )
    if terms.kind is AttestationKind.PCF_PROGRAMME and terms.party is not VerifyingParty.THIRD:
        raise ProgrammeNeedsThirdParty(
            "a PCF programme is certified by a third party", field="/party", remedy="Have a third party attest it."
        )
    if terms.kind is AttestationKind.PRODUCT_PCF and terms.party is VerifyingParty.SECOND and not has_programme:
        raise ProgrammeCertificateRequired(
            "a second party verifies a footprint only where a certificate of the PCF programme covered its site when"
            " it was created",
            field="/party",
            remedy="Have the programme certified, name the site in the record, or have a third party verify it.",
        )
    least = LEAST_COVERAGE_PERCENT[terms.assurance]
    if terms.kind is AttestationKind.PRODUCT_PCF and terms.coverage_percent < least:
        raise CoverageBelowAssurance(
            f"{terms.assurance} assurance covers at least {least} % of the footprint",
            field="/coverage_percent",
            remedy="Verify a larger part, or attest limited assurance from 80 % on.",
        )
    _check_period(terms, validity, at)


def _check_period(terms: AttestationTerms, validity: Period, at: datetime) -> None:
    if terms.completed_at > at:
        raise AttestationPeriodRefused(
            "a verification that is not complete can't be attested",
            field="/completed_at",
            remedy="Send a past instant.",
        )
    ends = terms.valid_until
    if terms.kind is AttestationKind.PCF_PROGRAMME:
        latest = add_years(terms.completed_at, PROGRAMME_YEARS)
        if ends is None or ends > latest:
            raise AttestationPeriodRefused(
                f"a programme is certified for {PROGRAMME_YEARS} years at most",
                field="/valid_until",
                remedy=f"Send an instant up to {latest.isoformat()}.",
            )
    if min(ends or validity.end, validity.end) <= max(at, terms.completed_at):
        raise AttestationPeriodRefused(
            "the attestation would never hold: it ends now or before, or the footprint's own validity does",
            field="/valid_until",
            remedy="Send a later end; for a footprint whose validity has ended, verify its successor.",
        )


def shares_of(attestations: Iterable[Attestation]) -> VerificationShares:
    """Return the shares that follow from the attestations of one record: for each kind the largest coverage."""
    shares = dict.fromkeys(("programme", *VerifyingParty), 0)
    for each in attestations:
        if each.terms.kind is AttestationKind.CALCULATION_MODEL:
            continue
        share = each.terms.party if each.terms.kind is AttestationKind.PRODUCT_PCF else "programme"
        shares[share] = max(shares[share], half_up(each.terms.coverage_percent))
    return VerificationShares(shares["programme"], shares[VerifyingParty.THIRD], shares[VerifyingParty.SECOND])


def half_up(percent: Decimal) -> int:
    """Round as tiers do before they pass a share on; Python's own `round` would make 72 of 72.5."""
    return int(percent.quantize(Decimal(1), ROUND_HALF_UP))


def attested_document(before: Document, successor_id: str, attestations: Sequence[Attestation]) -> Document:
    """Return the successor's document; the last of `attestations` is the new one, which `pcf.verification` tells."""
    content, newest = before.content, attestations[-1]
    others = [each for each in content.get("extensions") or [] if each.get("dataSchema") != SHARES_SCHEMA]
    return Document.of(
        content
        | {
            "id": successor_id,
            "precedingPfIds": [content["id"]],
            "status": "Active",
            "pcf": content["pcf"] | {"verification": verification_block(newest)},
            "extensions": [*others, _shares_extension(shares_of(attestations))],
        }
    )


def verification_block(attestation: Attestation) -> dict[str, str]:
    """Return PACT's Verification object."""
    terms = attestation.terms
    return {
        "coverage": COVERAGE[terms.kind],
        "providerName": attestation.verifier_name,
        "completedAt": terms.completed_at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "standardName": terms.standard,
        "comments": (
            f"{terms.party} party, {terms.assurance} assurance, {terms.coverage_percent:f} % of the footprint;"
            f" statement SHA-256 {terms.statement_sha256}"
        ),
    }


def _shares_extension(shares: VerificationShares) -> dict[str, Any]:
    return {
        "specVersion": EXTENSION_SPECIFICATION,
        "dataSchema": SHARES_SCHEMA,
        "data": {
            "programCertificationShare": str(shares.programme_percent),
            "productVerificationShare3rdParty": str(shares.third_party_percent),
            "productVerificationShare2ndParty": str(shares.second_party_percent),
            "productVerificationShare1stParty": str(shares.first_party_percent),
        },
    }


def check_not_inherited(document: Document, *, is_attested: bool) -> None:
    """Keep a supplier from carrying an attestation on by himself. Raises `AttestationNotInherited`.

    `is_attested` tells of the stored predecessors. The shares are written by an attestation alone; and the successor
    of an attested record states no verification at all, for no verifier has seen it. Whoever has it verified elsewhere
    states so in a record of its own line.
    """
    if SHARES_SCHEMA not in document.text and not is_attested:
        return
    content = document.content
    for number, extension in enumerate(content.get("extensions") or []):
        if extension.get("dataSchema") == SHARES_SCHEMA:
            raise AttestationNotInherited(
                "the shares of verification follow from attestations; a supplier can't state them",
                field=f"/extensions/{number}",
                remedy="Leave the extension out, and open the record to a verifier.",
            )
    if is_attested and states_verification(content):
        raise AttestationNotInherited(
            "the footprint replaces one that was attested here; the attestation does not pass on to it",
            field="/pcf/verification",
            remedy="Leave verification out, and open the new record to a verifier.",
        )


def states_verification(content: Mapping[str, Any]) -> bool:
    """Tell whether a document says that it was verified (PACT: the presence of the object says so)."""
    return content["pcf"].get("verification") is not None
