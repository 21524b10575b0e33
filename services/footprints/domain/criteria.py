"""What a reader asks for: the criteria of ListFootprints and of RequestCreatedEvent.

OR inside a criterion, AND across criteria, no criterion is no condition. Text is compared without regard to letter
case, periods are the *effective* validity period. Source: PACT Technical Specifications 3.0.3, "ListFootprints" and
"RequestCreatedEvent".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.footprints.domain.folding import fold
from services.footprints.domain.footprint import Footprint


@dataclass(frozen=True, slots=True)
class Criteria:
    """Values as they were written; comparing folds them. A value nobody knows matches nothing and is no error."""

    product_ids: tuple[str, ...] = ()
    company_ids: tuple[str, ...] = ()
    geographies: tuple[str, ...] = ()
    """Region, country or subdivision, by equality."""
    classifications: tuple[str, ...] = ()
    valid_on: datetime | None = None
    valid_after: datetime | None = None
    """The validity period begins later than this."""
    valid_before: datetime | None = None
    """The validity period ends earlier than this."""
    statuses: tuple[str, ...] = ()

    def matches(self, footprint: Footprint) -> bool:
        """Tell whether a footprint meets every criterion."""
        geography = (footprint.carbon.geography.code,) if footprint.carbon.geography.code else ()
        texts = (
            (self.product_ids, footprint.product_ids),
            (self.company_ids, footprint.company_ids),
            (self.classifications, footprint.product_classifications),
            (self.geographies, geography),
            (self.statuses, (footprint.status.value,)),
        )
        return all(_any_of(wanted, found) for wanted, found in texts) and self._in_time(footprint)

    def _in_time(self, footprint: Footprint) -> bool:
        start, end = footprint.validity.start, footprint.validity.end
        return (
            (self.valid_on is None or start <= self.valid_on <= end)
            and (self.valid_after is None or start > self.valid_after)
            and (self.valid_before is None or end < self.valid_before)
        )


def _any_of(wanted: tuple[str, ...], found: tuple[str, ...]) -> bool:
    return not wanted or bool({fold(each) for each in wanted} & {fold(each) for each in found})
