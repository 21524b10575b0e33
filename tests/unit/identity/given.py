"""Building blocks of the tests: an instant, profiles, organisations, and commands run through the real unit of work."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import orjson

from services.chassis.idempotency import Reply
from services.chassis.kernel import Meta
from services.chassis.testing.ids import SequenceIds
from services.chassis.testing.memory_store import MemoryStore
from services.chassis.unit import CommandBus
from services.identity.adapters.translate import translate
from services.identity.application.handlers import API_HANDLERS
from services.identity.domain.credential import NewSecret
from services.identity.domain.key_ring import NewKey
from services.identity.domain.organisation import Organisation, register
from services.identity.domain.profile import ProfileInput, read_profile

AT: Final = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)
OPERATOR_ID: Final = "org-operator"
CASTER_ID: Final = "org-caster"
GLN: Final = ("gln", "9520000000028")
BPN: Final = ("bpn", "BPNL00TLDEMO02RZ")
SECRET: Final = NewSecret("secret-1", "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$aGFzaA")
OTHER_SECRET: Final = NewSecret("secret-2", "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$b3RoZXI")


def caster_profile(**fields: Any) -> ProfileInput:
    """Describe a caster of aluminium housings; `fields` replace its own."""
    own: dict[str, Any] = {
        "name": "Liaoyuan Light-Metal Castings",
        "country": "CN",
        "identifiers": (GLN, BPN),
        "roles": ("supplier",),
        "base_urls": ("https://pcf.liaoyuan.example",),
    }
    return ProfileInput(**(own | fields))


def organisation(organisation_id: str = CASTER_ID, **fields: Any) -> Organisation:
    """Return a registered organisation."""
    return register(organisation_id, read_profile(caster_profile(**fields)), AT)


def meta(after_s: float = 0, *, actor: str | None = OPERATOR_ID, command_id: str = "command") -> Meta:
    """Surround a command of an operator."""
    return Meta(command_id=command_id, at=AT + timedelta(seconds=after_s), organisation_id=actor)


def key(number: int) -> NewKey:
    """Return a key pair that can be told apart, but not used."""
    return NewKey(f"kid-{number}", f"x-{number}", f"y-{number}", f"sealed-{number}".encode())


class Registry:
    """Runs commands as the API does, each in its own transaction unless they come at once."""

    def __init__(self, store: Any = None, handlers: Any = API_HANDLERS, first_id: int = 1) -> None:
        """`store` is one in memory unless given; ids count up from `first_id`."""
        self.store = store or MemoryStore()
        self.ids = SequenceIds(first_id)
        self.bus = CommandBus(self.store, handlers, translate, self.ids)

    async def run(self, command: Any) -> Any:
        """Return what the handler told the caller."""
        results: list[Any] = []

        def render(result: Any) -> Reply:
            results.append(result)
            return Reply(200, b"")

        await self.bus.execute(command, render, key=self.ids())
        return results[-1]

    def events(self) -> list[tuple[str, dict[str, Any]]]:
        """Return type and data of everything that will be published, in order."""
        decoded = [orjson.loads(row.value or b"") for row in self.store.memory.outbox]
        return [(event["type"], event["data"]) for event in decoded]
