"""Identities: UUID version 7 in text form. They sort by time of birth, which keeps index pages warm.

Source: RFC 9562, section 5.7.
"""

from __future__ import annotations

from collections.abc import Callable

import uuid_utils

Ids = Callable[[], str]
"""Returns a new identity at each call."""


def uuid7() -> str:
    """Return a new UUIDv7 in its canonical text form (36 characters, lower case)."""
    return str(uuid_utils.uuid7())
