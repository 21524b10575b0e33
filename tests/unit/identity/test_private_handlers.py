"""Credentials and signing keys: stored, never published."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from services.chassis.testing.memory_store import MemoryStore
from services.identity.application.commands import (
    FoundKeyRing,
    IssueCredential,
    RegisterOrganisation,
    RevokeCredential,
    RotateCredential,
    RotateSigningKeys,
)
from services.identity.application.ports import CREDENTIALS, KEY_RINGS, TOKEN_RING
from services.identity.domain.errors import (
    CredentialExists,
    CredentialNotFound,
    CredentialRevoked,
    KeyRingMissing,
    OrganisationNotFound,
)
from tests.unit.identity.given import CASTER_ID, OTHER_SECRET, SECRET, Registry, caster_profile, key, meta

LIFETIME = timedelta(minutes=5)


async def with_client() -> Registry:
    registry = Registry()
    await registry.run(RegisterOrganisation(meta(), CASTER_ID, caster_profile()))
    await registry.run(RegisterOrganisation(meta(), "org-other", caster_profile(identifiers=())))
    await registry.run(IssueCredential(meta(), CASTER_ID, "erp", "ERP", ("footprint:read",), SECRET))
    return registry


async def test_a_credential_lives_and_dies_without_an_event() -> None:
    registry = await with_client()
    published = len(registry.events())

    await registry.run(RotateCredential(meta(1), CASTER_ID, "erp", OTHER_SECRET))
    await registry.run(RevokeCredential(meta(2), CASTER_ID, "erp"))
    await registry.run(RevokeCredential(meta(3), CASTER_ID, "erp"))

    credential = registry.store.states(CREDENTIALS)["erp"]
    assert credential.secret_hash == OTHER_SECRET.secret_hash
    assert (credential.rotated_at, credential.revoked_at) == (meta(1).at, meta(2).at)
    assert len(registry.events()) == published
    with pytest.raises(CredentialRevoked):
        await registry.run(RotateCredential(meta(4), CASTER_ID, "erp", SECRET))


async def test_a_client_id_is_given_once_whoever_asks() -> None:
    registry = await with_client()

    for organisation_id in (CASTER_ID, "org-other"):
        with pytest.raises(CredentialExists):
            await registry.run(IssueCredential(meta(), organisation_id, "erp", "ERP", (), OTHER_SECRET))
    assert registry.store.states(CREDENTIALS)["erp"].secret_hash == SECRET.secret_hash


async def test_a_client_belongs_to_a_registered_organisation() -> None:
    registry = await with_client()

    with pytest.raises(OrganisationNotFound):
        await registry.run(IssueCredential(meta(), "absent", "new", "ERP", (), SECRET))


@pytest.mark.parametrize("client_id", ["erp", "absent"])
async def test_a_foreign_client_and_an_absent_one_are_alike(client_id: str) -> None:
    registry = await with_client()

    for command in (
        RotateCredential(meta(1), "org-other", client_id, OTHER_SECRET),
        RevokeCredential(meta(1), "org-other", client_id),
    ):
        with pytest.raises(CredentialNotFound) as refused:
            await registry.run(command)
        assert client_id not in refused.value.detail
    assert registry.store.states(CREDENTIALS)["erp"].revoked_at is None


async def test_processes_that_start_at_once_found_one_ring() -> None:
    store = MemoryStore()
    processes = [Registry(store, first_id=number * 1_000 + 1) for number in range(8)]

    rings = await asyncio.gather(
        *(
            process.run(FoundKeyRing(meta(command_id=f"c{number}"), key(2 * number), key(2 * number + 1)))
            for number, process in enumerate(processes)
        )
    )

    ring = store.states(KEY_RINGS)[TOKEN_RING]
    assert all(found == ring for found in rings)
    assert ring.version == 1


async def test_a_ring_is_rotated_without_an_event() -> None:
    registry = Registry()
    await registry.run(FoundKeyRing(meta(), key(1), key(2)))

    ring = await registry.run(RotateSigningKeys(meta(60), key(3), LIFETIME))

    assert registry.store.states(KEY_RINGS)[TOKEN_RING] == ring
    assert (ring.current.kid, ring.next.kid, [item.kid for item in ring.retired]) == ("kid-2", "kid-3", ["kid-1"])
    assert registry.events() == []


async def test_without_a_ring_there_is_nothing_to_rotate() -> None:
    with pytest.raises(KeyRingMissing):
        await Registry().run(RotateSigningKeys(meta(), key(3), LIFETIME))
