from __future__ import annotations

from pathlib import Path

import pytest

from services.chassis.testing.clock import FixedClock
from services.chassis.testing.memory_store import MemoryStore
from services.identity.adapters.argon2_hasher import Argon2Hasher
from services.identity.application.ports import CREDENTIALS, ORGANISATIONS
from services.identity.domain.errors import IdentifierTaken
from services.identity.domain.profile import Role
from services.identity.seed import OrganisationDefinition, SeededCredential, SeedError, read_definitions, seed
from tests.component.identity.conftest import basic, running, settings_with


async def sow(
    store: MemoryStore, definitions: list[OrganisationDefinition] | None = None, *, rotate: bool = False
) -> list[SeededCredential]:
    hasher = Argon2Hasher(memory_kib=64, passes=1)
    try:
        return await seed(store, definitions or read_definitions(), hasher=hasher, rotate=rotate, clock=FixedClock())
    finally:
        hasher.close()


async def test_the_demo_has_every_role_and_every_secret_works() -> None:
    async with running(settings_with()) as world:
        seeded = await sow(world.store)
        for item in seeded:
            answer = await world.http.post(
                "/auth/token",
                data={"grant_type": "client_credentials"},
                headers=basic(item.client_id, item.client_secret or ""),
            )
            assert answer.status_code == 200, item.key

        organisations = world.store.states(ORGANISATIONS).values()
        assert {role for organisation in organisations for role in organisation.profile.roles} == set(Role)
        assert [item.key for item in seeded] == ["park", "supplier", "buyer", "recycler", "verifier"]
        assert [event["type"] for event in world.events()] == ["identity.organisation.registered.v1"] * len(seeded)


async def test_a_second_run_changes_nothing_and_shows_no_secret() -> None:
    store = MemoryStore()
    first = await sow(store)
    before = (store.states(ORGANISATIONS), store.states(CREDENTIALS), len(store.memory.outbox))

    second = await sow(store)

    assert {(item.organisation, item.credential) for item in first} == {("created", "created")}
    assert {(item.organisation, item.credential, item.client_secret) for item in second} == {("exists", "exists", None)}
    assert (store.states(ORGANISATIONS), store.states(CREDENTIALS), len(store.memory.outbox)) == before


async def test_on_demand_it_gives_new_secrets() -> None:
    store = MemoryStore()
    first = {item.key: item.client_secret for item in await sow(store)}

    second = await sow(store, rotate=True)

    assert {item.credential for item in second} == {"rotated"}
    assert all(item.client_secret and item.client_secret != first[item.key] for item in second)


async def test_what_a_run_left_undone_the_next_one_does() -> None:
    store = MemoryStore()
    definitions = read_definitions()
    await sow(store, definitions[:2])

    seeded = await sow(store, definitions)

    assert [item.credential for item in seeded] == ["exists", "exists", "created", "created", "created"]


async def test_the_rules_of_the_registry_hold_for_it_too() -> None:
    store = MemoryStore()
    park, supplier, *_ = read_definitions()
    twin = supplier.model_copy(update={"identifiers": park.identifiers})

    with pytest.raises(IdentifierTaken):
        await sow(store, [park, twin])


def test_a_secret_does_not_show_in_repr() -> None:
    item = SeededCredential("a", "org", "A", "client", "a-secret", "created", "created")

    assert "a-secret" not in repr(item)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("organisations: []", "/organisations"),
        ("organisations: [{key: a}]", "/organisations/0/name"),
        ("organisations: 7", "/organisations"),
        ("- [", "can't be read"),
        ("", "valid dictionary"),
    ],
)
def test_a_wrong_file_names_its_fault(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "seed.yaml"
    path.write_text(text)

    with pytest.raises(SeedError, match=message) as refused:
        read_definitions(path)
    assert str(path) in str(refused.value)


def test_an_absent_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SeedError, match=r"absent\.yaml"):
        read_definitions(tmp_path / "absent.yaml")
