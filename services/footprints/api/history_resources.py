"""What the routes of the life cycle take and answer. Instants are RFC 3339 in UTC, amounts decimal strings."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Final, Literal

import orjson
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.chassis.decimals import canonical, plain
from services.footprints.api.examples import PRODUCT_FOOTPRINT_EXAMPLE
from services.footprints.api.render import instant
from services.footprints.api.resources import DecimalText, Resource
from services.footprints.application.history import Moment
from services.footprints.domain.footprint import Footprint
from services.footprints.domain.revision import Comparison, Difference

MAX_REASON_LENGTH: Final = 500

WITHDRAWAL_EXAMPLE: Final = {"reason": "The electricity of March was counted twice; the figures are not to be used."}
DIFFERENCE_EXAMPLE: Final[dict[str, Any]] = {
    "path": "/pcf/fossilGhgEmissions",
    "kind": "changed",
    "before": "71.310",
    "after": "68.4582",
    "absolute_difference": "-2.8518",
    "relative_difference_percent": "-3.9991586033",
}
COMPARISON_EXAMPLE: Final[dict[str, Any]] = {
    "footprint_id": "5d3c1c9e-9f54-4ad4-8f0e-0b1f5a6f2c11",
    "against_footprint_id": PRODUCT_FOOTPRINT_EXAMPLE["id"],
    "same_declared_unit": True,
    "complete": True,
    "differences": [DIFFERENCE_EXAMPLE],
}
REVISION_EXAMPLE: Final[dict[str, Any]] = {
    "footprint_id": PRODUCT_FOOTPRINT_EXAMPLE["id"],
    "owner_organisation_id": "liaodong-casting",
    "version": 2,
    "status": "Deprecated",
    "product_ids": PRODUCT_FOOTPRINT_EXAMPLE["productIds"],
    "product_name": PRODUCT_FOOTPRINT_EXAMPLE["productNameCompany"],
    "declared_unit_of_measurement": "piece",
    "declared_unit_amount": "1",
    "pcf_excluding_biogenic_uptake_kgco2e": "71.310",
    "pcf_including_biogenic_uptake_kgco2e": "71.310",
    "reference_period_start": "2024-12-31T16:00:00.000Z",
    "reference_period_end": "2025-12-31T16:00:00.000Z",
    "valid_from": "2025-12-31T16:00:00.000Z",
    "valid_until": "2028-12-31T16:00:00.000Z",
    "accepted_at": "2026-02-16T01:30:02.417Z",
    "deprecated_at": "2026-04-09T06:12:44.090Z",
    "deprecated_by_footprint_id": "5d3c1c9e-9f54-4ad4-8f0e-0b1f5a6f2c11",
    "deprecation_reason": None,
    "preceding_footprint_ids": [],
    "succeeding_footprint_ids": ["5d3c1c9e-9f54-4ad4-8f0e-0b1f5a6f2c11"],
    "comment": None,
}


class WithdrawalRequest(BaseModel):
    """Why."""

    model_config = ConfigDict(extra="forbid", strict=True)

    reason: Annotated[str, StringConstraints(min_length=1, max_length=MAX_REASON_LENGTH)] = Field(
        description="Told to everybody who may read the footprint."
    )


class RevisionResource(Resource):
    """A footprint in the history of a product."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [REVISION_EXAMPLE]})

    footprint_id: str
    owner_organisation_id: str
    version: int = Field(ge=1, description="1 as accepted, one more when it became Deprecated.")
    status: Literal["Active", "Deprecated"]
    product_ids: list[str]
    product_name: str
    declared_unit_of_measurement: str
    declared_unit_amount: DecimalText
    pcf_excluding_biogenic_uptake_kgco2e: DecimalText
    pcf_including_biogenic_uptake_kgco2e: DecimalText
    reference_period_start: datetime = Field(description="Inclusive.")
    reference_period_end: datetime = Field(description="Exclusive.")
    valid_from: datetime = Field(description="Begin of the effective validity period, inclusive.")
    valid_until: datetime = Field(description="End of the effective validity period, exclusive.")
    accepted_at: datetime
    deprecated_at: datetime | None
    deprecated_by_footprint_id: str | None = Field(description="The successor that deprecated it.")
    deprecation_reason: str | None = Field(description="Why it was withdrawn without a successor.")
    preceding_footprint_ids: list[str] = Field(description="What it replaces, as its document says.")
    succeeding_footprint_ids: list[str] = Field(description="What replaces it and the caller may read.")
    comment: str | None = Field(description="The supplier's own comment: what changed and why.")


class HistoryPage(Resource):
    """A page of a product's history; `Link` leads to the next one."""

    items: list[RevisionResource]


class DifferenceResource(Resource):
    """One field that differs."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [DIFFERENCE_EXAMPLE]})

    path: str = Field(description="JSON pointer; of what was removed into the earlier document, else into this one.")
    kind: Literal["added", "removed", "changed", "spelling"] = Field(
        description="`spelling`: the same value, written otherwise."
    )
    before: Any = Field(description="As the earlier document has it; null where it was added.")
    after: Any = Field(description="As this document has it; null where it was removed.")
    absolute_difference: str | None = Field(description="After minus before, exact; of decimals that changed.")
    relative_difference_percent: str | None = Field(
        description="The same in percent of the absolute amount before, rounded half to even to 10 places; null where"
        " that is 0."
    )


class ComparisonResource(Resource):
    """What changed from one footprint to another."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [COMPARISON_EXAMPLE]})

    footprint_id: str
    against_footprint_id: str
    same_declared_unit: bool = Field(
        description="Whether unit and amount of the declared unit are equal; if not, amounts can't be compared as they"
        " are."
    )
    complete: bool = Field(description="False where more fields differ than are named.")
    differences: list[DifferenceResource]


def moment_resource(moment: Moment) -> dict[str, Any]:
    """Return a footprint as a timeline shows it."""
    revision, carbon = moment.revision, moment.revision.carbon
    return {
        "footprint_id": revision.footprint_id,
        "owner_organisation_id": revision.owner_organisation_id,
        "version": revision.version,
        "status": revision.status.value,
        "product_ids": revision.product_ids,
        "product_name": revision.product_name,
        "declared_unit_of_measurement": carbon.unit_of_measurement.value,
        "declared_unit_amount": plain(carbon.declared_unit_amount),
        "pcf_excluding_biogenic_uptake_kgco2e": plain(carbon.amounts.pcf_excluding_biogenic_uptake_kgco2e),
        "pcf_including_biogenic_uptake_kgco2e": plain(carbon.amounts.pcf_including_biogenic_uptake_kgco2e),
        "reference_period_start": instant(carbon.reference_period.start),
        "reference_period_end": instant(carbon.reference_period.end),
        "valid_from": instant(revision.validity.start),
        "valid_until": instant(revision.validity.end),
        "accepted_at": instant(revision.accepted_at),
        "deprecated_at": instant(revision.deprecated_at),
        "deprecated_by_footprint_id": revision.deprecated_by_id,
        "deprecation_reason": revision.deprecation_reason,
        "preceding_footprint_ids": revision.preceding_ids,
        "succeeding_footprint_ids": moment.successor_ids,
        "comment": revision.comment,
    }


def comparison_resource(before: Footprint, after: Footprint, found: Comparison) -> bytes:
    """Return a comparison as JSON; numbers of the documents keep their digits."""
    body = {
        "footprint_id": after.footprint_id,
        "against_footprint_id": before.footprint_id,
        "same_declared_unit": found.same_declared_unit,
        "complete": found.complete,
        "differences": [_difference(each) for each in found.differences],
    }
    return orjson.dumps(body, default=_number)


def _difference(difference: Difference) -> dict[str, Any]:
    return {
        "path": difference.path,
        "kind": difference.kind.value,
        "before": difference.before,
        "after": difference.after,
        "absolute_difference": None if difference.absolute is None else canonical(difference.absolute),
        "relative_difference_percent": None
        if difference.relative_percent is None
        else canonical(difference.relative_percent),
    }


def _number(value: object) -> orjson.Fragment:
    if not isinstance(value, Decimal):
        raise TypeError(f"{type(value).__name__} has no JSON form")
    return orjson.Fragment(str(value))
