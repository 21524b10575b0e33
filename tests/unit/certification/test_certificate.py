from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from services.certification.domain import certificate as rules
from services.certification.domain.certificate import (
    MAX_CERTIFICATES,
    Certificate,
    CertificateRegister,
    CertificateStatus,
)
from services.certification.domain.errors import (
    CertificateDatesReversed,
    CertificateLimitReached,
    CertificateTransitionRefused,
    EffectiveDateRefused,
    SiteUnknown,
    VersionConflict,
)
from tests.unit.certification.builders import AT, SITE, SUPPLIER, certificate, supplier

TODAY = AT.date()
SUSPENDED = CertificateStatus.SUSPENDED
WITHDRAWN = CertificateStatus.WITHDRAWN


def suspended(**changes: object) -> Certificate:
    return certificate(**{"status": SUSPENDED, "effective_on": date(2026, 5, 20), "version": 2} | changes)


def test_recording_tells_the_whole_state() -> None:
    made, event = rules.record(certificate(), supplier())
    assert (event.name, event.aggregate_id, event.version) == ("recorded", "cert-1", 1)
    assert event.certificate == made == certificate()


def test_a_certificate_of_one_day_is_fine_and_of_less_is_not() -> None:
    day = date(2026, 1, 1)
    rules.record(certificate(valid_from=day, valid_until=day), supplier())
    with pytest.raises(CertificateDatesReversed) as refused:
        rules.record(certificate(valid_from=day, valid_until=date(2025, 12, 31)), supplier())
    assert refused.value.field == "/valid_until"


def test_a_covered_site_is_one_of_the_suppliers() -> None:
    with pytest.raises(SiteUnknown) as refused:
        rules.record(certificate(site_ids=(SITE, "mars")), supplier())
    assert refused.value.field == "/site_ids/1"


def test_suspension_holds_since_its_day_with_its_reason() -> None:
    moved, event = rules.suspend(certificate(), 1, date(2026, 5, 1), "audit overdue", AT)
    assert (moved.status, moved.effective_on, moved.reason) == (SUSPENDED, date(2026, 5, 1), "audit overdue")
    assert (moved.version, moved.changed_at, event.name) == (2, AT, "suspended")


def test_reinstatement_ends_a_suspension_not_before_it_began() -> None:
    moved, event = rules.reinstate(suspended(), 2, date(2026, 5, 20), "audit passed", AT)
    assert (moved.status, event.name) == (CertificateStatus.ACTIVE, "reinstated")
    with pytest.raises(EffectiveDateRefused, match="2026-05-20"):
        rules.reinstate(suspended(), 2, date(2026, 5, 19), "audit passed", AT)


def test_withdrawal_may_reach_back_before_a_suspension() -> None:
    moved, event = rules.withdraw(suspended(), 2, date(2026, 4, 1), "fraud", AT)
    assert (moved.status, event.name) == (WITHDRAWN, "withdrawn")


@pytest.mark.parametrize(
    ("step", "known"),
    [
        (rules.suspend, suspended()),
        (rules.reinstate, certificate(version=2)),
        (rules.suspend, certificate(status=WITHDRAWN, version=2)),
        (rules.reinstate, certificate(status=WITHDRAWN, version=2)),
        (rules.withdraw, certificate(status=WITHDRAWN, version=2)),
    ],
)
def test_steps_the_status_does_not_allow(step: object, known: Certificate) -> None:
    assert callable(step)
    with pytest.raises(CertificateTransitionRefused, match=known.status):
        step(known, 2, TODAY, "reason", AT)


def test_a_step_names_the_version_it_moves() -> None:
    with pytest.raises(VersionConflict):
        rules.suspend(certificate(version=3), 2, TODAY, "reason", AT)


def test_today_anywhere_on_earth_is_not_the_future() -> None:
    late = datetime(2026, 6, 1, 10, 0, tzinfo=UTC)  # it is 2 June at UTC+14
    rules.suspend(certificate(), 1, date(2026, 6, 2), "reason", late)
    with pytest.raises(EffectiveDateRefused, match="2026-06-03"):
        rules.suspend(certificate(), 1, date(2026, 6, 3), "reason", late)


def test_a_supplier_has_a_named_limit_of_certificates() -> None:
    register = CertificateRegister(SUPPLIER, MAX_CERTIFICATES - 1).with_one_more()
    assert register.certificates == MAX_CERTIFICATES
    with pytest.raises(CertificateLimitReached):
        register.with_one_more()
