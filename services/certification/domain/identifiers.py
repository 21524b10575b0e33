"""Comparing identifiers: product URNs by their lexical equivalence, names and numbers regardless of case and spaces."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import Final

_NAMESPACE: Final = re.compile(r"urn:[^:]*:", re.IGNORECASE)
_PERCENT: Final = re.compile(r"%[0-9a-fA-F]{2}")


def canonical_urn(urn: str) -> str:
    """Return the one form of equivalent URNs: scheme, namespace and hex digits have no case, the rest has.

    Source: RFC 8141, section 3.1.
    """
    upper_hex = _PERCENT.sub(lambda found: found[0].upper(), urn)
    return _NAMESPACE.sub(lambda found: found[0].lower(), upper_hex, count=1)


def product_key(supplier_id: str, product_id: str) -> str:
    """Name a product of a supplier: evidence of one supplier never speaks for the equal product of another."""
    return f"{supplier_id} {canonical_urn(product_id)}"


def guard_key(*parts: str) -> str:
    """Return the id of a uniqueness guard; case and runs of white space make no difference, hashed for its size."""
    folded = "\x00".join(" ".join(part.split()).casefold() for part in parts)
    return sha256(folded.encode()).hexdigest()
