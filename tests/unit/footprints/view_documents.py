"""Documents for the tests of the views: records made by chance, and Catena-X documents of our own."""

from __future__ import annotations

from copy import deepcopy
from decimal import Decimal
from typing import Any, Final

from hypothesis import strategies as st

from services.footprints.api.exact_json import dumps, loads
from services.footprints.api.pact_v3 import read_submission
from services.footprints.domain.footprint import Footprint, accept
from services.footprints.domain.views import Exported, Format, Imported, export_view, import_view
from services.footprints.domain.views.tree import put
from tests.support.footprints import JsonObject, housing, maximal
from tests.unit.footprints.given import NOW, SUPPLIER

BPNL: Final = "urn:BPNL000000000065"
NAMES: Final = st.text("abcXYZ äü电机-/.,'<&>0123456789", min_size=1, max_size=20).filter(str.strip)
_REQUIRED: Final = frozenset(
    {"declaredUnitOfMeasurement", "declaredUnitAmount", "productMassPerDeclaredUnit", "referencePeriodStart",
     "referencePeriodEnd", "pcfExcludingBiogenicUptake", "pcfIncludingBiogenicUptake", "fossilGhgEmissions",
     "fossilCarbonContent", "ipccCharacterizationFactors", "crossSectoralStandards", "exemptedEmissionsPercent",
     "geographyCountrySubdivision"}
)  # fmt: skip
_NEGATIVE: Final = frozenset(
    {"landManagementBiogenicCO2Removals", "biogenicCO2Uptake", "ccsTechnologicalCO2Capture",
     "technologicalCO2Removals"}
)  # fmt: skip
_AMOUNTS: Final = tuple(
    name for name, value in maximal()["pcf"].items()
    if isinstance(value, str) and name not in ("declaredUnitAmount", "declaredUnitOfMeasurement")
    and value.lstrip("-").replace(".", "").isdigit()
)  # fmt: skip


def not_negative() -> st.SearchStrategy[str]:
    """Return decimals as suppliers write them: zeros at both ends, a plus sign, up to 25 digits."""
    digits = st.from_regex(r"\A\+?[0-9]{1,12}(\.[0-9]{1,12})?\Z")
    return st.one_of(st.sampled_from(["0", "0.00", "007.10", "+1", "12.500"]), digits)


@st.composite
def records(draw: st.DrawFn) -> JsonObject:
    """Return a PACT 3 document that the schema takes."""
    document = maximal()
    pcf = document["pcf"]
    for name in _AMOUNTS:
        text = draw(not_negative())
        pcf[name] = f"-{text.lstrip('+')}" if name in _NEGATIVE else text
    pcf["declaredUnitAmount"] = draw(not_negative().filter(lambda text: Decimal(text) > 0))
    pcf["declaredUnitOfMeasurement"] = draw(st.sampled_from(["liter", "kilogram", "piece", "megajoule"]))
    pcf["productMassPerDeclaredUnit"] = draw(not_negative().filter(lambda text: Decimal(text) > 0))
    pcf["dqi"] = {name: draw(st.sampled_from(["1", "2.50", "5"])) for name in pcf["dqi"]}
    pcf["packagingEmissionsIncluded"] = draw(st.booleans())
    pcf["ipccCharacterizationFactors"] = draw(
        st.lists(st.sampled_from(["AR4", "AR5", "AR6", "AR2"]), min_size=1, unique=True).filter(
            lambda it: it != ["AR2"]
        )
    )
    pcf["crossSectoralStandards"] = draw(
        st.lists(
            st.sampled_from(["ISO14067", "PACT-3.0", "ISO14083", "PEF", "GB/T 24067-2024"]), min_size=1, unique=True
        )
    )
    version = st.sampled_from(["3.8", "2023", "beta", "not stated", "v 2"])
    pcf["secondaryEmissionFactorSources"] = [
        {"name": draw(NAMES), "version": draw(version)} for _ in range(draw(st.integers(1, 3)))
    ]
    pcf["productOrSectorSpecificRules"] = [
        {
            "operator": draw(st.sampled_from(["PEF", "Other"])),
            "ruleNames": draw(st.lists(NAMES, min_size=1, unique=True)),
        }
    ]
    pcf["verification"] = draw(
        st.fixed_dictionaries(
            {},
            optional={"coverage": st.sampled_from(["PCF program", "product level"]), "providerName": NAMES,
                      "standardName": NAMES, "comments": NAMES, "completedAt": st.just("2026-02-10T16:00:00+08:00")},
        )
    )  # fmt: skip
    places: list[JsonObject] = [
        {}, {"geographyCountry": "CN"}, {"geographyCountry": "AQ"}, {"geographyCountrySubdivision": "DE-BY"},
        {"geographyRegionOrSubregion": "Asia"},
    ]  # fmt: skip
    place = draw(st.sampled_from(places))
    del pcf["geographyCountrySubdivision"]
    pcf |= place
    document |= {"companyName": draw(NAMES), "productNameCompany": draw(NAMES), "productDescription": draw(NAMES)}
    document["companyIds"] = draw(st.sampled_from([[BPNL], ["urn:x:1", BPNL], ["urn:x:1"]]))
    if draw(st.booleans()):
        document["x-vendor/note"] = {"kept~": [1, 2.5, None, {"a": None}]}
    for name in sorted(set(pcf) - _REQUIRED):
        if draw(st.integers(0, 3)) == 0:
            del pcf[name]
    for name in ("precedingPfIds", "validityPeriodStart", "validityPeriodEnd", "comment", "extensions"):
        if draw(st.booleans()):
            del document[name]
    return document


def footprint(document: JsonObject) -> Footprint:
    """Accept a document; its numbers may be `Decimal`."""
    return accept(read_submission(dumps(document), depth_limit=32, instance=""), SUPPLIER, NOW)


def exported(document: JsonObject, form: Format) -> Exported:
    """Convert a record."""
    return export_view(footprint(document), form)


def over_the_wire(document: Any) -> JsonObject:
    """Return what a partner reads, and what comes back from there."""
    return loads(dumps(document), depth_limit=32)


def round_trip(document: JsonObject, form: Format) -> tuple[Exported, Imported]:
    """Export a record and import what comes out of the wire."""
    made = exported(document, form)
    return made, import_view(over_the_wire(made.document), form)


def catenax(*changes: tuple[str, Any], form: Format = Format.CATENAX_10) -> JsonObject:
    """Return a Catena-X document of our own: the housing's, with places changed; `...` removes one."""
    document = over_the_wire(exported(housing(companyIds=[BPNL]), form).document)
    return changed(document, *changes)


def changed(document: JsonObject, *changes: tuple[str, Any]) -> JsonObject:
    """Return a copy with places set, or removed where the value is `...`."""
    result = deepcopy(document)
    for pointer, value in changes:
        put(result, pointer, value)
        if value is ...:
            holder: Any = result
            *way, last = pointer.split("/")[1:]
            for name in way:
                holder = holder[0] if name == "0" else holder[name]
            del holder[last]
    return result


SEVEN: Final[JsonObject] = {
    "id": "7f0c1d7a-2a7b-4a53-8a34-1f5a0c7d9e11",
    "specVersion": "urn:io.catenax.pcf:datamodel:version:7.0.0",
    "partialFullPcf": "Cradle-to-gate",
    "precedingPfIds": [{"id": "7f0c1d7a-2a7b-4a53-8a34-1f5a0c7d9e10"}],
    "version": 0,
    "created": "2024-02-16T01:30:00Z",
    "extWBCSD_pfStatus": "Active",
    "companyName": "Hunhe Castings Co., Ltd.",
    "companyIds": ["urn:bpn:id:BPNL000000000065"],
    "productName": "Bracket B-12",
    "productIds": ["urn:gtin:4712345060507"],
    "extWBCSD_productCodeCpc": "43220",
    "pcf": {
        "declaredUnit": "kilogram",
        "unitaryProductAmount": Decimal(12),
        "productMassPerDeclaredUnit": Decimal(1),
        "exemptedEmissionsPercent": Decimal("1.5"),
        "geographyCountrySubdivision": "CN-LN",
        "geographyCountry": "CN",
        "geographyRegionOrSubregion": "Eastern Asia",
        "referencePeriodStart": "2023-01-01T00:00:00Z",
        "referencePeriodEnd": "2024-01-01T00:00:00Z",
        "crossSectoralStandardsUsed": [{"crossSectoralStandard": "ISO Standard 14067"}],
        "productOrSectorSpecificRules": [
            {"extWBCSD_operator": "Other", "productOrSectorSpecificRules": [{"ruleName": "Catena-X Rulebook 3.0"}]}
        ],
        "extWBCSD_characterizationFactors": "AR6",
        "extTFS_allocationWasteIncineration": "reverse cut-off",
        "secondaryEmissionFactorSources": [{"secondaryEmissionFactorSource": "ecoinvent 3.10"}],
        "extWBCSD_packagingEmissionsIncluded": True,
        "pcfExcludingBiogenic": Decimal("1.5"),
        "fossilGhgEmissions": Decimal("1.2"),
        "biogenicCarbonEmissionsOtherThanCO2": Decimal("0.1"),
        "biogenicCarbonWithdrawal": Decimal("-0.3"),
        "dlucGhgEmissions": Decimal("0.05"),
        "extTFS_luGhgEmissions": Decimal("-0.05"),
        "aircraftGhgEmissions": Decimal("0.2"),
        "carbonContentTotal": Decimal("0.6"),
        "carbonContentBiogenic": Decimal("0.2"),
        "dataQualityRating": {"coveragePercent": Decimal(100), "technologicalDQR": Decimal(2)},
    },
}
"""A footprint of model 7, its amounts per kilogram of a piece of 12 kg."""
