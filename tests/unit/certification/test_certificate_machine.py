"""A certificate's life in any order of steps, against a model of three lines."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from services.certification.domain import certificate as rules
from services.certification.domain.certificate import Certificate, CertificateStatus
from services.certification.domain.errors import (
    CertificateTransitionRefused,
    EffectiveDateRefused,
    VersionConflict,
)
from tests.unit.certification.builders import AT, certificate, supplier

TODAY = AT.date()
DAYS = st.integers(min_value=-40, max_value=3).map(lambda days: TODAY + timedelta(days=days))
LAST_DAY = (AT + timedelta(hours=14)).date()
STEPS = {
    "suspend": (rules.suspend, {"active"}, "suspended"),
    "reinstate": (rules.reinstate, {"suspended"}, "active"),
    "withdraw": (rules.withdraw, {"active", "suspended"}, "withdrawn"),
}


class CertificateLife(RuleBasedStateMachine):
    @initialize()
    def record(self) -> None:
        self.known, event = rules.record(certificate(), supplier())
        self.events = [event.certificate]
        self.was_withdrawn = False

    @rule(name=st.sampled_from(sorted(STEPS)), day=DAYS, behind=st.sampled_from([0, 0, 0, 1]))
    def step(self, name: str, day: date, behind: int) -> None:
        move, allowed_from, becomes = STEPS[name]
        expected = self._refusal(name, day, behind, allowed_from)
        version = self.known.version - behind
        if expected is not None:
            with pytest.raises(expected):
                move(self.known, version, day, "reason", AT)
            return
        moved, event = move(self.known, version, day, "reason", AT)
        assert (moved.status, moved.effective_on) == (becomes, day)
        assert event.certificate == moved
        self.known = moved
        self.events.append(moved)
        self.was_withdrawn |= becomes == "withdrawn"

    def _refusal(self, name: str, day: date, behind: int, allowed_from: set[str]) -> type[Exception] | None:
        if behind:
            return VersionConflict
        if self.known.status not in allowed_from:
            return CertificateTransitionRefused
        too_late = day > LAST_DAY
        too_early = name == "reinstate" and day < self.known.effective_on
        return EffectiveDateRefused if too_late or too_early else None

    @invariant()
    def one_event_for_each_version(self) -> None:
        if hasattr(self, "events"):
            assert [state.version for state in self.events] == list(range(1, self.known.version + 1))

    @invariant()
    def withdrawn_is_terminal(self) -> None:
        if getattr(self, "was_withdrawn", False):
            assert self.known.status is CertificateStatus.WITHDRAWN

    @invariant()
    def what_was_certified_never_changes(self) -> None:
        if hasattr(self, "events"):
            assert {_certified(state) for state in self.events} == {_certified(certificate())}


def _certified(state: Certificate) -> tuple[object, ...]:
    return (state.number, state.issuer, state.certificate_type, state.site_ids, state.valid_from, state.valid_until)


TestCertificateLife = CertificateLife.TestCase
TestCertificateLife.settings = settings(max_examples=60, stateful_step_count=15)
