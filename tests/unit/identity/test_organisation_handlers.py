from __future__ import annotations

import asyncio

import pytest

from services.chassis.testing.memory_store import MemoryStore
from services.identity.application.commands import (
    ChangeOrganisation,
    RegisterOrganisation,
    ReinstateOrganisation,
    SuspendOrganisation,
)
from services.identity.application.handlers import API_HANDLERS, api_handlers
from services.identity.application.ports import IDENTIFIER_CLAIMS, ORGANISATIONS
from services.identity.domain.errors import (
    BaseUrlMalformed,
    IdentifierTaken,
    OrganisationExists,
    OrganisationNotFound,
    VersionConflict,
)
from services.identity.domain.profile import ProfilePatch
from tests.unit.identity.given import AT, BPN, CASTER_ID, GLN, Registry, caster_profile, meta

OTHER_ID = "org-other"


async def registered() -> Registry:
    registry = Registry()
    await registry.run(RegisterOrganisation(meta(), CASTER_ID, caster_profile()))
    return registry


def owners(registry: Registry) -> dict[str, str]:
    claims = registry.store.states(IDENTIFIER_CLAIMS)
    return {key: claim.organisation_id for key, claim in claims.items()}


async def test_registering_stores_claims_and_publishes() -> None:
    registry = await registered()

    organisation = registry.store.states(ORGANISATIONS)[CASTER_ID]
    assert (organisation.version, organisation.registered_at) == (1, AT)
    assert owners(registry) == {f"{scheme}:{value.casefold()}": CASTER_ID for scheme, value in (GLN, BPN)}
    ((kind, data),) = registry.events()
    assert kind == "identity.organisation.registered.v1"
    assert data == {
        "version": 1,
        "organisation_id": CASTER_ID,
        "name": "Liaoyuan Light-Metal Castings",
        "country": "CN",
        "identifiers": [{"scheme": scheme, "value": value} for scheme, value in (BPN, GLN)],
        "roles": ["supplier"],
        "base_urls": ["https://pcf.liaoyuan.example"],
        "status": "active",
        "status_reason": None,
        "changed_at": "2026-06-01T08:00:00.000Z",
    }


async def test_an_id_is_given_once() -> None:
    registry = await registered()

    with pytest.raises(OrganisationExists):
        await registry.run(RegisterOrganisation(meta(), CASTER_ID, caster_profile(identifiers=())))


@pytest.mark.parametrize("twin", [BPN, ("vat", "DE1"), ("vat", "de1"), ("vat", "ＤＥ１")])
async def test_an_identifier_has_one_owner(twin: tuple[str, str]) -> None:
    registry = Registry()
    own = caster_profile(identifiers=(BPN, ("vat", "DE1")))
    await registry.run(RegisterOrganisation(meta(), CASTER_ID, own))

    with pytest.raises(IdentifierTaken) as refused:
        await registry.run(RegisterOrganisation(meta(), OTHER_ID, caster_profile(identifiers=(twin,))))

    assert refused.value.field == "/identifiers"
    assert CASTER_ID not in refused.value.detail
    assert OTHER_ID not in registry.store.states(ORGANISATIONS)


async def test_two_processes_that_claim_one_identifier_at_once_cannot_both_win() -> None:
    store = MemoryStore()
    processes = [Registry(store, first_id=number * 1_000 + 1) for number in range(8)]

    outcomes = await asyncio.gather(
        *(
            process.run(RegisterOrganisation(meta(command_id=f"c{number}"), f"org-{number}", caster_profile()))
            for number, process in enumerate(processes)
        ),
        return_exceptions=True,
    )

    assert sum(isinstance(outcome, IdentifierTaken) for outcome in outcomes) == len(processes) - 1
    assert len(store.states(ORGANISATIONS)) == 1
    assert len(store.memory.outbox) == 1


async def test_a_dropped_identifier_is_free_and_a_kept_one_is_not() -> None:
    registry = await registered()
    lei = ("lei", "5493001KJTIIGC8Y1R12")

    await registry.run(ChangeOrganisation(meta(1), CASTER_ID, 1, ProfilePatch(identifiers=(GLN, lei))))

    assert set(owners(registry)) == {f"gln:{GLN[1]}", f"lei:{lei[1].casefold()}"}
    await registry.run(RegisterOrganisation(meta(2), OTHER_ID, caster_profile(identifiers=(BPN,))))
    assert owners(registry)[f"bpn:{BPN[1].casefold()}"] == OTHER_ID
    with pytest.raises(IdentifierTaken):
        await registry.run(ChangeOrganisation(meta(3), OTHER_ID, 1, ProfilePatch(identifiers=(GLN,))))


async def test_an_identifier_changes_hands_within_one_batch() -> None:
    registry = await registered()
    drop = ChangeOrganisation(meta(1, command_id="drop"), CASTER_ID, 1, ProfilePatch(identifiers=()))
    take = RegisterOrganisation(meta(1, command_id="take"), OTHER_ID, caster_profile())

    await asyncio.gather(registry.run(drop), registry.run(take))

    assert set(owners(registry).values()) == {OTHER_ID}


async def test_writing_an_identifier_otherwise_keeps_the_claim_and_updates_it() -> None:
    registry = Registry()
    await registry.run(RegisterOrganisation(meta(), CASTER_ID, caster_profile(identifiers=(("vat", "de1"),))))

    await registry.run(ChangeOrganisation(meta(1), CASTER_ID, 1, ProfilePatch(identifiers=(("vat", "DE1"),))))

    (claim,) = registry.store.states(IDENTIFIER_CLAIMS).values()
    assert (claim.value, claim.organisation_id) == ("DE1", CASTER_ID)


async def test_each_version_is_one_event_with_its_whole_state() -> None:
    registry = await registered()

    await registry.run(SuspendOrganisation(meta(1), CASTER_ID, "licence withdrawn"))
    await registry.run(SuspendOrganisation(meta(2), CASTER_ID, "licence withdrawn"))
    await registry.run(ChangeOrganisation(meta(3), CASTER_ID, 2, ProfilePatch(name="Liaoyuan")))
    await registry.run(ChangeOrganisation(meta(4), CASTER_ID, 3, ProfilePatch(name="Liaoyuan")))
    await registry.run(ReinstateOrganisation(meta(5), CASTER_ID))
    await registry.run(ReinstateOrganisation(meta(6), CASTER_ID))

    assert [
        (kind.split(".")[2], data["version"], data["status"], data["status_reason"], data["name"][:8])
        for kind, data in registry.events()
    ] == [
        ("registered", 1, "active", None, "Liaoyuan"),
        ("suspended", 2, "suspended", "licence withdrawn", "Liaoyuan"),
        ("changed", 3, "suspended", "licence withdrawn", "Liaoyuan"),
        ("reinstated", 4, "active", None, "Liaoyuan"),
    ]
    rows = registry.store.memory.outbox
    assert {(row.topic, row.key) for row in rows} == {("identity.organisation.v1", CASTER_ID.encode())}
    assert [row.version for row in rows] == [1, 2, 3, 4]


async def test_of_two_changes_of_one_version_the_second_is_refused() -> None:
    registry = await registered()
    changes = [
        ChangeOrganisation(meta(1, command_id=f"c{name}"), CASTER_ID, 1, ProfilePatch(name=name)) for name in ("A", "B")
    ]

    outcomes = await asyncio.gather(*(registry.run(change) for change in changes), return_exceptions=True)

    assert [type(outcome) for outcome in outcomes].count(VersionConflict) == 1
    assert registry.store.states(ORGANISATIONS)[CASTER_ID].version == 2


@pytest.mark.parametrize(
    "command",
    [
        ChangeOrganisation(meta(), "absent", 1, ProfilePatch(name="A")),
        ChangeOrganisation(meta(), "absent", 1, ProfilePatch(identifiers=(GLN,))),
        SuspendOrganisation(meta(), "absent", "reason"),
        ReinstateOrganisation(meta(), "absent"),
    ],
    ids=lambda command: type(command).__name__,
)
async def test_an_absent_organisation_is_not_found(command: object) -> None:
    registry = Registry()

    with pytest.raises(OrganisationNotFound):
        await registry.run(command)
    assert registry.events() == []


async def test_http_addresses_depend_on_the_installation() -> None:
    profile = caster_profile(base_urls=("http://127.0.0.1:9000",))

    with pytest.raises(BaseUrlMalformed):
        await Registry(handlers=API_HANDLERS).run(RegisterOrganisation(meta(), CASTER_ID, profile))
    local = Registry(handlers=api_handlers(allow_http=True))
    await local.run(RegisterOrganisation(meta(), CASTER_ID, profile))
    assert local.store.states(ORGANISATIONS)[CASTER_ID].profile.base_urls == ("http://127.0.0.1:9000",)
