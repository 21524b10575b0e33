"""An event that a partner sent, kept as it came: the one record of what was asked or told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256


@dataclass(frozen=True, slots=True)
class ReceivedEvent:
    """State of the record. It never changes."""

    sender_organisation_id: str
    """Who sent it, by its token."""
    source: str
    """As the event has it: part of its identity (CloudEvents 1.0, "source" and "id"), and never called."""
    event_id: str
    event_type: str
    text: str
    """The whole event, to the character."""
    received_at: datetime
    request_id: str | None = None
    """The request it began."""


def received_key(sender_organisation_id: str, source: str, event_id: str) -> str:
    """Name an event; hashed, because source and id come from outside and have no useful limit."""
    return sha256(f"{sender_organisation_id} {len(source)} {source} {event_id}".encode()).hexdigest()
