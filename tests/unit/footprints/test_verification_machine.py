"""A stateful machine: an engagement by three organisations against a model of a few fields. Pure domain."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from services.chassis.kernel import Refusal
from services.footprints.domain.attestation import Attestation
from services.footprints.domain.footprint import Footprint, accept
from services.footprints.domain.verification import (
    MAX_ROUNDS,
    OPEN_STATES,
    Step,
    Verification,
    VerificationScope,
    VerificationState,
)
from services.footprints.domain.verification_steps import (
    answer_findings,
    attest,
    decline,
    open_verification,
    raise_findings,
    withdraw_verification,
)
from tests.support.footprints import footprint_id, housing
from tests.unit.footprints.given import BUYER, NOW, SUPPLIER, submission
from tests.unit.footprints.verifying import REMARK, TERMS, VERIFIER, verifier

ACTORS = st.sampled_from([SUPPLIER, VERIFIER, VERIFIER, BUYER])
STALE = st.sampled_from([0, 0, 0, 0, 1])


def record(number: int, *preceding: int) -> Footprint:
    ids = [footprint_id(each) for each in preceding] or None
    return accept(submission(housing(number, precedingPfIds=ids)), SUPPLIER, NOW)


class Engagement(RuleBasedStateMachine):
    @initialize()
    def open(self) -> None:
        self.at = NOW
        self.records = {1: record(1)}
        self.current = 1
        self.verification = open_verification(
            "v-1", SUPPLIER, self.records[1], VERIFIER, verifier(), VerificationScope(TERMS.kind), NOW
        )
        self.rounds = 0
        self.unanswered: set[str] = set()
        self.ended = ""
        self.history = [self.verification]

    def expected(self, actor: str, owner: str, stale: int) -> str | None:
        """Tell why a step is refused whatever it is; None where the step itself decides."""
        if actor == BUYER:
            return "verification_not_found"
        if actor != owner:
            return "verification_not_your_step"
        if stale:
            return "verification_version_changed"
        return "verification_closed" if self.ended else None

    def take(
        self, actor: str, stale: int, move: Callable[[Verification, Step], Verification], expected: str | None
    ) -> bool:
        self.at += timedelta(minutes=1)
        before = self.verification
        step = Step(actor, before.version - stale, self.at)
        if expected is not None:
            with pytest.raises(Refusal) as refused:
                move(before, step)
            assert refused.value.code == expected
            assert expected == "verification_not_found" or (refused.value.field and refused.value.remedy)
            return False
        after = move(before, step)
        self.verification = after
        self.history.append(after)
        return True

    @rule(actor=ACTORS, stale=STALE, count=st.integers(1, 3))
    def find(self, actor: str, stale: int, count: int) -> None:
        expected = self.expected(actor, VERIFIER, stale)
        if expected is None and self.unanswered:
            expected = "verification_out_of_turn"
        elif expected is None and self.rounds == MAX_ROUNDS:
            expected = "correction_rounds_spent"
        if self.take(actor, stale, lambda known, step: raise_findings(known, step, [REMARK] * count), expected):
            self.rounds += 1
            self.unanswered = {f"{self.rounds}.{place}" for place in range(1, count + 1)}

    @rule(actor=ACTORS, stale=STALE, complete=st.booleans(), corrects=st.sampled_from(["no", "yes", "stranger"]))
    def answer(self, actor: str, stale: int, complete: bool, corrects: str) -> None:
        expected = self.expected(actor, SUPPLIER, stale)
        if expected is None and not self.unanswered:
            expected = "verification_out_of_turn"
        ids = self.unanswered if complete else self.unanswered | {"9.9"}
        if expected is None and not complete:
            expected = "findings_unanswered"
        if expected is None and corrects == "stranger":
            expected = "correction_not_successor"
        number = self.current + 1
        corrected = {"no": None, "yes": record(number, self.current), "stranger": record(number)}[corrects]
        named = None if corrected is None else corrected.footprint_id
        answers = [(each, "Shown.") for each in sorted(ids)]
        if self.take(
            actor, stale, lambda known, step: answer_findings(known, step, answers, corrected, named), expected
        ):
            self.unanswered = set()
            self.current += corrects == "yes"

    @rule(actor=ACTORS, stale=STALE)
    def attest(self, actor: str, stale: int) -> None:
        expected = self.expected(actor, VERIFIER, stale)
        if expected is None and self.unanswered:
            expected = "verification_out_of_turn"
        attestation = Attestation("v-1", VERIFIER, "Verifier", TERMS, self.at)
        if self.take(actor, stale, lambda known, step: attest(known, step, attestation, "successor"), expected):
            self.ended = "attested"

    @rule(actor=ACTORS, stale=STALE)
    def decline(self, actor: str, stale: int) -> None:
        expected = self.expected(actor, VERIFIER, stale)
        if self.take(actor, stale, lambda known, step: decline(known, step, "no"), expected):
            self.ended = "declined"

    @rule(actor=ACTORS, stale=STALE)
    def withdraw(self, actor: str, stale: int) -> None:
        expected = self.expected(actor, SUPPLIER, stale)
        if self.take(actor, stale, lambda known, step: withdraw_verification(known, step, None), expected):
            self.ended = "withdrawn"

    @invariant()
    def states_follow_the_model(self) -> None:
        known = self.verification
        assert known.rounds == self.rounds <= MAX_ROUNDS
        assert {each.finding_id for each in known.open_findings} == (self.unanswered or set())
        assert known.footprint_id == footprint_id(self.current) == known.footprint_ids[-1]
        assert known.is_open == (known.state in OPEN_STATES) == (not self.ended)
        assert (
            (known.attestation is not None) == (self.ended == "attested") == (known.successor_footprint_id is not None)
        )
        if self.ended:
            assert known.state.value == self.ended
        else:
            waiting = VerificationState.FINDINGS_RAISED
            turn = (
                waiting if self.unanswered else VerificationState.ANSWERED if self.rounds else VerificationState.OPENED
            )
            assert known.state is turn

    @invariant()
    def versions_count_the_steps_and_answers_stay(self) -> None:
        assert [each.version for each in self.history] == list(range(1, len(self.history) + 1))
        for before, after in zip(self.history, self.history[1:], strict=False):
            kept = after.findings[: len(before.findings)]
            assert [replace(each, answer=None, answered_at=None) for each in kept] == [
                replace(each, answer=None, answered_at=None) for each in before.findings
            ]
            assert all(old.answer in (None, new.answer) for old, new in zip(before.findings, kept, strict=True))


TestEngagement = Engagement.TestCase
TestEngagement.settings = settings(max_examples=60, stateful_step_count=20)
