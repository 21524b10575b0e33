"""What a conversion says of itself: where the result says less, more, or something else than what went in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

MAX_SHOWN: Final = 120
"""Most characters of a value that a note repeats."""


class Effect(StrEnum):
    """What became of a field."""

    LOST = "lost"
    """It was stated, and the result doesn't say it."""
    ASSUMED = "assumed"
    """The result states something that nobody said."""
    DERIVED = "derived"
    """The result states what was computed or translated out of other fields."""
    KEPT = "kept"
    """The format has no field for it; it travels in the format's extension, and our import restores it."""
    UNFIT = "unfit"
    """The result breaks a rule of its own format here: the record says so, or lacks what the format demands."""


@dataclass(frozen=True, slots=True)
class NoteRule:
    """One way in which a conversion is not one to one."""

    rule_id: str
    effect: Effect
    text: str
    """English, with placeholders."""
    source: str
    """Standard and section; `Tierloop` where the choice is ours."""


@dataclass(frozen=True, slots=True)
class Note:
    """A rule that applied, and where."""

    rule_id: str
    effect: Effect
    field: str
    """JSON pointer into the document that was converted; where nothing stands there, the place it would have."""
    target: str | None
    """JSON pointer into the result, None where nothing stands there."""
    detail: str
    source: str

    def covers(self, pointer: str) -> bool:
        """Tell whether a difference at a place is told by this note.

        It speaks of the place, of a part of it, or says that all that holds it is lost. A note on nothing that was
        stated covers no place.
        """
        if not self.field:
            return False
        return within(self.field, pointer) or (self.effect is Effect.LOST and within(pointer, self.field))


def within(pointer: str, outer: str) -> bool:
    """Tell whether a pointer is another one, or leads further into it."""
    return pointer == outer or pointer.startswith(f"{outer}/")


@dataclass(slots=True)
class Notebook:
    """Gathers the notes of one conversion, in order, each once."""

    _notes: dict[Note, None] = field(default_factory=dict)

    def add(self, rule: NoteRule, at: str, target: str | None = None, **values: str) -> None:
        """Note that a rule applied."""
        shown = {name: value if len(value) <= MAX_SHOWN else f"{value[:MAX_SHOWN]}…" for name, value in values.items()}
        detail = rule.text.format_map(shown)
        self._notes[Note(rule.rule_id, rule.effect, at, target, detail, rule.source)] = None

    def extend(self, notes: Iterable[Note]) -> None:
        """Take over notes of a step."""
        self._notes |= dict.fromkeys(notes)

    def covers(self, pointer: str) -> bool:
        """Tell whether some note covers a place."""
        return any(note.covers(pointer) for note in self._notes)

    @property
    def notes(self) -> tuple[Note, ...]:
        """What was noted so far."""
        return tuple(self._notes)
