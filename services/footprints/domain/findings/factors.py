"""Reference factors: what a declared unit of such a product usually costs the climate, for the plausibility check.

Tierloop ships none: an operator loads sets whose licence allows it. Loaded figures never enter a footprint.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from services.footprints.domain.errors import FactorsContradict, FactorTwice
from services.footprints.domain.terms import UnitOfMeasurement

MAX_FACTORS: Final = 900
"""Most factors of one set: a load writes the old ones and the new ones in one transaction."""


@dataclass(frozen=True, slots=True)
class FactorFigure:
    """One line of a set, as it is loaded. Figures are above 0."""

    product_classification: str
    """URN as suppliers write it in productClassifications; letter case means nothing."""
    unit_of_measurement: UnitOfMeasurement
    typical_kgco2e: Decimal
    """Per one unit of measurement, cradle to gate."""
    low_kgco2e: Decimal | None = None
    """The lowest known figure, per one unit of measurement; the typical one where it is undefined."""


@dataclass(frozen=True, slots=True)
class Factor:
    """A figure with the set it comes from."""

    set_name: str
    set_version: str
    product_classification: str
    """In lower case."""
    unit_of_measurement: UnitOfMeasurement
    low_kgco2e: Decimal
    typical_kgco2e: Decimal

    @property
    def key(self) -> str:
        """Key of its document."""
        return factor_key(self.set_name, self.unit_of_measurement, self.product_classification)


@dataclass(frozen=True, slots=True)
class FactorSet:
    """State of a set: where its figures come from and under which terms."""

    name: str
    version: int
    """Aggregate version: how often it was loaded."""
    set_version: str
    """The publisher's own word for the edition."""
    source: str
    licence: str
    factor_count: int
    loaded_at: datetime
    loaded_by_organisation_id: str


def classification_key(urn: str) -> str:
    """Return the form in which classifications are compared."""
    return urn.lower()


def factor_key(set_name: str, unit: UnitOfMeasurement, urn: str) -> str:
    """Return the key of a figure's document: a set has one for each unit and classification."""
    return f"{set_name} {unit.value} {classification_key(urn)}"


def factors_of(set_name: str, set_version: str, figures: Sequence[FactorFigure]) -> list[Factor]:
    """Return the factors of a set. Raises `FactorsContradict`, `FactorTwice`."""
    for index, figure in enumerate(figures):
        if figure.low_kgco2e is not None and figure.low_kgco2e > figure.typical_kgco2e:
            raise FactorsContradict(
                "the low figure is above the typical one",
                field=f"/factors/{index}/low_kgco2e",
                remedy="Exchange the two, or leave the low figure out.",
            )
    factors = [
        Factor(
            set_name,
            set_version,
            classification_key(figure.product_classification),
            figure.unit_of_measurement,
            figure.typical_kgco2e if figure.low_kgco2e is None else figure.low_kgco2e,
            figure.typical_kgco2e,
        )
        for figure in figures
    ]
    _check_unique(factors)
    return factors


def _check_unique(factors: Iterable[Factor]) -> None:
    seen: set[str] = set()
    for index, factor in enumerate(factors):
        if factor.key in seen:
            raise FactorTwice(
                "a classification may have one factor for each unit of measurement",
                field=f"/factors/{index}",
                remedy="Keep one of the two, or load the other one as a set of its own.",
            )
        seen.add(factor.key)
