from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from services.certification.domain.certificate import Certificate, CertificateStatus
from services.certification.domain.requirements.assessment import Assessment, Evidence
from services.certification.domain.requirements.certificate import assess_certificate
from services.certification.domain.verdict import EvidenceKind, EvidenceRef, Result
from tests.unit.certification.builders import AT, ISO, OTHER_SITE, SITE, certificate, listing


def assess(*certificates: Certificate, at: datetime = AT) -> Assessment:
    return assess_certificate(listing(), ISO, Evidence(certificates=certificates), at)


def midnight(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, tzinfo=UTC)


def test_a_valid_certificate_of_the_site_meets_it() -> None:
    outcome = assess(certificate(version=3)).outcome
    assert (outcome.requirement, outcome.result) == ("certificate:iso14001", Result.MET)
    assert outcome.evidence == (EvidenceRef(EvidenceKind.CERTIFICATE, "cert-1", 3),)


@pytest.mark.parametrize(
    "known",
    [(), (certificate(certificate_type="iso9001"),), (certificate(supplier_id="org-other"),)],
    ids=["none", "another type", "another supplier's"],
)
def test_without_one_it_is_missing(known: tuple[Certificate, ...]) -> None:
    outcome = assess(*known).outcome
    assert (outcome.result, outcome.evidence) == (Result.MISSING, ())


@pytest.mark.parametrize(
    ("known", "says"),
    [
        (certificate(valid_until=date(2026, 5, 31)), "expired on 2026-05-31"),
        (certificate(valid_from=date(2026, 6, 2)), "not valid before 2026-06-02"),
        (certificate(site_ids=(OTHER_SITE,)), f"does not cover site {SITE}"),
        (
            certificate(status=CertificateStatus.SUSPENDED, effective_on=date(2026, 5, 1)),
            "suspended since 2026-05-01",
        ),
        (
            certificate(status=CertificateStatus.WITHDRAWN, effective_on=date(2026, 5, 1)),
            "withdrawn since 2026-05-01",
        ),
    ],
)
def test_one_that_does_not_suffice_says_why(known: Certificate, says: str) -> None:
    outcome = assess(known).outcome
    assert outcome.result is Result.FAILED
    assert says in outcome.detail
    assert outcome.evidence == (EvidenceRef(EvidenceKind.CERTIFICATE, "cert-1", 1),)


def test_both_dates_are_inclusive_calendar_dates_in_utc() -> None:
    known = certificate(valid_from=date(2026, 6, 1), valid_until=date(2026, 6, 1))
    assert assess(known, at=midnight(2026, 6, 1)).outcome.result is Result.MET
    last_moment = datetime(2026, 6, 1, 23, 59, 59, 999000, tzinfo=UTC)
    assert assess(known, at=last_moment).outcome.result is Result.MET
    assert assess(known, at=midnight(2026, 6, 2)).outcome.result is Result.FAILED
    assert assess(known, at=datetime(2026, 5, 31, 23, 59, tzinfo=UTC)).outcome.result is Result.FAILED


def test_of_several_the_longest_running_is_the_evidence() -> None:
    short = certificate(certificate_id="short", valid_until=date(2027, 1, 1))
    suspended = certificate(
        certificate_id="suspended", valid_until=date(2030, 1, 1), status=CertificateStatus.SUSPENDED
    )
    elsewhere = certificate(certificate_id="elsewhere", valid_until=date(2031, 1, 1), site_ids=(OTHER_SITE,))
    outcome = assess(short, suspended, certificate(), elsewhere).outcome
    assert (outcome.result, outcome.evidence[0].id) == (Result.MET, "cert-1")


def test_the_nearest_miss_names_the_reason() -> None:
    elsewhere = certificate(certificate_id="elsewhere", valid_until=date(2031, 1, 1), site_ids=(OTHER_SITE,))
    expired = certificate(certificate_id="expired", valid_until=date(2026, 1, 1))
    assert assess(elsewhere, expired).outcome.evidence[0].id == "expired"


def test_boundaries_are_the_days_of_those_that_cover_the_site_and_are_active() -> None:
    elsewhere = certificate(certificate_id="elsewhere", site_ids=(OTHER_SITE,))
    suspended = certificate(certificate_id="suspended", status=CertificateStatus.SUSPENDED)
    found = set(assess(certificate(), elsewhere, suspended).boundaries)
    assert found == {midnight(2025, 3, 1), midnight(2028, 3, 1)}


def test_the_open_end_of_catena_x_is_no_boundary() -> None:
    assessment = assess(certificate(valid_until=date(9999, 12, 31)))
    assert assessment.outcome.result is Result.MET
    assert assessment.boundaries == (midnight(2025, 3, 1),)
