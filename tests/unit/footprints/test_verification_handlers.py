"""Engagements on a store: what each step writes and tells, the successor of an attestation, standing, certificates."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from services.footprints.application.ports import FOOTPRINTS
from services.footprints.application.verifications import (
    PROGRAMME_CERTIFICATES,
    TRUST_FINDINGS,
    VERIFICATIONS,
)
from services.footprints.domain.attestation import AttestationKind, VerifyingParty
from services.footprints.domain.programme_certificate import CertificateStatus
from services.footprints.domain.verification import Verification
from tests.support.footprints import footprint_id, housing
from tests.unit.footprints.given import RIVAL, SUPPLIER, World, organisation, refusal, result
from tests.unit.footprints.verifying import (
    OTHER_VERIFIER,
    VERIFIER,
    Engagements,
    certificate,
    follow,
    revision,
    sited,
    verifier,
)

SUSPENDED = CertificateStatus.SUSPENDED


@pytest.fixture
async def world() -> World:
    world = World()
    await world.record(organisation(SUPPLIER), organisation(RIVAL), verifier(), verifier(OTHER_VERIFIER))
    await world.run(world.submit(sited(1)))
    return world


@pytest.fixture
def steps(world: World) -> Engagements:
    return Engagements(world)


async def run(world: World, command: Any) -> Any:
    (outcome,) = await world.run(command)
    return result(outcome)


async def refused(world: World, command: Any) -> str:
    before = dict(world.store.memory.documents.get("verifications", {})), len(world.store.memory.outbox)
    (outcome,) = await world.run(command)
    code = refusal(outcome).code
    assert before == (world.store.memory.documents.get("verifications", {}), len(world.store.memory.outbox))
    return code


async def test_an_attestation_publishes_a_successor_in_the_same_transaction(world: World, steps: Engagements) -> None:
    opened: Verification = await run(world, steps.open())
    command = steps.attest(opened.verification_id, 1)
    attested: Verification = await run(world, command)
    footprints = world.store.states(FOOTPRINTS)
    old, new = footprints[footprint_id(1)], footprints[command.successor_id]
    assert attested.successor_footprint_id == command.successor_id
    assert (old.status.value, old.version, old.deprecated_by_id) == ("Deprecated", 2, command.successor_id)
    assert (new.status.value, new.version, new.owner_organisation_id) == ("Active", 1, SUPPLIER)
    assert new.preceding_ids == (footprint_id(1),)
    assert (new.carbon, new.validity, new.findings) == (old.carbon, old.validity, old.findings)
    assert [each.verification_id for each in new.attestations] == [opened.verification_id]
    assert new.attestations[0].verifier_name == VERIFIER.title()
    assert world.events()[1:] == [
        ("footprints.verification.v1", opened.verification_id, 1),
        ("footprints.verification.v1", opened.verification_id, 2),
        ("footprints.footprint.v1", command.successor_id, 1),
        ("footprints.footprint.v1", footprint_id(1), 2),
    ]
    published = json.loads(world.store.memory.outbox[-2].value or b"")["data"]
    assert published["verification_ids"] == [opened.verification_id]
    assert published["pcf_excluding_biogenic_uptake_kgco2e"] == "71.384"


async def test_events_carry_the_whole_state(world: World, steps: Engagements) -> None:
    identity = (await run(world, steps.open())).verification_id
    await run(world, steps.raise_findings(identity, 1))
    await run(world, steps.answer(identity, 2, "1.1"))
    await run(world, steps.decline(identity, 3))
    rows = [json.loads(row.value or b"") for row in world.store.memory.outbox[1:]]
    assert [row["type"].split(".")[2] for row in rows] == ["opened", "findings-raised", "answered", "declined"]
    assert [row["aggregateversion"] for row in rows] == [1, 2, 3, 4]
    data = rows[-1]["data"]
    assert (data["state"], data["closing_reason"], data["rounds"]) == ("declined", "Not shown.", 1)
    assert (data["findings"][0]["text"], data["findings"][0]["answer"]) == ("Show the screening.", "Shown.")


async def test_a_suppliers_own_successor_inherits_nothing(world: World, steps: Engagements) -> None:
    opened = await run(world, steps.open())
    attest = steps.attest(opened.verification_id, 1)
    await run(world, attest)
    attested = world.store.states(FOOTPRINTS)[attest.successor_id]
    copy = attested.document.content | {"id": footprint_id(5), "precedingPfIds": [attest.successor_id]}
    assert await refused(world, world.submit(copy)) == "attestation_not_inherited"
    copy.pop("extensions")
    assert await refused(world, world.submit(copy)) == "attestation_not_inherited"
    copy["pcf"].pop("verification")
    submitted = await run(world, world.submit(copy))
    assert submitted.footprint.attestations == ()
    assert world.store.states(FOOTPRINTS)[attest.successor_id].status.value == "Deprecated"


async def test_repeating_the_attested_record_is_a_repeat(world: World, steps: Engagements) -> None:
    opened = await run(world, steps.open())
    attest = steps.attest(opened.verification_id, 1)
    await run(world, attest)
    attested = world.store.states(FOOTPRINTS)[attest.successor_id]
    assert not (await run(world, world.submit(attested.document.content))).created


async def test_a_correction_takes_the_records_place(world: World, steps: Engagements) -> None:
    identity = (await run(world, steps.open())).verification_id
    await run(world, steps.raise_findings(identity, 1))
    await run(world, world.submit(sited(2, precedingPfIds=[footprint_id(1)], comment="corrected")))
    answered: Verification = await run(world, steps.answer(identity, 2, "1.1", corrected=2))
    assert answered.footprint_ids == (footprint_id(1), footprint_id(2))
    attest = steps.attest(identity, 3)
    await run(world, attest)
    assert world.store.states(FOOTPRINTS)[attest.successor_id].preceding_ids == (footprint_id(2),)


async def test_what_was_replaced_meanwhile_is_not_attested(world: World, steps: Engagements) -> None:
    identity = (await run(world, steps.open())).verification_id
    await run(world, world.submit(sited(2, precedingPfIds=[footprint_id(1)])))
    assert await refused(world, steps.attest(identity, 1)) == "verified_record_inactive"
    assert await refused(world, steps.open(1)) == "verified_record_inactive"


async def test_who_opens_what_to_whom(world: World, steps: Engagements) -> None:
    assert await refused(world, steps.open(9)) == "footprint_not_found"
    assert await refused(world, steps.open(by=RIVAL)) == "footprint_not_found"
    assert await refused(world, steps.open(to=SUPPLIER)) == "self_verification"
    assert await refused(world, steps.open(to=RIVAL)) == "verifier_unknown"
    assert await refused(world, steps.open(to="nobody")) == "verifier_unknown"
    await world.record(verifier(version=2, suspended=True))
    assert await refused(world, steps.open()) == "verifier_unknown"


async def test_the_standing_of_both_is_checked_at_each_step(world: World, steps: Engagements) -> None:
    identity = (await run(world, steps.open())).verification_id
    await world.record(organisation(SUPPLIER, version=2, suspended=True))
    assert await refused(world, steps.raise_findings(identity, 1)) == "counterpart_suspended"
    assert await refused(world, steps.attest(identity, 1)) == "counterpart_suspended"
    assert await refused(world, steps.withdraw(identity, 1)) == "organisation_suspended"
    await world.record(organisation(SUPPLIER, version=3), verifier(version=2, suspended=True))
    assert await refused(world, steps.raise_findings(identity, 1)) == "organisation_suspended"
    assert await refused(world, steps.decline(identity, 1)) == "organisation_suspended"
    await world.record(verifier(version=3))
    await run(world, steps.raise_findings(identity, 1))
    await world.record(verifier(version=4, suspended=True))
    assert await refused(world, steps.answer(identity, 2, "1.1")) == "counterpart_suspended"
    withdrawn: Verification = await run(world, steps.withdraw(identity, 2))
    assert withdrawn.state.value == "withdrawn"


async def test_a_stranger_finds_nothing_whoever_is_suspended(world: World, steps: Engagements) -> None:
    identity = (await run(world, steps.open())).verification_id
    await world.record(organisation(SUPPLIER, version=2, suspended=True))
    for command in (
        steps.raise_findings(identity, 1, by=OTHER_VERIFIER),
        steps.attest(identity, 1, by=OTHER_VERIFIER),
        steps.decline(identity, 1, by=OTHER_VERIFIER),
        steps.answer(identity, 1, "1.1", by=RIVAL),
        steps.withdraw(identity, 1, by=RIVAL),
        steps.attest("absent", 1),
    ):
        assert await refused(world, command) == "verification_not_found"


async def test_another_kind_is_outside_the_scope(world: World, steps: Engagements) -> None:
    identity = (await run(world, steps.open())).verification_id
    command = steps.attest(identity, 1, kind=AttestationKind.CALCULATION_MODEL)
    assert await refused(world, command) == "attestation_outside_scope"


async def test_a_second_party_needs_the_programme_of_the_site(world: World, steps: Engagements) -> None:
    identity = (await run(world, steps.open())).verification_id
    second = {"party": VerifyingParty.SECOND}
    assert await refused(world, steps.attest(identity, 1, **second)) == "programme_certificate_required"
    await follow(world, certificate(supplier=RIVAL), certificate(revision(sites=("other",)), certificate_id="c-2"))
    assert await refused(world, steps.attest(identity, 1, **second)) == "programme_certificate_required"
    await follow(world, certificate(certificate_id="c-3"))
    attested: Verification = await run(world, steps.attest(identity, 1, **second))
    assert attested.state.value == "attested"


async def test_a_record_without_attestation_has_none(world: World) -> None:
    submitted = await run(world, world.submit(housing(2)))
    assert submitted.footprint.attestations == ()


async def test_certificates_are_followed_by_version(world: World) -> None:
    first = certificate()
    third = certificate(revision(3, SUSPENDED, date(2026, 5, 4)))
    await follow(world, first, third, third, certificate(revision(2)), first)
    (stored,) = world.store.states(PROGRAMME_CERTIFICATES).values()
    assert [each.version for each in stored.revisions] == [1, 3]
    (finding,) = world.store.states(TRUST_FINDINGS).values()
    assert (finding.certificate_version, finding.status) == (3, SUSPENDED)
    await follow(world, certificate(revision(4)))
    assert list(world.store.states(TRUST_FINDINGS).values()) == [finding]


async def test_other_certificates_are_none_of_ours(world: World) -> None:
    await follow(world, certificate(revision(1, SUSPENDED)), kind="iso14001")
    assert world.store.states(PROGRAMME_CERTIFICATES) == {}
    assert world.store.states(TRUST_FINDINGS) == {}


async def test_a_batch_sees_its_own_steps(world: World, steps: Engagements) -> None:
    opening = steps.open()
    identity = opening.verification_id
    outcomes = await world.run(
        opening,
        steps.raise_findings(identity, 1),
        steps.answer(identity, 2, "1.1"),
        steps.raise_findings(identity, 3),
        steps.answer(identity, 4, "2.1"),
        steps.raise_findings(identity, 5),
        steps.attest(identity, 5),
    )
    assert refusal(outcomes[5]).code == "correction_rounds_spent"
    assert world.store.states(VERIFICATIONS)[identity].state.value == "attested"
    assert world.store.states(VERIFICATIONS)[identity].version == 6
