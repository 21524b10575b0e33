"""Trust levels from the dates of facts: certificates over time, attestations, the footprint's own validity."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.footprints.domain.attestation import Attestation, AttestationKind
from services.footprints.domain.attested_successor import attested_successor
from services.footprints.domain.footprint import accept
from services.footprints.domain.programme_certificate import (
    MAX_REVISIONS,
    CertificateStatus,
    Coverage,
    ProgrammeCertificate,
    Revision,
    apply,
    covered,
    finding_of,
)
from services.footprints.domain.terms import Period
from services.footprints.domain.trust import ReasonCode, Subject, Trust, programme_covers, trust_of
from tests.support.footprints import housing
from tests.unit.footprints.given import NOW, SUPPLIER, submission
from tests.unit.footprints.verifying import SITE, TERMS, VERIFIER, certificate, revision, sited

ACTIVE, SUSPENDED, WITHDRAWN = CertificateStatus.ACTIVE, CertificateStatus.SUSPENDED, CertificateStatus.WITHDRAWN
SUBJECT = Subject.of(accept(submission(sited(1)), SUPPLIER, NOW))
"""Created on 2026-02-16, valid until the end of 2028."""


SUSPENDED_BEFORE = revision(2, SUSPENDED, date(2026, 1, 1))
SUSPENDED_LATER = revision(2, SUSPENDED, date(2026, 5, 4))


def known(*revisions: Revision) -> ProgrammeCertificate:
    whole = certificate(revisions[0])
    for each in revisions[1:]:
        whole = apply(whole, certificate(each))
    return whole


def codes(trust: Trust) -> set[str]:
    return {reason.code.value for reason in trust.reasons}


def test_the_subject_is_read_from_the_document() -> None:
    assert (SUBJECT.site_id, SUBJECT.created) == (SITE, datetime(2026, 2, 16, 1, 30, tzinfo=UTC))
    assert not SUBJECT.states_verification
    plain = Subject.of(accept(submission(housing(1)), SUPPLIER, NOW))
    assert (plain.site_id, plain.states_verification) == (None, True)


@pytest.mark.parametrize(
    ("revisions", "coverage"),
    [
        ([revision()], Coverage.COVERED),
        ([revision(sites=("other",))], Coverage.OTHER_SITE),
        ([revision(valid_from=date(2026, 2, 17))], Coverage.NOT_YET_VALID),
        ([revision(valid_from=date(2026, 2, 16))], Coverage.COVERED),
        ([revision(valid_until=date(2026, 2, 15))], Coverage.EXPIRED),
        ([revision(valid_until=date(2026, 2, 16))], Coverage.COVERED),
        ([revision(), revision(2, SUSPENDED, date(2026, 5, 4))], Coverage.COVERED),
        ([revision(), revision(2, SUSPENDED, date(2026, 2, 17))], Coverage.COVERED),
        ([revision(), revision(2, SUSPENDED, date(2026, 2, 16))], Coverage.SUSPENDED),
        ([revision(), SUSPENDED_BEFORE, revision(3, ACTIVE, date(2026, 2, 1))], Coverage.COVERED),
        ([revision(), SUSPENDED_BEFORE, revision(3, ACTIVE, date(2026, 3, 1))], Coverage.SUSPENDED),
        ([revision(), SUSPENDED_LATER, revision(3, WITHDRAWN, date(2026, 2, 1))], Coverage.WITHDRAWN),
        ([revision(4, SUSPENDED, date(2026, 5, 4))], Coverage.COVERED),
        ([revision(3, ACTIVE, date(2026, 5, 4))], Coverage.UNKNOWN_THEN),
    ],
)  # fmt: skip
def test_coverage_follows_from_the_versions(revisions: list[Revision], coverage: Coverage) -> None:
    found = covered(known(*revisions), SITE, SUBJECT.created.date())
    assert found.coverage is coverage
    trust = trust_of(SUBJECT, [known(*revisions)], [], NOW)
    assert trust.level == (2 if coverage is Coverage.COVERED else 1)
    assert programme_covers(SUBJECT, [known(*revisions)]) is (coverage is Coverage.COVERED)


def test_a_later_suspension_is_told_and_takes_nothing() -> None:
    whole = known(revision(), revision(2, SUSPENDED, date(2026, 5, 4)))
    finding = finding_of(whole)
    assert finding is not None
    trust = trust_of(SUBJECT, [whole], [finding], NOW)
    assert (trust.level, trust.findings) == (2, (finding,))
    elsewhere = replace(finding, certificate_id="another")
    assert trust_of(SUBJECT, [whole], [elsewhere], NOW).findings == ()
    newer = replace(SUBJECT, created=datetime(2026, 5, 4, tzinfo=UTC))
    assert trust_of(newer, [whole], [finding], NOW).level == 1


def test_an_active_certificate_raises_nothing() -> None:
    assert finding_of(known(revision(), revision(2, SUSPENDED, date(2026, 5, 4)), revision(3))) is None


def test_the_level_stays_after_the_certificate_and_ends_with_the_footprint() -> None:
    whole, end = certificate(revision(valid_until=date(2026, 2, 28))), SUBJECT.validity.end
    assert trust_of(SUBJECT, [whole], [], end - timedelta(milliseconds=1)).level == 2
    ended = trust_of(SUBJECT, [whole], [], end)
    assert ended.level == 1
    assert ReasonCode.VALIDITY_ENDED in codes(ended)


def test_without_a_site_no_certificate_counts() -> None:
    trust = trust_of(replace(SUBJECT, site_id=None), [certificate()], [], NOW)
    assert (trust.level, codes(trust)) == (1, {ReasonCode.RECORD_CHECKED, ReasonCode.SITE_NOT_STATED})
    assert ReasonCode.NO_CERTIFICATE in codes(trust_of(SUBJECT, [], [], NOW))


def test_an_attestation_of_the_product_is_level_3_while_it_holds() -> None:
    until = NOW + timedelta(days=30)
    attestation = Attestation("v-1", VERIFIER, "Verifier", replace(TERMS, valid_until=until), NOW)
    before = accept(submission(sited(1)), SUPPLIER, NOW)
    subject = Subject.of(attested_successor(before, before.footprint_id, attestation, NOW))
    assert trust_of(subject, [], [], NOW).level == 3
    ended = trust_of(subject, [certificate()], [], until)
    assert (ended.level, ReasonCode.ATTESTATION_DOES_NOT_HOLD in codes(ended)) == (2, True)
    assert trust_of(subject, [], [], NOW).shares.third_party_percent == 87
    assert subject.created == SUBJECT.created


def test_kinds_of_attestations_reach_different_levels() -> None:
    for kind, level in (
        (AttestationKind.PCF_PROGRAMME, 2),
        (AttestationKind.CALCULATION_MODEL, 1),
        (AttestationKind.PRODUCT_PCF, 3),
    ):
        attestation = Attestation("v-1", VERIFIER, "Verifier", replace(TERMS, kind=kind), NOW)
        assert trust_of(replace(SUBJECT, attestations=(attestation,)), [], [], NOW).level == level


def test_a_stated_verification_alone_proves_nothing() -> None:
    trust = trust_of(replace(SUBJECT, states_verification=True), [], [], NOW)
    assert (trust.level, ReasonCode.STATED_VERIFICATION_NOT_ATTESTED in codes(trust)) == (1, True)


DAYS = st.dates(date(2026, 1, 1), date(2026, 4, 30))
STATUSES = st.lists(st.tuples(st.sampled_from(list(CertificateStatus)), DAYS), min_size=0, max_size=6)


@given(STATUSES, STATUSES)
def test_what_takes_effect_after_the_creation_never_changes_a_level(
    before: list[tuple[CertificateStatus, date]], after: list[tuple[CertificateStatus, date]]
) -> None:
    day = SUBJECT.created.date()
    past = [revision()] + [revision(n, status, on) for n, (status, on) in enumerate(before, 2)]
    later = [(status, on) for status, on in after if on > day]
    future = [revision(n, status, on) for n, (status, on) in enumerate(later, len(past) + 1)]
    known_then, known_now = known(*past), known(*past, *future)
    assert covered(known_then, SITE, day) == covered(known_now, SITE, day)


@given(st.integers(0, 4 * 365 * 24).map(lambda hours: NOW + timedelta(hours=hours)), STATUSES)
def test_a_level_is_explained_by_a_reason_that_holds(
    at: datetime, statuses: list[tuple[CertificateStatus, date]]
) -> None:
    whole = known(revision(), *(revision(n, status, on) for n, (status, on) in enumerate(statuses, 2)))
    trust = trust_of(replace(SUBJECT, validity=Period(SUBJECT.validity.start, SUBJECT.validity.end)), [whole], [], at)
    assert any(reason.holds and reason.level == trust.level for reason in trust.reasons)
    assert trust.level == 1 or at < SUBJECT.validity.end


def test_revisions_have_an_end_and_the_first_one_stays() -> None:
    whole = certificate()
    for version in range(2, MAX_REVISIONS + 50):
        whole = apply(whole, certificate(revision(version)))
    assert (len(whole.revisions), whole.revisions[0].version, whole.version) == (MAX_REVISIONS, 1, MAX_REVISIONS + 49)
