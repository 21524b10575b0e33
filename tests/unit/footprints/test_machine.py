"""A stateful machine: submit, resubmit, succeed, withdraw, grant, revoke, wait, against a model of dictionaries.

What it holds at every step: no circle is ever stored, a Deprecated record never changes again, a reader sees exactly
its own and what grants open now, and each version has one event.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from datetime import timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule

from services.chassis.handler import Accepted, Outcome, Refused
from services.chassis.testing.clock import FixedClock
from services.footprints.adapters.memory_queries import MemoryQueries
from services.footprints.application.ports import FOOTPRINTS, FootprintFilter
from services.footprints.domain.access import GrantScope
from services.footprints.domain.footprint import Footprint
from services.footprints.domain.terms import FootprintStatus
from tests.support.footprints import footprint_id, minimal
from tests.unit.footprints.given import BUYER, NOW, RIVAL, SUPPLIER, World, organisation
from tests.unit.footprints.machine_model import Model, Opened, Record

OWNERS = st.sampled_from([SUPPLIER, RIVAL])
READERS = (SUPPLIER, RIVAL, BUYER)
NUMBERS = st.integers(1, 5)


def product(letter: str) -> str:
    """Name a product; another spelling of `a` names the same one."""
    return f"urn:gtin:{letter}"


class Footprints(RuleBasedStateMachine):
    grants = Bundle("grants")

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.clock = FixedClock(NOW)
        self.world = World(self.clock)
        self.queries = MemoryQueries(self.world.store)
        self.model = Model()
        self.final: dict[str, Footprint] = {}
        """Deprecated records as they were when they became so."""

    def teardown(self) -> None:
        self.runner.close()

    def run(self, command: Any) -> Outcome:
        (outcome,) = self.runner.run(self.world.run(command))
        return outcome

    @initialize()
    def register(self) -> None:
        self.runner.run(self.world.record(*(organisation(each) for each in READERS)))

    @rule(
        number=NUMBERS, owner=OWNERS, content=st.integers(0, 1), letter=st.sampled_from("aAbB"),
        preceding=st.frozensets(NUMBERS, max_size=2),
    )  # fmt: skip
    def submit(self, number: int, owner: str, content: int, letter: str, preceding: frozenset[int]) -> None:
        ids = [footprint_id(old) for old in sorted(preceding)] or None
        document = minimal(number, comment=f"content {content}", productIds=[product(letter)], precedingPfIds=ids)
        expected = self.model.submit(number, Record(owner, content, product(letter), preceding))
        match self.run(self.world.submit(document, by=owner)):
            case Accepted(result):
                assert expected == ("created" if result.created else "repeat")
                assert result.footprint.document.content["comment"] == f"content {content}"
            case Refused(refusal):
                assert expected == refusal.code
                assert refusal.field
                assert refusal.remedy
            case defect:
                raise AssertionError(defect)

    @rule(number=NUMBERS, by=OWNERS, version=st.sampled_from([1, 1, 1, 2]))
    def withdraw(self, number: int, by: str, version: int) -> None:
        expected = self.model.withdraw(number, by, version)
        outcome = self.run(self.world.withdraw(footprint_id(number), version=version, by=by))
        assert expected == (outcome.refusal.code if isinstance(outcome, Refused) else "withdrawn")

    @rule(
        target=grants, owner=OWNERS, grantee=st.sampled_from(READERS), scope=st.sampled_from(list(GrantScope)),
        number=NUMBERS, letter=st.sampled_from("aAbB"), delay=st.sampled_from([0, 0, 30]),
        minutes=st.none() | st.integers(1, 90),
    )  # fmt: skip
    def give(
        self, owner: str, grantee: str, scope: GrantScope, number: int, letter: str, delay: int, minutes: int | None
    ) -> Any:
        value: Any = {GrantScope.EVERYTHING: None, GrantScope.PRODUCT: product(letter), GrantScope.FOOTPRINT: number}[
            scope
        ]
        start = self.clock() + timedelta(minutes=delay)
        until = None if minutes is None else start + timedelta(minutes=minutes)
        wire = footprint_id(number) if scope is GrantScope.FOOTPRINT else value
        own = number in self.model.records and self.model.records[number].owner == owner
        match self.run(self.world.give(scope, wire, to=grantee, by=owner, start=start, end=until)):
            case Accepted(grant):
                assert grantee != owner
                assert own or scope is not GrantScope.FOOTPRINT
                self.model.grants[grant.grant_id] = Opened(owner, grantee, scope, value, start, until)
                return grant.grant_id
            case Refused(refusal):
                assert refusal.code == ("grant_to_self" if grantee == owner else "granted_footprint_unknown")
                return multiple()
            case defect:
                raise AssertionError(defect)

    @rule(grant_id=grants, by=st.sampled_from(READERS), version=st.sampled_from([1, 1, 1, 2]))
    def revoke(self, grant_id: str, by: str, version: int) -> None:
        grant = self.model.grants[grant_id]
        present = 2 if grant.revoked else 1
        expected = "grant_revoked" if grant.revoked else "revoked"
        if by != grant.owner:
            expected = "grant_not_own" if by == grant.grantee else "grant_not_found"
        elif version != present:
            expected = "grant_version_changed"
        outcome = self.run(self.world.revoke(grant_id, version=version, by=by))
        assert expected == (outcome.refusal.code if isinstance(outcome, Refused) else "revoked")
        grant.revoked = grant.revoked or expected == "revoked"

    @rule(minutes=st.integers(1, 60))
    def wait(self, minutes: int) -> None:
        self.clock.advance(seconds=60 * minutes)

    @invariant()
    def status_follows_succession(self) -> None:
        stored = self.world.store.states(FOOTPRINTS)
        assert stored.keys() == {footprint_id(number) for number in self.model.records}
        for number, record in self.model.records.items():
            footprint = stored[footprint_id(number)]
            assert footprint.owner_organisation_id == record.owner
            assert footprint.document.content["comment"] == f"content {record.content}"
            deprecated = self.model.deprecated(number)
            assert (footprint.status.value, footprint.version) == (("Deprecated", 2) if deprecated else ("Active", 1))

    @invariant()
    def the_deprecated_never_change(self) -> None:
        stored: dict[str, Footprint] = self.world.store.states(FOOTPRINTS)
        for key, footprint in stored.items():
            if footprint.status is FootprintStatus.DEPRECATED:
                assert self.final.setdefault(key, footprint) == footprint
        assert all(stored[key].status is FootprintStatus.DEPRECATED for key in self.final)

    @invariant()
    def no_circle_is_stored(self) -> None:
        stored: dict[str, Footprint] = self.world.store.states(FOOTPRINTS)
        left = {key: set(footprint.preceding_ids) & stored.keys() for key, footprint in stored.items()}
        while left:
            begins = {key for key, preceding in left.items() if not preceding & left.keys()}
            assert begins, "each of these has a predecessor among them"
            left = {key: preceding for key, preceding in left.items() if key not in begins}

    @invariant()
    def readers_see_their_own_and_what_is_open_now(self) -> None:
        now = self.clock()
        for reader in READERS:
            visible = {footprint_id(each) for each in self.model.records if self.model.readable(each, reader, now)}
            listed = self.runner.run(self.queries.footprints(FootprintFilter(), None, 100, reader=reader, at=now))
            assert {each.footprint_id for each in listed} == visible
            for number in self.model.records:
                found = self.runner.run(self.queries.footprint(footprint_id(number), reader=reader, at=now))
                assert (found is not None) == (footprint_id(number) in visible)

    @invariant()
    def every_version_has_one_event_in_order(self) -> None:
        versions: dict[tuple[str, str], list[int]] = defaultdict(list)
        for topic, key, version in self.world.events():
            versions[topic, key].append(version)
        assert all(each in ([1], [1, 2]) for each in versions.values())
        assert len([key for topic, key in versions if topic.startswith("footprints.footprint")]) == len(
            self.model.records
        )


TestFootprints = Footprints.TestCase
TestFootprints.settings = settings(max_examples=25, stateful_step_count=25)
