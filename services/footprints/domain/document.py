"""The document a supplier sent, kept as it is, and the one canonical form that identifies its content.

Canonical form: JSON in UTF-8, members sorted by name, no white space, strings unescaped where JSON allows it. That is
RFC 8785 but for two things that compare content just as well: names sort by code point, and numbers (there are none
among the standard's own properties) are written as Python writes them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

MAX_DIFFERENCES: Final = 20
"""Most differing fields that are named; a document may differ in more places than anyone reads."""


@dataclass(frozen=True, slots=True)
class Document:
    """A document as JSON text in the supplier's order of members, with the digest of its canonical form.

    Text, because it must come back as it went in: MongoDB gives field names such as `$ref` a meaning of their own,
    can't hold others, and has no integer beyond 64 bits.
    """

    text: str
    sha256: str
    """SHA-256 of the canonical form, 64 hexadecimal digits."""

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> Document:
        """Keep `content`, a parsed JSON object of finite numbers. Raises ValueError for NaN and infinity."""
        text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        return cls(text, sha256(canonical_json(content)).hexdigest())

    @property
    def content(self) -> dict[str, Any]:
        """The document, parsed anew at each call."""
        content: dict[str, Any] = json.loads(self.text)
        return content

    @property
    def size_bytes(self) -> int:
        """Size of the text in UTF-8."""
        return len(self.text.encode())


def canonical_json(content: Mapping[str, Any]) -> bytes:
    """Return the canonical form of a JSON object. Raises ValueError for NaN and infinity."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=True, allow_nan=False).encode()


def differences(before: Document, after: Document) -> list[str]:
    """Name the fields that differ as JSON pointers, in order, `MAX_DIFFERENCES` at most.

    null and absent both mean undefined (PACT 3.0.3), the letter case of the UUIDs in `id` and `precedingPfIds` means
    nothing (RFC 9562, section 4); any other character counts, for a record is kept as it was written.
    """
    if before.sha256 == after.sha256:
        return []
    found = _differing("", _comparable(before.content), _comparable(after.content))
    return [pointer for _, pointer in zip(range(MAX_DIFFERENCES), found, strict=False)]


def _comparable(content: dict[str, Any]) -> dict[str, Any]:
    preceding = content.get("precedingPfIds")
    return content | {
        "id": content["id"].lower(),
        "precedingPfIds": None if preceding is None else [identity.lower() for identity in preceding],
    }


def _differing(pointer: str, before: object, after: object) -> Iterator[str]:
    if not (isinstance(before, dict) and isinstance(after, dict)):
        if not _same(before, after):
            yield pointer
        return
    for name in sorted(before.keys() | after.keys()):
        step = name.replace("~", "~0").replace("/", "~1")
        yield from _differing(f"{pointer}/{step}", before.get(name), after.get(name))


def _same(before: object, after: object) -> bool:
    """Compare two JSON values; Python alone would take `true` for 1 and 1.0."""
    if isinstance(before, dict) and isinstance(after, dict):
        return next(_differing("", before, after), None) is None
    if isinstance(before, list) and isinstance(after, list):
        return len(before) == len(after) and all(_same(*pair) for pair in zip(before, after, strict=True))
    return type(before) is type(after) and before == after
