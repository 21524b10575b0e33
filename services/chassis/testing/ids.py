"""Identities that can be foretold."""

from __future__ import annotations


class SequenceIds:
    """Counts up in the form of a UUIDv7: `01900000-0000-7000-8000-000000000001`, then `...0002`."""

    def __init__(self, start: int = 1, *, prefix: str = "01900000-0000-7000-8000") -> None:
        self.prefix = prefix
        self.next_number = start

    def __call__(self) -> str:
        """Return the next identity."""
        identity = f"{self.prefix}-{self.next_number:012d}"
        self.next_number += 1
        return identity
