"""Leases: one holder at a time, by a document that every guarded write writes (a read would guard nothing)."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any, Final

from pymongo import ReturnDocument
from pymongo.collection import Collection
from pymongo.errors import DuplicateKeyError

LEASE_SECONDS: Final = 5.0


class Lease:
    """A named lease, taken and renewed with the blocking driver (the relay). `token` changes with each taking."""

    def __init__(
        self, leases: Collection[dict[str, Any]], name: str, holder: str, seconds: float = LEASE_SECONDS
    ) -> None:
        """`holder` names the process for the eye of an operator."""
        self._leases = leases
        self._name = name
        self._holder = holder
        self._term = timedelta(seconds=seconds)
        self.token: str | None = None

    def acquire(self, now: datetime) -> bool:
        """Take the lease if it is free or run out. The server's clock decides nothing: one `now` is compared."""
        token = uuid.uuid4().hex
        try:
            taken = self._leases.find_one_and_update(
                {"_id": self._name, "expires_at": {"$lt": now}},
                {"$set": {"token": token, "holder": self._holder, "expires_at": now + self._term}},
                upsert=True,
                return_document=ReturnDocument.AFTER,
            )
        except DuplicateKeyError:
            return False  # somebody holds it: the upsert met the living document
        self.token = token if taken is not None else None
        return taken is not None

    def renew(self, now: datetime) -> bool:
        """Prolong our own lease; False when it was lost."""
        result = self._leases.update_one(
            {"_id": self._name, "token": self.token}, {"$set": {"expires_at": now + self._term}}
        )
        return result.matched_count == 1

    def release(self) -> None:
        """Give it back at once, so that the next holder need not wait."""
        if self.token is not None:
            self._leases.delete_one({"_id": self._name, "token": self.token})
            self.token = None
