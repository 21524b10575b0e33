"""A Catena-X PCF of model 9 or 10 as a PACT 3 document.

Reading never fails: what can't be read stays out, is told, and is refused later where PACT demands it. Whatever stands
in the document and finds no place in PACT is told as well.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from services.footprints.domain.findings.exact import EXACT, ZERO
from services.footprints.domain.views import catenax_table as table
from services.footprints.domain.views import note_rules as rules
from services.footprints.domain.views.catenax_table import ROWS, Kind
from services.footprints.domain.views.note import Notebook
from services.footprints.domain.views.reading import (
    SPEC_VERSION,
    instant_of,
    not_read,
    read_place,
    read_sources,
    shortest,
    with_aircraft,
)
from services.footprints.domain.views.tree import Json, Source, get, plain, put

_BESIDE_FOSSIL: Final = (
    "biogenicNonCO2Emissions", "landUseChangeGhgEmissions", "landManagementBiogenicCO2Emissions",
    "landManagementBiogenicCO2Removals",
)  # fmt: skip
"""Parts of T2 beside fossil emissions and aircraft."""
_RATINGS: Final = frozenset({"/pcf/dqi/technologicalDQR", "/pcf/dqi/geographicalDQR", "/pcf/dqi/temporalDQR"})
_PACT_STANDARDS: Final = {name: pact for pact, name in table.STANDARD_NAMES.items()}
_URN_UUID: Final = "urn:uuid:"


class CatenaXImport:
    """One conversion; `document` is made by `run`."""

    def __init__(self, content: Any) -> None:
        self.source = Source(content)
        self.document: Json = {"specVersion": SPEC_VERSION, "status": "Active", "pcf": {}}
        self.notes = Notebook()

    def run(self) -> Json:
        """Convert."""
        are_rated = all(self.source.number(row.catenax) is not None for row in ROWS if row.pact in _RATINGS)
        for row in ROWS:
            if row.pact not in _RATINGS or are_rated:
                self._copy(row.pact, row.catenax, row.kind)
        for part in (
            self._identity, self._fossil, self._packaging, self._distribution, self._carbon, self._methodology,
            self._sources, self._attestation, self._shares, self._constants,
        ):  # fmt: skip
            part()
        read_place(self.source, table.GEOGRAPHY, self.document["pcf"], self.notes)
        not_read(self.source, self.notes)
        return self.document

    def _copy(self, pact: str, catenax: str, kind: Kind) -> None:
        source = self.source
        value: Any
        if kind is Kind.DECIMAL:
            number = source.number(catenax)
            value = None if number is None else plain(number)
        elif kind is Kind.TEXTS:
            value = source.texts(catenax)
        elif kind is Kind.INSTANT:
            value = instant_of(source, catenax, pact, self.notes)
        else:
            value = source.text(catenax)
        if value is not None:
            put(self.document, pact, value)

    def _identity(self) -> None:
        source, place = self.source, table.IDENTITY
        identity = source.text(f"{place}/id")
        if identity is not None:
            if identity.lower().startswith(_URN_UUID):
                self.notes.add(rules.URN_PREFIX, f"{place}/id", "/id", value=identity)
            self.document["id"] = identity[len(_URN_UUID) :] if identity.lower().startswith(_URN_UUID) else identity
        self.document["status"] = source.text(f"{place}/status") or "Active"
        preceding = source.texts(f"{place}/precedingPfIds") or [
            each for index in range(source.length(f"{place}/precedingPfIds"))
            if (each := source.text(f"{place}/precedingPfIds/{index}/id")) is not None
        ]  # fmt: skip
        if preceding:
            self.document["precedingPfIds"] = preceding
        end = instant_of(source, f"{table.TIME}/validityPeriodEnd", "/validityPeriodEnd", self.notes)
        if end is not None:
            self.document["validityPeriodEnd"] = end
        description = source.text(f"{table.PRODUCT}/productDescription")
        if description is None:
            self.notes.add(rules.DESCRIPTION, f"{table.PRODUCT}/productDescription", "/productDescription")
        self.document["productDescription"] = description or ""
        spec = source.text(f"{table.SCOPE}/specVersion")
        self.notes.add(rules.SPEC_VERSION, f"{table.SCOPE}/specVersion", "/specVersion", value=str(spec))

    def _fossil(self) -> None:
        source, place = self.source, table.PRODUCTION
        at, aircraft = f"{place}/fossilGhgEmissions", source.number(f"{place}/aircraftGhgEmissions")
        fossil = source.number(at)
        if fossil is not None:
            self._put("/pcf/fossilGhgEmissions", with_aircraft(fossil, aircraft, at, self.notes))
            return
        total = source.number(f"{place}/pcfExcludingBiogenicUptake")
        if total is not None:
            rest = total
            for name in _BESIDE_FOSSIL:
                rest = EXACT.subtract(rest, source.number(f"{place}/{name}") or ZERO)
            self.notes.add(rules.FOSSIL_FROM_TOTAL, at, "/pcf/fossilGhgEmissions", value=plain(rest))
            self._put("/pcf/fossilGhgEmissions", rest)

    def _packaging(self) -> None:
        place = table.PACKAGING
        included = self.source.flag(f"{place}/packagingEmissionsIncluded")
        if included is not None:
            put(self.document, "/pcf/packagingEmissionsIncluded", included)
        if included:
            self._put("/pcf/packagingGhgEmissions", self._one_figure(f"{place}/packaging"))

    def _distribution(self) -> None:
        place = table.DISTRIBUTION
        if self.source.flag(f"{place}/distributionStageIncluded"):
            self._put("/pcf/outboundLogisticsGhgEmissions", self._one_figure(f"{place}/distributionStage"))

    def _one_figure(self, prefix: str) -> Decimal | None:
        """Return T2 of a stage, T1 where there is no T2; the parts are told unless they are the whole."""
        names = ("PcfExcludingBiogenicUptake", "PcfIncludingBiogenicUptake", "FossilGhgEmissions")
        figure = next((n for name in names[:2] if (n := self.source.number(prefix + name)) is not None), None)
        for name in names:
            other = get(self.source.document, prefix + name)
            if figure is not None and isinstance(other, Decimal | int) and other == figure:
                self.source.skip(prefix + name)
        return figure

    def _carbon(self) -> None:
        at, biogenic = f"{table.CARBON}/carbonContentTotal", self.source.number(f"{table.CARBON}/biogenicCarbonContent")
        fossil = self.source.number(f"{table.CARBON}/fossilCarbonContent")
        total = get(self.source.document, at)
        if fossil is not None:
            if isinstance(total, Decimal | int) and total == EXACT.add(fossil, biogenic or ZERO):
                self.source.skip(at)
            return
        stated, target = self.source.number(at), "/pcf/fossilCarbonContent"
        if stated is not None and biogenic is not None:
            rest = EXACT.subtract(stated, biogenic)
            self.notes.add(rules.FOSSIL_CARBON, at, target, value=plain(rest))
            self._put(target, rest)
        else:
            self.notes.add(rules.FOSSIL_CARBON_ZERO, f"{table.CARBON}/fossilCarbonContent", target)
            self._put(target, ZERO)

    def _methodology(self) -> None:
        source, pcf = self.source, self.document["pcf"]
        captured = source.flag(f"{table.TECHNOLOGY}/ccsTechnologicalCO2CaptureIncluded")
        if captured is not None:
            pcf["ccsTechnologicalCO2CaptureIncluded"] = captured
        report = source.text(table.REPORTS)
        if report is not None:
            pcf["ipccCharacterizationFactors"] = [report]
        at = f"{table.STANDARDS}/crossSectoralStandards"
        one = source.text(at)
        stated = source.texts(at) if one is None else [one]
        if stated is not None:
            pcf["crossSectoralStandards"] = list(dict.fromkeys(_PACT_STANDARDS.get(each, each) for each in stated))
        at, target = f"{table.STANDARDS}/productOrSectorSpecificRules", "/pcf/productOrSectorSpecificRules"
        names = source.texts(at)
        if names:
            put(self.document, target, [{"operator": "Other", "ruleNames": names}])
            self.notes.add(rules.OPERATOR_OTHER, at, target)

    def _sources(self) -> None:
        at = f"{table.QUALITY}/secondaryEmissionFactorSources"
        read_sources(self.source.texts(at), at, self.document["pcf"], self.notes)

    def _attestation(self) -> None:
        source, place, verification = self.source, table.ATTESTATION, dict[str, str]()
        if get(source.document, place) is None:
            return
        for name in ("standardName", "providerName"):
            text = source.text(f"{place}/{name}")
            if text and text != table.NOT_STATED:
                verification[name] = text
        completed = instant_of(source, f"{place}/completedAt", "/pcf/verification/completedAt", self.notes)
        if completed is not None:
            verification["completedAt"] = completed
        kind = get(source.document, f"{place}/attestationType")
        coverage = _coverage(kind) if isinstance(kind, str) else None
        if coverage is not None:
            source.skip(f"{place}/attestationType")
            verification["coverage"] = coverage
            self.notes.add(rules.COVERAGE, f"{place}/attestationType", "/pcf/verification/coverage",
                           value=f"{kind} -> {coverage}")  # fmt: skip
        for name in ("attestationType", "attestationStandard", "attestationOfConformanceId"):
            self._skip(f"{place}/{name}", table.NOT_STATED)
        put(self.document, "/pcf/verification", verification)

    def _shares(self) -> None:
        if self.source.whole(table.SHARES) is not None:
            self.notes.add(rules.SHARES_NOT_TAKEN, table.SHARES)

    def _constants(self) -> None:
        """Pass over what an export writes again by itself, and say clearly what weighs more than a lost field."""
        scope, kind = f"{table.SCOPE}/partialFullPcf", f"{table.IDENTITY}/retroOrProspectivePcfType"
        if not self._skip(scope, table.CRADLE_TO_GATE) and self.source.text(scope) is not None:
            self.notes.add(rules.CRADLE_TO_GRAVE, scope)
        stated = None if self._skip(kind, table.RETROSPECTIVE) else self.source.text(kind)
        if stated is not None:
            self.notes.add(rules.PROSPECTIVE, kind, value=stated)
        self._skip(f"{table.IDENTITY}/version", 0)
        self._skip(f"{table.ALLOCATION}/allocationWasteIncineration", table.INCINERATION)
        if self._skip(f"{table.MASS_BALANCE}/massBalancingUsed", False):  # noqa: FBT003 - a value of the document
            for name, value in table.NOT_INCLUDED_IN_9.items():
                self._skip(f"{table.MASS_BALANCE}/{name}", value)

    def _skip(self, pointer: str, value: Any) -> bool:
        found = get(self.source.document, pointer)
        is_same = isinstance(found, bool) == isinstance(value, bool) and bool(found == value)
        if is_same:
            self.source.skip(pointer)
        return is_same

    def _put(self, pointer: str, value: Decimal | None) -> None:
        if value is not None:
            put(self.document, pointer, shortest(value))


def _coverage(kind: str) -> str | None:
    """Return the coverage that a type of attestation tells of. The types are free text."""
    for coverage, name in table.COVERAGES.items():
        if kind == name:
            return coverage
    words = kind.lower()
    if "program" in words:
        return "PCF program"
    return "product level" if "verification" in words else None
