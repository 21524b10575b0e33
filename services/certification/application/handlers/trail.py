"""The trail: a projection without outbox, rebuilt from the topics at any time."""

from __future__ import annotations

from collections.abc import Iterable

from services.certification.application.commands import NoteEvent
from services.certification.application.ports import TRAIL
from services.chassis.kernel import NOTHING, Change, Decision, Key, Loaded, Need


class NoteEventHandler:
    """Keeps one row for each version of an aggregate; a duplicate finds it there."""

    def needs(self, command: NoteEvent, loaded: Loaded) -> Iterable[Need]:  # noqa: ARG002 - one round
        """Name the row."""
        yield Key(TRAIL, command.event.key)

    def decide(self, loaded: Loaded, command: NoteEvent) -> Decision:
        """Keep it, once."""
        if loaded.get(TRAIL, command.event.key) is not None:
            return NOTHING
        return Decision((Change(TRAIL, command.event.key, command.event),))
