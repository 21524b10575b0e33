"""Footprints as partners see them: the document as the supplier sent it, with the status as it stands."""

from __future__ import annotations

import json
from collections.abc import Iterable

from services.footprints.application.pact import DocumentText, ExchangedFootprint
from services.footprints.domain.footprint import Footprint
from services.footprints.domain.terms import FootprintStatus


def exchanged(footprint: Footprint) -> ExchangedFootprint:
    """Return what a partner is shown of a record."""
    return ExchangedFootprint(
        footprint_id=footprint.footprint_id,
        owner_organisation_id=footprint.owner_organisation_id,
        product_ids=footprint.product_ids,
        version=footprint.version,
        status=footprint.status,
        validity=footprint.validity,
        accepted_at=footprint.accepted_at,
        document=DocumentText(footprint.document.text),
        deprecated_at=footprint.deprecated_at,
    )


def document_of(footprint: ExchangedFootprint) -> bytes:
    """Return the PACT 3 document, every other character of it as it came: unknown properties, decimals, order."""
    text = footprint.document.text
    if footprint.status is not FootprintStatus.ACTIVE:  # it was submitted as Active, like every record
        content = json.loads(text) | {"status": footprint.status.value}
        text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return text.encode()


def data(document: bytes) -> bytes:
    """Wrap one document as the specification does."""
    return b'{"data":' + document + b"}"


def data_list(documents: Iterable[bytes]) -> bytes:
    """Wrap a page of documents; an empty page is an empty array, never null."""
    return b'{"data":[' + b",".join(documents) + b"]}"
