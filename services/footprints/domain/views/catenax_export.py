"""A PACT 3 record in the words of the Catena-X PCF models 9 and 10.

What the models demand and PACT does not say is filled with what the rulebook prescribes, and told. Catena-X has no slot
for extensions, so what it has no property for is lost, and told; nothing is hidden in its comment.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from services.footprints.domain.findings.exact import EXACT
from services.footprints.domain.views import catenax_table as table
from services.footprints.domain.views import note_rules as rules
from services.footprints.domain.views.catenax_attestation import export_attestation, export_shares
from services.footprints.domain.views.catenax_ranges import note_ranges
from services.footprints.domain.views.catenax_table import ROWS, Kind, Model
from services.footprints.domain.views.m49 import SUBREGIONS
from services.footprints.domain.views.note import Notebook
from services.footprints.domain.views.reading import NO_VERSION
from services.footprints.domain.views.tree import Json, decimal_of, get, plain, put

_SUBDIVISION, _COUNTRY = "/pcf/geographyCountrySubdivision", "/pcf/geographyCountry"
_REGION: Final = "/pcf/geographyRegionOrSubregion"
_CAPTURE: Final = ("/pcf/ccsTechnologicalCO2Capture", "/pcf/technologicalCO2Removals")
_TOTAL: Final = "/pcf/pcfExcludingBiogenicUptake"
_PARTNER_NUMBER: Final = "BPNL"


class CatenaXExport:
    """One conversion; `document` is made by `run`. Measured numbers in it are `Decimal`, to be JSON numbers."""

    def __init__(self, content: Json, model: Model, *, status: str, valid_until: datetime) -> None:
        """`content` has no null members; `status` and `valid_until` are those of the record now."""
        self.content = content
        self.model = model
        self.status = status
        self.valid_until = valid_until
        self.document: Json = {}
        self.notes = Notebook()

    def run(self) -> Json:
        """Convert."""
        for row in ROWS:
            value = get(self.content, row.pact)
            if value is not None:
                put(self.document, row.catenax, decimal_of(value) if row.kind is Kind.DECIMAL else value)
        for part in (
            self._identity, self._place, self._emissions, self._packaging, self._distribution, self._carbon,
            self._methodology, self._sources,
        ):  # fmt: skip
            part()
        self.document.setdefault("general", [{}])
        export_attestation(self.content, self.document, self.notes)
        export_shares(self.content, self.document, self.notes, self.model.name)
        note_ranges(self.content, self.document, self.notes)
        return self.document

    def _identity(self) -> None:
        self._put(f"{table.SCOPE}/specVersion", self.model.urn)
        self._put(f"{table.SCOPE}/partialFullPcf", table.CRADLE_TO_GATE)
        self.notes.add(rules.CRADLE_TO_GATE, "", f"{table.SCOPE}/partialFullPcf")
        place = table.IDENTITY
        self._put(f"{place}/id", self.content["id"])
        self._put(f"{place}/version", 0)
        self._put(f"{place}/status", "Active")
        if self.status != "Active":
            self.notes.add(rules.STATUS_ALWAYS_ACTIVE, "/status", f"{place}/status", value=self.status)
        self._put(f"{place}/retroOrProspectivePcfType", table.RETROSPECTIVE)
        self.notes.add(rules.RETROSPECTIVE, "", f"{place}/retroOrProspectivePcfType", value=table.RETROSPECTIVE)
        preceding = self.content.get("precedingPfIds")
        if preceding and self.model.lists_predecessors:
            self._put(f"{place}/precedingPfIds", preceding)
        elif preceding:
            self.notes.add(rules.PRECEDING_IN_9, "/precedingPfIds")
        self._put(f"{table.PRODUCT}/productDescription", self.content["productDescription"])
        end = self.content.get("validityPeriodEnd")
        if end is None:
            end = self.valid_until.isoformat(timespec="milliseconds").replace("+00:00", "Z")
            self.notes.add(rules.VALIDITY_END, "/validityPeriodEnd", f"{table.TIME}/validityPeriodEnd", value=end)
        self._put(f"{table.TIME}/validityPeriodEnd", end)
        if not any(_PARTNER_NUMBER in urn.upper() for urn in self.content["companyIds"]):
            self.notes.add(rules.PARTNER_NUMBER, "/companyIds", f"{table.COMPANY}/companyIds")
        unit = self._pcf("declaredUnitOfMeasurement")
        if unit in self.model.units_missing:
            at = "declaredUnitOfMeasurement"
            self.notes.add(rules.UNIT_IN_9, f"/pcf/{at}", f"{table.PRODUCT}/{at}", value=unit)

    def _place(self) -> None:
        place = table.GEOGRAPHY
        subdivision, country = get(self.content, _SUBDIVISION), get(self.content, _COUNTRY)
        finest, code = (_SUBDIVISION, subdivision) if subdivision else (_COUNTRY, country)
        if code is None:
            self._put(f"{place}/geographyRegionOrSubregion", get(self.content, _REGION) or "Global")
            return
        if subdivision:
            self._put(f"{place}/geographyCountrySubdivision", subdivision)
        self._put(f"{place}/geographyCountry", code[:2])
        region = SUBREGIONS.get(code[:2])
        at = f"{place}/geographyRegionOrSubregion"
        self._put(at, region or "Global")
        rule = rules.REGION if region else rules.REGION_UNKNOWN
        self.notes.add(rule, finest, at, value=region or code)

    def _emissions(self) -> None:
        fossil, aircraft = Decimal(self._pcf("fossilGhgEmissions")), self._number("aircraftGhgEmissions")
        at, target = "/pcf/fossilGhgEmissions", f"{table.PRODUCTION}/fossilGhgEmissions"
        apart = fossil
        if aircraft and aircraft > fossil:
            self.notes.add(rules.AIRCRAFT_OVER, at, target)
        elif aircraft:
            apart = EXACT.subtract(fossil, aircraft)
            self.notes.add(rules.AIRCRAFT_APART, at, target, value=plain(aircraft))
        self._put(target, apart)
        captured = [pointer for pointer in _CAPTURE if decimal_of(get(self.content, pointer))]
        if captured:
            self.notes.add(rules.CAPTURE_IN_TOTAL, _TOTAL, f"{table.PRODUCTION}/pcfExcludingBiogenicUptake",
                           value=", ".join(pointer.rpartition("/")[2] for pointer in captured))  # fmt: skip
        flag = self._pcf("ccsTechnologicalCO2CaptureIncluded")
        target = f"{table.TECHNOLOGY}/ccsTechnologicalCO2CaptureIncluded"
        self._put(target, flag is True)
        if flag is None:
            self.notes.add(rules.CCS_FLAG, "/pcf/ccsTechnologicalCO2CaptureIncluded", target)

    def _packaging(self) -> None:
        flag, amount = self._pcf("packagingEmissionsIncluded"), self._number("packagingGhgEmissions")
        included = amount is not None if flag is None else bool(flag)
        target = f"{table.PACKAGING}/packagingEmissionsIncluded"
        self._put(target, included)
        if flag is None:
            value = "true" if included else "false"
            self.notes.add(rules.PACKAGING_FLAG, "/pcf/packagingEmissionsIncluded", target, value=value)
        if amount is not None and included:
            self._one_figure(f"{table.PACKAGING}/packaging", amount)
            self.notes.add(rules.PACKAGING_FOSSIL, "/pcf/packagingGhgEmissions", table.PACKAGING)
        elif amount is not None:
            self.notes.add(rules.PACKAGING_CONTRADICTS, "/pcf/packagingGhgEmissions", value=plain(amount))

    def _distribution(self) -> None:
        amount = self._number("outboundLogisticsGhgEmissions")
        self._put(f"{table.DISTRIBUTION}/distributionStageIncluded", amount is not None)
        if amount is not None:
            self._one_figure(f"{table.DISTRIBUTION}/distributionStage", amount)
            self.notes.add(rules.OUTBOUND_FOSSIL, "/pcf/outboundLogisticsGhgEmissions", table.DISTRIBUTION)

    def _one_figure(self, prefix: str, amount: Decimal) -> None:
        for name in ("PcfIncludingBiogenicUptake", "PcfExcludingBiogenicUptake", "FossilGhgEmissions"):
            self._put(prefix + name, amount)

    def _carbon(self) -> None:
        biogenic = self._number("biogenicCarbonContent")
        if biogenic is not None:
            target = f"{table.CARBON}/carbonContentTotal"
            total = EXACT.add(Decimal(self._pcf("fossilCarbonContent")), biogenic)
            self._put(target, total)
            self.notes.add(rules.CARBON_TOTAL, "/pcf/fossilCarbonContent", target, value=plain(total))

    def _methodology(self) -> None:
        self._reports()
        self._standards()
        at, target = "/pcf/productOrSectorSpecificRules", f"{table.STANDARDS}/productOrSectorSpecificRules"
        specific = self._pcf("productOrSectorSpecificRules") or []
        self._put(target, list(dict.fromkeys(name for each in specific for name in each["ruleNames"])))
        if specific:
            self.notes.add(rules.RULE_OPERATOR, at, target)
        target = f"{table.ALLOCATION}/allocationWasteIncineration"
        self._put(target, table.INCINERATION)
        self.notes.add(rules.INCINERATION, "", target, value=table.INCINERATION)
        self._put(f"{table.MASS_BALANCE}/massBalancingUsed", False)  # noqa: FBT003 - a value of the document
        if self.model.demands_mass_balance_details:
            for name, value in table.NOT_INCLUDED_IN_9.items():
                self._put(f"{table.MASS_BALANCE}/{name}", value)
        self.notes.add(rules.MASS_BALANCE, "", table.MASS_BALANCE)

    def _reports(self) -> None:
        at, stated = "/pcf/ipccCharacterizationFactors", self._pcf("ipccCharacterizationFactors")
        known = sorted(report for report in stated if report in table.KNOWN_REPORTS)
        self._put(table.REPORTS, known[0] if known else "unspecified")
        if not known:
            self.notes.add(rules.UNKNOWN_REPORT, at, table.REPORTS, value=", ".join(stated))
        elif len(stated) > 1:
            self.notes.add(rules.EARLIEST_REPORT, at, table.REPORTS, value=", ".join(stated))

    def _standards(self) -> None:
        at, target = "/pcf/crossSectoralStandards", f"{table.STANDARDS}/crossSectoralStandards"
        stated = self._pcf("crossSectoralStandards")
        unknown = [each for each in stated if each not in table.STANDARD_NAMES]
        if unknown:
            self.notes.add(rules.STANDARD_OTHER, at, target, value=", ".join(unknown))
        names = list(dict.fromkeys(table.STANDARD_NAMES.get(each, "Other") for each in stated))
        if not self.model.one_standard:
            self._put(target, names)
            return
        order = list(table.STANDARD_NAMES.values())
        first, *others = sorted(names, key=order.index)
        self._put(target, first)
        if others:
            self.notes.add(rules.ONE_STANDARD, at, target, value=", ".join(others))

    def _sources(self) -> None:
        sources = self._pcf("secondaryEmissionFactorSources")
        if sources:
            joined = list(dict.fromkeys(_joined(each) for each in sources))
            self._put(f"{table.QUALITY}/secondaryEmissionFactorSources", joined)
        self.document["pcfAssessmentAndMethodology"][0].setdefault("dataSourcesAndQuality", [{}])

    def _pcf(self, name: str) -> Any:
        return self.content["pcf"].get(name)

    def _number(self, name: str) -> Decimal | None:
        return decimal_of(self._pcf(name))

    def _put(self, pointer: str, value: Any) -> None:
        put(self.document, pointer, value)


def _joined(source: Json) -> str:
    """Return name and version as one text; a version that says there is none adds nothing."""
    version: str = source["version"]
    return f"{source['name']}" if version == NO_VERSION else f"{source['name']} {version}"
