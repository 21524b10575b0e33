"""The events a partner gets, as bytes: structured CloudEvents of PACT 3.

Source: PACT Technical Specifications 3.0.3, "Action Events"; CloudEvents 1.0, JSON format.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final

import orjson

from services.footprints.domain.delivery import Delivery, DeliveryKind

PREFIX: Final = "org.wbcsd.pact.ProductFootprint."
TYPES: Final = {
    DeliveryKind.FULFILLED: f"{PREFIX}RequestFulfilledEvent.3",
    DeliveryKind.REJECTED: f"{PREFIX}RequestRejectedEvent.3",
    DeliveryKind.PUBLISHED: f"{PREFIX}PublishedEvent.3",
}
REJECTION: Final = {
    "code": "NotFound",
    "message": "No footprint can be provided for this request. Name the product more closely, or ask its supplier.",
}
"""Every rejection, whether nothing was found or an owner said no: the requester can't tell one from the other."""
MAX_EVENT_BYTES: Final = 900_000
"""Most bytes of documents in one event, so that it passes usual body limits, ours of 1 MiB among them. What does not
fit can be read by ListFootprints: every footprint of an answer is open to the requester."""


def fulfilled(delivery: Delivery, source: str, documents: Iterable[bytes]) -> bytes:
    """Return the answer with its documents, one at least."""
    fitting: list[bytes] = []
    size_bytes = 0
    for document in documents:
        size_bytes += len(document)
        if fitting and size_bytes > MAX_EVENT_BYTES:
            break
        fitting.append(document)
    pfs = [orjson.Fragment(each) for each in fitting]
    return _event(delivery, DeliveryKind.FULFILLED, source, {"requestEventId": delivery.request_event_id, "pfs": pfs})


def rejected(delivery: Delivery, source: str) -> bytes:
    """Return the answer that there is none."""
    data = {"requestEventId": delivery.request_event_id, "error": REJECTION}
    return _event(delivery, DeliveryKind.REJECTED, source, data)


def published(delivery: Delivery, source: str, footprint_ids: Iterable[str]) -> bytes:
    """Return the notice of footprints that are new, changed or Deprecated."""
    return _event(delivery, DeliveryKind.PUBLISHED, source, {"pfIds": list(footprint_ids)})


def _event(delivery: Delivery, kind: DeliveryKind, source: str, data: dict[str, Any]) -> bytes:
    return orjson.dumps(
        {
            "type": TYPES[kind],
            "specversion": "1.0",
            "id": delivery.delivery_id,
            "source": source,
            "time": _instant(delivery.created_at),
            "data": data,
        }
    )


def _instant(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
