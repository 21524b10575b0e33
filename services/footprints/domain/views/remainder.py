"""What a narrower format can't say, as a JSON merge patch (RFC 7396) in an extension of the document.

The digest ties it to the document it was written for: once anybody changed that, the remainder is no longer true.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from hashlib import sha256
from typing import Any, Final

from services.footprints.domain.document import canonical_json
from services.footprints.domain.findings.exact import EXACT
from services.footprints.domain.views.tree import Json, decimal_of

EXTENSION: Final = "https://tierloop.example/schemas/pact-3-remainder/1.0.0/schema.json"
"""dataSchema of the extension: `{"sha256": digest, "patch": merge patch on the PACT 3 document}`."""


def is_remainder(extension: Any) -> bool:
    """Tell whether a DataModelExtension is one of these."""
    return isinstance(extension, Mapping) and extension.get("dataSchema") == EXTENSION


def remainder(document: Json, patch: Json) -> Json:
    """Return the extension that leads from what `document` reads as to the record."""
    return {"specVersion": "2.0.0", "dataSchema": EXTENSION, "data": {"sha256": digest(document), "patch": patch}}


def digest(document: Json) -> str:
    """Return the SHA-256 of a document; numbers count by value, since whoever passes it on may write them anew."""
    return sha256(canonical_json(_numbers_as_text(document))).hexdigest()


def patch_between(before: Json, after: Json) -> Json:
    """Return the merge patch that leads from one document to another; neither has null members."""
    patch: Json = {name: None for name in before if name not in after}
    for name, value in after.items():
        old = before.get(name)
        if isinstance(value, Mapping) and isinstance(old, Mapping):
            inner = patch_between(dict(old), dict(value))
            if inner:
                patch[name] = inner
        elif not (type(old) is type(value) and old == value):
            patch[name] = value
    return patch


def patched(document: Json, patch: Mapping[str, Any]) -> Json:
    """Apply a merge patch (RFC 7396)."""
    result = dict(document)
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        elif isinstance(value, Mapping):
            inner = result.get(name)
            result[name] = patched(inner if isinstance(inner, dict) else {}, value)
        else:
            result[name] = value
    return result


def _numbers_as_text(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _numbers_as_text(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_numbers_as_text(item) for item in value]
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return value
    return f"{Decimal(value).normalize(EXACT):f}" if decimal_of(value) is not None else str(value)
