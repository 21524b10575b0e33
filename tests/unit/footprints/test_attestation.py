"""What an attestation must keep, the shares that follow, and the document of the successor."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from services.chassis.kernel import Refusal
from services.footprints.api.pact_v3 import ProductFootprint
from services.footprints.domain.attestation import (
    SHARES_SCHEMA,
    AssuranceLevel,
    Attestation,
    AttestationKind,
    VerificationShares,
    VerifyingParty,
    check_not_inherited,
    check_terms,
    half_up,
    shares_of,
)
from services.footprints.domain.attested_successor import attested_successor
from services.footprints.domain.document import Document
from services.footprints.domain.footprint import Footprint, accept
from services.footprints.domain.terms import Period
from tests.support.footprints import footprint_id, housing
from tests.unit.footprints.given import NOW, SUPPLIER, submission
from tests.unit.footprints.verifying import STATEMENT, TERMS, VERIFIER

VALID = Period(datetime(2026, 1, 1, tzinfo=UTC), datetime(2029, 1, 1, tzinfo=UTC))
SECOND, THIRD = VerifyingParty.SECOND, VerifyingParty.THIRD
PROGRAMME = AttestationKind.PCF_PROGRAMME


def attestation(**changes: Any) -> Attestation:
    return Attestation("v-1", VERIFIER, "Shenyang Carbon Assurance", replace(TERMS, **changes), NOW)


def record(**changes: Any) -> Footprint:
    return accept(submission(housing(1, **changes)), SUPPLIER, NOW)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"coverage_percent": Decimal(80)}, None),
        ({"coverage_percent": Decimal("100.01")}, "coverage_out_of_range"),
        ({"coverage_percent": Decimal(0)}, "coverage_out_of_range"),
        ({"coverage_percent": Decimal("79.99")}, "coverage_below_assurance"),
        ({"assurance": AssuranceLevel.REASONABLE, "coverage_percent": Decimal(95)}, None),
        ({"assurance": AssuranceLevel.REASONABLE, "coverage_percent": Decimal("94.9")}, "coverage_below_assurance"),
        ({"kind": AttestationKind.CALCULATION_MODEL, "coverage_percent": Decimal(10)}, None),
        ({"party": SECOND}, "programme_certificate_required"),
        ({"kind": AttestationKind.CALCULATION_MODEL, "party": SECOND}, None),
        ({"kind": PROGRAMME, "party": SECOND}, "programme_needs_third_party"),
        ({"kind": PROGRAMME}, "attestation_period_refused"),
        ({"kind": PROGRAMME, "valid_until": datetime(2029, 5, 30, 8, 0, tzinfo=UTC)}, None),
        ({"kind": PROGRAMME, "valid_until": datetime(2029, 5, 30, 8, 1, tzinfo=UTC)}, "attestation_period_refused"),
        ({"completed_at": NOW}, None),
        ({"completed_at": NOW + timedelta(seconds=1)}, "attestation_period_refused"),
        ({"valid_until": NOW}, "attestation_period_refused"),
        ({"valid_until": NOW + timedelta(seconds=1)}, None),
    ],
)
def test_a_statement_is_held_to_the_framework(changes: dict[str, Any], code: str | None) -> None:
    if code is None:
        check_terms(replace(TERMS, **changes), VALID, NOW, has_programme=False)
        return
    with pytest.raises(Refusal) as refused:
        check_terms(replace(TERMS, **changes), VALID, NOW, has_programme=False)
    assert refused.value.code == code
    assert refused.value.field
    assert refused.value.remedy


def test_a_second_party_verifies_under_a_programme_certificate() -> None:
    check_terms(replace(TERMS, party=SECOND), VALID, NOW, has_programme=True)


def test_a_footprint_whose_validity_has_ended_is_not_attested() -> None:
    with pytest.raises(Refusal, match="never hold"):
        check_terms(TERMS, Period(VALID.start, NOW), NOW, has_programme=False)


@pytest.mark.parametrize(("percent", "whole"), [("72.5", 73), ("72.49", 72), ("73.5", 74), ("0.4", 0), ("100", 100)])
def test_shares_are_rounded_half_up(percent: str, whole: int) -> None:
    assert half_up(Decimal(percent)) == whole


def test_kinds_of_shares_are_never_mixed() -> None:
    assert shares_of([]) == VerificationShares(0, 0, 0, 0)
    found = shares_of(
        [
            attestation(coverage_percent=Decimal("86.5")),
            attestation(coverage_percent=Decimal(81)),
            attestation(party=SECOND, coverage_percent=Decimal(97)),
            attestation(kind=PROGRAMME, coverage_percent=Decimal("60.4")),
            attestation(kind=AttestationKind.CALCULATION_MODEL, coverage_percent=Decimal(100)),
        ]
    )
    assert found == VerificationShares(programme_percent=60, third_party_percent=87, second_party_percent=97)


def test_the_successor_has_equal_figures() -> None:
    before = record(validityPeriodEnd="2028-06-30T00:00:00+08:00", x={"kept": "as it is"})
    after = attested_successor(before, footprint_id(9), attestation(), NOW)
    old, new = before.document.content, after.document.content
    assert (new["id"], new["precedingPfIds"]) == (footprint_id(9), [footprint_id(1)])
    assert new["pcf"].pop("verification") == {
        "coverage": "product level",
        "providerName": "Shenyang Carbon Assurance",
        "completedAt": "2026-05-30T08:00:00.000Z",
        "standardName": "ISO 14064-3",
        "comments": f"third party, limited assurance, 86.5 % of the footprint; statement SHA-256 {STATEMENT}",
    }
    (extension,) = new.pop("extensions")
    assert extension["data"]["productVerificationShare3rdParty"] == "87"
    assert extension["data"]["programCertificationShare"] == "0"
    old["pcf"].pop("verification")
    for name in ("id", "precedingPfIds"):
        old.pop(name, None)
        new.pop(name, None)
    assert new == old
    assert (
        replace(
            after,
            footprint_id=before.footprint_id,
            preceding_ids=before.preceding_ids,
            access_keys=before.access_keys,
            document=before.document,
            attestations=(),
        )
        == before
    )
    ProductFootprint.model_validate_json(after.document.text)
    assert submission(after.document.content).carbon == before.carbon


def test_a_second_attestation_keeps_the_first_and_other_extensions() -> None:
    own = {"specVersion": "2.0.0", "dataSchema": "https://schemas.example/x.json", "data": {}}
    first = attested_successor(
        record(extensions=[own]),
        footprint_id(8),
        attestation(kind=PROGRAMME, coverage_percent=Decimal(60)),
        NOW,
    )
    second = attested_successor(first, footprint_id(9), attestation(), NOW)
    assert [each.terms.kind for each in second.attestations] == [PROGRAMME, AttestationKind.PRODUCT_PCF]
    kept, shares = second.document.content["extensions"]
    assert kept == own
    assert (shares["data"]["programCertificationShare"], shares["data"]["productVerificationShare3rdParty"]) == (
        "60",
        "87",
    )
    assert second.document.content["pcf"]["verification"]["coverage"] == "product level"


def test_a_supplier_carries_no_attestation_on() -> None:
    attested = attested_successor(record(), footprint_id(9), attestation(), NOW).document
    plain = Document.of(housing(2, pcf={"verification": ...}))
    stated = Document.of(housing(2))
    check_not_inherited(plain, is_attested=True)
    check_not_inherited(stated, is_attested=False)
    for document, is_attested, field in (
        (stated, True, "/pcf/verification"),
        (attested, True, "/extensions/0"),
        (attested, False, "/extensions/0"),
    ):
        with pytest.raises(Refusal) as refused:
            check_not_inherited(document, is_attested=is_attested)
        assert (refused.value.code, refused.value.field) == ("attestation_not_inherited", field)
    check_not_inherited(Document.of(housing(2, comment=f"about {SHARES_SCHEMA}")), is_attested=False)
