"""The same reads over the store in memory, for component tests."""

from __future__ import annotations

from collections.abc import Sequence

from services.chassis.testing.memory_store import MemoryStore
from services.identity.application.ports import CREDENTIALS, KEY_RINGS, ORGANISATIONS, TOKEN_RING, Client
from services.identity.domain.credential import ClientCredential
from services.identity.domain.key_ring import KeyRing
from services.identity.domain.organisation import Organisation


class MemoryQueries:
    """Implements `ports.Queries`."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    async def organisation(self, organisation_id: str) -> Organisation | None:
        """Return one organisation."""
        return self._store.states(ORGANISATIONS).get(organisation_id)

    async def organisations(self, after: str | None, limit: int) -> Sequence[Organisation]:
        """Return a page of all organisations."""
        found = sorted(self._store.states(ORGANISATIONS).items())
        return [state for key, state in found if after is None or key > after][:limit]

    async def credentials(self, organisation_id: str, after: str | None, limit: int) -> Sequence[ClientCredential]:
        """Return a page of one organisation's credentials."""
        found = sorted(self._store.states(CREDENTIALS).items())
        own = [(key, state) for key, state in found if state.organisation_id == organisation_id]
        return [state for key, state in own if after is None or key > after][:limit]

    async def client(self, client_id: str) -> Client | None:
        """Return a credential with its organisation."""
        credential = self._store.states(CREDENTIALS).get(client_id)
        organisation = self._store.states(ORGANISATIONS).get(credential.organisation_id if credential else "")
        return Client(credential, organisation) if credential and organisation else None

    async def key_ring(self) -> KeyRing | None:
        """Return the ring."""
        return self._store.states(KEY_RINGS).get(TOKEN_RING)
