"""What recycling can be told besides what every service can: the market's terms."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from pydantic import Field

from services.chassis.settings import ServiceSettings
from services.recycling.domain.terms import MarketTerms

_DEFAULT = MarketTerms()


class RecyclingSettings(ServiceSettings):
    """Variables `TIERLOOP_RECYCLING_<FIELD>`."""

    service: ClassVar[str] = "recycling"

    terms_version: str = Field(
        default=_DEFAULT.version,
        pattern=r"^[A-Za-z0-9._-]{1,32}$",
        description="Name of the market's terms, recorded in each decision; give a new one when a term changes.",
    )
    required_certificate_type: str = Field(
        default=_DEFAULT.required_certificate_type,
        pattern=r"^[a-z0-9_.-]{1,64}$",
        description="Certificate type every seller must hold, lower case as certification writes it.",
    )
    settlement_tolerance_percent: Decimal = Field(
        default=_DEFAULT.settlement_tolerance_percent,
        ge=0,
        le=100,
        description="Largest difference of weighed to contracted mass that settles, in percent.",
    )

    def terms(self) -> MarketTerms:
        """Return the market's terms."""
        return MarketTerms(
            version=self.terms_version,
            required_certificate_type=self.required_certificate_type,
            settlement_tolerance_percent=self.settlement_tolerance_percent,
        )
