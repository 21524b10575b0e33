"""A Catena-X PCF of model 7 as a PACT 3 document. There is no way back: the network retires model 7.

Model 7 follows the 2.x line of PACT: it states amounts per one unit of measurement. Sources: io.catenax.pcf 7.0.0;
CX-0136, migration; PACT Technical Specifications 3.0.3, change log.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from services.footprints.domain.findings.exact import EXACT, ZERO
from services.footprints.domain.pact_v2 import multiplied
from services.footprints.domain.views import note_rules as rules
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
from services.footprints.domain.views.tree import Json, Source, plain, put

TEXTS: Final = {
    "/id": "/id",
    "/companyName": "/companyName",
    "/productName": "/productNameCompany",
    "/comment": "/comment",
    "/pcf/declaredUnit": "/pcf/declaredUnitOfMeasurement",
    "/pcf/boundaryProcessesDescription": "/pcf/boundaryProcessesDescription",
    "/pcf/exemptedEmissionsDescription": "/pcf/exemptedEmissionsDescription",
    "/pcf/extWBCSD_allocationRulesDescription": "/pcf/allocationRulesDescription",
}
LISTS: Final = {"/companyIds": "/companyIds", "/productIds": "/productIds"}
INSTANTS: Final = {
    "/created": "/created",
    "/validityPeriodStart": "/validityPeriodStart",
    "/validityPeriodEnd": "/validityPeriodEnd",
    "/pcf/referencePeriodStart": "/pcf/referencePeriodStart",
    "/pcf/referencePeriodEnd": "/pcf/referencePeriodEnd",
}
PERCENTAGES: Final = {
    "/pcf/exemptedEmissionsPercent": "/pcf/exemptedEmissionsPercent",
    "/pcf/primaryDataShare": "/pcf/primaryDataShare",
}
AMOUNTS: Final = {
    "/pcf/productMassPerDeclaredUnit": "/pcf/productMassPerDeclaredUnit",
    "/pcf/pcfExcludingBiogenic": "/pcf/pcfExcludingBiogenicUptake",
    "/pcf/pcfIncludingBiogenic": "/pcf/pcfIncludingBiogenicUptake",
    "/pcf/fossilGhgEmissions": "/pcf/fossilGhgEmissions",
    "/pcf/biogenicCarbonEmissionsOtherThanCO2": "/pcf/biogenicNonCO2Emissions",
    "/pcf/biogenicCarbonWithdrawal": "/pcf/biogenicCO2Uptake",
    "/pcf/dlucGhgEmissions": "/pcf/landUseChangeGhgEmissions",
    "/pcf/aircraftGhgEmissions": "/pcf/aircraftGhgEmissions",
    "/pcf/extWBCSD_packagingGhgEmissions": "/pcf/packagingGhgEmissions",
    "/pcf/distributionStagePcfExcludingBiogenic": "/pcf/outboundLogisticsGhgEmissions",
    "/pcf/extWBCSD_fossilCarbonContent": "/pcf/fossilCarbonContent",
    "/pcf/carbonContentBiogenic": "/pcf/biogenicCarbonContent",
}
"""Amounts per one unit of measurement -> per declared unit."""
LAND_USE: Final = "/pcf/extTFS_luGhgEmissions"
RATING: Final = "/pcf/dataQualityRating"
STANDARD_NAMES: Final = {
    "ISO Standard 14067": "ISO14067",
    "ISO Standard 14044": "ISO14040-44",
    "ISO Standard 14040": "ISO14040-44",
    "GHG Protocol Product Standard": "GHGP-Product",
    "PAS 2050": "PAS2050",
}
_STANDARDS: Final = "/pcf/crossSectoralStandardsUsed"
_RULES: Final = "/pcf/productOrSectorSpecificRules"
_CPC: Final = "/extWBCSD_productCodeCpc"
_INCINERATION: Final = "/pcf/extTFS_allocationWasteIncineration"


class CatenaX7Import:
    """One conversion; `document` is made by `run`."""

    def __init__(self, content: Any) -> None:
        self.source = Source(content)
        self.document: Json = {"specVersion": SPEC_VERSION, "status": "Active", "pcf": {}}
        self.notes = Notebook()
        stated = self.source.number("/pcf/unitaryProductAmount")
        self.amount = Decimal(1) if stated is None else stated
        if stated is not None:
            put(self.document, "/pcf/declaredUnitAmount", plain(stated))

    def run(self) -> Json:
        """Convert."""
        source = self.source
        for at, target in TEXTS.items():
            self._set(target, source.text(at))
        for at, target in LISTS.items():
            self._set(target, source.texts(at))
        for at, target in INSTANTS.items():
            self._set(target, instant_of(source, at, target, self.notes))
        for at, target in PERCENTAGES.items():
            percent = source.number(at)
            self._set(target, None if percent is None else plain(percent))
        for part in (self._identity, self._amounts, self._emissions, self._methodology):
            part()
        read_place(source, "/pcf", self.document["pcf"], self.notes)
        if source.whole(RATING) is not None:
            self.notes.add(rules.RATING_SCALE, RATING)
        not_read(source, self.notes)
        return self.document

    def _identity(self) -> None:
        source = self.source
        self.notes.add(rules.SPEC_VERSION, "/specVersion", "/specVersion", value=str(source.text("/specVersion")))
        self.notes.add(rules.SAME_ID, "/id", "/id")
        self.document["status"] = source.text("/extWBCSD_pfStatus") or "Active"
        if source.document and source.number("/version") == 0:
            source.skip("/version")
        preceding = self._each("/precedingPfIds", "/id")
        self._set("/precedingPfIds", preceding or None)
        description = source.text("/productDescription")
        if description is None:
            self.notes.add(rules.DESCRIPTION, "/productDescription", "/productDescription")
        self.document["productDescription"] = description or ""
        code = source.text(_CPC)
        if code:
            urn = f"urn:pact:productclassification:un-cpc:{code}"
            self.document["productClassifications"] = [urn]
            self.notes.add(rules.CPC_URN, _CPC, "/productClassifications", value=f"{code} -> {urn}")
        if source.text("/partialFullPcf") not in (None, "Cradle-to-gate"):
            self.notes.add(rules.CRADLE_TO_GRAVE, "/partialFullPcf")

    def _amounts(self) -> None:
        for at, target in AMOUNTS.items():
            self._set(target, self._total(at, target))
        land_use = self._total(LAND_USE, None)
        if land_use is not None:
            kind = "Removals" if land_use.startswith("-") else "Emissions"
            target = f"/pcf/landManagementBiogenicCO2{kind}"
            self.notes.add(rules.LAND_USE_SIGN, LAND_USE, target, value=land_use)
            self._set(target, land_use)

    def _emissions(self) -> None:
        pcf = self.document["pcf"]
        flag = self.source.flag("/pcf/extWBCSD_packagingEmissionsIncluded")
        self._set("/pcf/packagingEmissionsIncluded", flag)
        total, fossil = _decimal(pcf, "pcfExcludingBiogenicUptake"), _decimal(pcf, "fossilGhgEmissions")
        uptake = _decimal(pcf, "biogenicCO2Uptake")
        if total is not None and "pcfIncludingBiogenicUptake" not in pcf:
            value = shortest(EXACT.add(total, uptake or ZERO))
            pcf["pcfIncludingBiogenicUptake"] = value
            self.notes.add(
                rules.TOTAL_WITH_UPTAKE, "/pcf/pcfIncludingBiogenic", "/pcf/pcfIncludingBiogenicUptake", value=value
            )
        at, target = "/pcf/fossilGhgEmissions", "/pcf/fossilGhgEmissions"
        aircraft = _decimal(pcf, "aircraftGhgEmissions")
        if fossil is None and total is not None:
            self.notes.add(rules.FOSSIL_FROM_TOTAL, at, target, value=plain(total))
            pcf["fossilGhgEmissions"] = shortest(total)
        elif fossil is not None and fossil == total:
            self.notes.add(rules.FOSSIL_IS_TOTAL, at, target)
        elif fossil is not None:
            pcf["fossilGhgEmissions"] = shortest(with_aircraft(fossil, aircraft, at, self.notes))
        if "fossilCarbonContent" not in pcf:
            self._fossil_carbon(pcf)

    def _fossil_carbon(self, pcf: Json) -> None:
        at, target = "/pcf/carbonContentTotal", "/pcf/fossilCarbonContent"
        stated, biogenic = self._total(at, None), _decimal(pcf, "biogenicCarbonContent")
        if stated is None or biogenic is None:
            self.notes.add(rules.FOSSIL_CARBON_ZERO, "/pcf/extWBCSD_fossilCarbonContent", target)
            pcf["fossilCarbonContent"] = "0"
        else:
            pcf["fossilCarbonContent"] = shortest(EXACT.subtract(Decimal(stated), biogenic))
            self.notes.add(rules.FOSSIL_CARBON, at, target, value=pcf["fossilCarbonContent"])

    def _methodology(self) -> None:
        source = self.source
        report = source.text("/pcf/extWBCSD_characterizationFactors")
        self._set("/pcf/ipccCharacterizationFactors", None if report is None else [report])
        standards = self._each(_STANDARDS, "/crossSectoralStandard")
        named = list(dict.fromkeys(STANDARD_NAMES.get(each, each) for each in standards))
        self._set("/pcf/crossSectoralStandards", named or None)
        specific = []
        for index in range(source.length(_RULES)):
            place = f"{_RULES}/{index}"
            names = self._each(f"{place}/productOrSectorSpecificRules", "/ruleName")
            rule = {"operator": source.text(f"{place}/extWBCSD_operator") or "Other", "ruleNames": names}
            other = source.text(f"{place}/extWBCSD_otherOperatorName")
            specific.append(rule if other is None else rule | {"otherOperatorName": other})
        self._set("/pcf/productOrSectorSpecificRules", specific or None)
        at = "/pcf/secondaryEmissionFactorSources"
        read_sources(self._each(at, "/secondaryEmissionFactorSource"), at, self.document["pcf"], self.notes)

    def _total(self, at: str, target: str | None) -> str | None:
        """Return an amount per declared unit."""
        number = self.source.number(at)
        if number is None:
            return None
        if self.amount != 1:
            self.notes.add(rules.PER_UNIT, at, target, value=plain(self.amount))
        return multiplied(plain(number), self.amount)

    def _each(self, at: str, name: str) -> list[str]:
        places = (f"{at}/{index}{name}" for index in range(self.source.length(at)))
        return [text for place in places if (text := self.source.text(place)) is not None]

    def _set(self, target: str, value: Any) -> None:
        if value is not None:
            put(self.document, target, value)


def _decimal(pcf: Json, name: str) -> Decimal | None:
    return Decimal(pcf[name]) if name in pcf else None
