"""Idempotency records: stored in the command's own transaction, so that a repeat answers as before.

Every API command has one, with the client's `Idempotency-Key` or its own id: after a commit of unknown outcome the
retry finds its own record and answers from it instead of acting twice.
Source: draft-ietf-httpapi-idempotency-key-header (key, fingerprint, replay).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from services.chassis.handler import Handlers
from services.chassis.kernel import Change, Decision, Key, Kind, Loaded, Meta, Need, Refusal


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP answer as data: what the client gets now and on every repeat."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    media_type: str = "application/json"


@dataclass(frozen=True, slots=True)
class StoredReply:
    """State of the `idempotency` collection. `expires_at` carries a TTL index."""

    fingerprint: str
    reply: Reply
    expires_at: datetime


IDEMPOTENCY: Kind[StoredReply] = Kind("idempotency", StoredReply, "api")


class IdempotencyMismatch(Refusal):
    """The same key came with another request."""

    code = "idempotency_key_reused"


@dataclass(frozen=True, slots=True)
class Idempotent:
    """A command with its record's key, the request's fingerprint and how its result is rendered."""

    command: Any
    record_key: str
    fingerprint: str
    render: Callable[[Any], Reply]
    ttl: timedelta

    @property
    def meta(self) -> Meta:
        """The inner command's surroundings."""
        meta: Meta = self.command.meta
        return meta


def record_key(tenant: str, operation: str, key: str) -> str:
    """Derive the record's id; hashed, because keys come from outside and `_id` has a size limit."""
    return sha256(f"{tenant}\x00{operation}\x00{key}".encode()).hexdigest()


def fingerprint(*parts: bytes) -> str:
    """Digest of what makes two requests the same: operation, path parameters and raw body."""
    digest = sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


class IdempotentHandler:
    """Wraps the handlers of a service: look for the record first, keep it with the decision."""

    def __init__(self, handlers: Handlers) -> None:
        """`handlers` maps command types to their handlers."""
        self._handlers = handlers

    def needs(self, command: Idempotent, loaded: Loaded) -> Iterable[Need]:
        """Name the record and what the inner command needs; a repeat needs no more than the record."""
        record = Key(IDEMPOTENCY, command.record_key)
        yield record
        if loaded.has(record) and loaded.get(IDEMPOTENCY, command.record_key) is not None:
            return
        yield from self._handlers[type(command.command)].needs(command.command, loaded)

    def decide(self, loaded: Loaded, command: Idempotent) -> Decision:
        """Answer a repeat from its record; otherwise decide and keep the reply. Raises `IdempotencyMismatch`."""
        known = loaded.get(IDEMPOTENCY, command.record_key)
        if known is not None:
            if known.fingerprint != command.fingerprint:
                raise IdempotencyMismatch(
                    "this Idempotency-Key was used for another request",
                    field="/headers/Idempotency-Key",
                    remedy="send a new key for a new request; repeat the key only with the same body",
                )
            return Decision(result=known.reply)
        decision = self._handlers[type(command.command)].decide(loaded, command.command)
        reply = command.render(decision.result)
        record = StoredReply(command.fingerprint, reply, command.meta.at + command.ttl)
        change = Change(IDEMPOTENCY, command.record_key, record)
        return Decision((*decision.changes, change), decision.events, decision.work, reply)
