"""The columns of an intake table: the property names of PACT 3, and two of ours that make a product's URN.

Source: PACT Technical Specifications 3.0.3, sections ProductFootprint and CarbonFootprint. What has no column here
(verification, rules of a sector, extensions, sources of secondary factors) travels by NDJSON.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

PCF: Final = "pcf"
PART_NUMBER: Final = "partNumber"
ISSUER_DOMAIN: Final = "issuerDomain"
PRODUCT_IDS: Final = "productIds"
IDENTITY: Final = "id"


class ColumnKind(StrEnum):
    """What its cells hold."""

    TEXT = "text"
    IDENTIFIER = "identifier"
    """A text to the character: a number in its place has lost leading zeros."""
    IDENTIFIERS = "identifiers"
    """Several of them, parted by `|` or a line break."""
    DOMAIN = "domain"
    NUMBER = "number"
    INSTANT = "instant"
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class Column:
    """A column; `path` leads to its property, and is empty for one that only helps to make another."""

    name: str
    kind: ColumnKind
    path: tuple[str, ...]
    required: bool = False
    """Whether a file without this column can't have one good row."""

    @property
    def pointer(self) -> str:
        """JSON pointer of its property."""
        return "".join(f"/{step}" for step in self.path)


def _top(name: str, kind: ColumnKind, *, required: bool = False) -> Column:
    return Column(name, kind, (name,), required)


def _pcf(name: str, kind: ColumnKind = ColumnKind.NUMBER, *, required: bool = False) -> Column:
    return Column(name, kind, (PCF, name), required)


def _dqi(name: str) -> Column:
    return Column(name, ColumnKind.NUMBER, (PCF, "dqi", name))


COLUMNS: Final = (
    _top(IDENTITY, ColumnKind.IDENTIFIER),
    _top("specVersion", ColumnKind.IDENTIFIER),
    _top("created", ColumnKind.INSTANT, required=True),
    _top("status", ColumnKind.IDENTIFIER),
    _top("companyName", ColumnKind.TEXT, required=True),
    _top("companyIds", ColumnKind.IDENTIFIERS, required=True),
    _top("productDescription", ColumnKind.TEXT, required=True),
    _top(PRODUCT_IDS, ColumnKind.IDENTIFIERS),
    Column(PART_NUMBER, ColumnKind.IDENTIFIER, ()),
    Column(ISSUER_DOMAIN, ColumnKind.DOMAIN, ()),
    _top("productNameCompany", ColumnKind.TEXT, required=True),
    _pcf("declaredUnitOfMeasurement", ColumnKind.IDENTIFIER, required=True),
    _pcf("declaredUnitAmount", required=True),
    _pcf("productMassPerDeclaredUnit", required=True),
    _pcf("referencePeriodStart", ColumnKind.INSTANT, required=True),
    _pcf("referencePeriodEnd", ColumnKind.INSTANT, required=True),
    _pcf("pcfExcludingBiogenicUptake", required=True),
    _pcf("pcfIncludingBiogenicUptake", required=True),
    _pcf("fossilGhgEmissions", required=True),
    _pcf("fossilCarbonContent", required=True),
    _pcf("ipccCharacterizationFactors", ColumnKind.IDENTIFIERS, required=True),
    _pcf("crossSectoralStandards", ColumnKind.IDENTIFIERS, required=True),
    _pcf("exemptedEmissionsPercent", required=True),
    _top("precedingPfIds", ColumnKind.IDENTIFIERS),
    _top("validityPeriodStart", ColumnKind.INSTANT),
    _top("validityPeriodEnd", ColumnKind.INSTANT),
    _top("productClassifications", ColumnKind.IDENTIFIERS),
    _top("comment", ColumnKind.TEXT),
    _pcf("geographyCountry", ColumnKind.IDENTIFIER),
    _pcf("geographyCountrySubdivision", ColumnKind.IDENTIFIER),
    _pcf("geographyRegionOrSubregion", ColumnKind.IDENTIFIER),
    _pcf("boundaryProcessesDescription", ColumnKind.TEXT),
    _pcf("biogenicCarbonContent"),
    _pcf("recycledCarbonContent"),
    _pcf("landUseChangeGhgEmissions"),
    _pcf("landManagementFossilGhgEmissions"),
    _pcf("landManagementBiogenicCO2Emissions"),
    _pcf("landManagementBiogenicCO2Removals"),
    _pcf("biogenicCO2Uptake"),
    _pcf("biogenicNonCO2Emissions"),
    _pcf("aircraftGhgEmissions"),
    _pcf("packagingEmissionsIncluded", ColumnKind.FLAG),
    _pcf("packagingGhgEmissions"),
    _pcf("packagingBiogenicCarbonContent"),
    _pcf("outboundLogisticsGhgEmissions"),
    _pcf("ccsTechnologicalCO2CaptureIncluded", ColumnKind.FLAG),
    _pcf("exemptedEmissionsDescription", ColumnKind.TEXT),
    _pcf("allocationRulesDescription", ColumnKind.TEXT),
    _pcf("primaryDataShare"),
    _dqi("technologicalDQR"),
    _dqi("geographicalDQR"),
    _dqi("temporalDQR"),
)
BY_NAME: Final = {column.name: column for column in COLUMNS}
_BY_FOLDED: Final = {column.name.lower(): column for column in COLUMNS}
_BY_POINTER: Final = {column.pointer: column for column in COLUMNS if column.path}


def column_called(header: str) -> Column | None:
    """Return the column of a header cell; letter case, spaces, `_`, `-` and a unit in brackets mean nothing."""
    name = re.split(r"[\[(]", header, maxsplit=1)[0]
    return _BY_FOLDED.get("".join(name.split()).replace("_", "").replace("-", "").lower())


def column_at(pointer: str) -> str:
    """Return the name of the column in which a place of the document stands, or the place where there is none."""
    steps = pointer.split("/")
    for length in range(len(steps), 1, -1):
        column = _BY_POINTER.get("/".join(steps[:length]))
        if column is not None:
            return column.name
    return pointer
