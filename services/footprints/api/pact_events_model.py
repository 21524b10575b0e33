"""Events of PACT 3 as they come in: structured CloudEvents.

Source: PACT Technical Specifications 3.0.3, "Action Events"; CloudEvents 1.0, JSON format. The coming 3.0.4 makes
`status` an array, 3.0.3 has it as one value: both are taken.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, RootModel, StringConstraints, WithJsonSchema

from services.footprints.api.pact_v3 import ProductFootprint
from services.footprints.api.pact_v3.values import MAX_ITEMS, MAX_TEXT_LENGTH, Instant, Items, Uuid
from services.footprints.domain.criteria import Criteria

PREFIX: Final = "org.wbcsd.pact.ProductFootprint."
MAX_VALUE_LENGTH: Final = 500
MAX_EVENT_ID_LENGTH: Final = 1_000
MAX_SOURCE_LENGTH: Final = 2_000
MEDIA_TYPE: Final = "application/cloudevents+json"


def _many(value: Any) -> Any:
    """Take one value for a list of one, null for none; empty values are no condition."""
    if value is None:
        return []
    items = value if isinstance(value, list) else [value]
    return [item for item in items if item != ""]


Value = Annotated[str, StringConstraints(max_length=MAX_VALUE_LENGTH)]
Values = Annotated[
    list[Value],
    Field(max_length=MAX_ITEMS),
    BeforeValidator(_many),
    WithJsonSchema(
        {
            "anyOf": [
                {
                    "type": "array",
                    "items": {"type": "string", "maxLength": MAX_VALUE_LENGTH},
                    "maxItems": MAX_ITEMS,
                },
                {"type": "string", "maxLength": MAX_VALUE_LENGTH},
                {"type": "null"},
            ]
        }
    ),
]
EventId = Annotated[str, StringConstraints(min_length=1, max_length=MAX_EVENT_ID_LENGTH)]


class _Data(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore")


class RequestCreatedData(_Data):
    """What is asked for: OR inside a criterion, AND across."""

    product_id: Values = Field(default=[], alias="productId")
    company_id: Values = Field(default=[], alias="companyId")
    geography: Values = []
    classification: Values = []
    valid_on: Instant | None = Field(default=None, alias="validOn")
    valid_after: Instant | None = Field(default=None, alias="validAfter")
    valid_before: Instant | None = Field(default=None, alias="validBefore")
    status: Values = []
    comment: Annotated[str, StringConstraints(max_length=MAX_TEXT_LENGTH)] | None = None

    def criteria(self) -> Criteria:
        """Return the criteria."""
        return Criteria(
            product_ids=tuple(self.product_id),
            company_ids=tuple(self.company_id),
            geographies=tuple(self.geography),
            classifications=tuple(self.classification),
            valid_on=self.valid_on,
            valid_after=self.valid_after,
            valid_before=self.valid_before,
            statuses=tuple(self.status),
        )


class RequestFulfilledData(_Data):
    """The answer to a request of ours."""

    request_event_id: EventId = Field(alias="requestEventId")
    pfs: Items[ProductFootprint]


class EventError(_Data):
    """Why a request was rejected."""

    code: Annotated[str, StringConstraints(min_length=1, max_length=MAX_VALUE_LENGTH)]
    message: Annotated[str, StringConstraints(max_length=MAX_TEXT_LENGTH)]


class RequestRejectedData(_Data):
    """The answer that there is none."""

    request_event_id: EventId = Field(alias="requestEventId")
    error: EventError


class PublishedData(_Data):
    """Footprints that are new, changed or Deprecated."""

    pf_ids: Annotated[list[Uuid], Field(min_length=1, max_length=1_000)] = Field(alias="pfIds")


class Envelope(_Data):
    """The attributes that every event has."""

    type: Annotated[str, StringConstraints(min_length=1, max_length=MAX_VALUE_LENGTH)]
    specversion: Literal["1.0"]
    id: EventId
    source: Annotated[str, StringConstraints(min_length=1, max_length=MAX_SOURCE_LENGTH, pattern=r"^\S+$")]
    time: Instant


class RequestCreatedEvent(Envelope):
    """A partner asks for footprints."""

    type: Literal["org.wbcsd.pact.ProductFootprint.RequestCreatedEvent.3"]
    data: RequestCreatedData


class RequestFulfilledEvent(Envelope):
    """A partner answers with footprints."""

    type: Literal["org.wbcsd.pact.ProductFootprint.RequestFulfilledEvent.3"]
    data: RequestFulfilledData


class RequestRejectedEvent(Envelope):
    """A partner has no answer."""

    type: Literal["org.wbcsd.pact.ProductFootprint.RequestRejectedEvent.3"]
    data: RequestRejectedData


class PublishedEvent(Envelope):
    """A partner tells of footprints."""

    type: Literal["org.wbcsd.pact.ProductFootprint.PublishedEvent.3"]
    data: PublishedData


AnyEvent = RequestCreatedEvent | RequestFulfilledEvent | RequestRejectedEvent | PublishedEvent
EVENTS: Final[dict[str, type[AnyEvent]]] = {
    f"{PREFIX}RequestCreatedEvent.3": RequestCreatedEvent,
    f"{PREFIX}RequestFulfilledEvent.3": RequestFulfilledEvent,
    f"{PREFIX}RequestRejectedEvent.3": RequestRejectedEvent,
    f"{PREFIX}PublishedEvent.3": PublishedEvent,
}


class PactEvent(RootModel[Annotated[AnyEvent, Field(discriminator="type")]]):
    """An event, by its type; for the document."""


REQUEST_CREATED_EXAMPLE: Final[dict[str, Any]] = {
    "type": f"{PREFIX}RequestCreatedEvent.3",
    "specversion": "1.0",
    "id": "requests/2026/0417",
    "source": "//pact.tiexi-drive.example/3/events",
    "time": "2026-03-02T08:15:00Z",
    "data": {
        "productId": ["urn:pact:liaodong-casting.example:product-id:EM-HSG-4711"],
        "status": ["Active"],
        "comment": "For the drive unit programme 2027.",
    },
}
