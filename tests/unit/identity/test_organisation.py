from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from services.identity.domain.errors import AlreadySuspended, OwnAccessKept, ReasonMissing, VersionConflict
from services.identity.domain.organisation import (
    MAX_REASON_LENGTH,
    Organisation,
    OrganisationStatus,
    change,
    reinstate,
    suspend,
)
from services.identity.domain.profile import ProfilePatch, patched
from tests.unit.identity.given import AT, OPERATOR_ID, organisation

LATER = AT + timedelta(hours=1)


def test_registered_it_is_active_at_version_1() -> None:
    new = organisation()

    assert (new.version, new.status, new.registered_at, new.changed_at) == (1, OrganisationStatus.ACTIVE, AT, AT)


def test_a_change_raises_the_version_by_one() -> None:
    before = organisation()
    profile = patched(before.profile, ProfilePatch(name="Liaoyuan Castings"))

    after = change(before, profile, expected=1, actor=OPERATOR_ID, at=LATER)

    assert (after.version, after.profile.name, after.changed_at) == (2, "Liaoyuan Castings", LATER)
    assert after.registered_at == AT


def test_a_change_that_changes_nothing_is_none() -> None:
    before = organisation()

    assert change(before, before.profile, expected=1, actor=OPERATOR_ID, at=LATER) is before


@pytest.mark.parametrize("expected", [0, 2])
def test_a_change_meant_for_another_version_is_refused(expected: int) -> None:
    before = organisation()

    with pytest.raises(VersionConflict) as refused:
        change(before, before.profile, expected=expected, actor=OPERATOR_ID, at=LATER)

    assert refused.value.field == "/headers/If-Match"


def test_an_operator_can_neither_suspend_itself_nor_drop_its_own_role() -> None:
    operator = organisation(OPERATOR_ID, roles=("operator", "buyer"))
    profile = patched(operator.profile, ProfilePatch(roles=("buyer",)))

    with pytest.raises(OwnAccessKept):
        suspend(operator, "by mistake", actor=OPERATOR_ID, at=LATER)
    with pytest.raises(OwnAccessKept):
        change(operator, profile, expected=1, actor=OPERATOR_ID, at=LATER)
    assert not suspend(operator, "fraud", actor="another-operator", at=LATER).is_active
    assert change(operator, profile, expected=1, actor="another-operator", at=LATER).version == 2


@pytest.mark.parametrize("reason", ["", "   ", "x" * (MAX_REASON_LENGTH + 1)])
def test_a_suspension_needs_a_reason(reason: str) -> None:
    with pytest.raises(ReasonMissing) as refused:
        suspend(organisation(), reason, actor=OPERATOR_ID, at=LATER)

    assert refused.value.field == "/reason"


class Standing(RuleBasedStateMachine):
    """Whatever the order of suspensions and reinstatements, state, reason and version agree."""

    def __init__(self) -> None:
        super().__init__()
        self.organisation: Organisation = organisation()
        self.facts = 1
        self.reason: str | None = None

    @rule(reason=st.sampled_from(["licence withdrawn", "false declarations", "  licence withdrawn "]))
    def suspend(self, reason: str) -> None:
        if self.reason is not None and self.reason != reason.strip():
            with pytest.raises(AlreadySuspended):
                suspend(self.organisation, reason, actor=OPERATOR_ID, at=LATER)
            return
        after = suspend(self.organisation, reason, actor=OPERATOR_ID, at=LATER)
        self.facts += self.reason is None
        assert (after is self.organisation) == (self.reason is not None)
        self.organisation, self.reason = after, reason.strip()

    @rule()
    def reinstate(self) -> None:
        after = reinstate(self.organisation, at=LATER)
        self.facts += self.reason is not None
        assert (after is self.organisation) == (self.reason is None)
        self.organisation, self.reason = after, None

    @invariant()
    def agrees(self) -> None:
        assert self.organisation.version == self.facts
        assert self.organisation.is_active == (self.reason is None)
        assert self.organisation.status_reason == self.reason


TestStanding = Standing.TestCase
