"""Reads on MongoDB, at majority from the primary: a revocation that was answered is seen by the next read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from services.chassis.codec import from_document
from services.chassis.kernel import Kind
from services.chassis.mongo import Mongo
from services.chassis.mongo_errors import translated_errors
from services.identity.application.ports import CREDENTIALS, KEY_RINGS, ORGANISATIONS, TOKEN_RING, Client
from services.identity.domain.credential import ClientCredential
from services.identity.domain.key_ring import KeyRing
from services.identity.domain.organisation import Organisation

S = TypeVar("S")


class MongoQueries:
    """Implements `ports.Queries`. A lost connection comes out as the store's `TransientStoreError` (503)."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo

    async def organisation(self, organisation_id: str) -> Organisation | None:
        """Return one organisation."""
        return await self._one(ORGANISATIONS, organisation_id)

    async def organisations(self, after: str | None, limit: int) -> Sequence[Organisation]:
        """Return a page of all organisations."""
        return await self._page(ORGANISATIONS, {}, after, limit)

    async def credentials(self, organisation_id: str, after: str | None, limit: int) -> Sequence[ClientCredential]:
        """Return a page of one organisation's credentials."""
        return await self._page(CREDENTIALS, {"organisation_id": organisation_id}, after, limit)

    async def client(self, client_id: str) -> Client | None:
        """Return a credential with its organisation; both are asked for even where the first is absent."""
        credential = await self._one(CREDENTIALS, client_id)
        organisation = await self._one(ORGANISATIONS, credential.organisation_id if credential else "")
        return Client(credential, organisation) if credential and organisation else None

    async def key_ring(self) -> KeyRing | None:
        """Return the ring."""
        return await self._one(KEY_RINGS, TOKEN_RING)

    async def _one(self, kind: Kind[S], key: str) -> S | None:
        with translated_errors():
            document = await self._mongo.collection(kind.name).find_one({"_id": key})
        return None if document is None else from_document(document, kind.state)

    async def _page(self, kind: Kind[S], condition: dict[str, Any], after: str | None, limit: int) -> list[S]:
        if after is not None:
            condition = condition | {"_id": {"$gt": after}}
        with translated_errors():
            found = await self._mongo.collection(kind.name).find(condition).sort("_id").limit(limit).to_list(limit)
        return [from_document(document, kind.state) for document in found]
