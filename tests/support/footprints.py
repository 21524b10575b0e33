"""Product footprints for tests, demos and the bench: a die-cast aluminium housing and its kin, all invented.

The figures are plausible for a cold-chamber die-casting plant in Liaoning that melts a mix of primary and recycled
EN AC-46000; they fit together (sum rules, packaging flag, shares), so that the plain housing has no finding.
"""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any, Final

JsonObject = dict[str, Any]

HOUSING_ID: Final = "0c7b2a51-6f1e-4b52-9d3a-5e8f10a4c2d7"
HOUSING_PRODUCT: Final = "urn:pact:liaodong-casting.example:product-id:EM-HSG-4711"

_HOUSING: Final[JsonObject] = {
    "id": HOUSING_ID,
    "specVersion": "3.0.3",
    "created": "2026-02-16T09:30:00+08:00",
    "status": "Active",
    "companyName": "Liaodong Precision Casting Co., Ltd.",
    "companyIds": [
        "urn:pact:company:customcode:supplier-id:LPC-0417",
        "urn:pact:liaodong-casting.example:company-id:plant-tiexi",
    ],
    "productDescription": (
        "Housing of an electric drive unit, cold-chamber die-cast, EN AC-46000 (AlSi9Cu3(Fe)), heat treated T5, "
        "deburred, CNC machined on 14 faces, leak tested, washed; without bearings, seals and packaging."
    ),
    "productIds": [HOUSING_PRODUCT, "urn:pact:company:customcode:buyer-id:7A-8842-110-B"],
    "productClassifications": ["urn:pact:productclassification:un-cpc:43220", "urn:eclass:23-09-03-01"],
    "productNameCompany": "Drive unit housing EM-HSG-4711",
    "comment": "First footprint after the second melting furnace went from natural gas to electricity in 2025.",
    "pcf": {
        "declaredUnitOfMeasurement": "piece",
        "declaredUnitAmount": "1",
        "productMassPerDeclaredUnit": "8.460",
        "referencePeriodStart": "2025-01-01T00:00:00+08:00",
        "referencePeriodEnd": "2026-01-01T00:00:00+08:00",
        "geographyCountrySubdivision": "CN-LN",
        "boundaryProcessesDescription": (
            "Cradle to gate: bauxite mining, alumina, electrolysis and casting of primary ingot; collection, sorting "
            "and remelting of purchased scrap; inbound transport; melting, die-casting, trimming, heat treatment, "
            "machining, washing and testing in the Tiexi plant; treatment of dross, swarf and waste water."
        ),
        "pcfExcludingBiogenicUptake": "71.384",
        "pcfIncludingBiogenicUptake": "71.352",
        "fossilGhgEmissions": "71.310",
        "fossilCarbonContent": "0",
        "biogenicCarbonContent": "0",
        "landUseChangeGhgEmissions": "0.052",
        "landManagementBiogenicCO2Emissions": "0.014",
        "landManagementBiogenicCO2Removals": "-0.002",
        "biogenicCO2Uptake": "-0.032",
        "biogenicNonCO2Emissions": "0.010",
        "landAreaOccupation": "0.41",
        "aircraftGhgEmissions": "0",
        "packagingEmissionsIncluded": True,
        "packagingGhgEmissions": "0.287",
        "packagingBiogenicCarbonContent": "0.061",
        "ccsTechnologicalCO2CaptureIncluded": False,
        "ipccCharacterizationFactors": ["AR6"],
        "crossSectoralStandards": ["ISO14067", "PACT-3.0", "GB/T 24067-2024"],
        "productOrSectorSpecificRules": [
            {
                "operator": "Other",
                "ruleNames": ["Catena-X PCF Rulebook 4.0.1"],
                "otherOperatorName": "Catena-X Automotive Network",
            }
        ],
        "exemptedEmissionsPercent": "1.8",
        "exemptedEmissionsDescription": "Release agent, cutting inserts and office waste, by screening.",
        "allocationRulesDescription": "Melting and casting by mass of good castings; machining by machine hours.",
        "secondaryEmissionFactorSources": [
            {"name": "China electricity footprint factors", "version": "2024"},
            {"name": "World Aluminium LCI", "version": "2023"},
        ],
        "primaryDataShare": "46.5",
        "dqi": {"technologicalDQR": "1.8", "geographicalDQR": "2.0", "temporalDQR": "1.0"},
        "verification": {
            "coverage": "product level",
            "providerName": "Shenyang Carbon Assurance",
            "completedAt": "2026-02-10T16:00:00+08:00",
            "standardName": "ISO 14064-3",
        },
    },
}

MINIMAL_FIELDS: Final = (
    "id", "specVersion", "created", "status", "companyName", "companyIds", "productDescription", "productIds",
    "productNameCompany", "pcf",
)  # fmt: skip
MINIMAL_CARBON_FIELDS: Final = (
    "declaredUnitOfMeasurement", "declaredUnitAmount", "productMassPerDeclaredUnit", "referencePeriodStart",
    "referencePeriodEnd", "pcfExcludingBiogenicUptake", "pcfIncludingBiogenicUptake", "fossilGhgEmissions",
    "fossilCarbonContent", "ipccCharacterizationFactors", "crossSectoralStandards", "exemptedEmissionsPercent",
)  # fmt: skip


def footprint_id(number: int) -> str:
    """Return a UUID (version 4 in form) that can be foretold: the same number gives the same id."""
    return f"5a3d9e00-0000-4000-8000-{number:012x}"


def housing(number: int | None = None, *, pcf: Any = None, **changes: Any) -> JsonObject:
    """Return the die-cast housing as a ProductFootprint of about 3 KB, without any finding.

    `number` gives it the id `footprint_id(number)`; `changes` replace properties, those of an object `pcf` the
    properties of the carbon footprint, and `...` removes a property.
    """
    document = deepcopy(_HOUSING)
    if number is not None:
        document["id"] = footprint_id(number)
    return _changed(document, pcf, changes)


def minimal(number: int = 1, *, pcf: Any = None, **changes: Any) -> JsonObject:
    """Return a footprint of the required properties alone."""
    whole = housing(number)
    document = {name: whole[name] for name in MINIMAL_FIELDS}
    document["pcf"] = {name: whole["pcf"][name] for name in MINIMAL_CARBON_FIELDS}
    return _changed(document, pcf, changes)


def maximal(number: int = 2) -> JsonObject:
    """Return a footprint with every property there is (but two of the three geographies, which exclude each other)."""
    return housing(
        number,
        precedingPfIds=[footprint_id(number + 1_000)],
        validityPeriodStart="2026-02-01T00:00:00+08:00",
        validityPeriodEnd="2028-12-31T00:00:00+08:00",
        pcf={
            "recycledCarbonContent": "0",
            "landCarbonLeakage": "0",
            "landManagementFossilGhgEmissions": "0.003",
            "outboundLogisticsGhgEmissions": "0.64",
            "ccsTechnologicalCO2CaptureIncluded": True,
            "ccsTechnologicalCO2Capture": "-0.000",
            "technologicalCO2Removals": "0",
            "technologicalCO2CaptureOrigin": "none in the period",
            "ccuCarbonContent": "0",
            "ccuCalculationApproach": "Credit",
            "ccuCreditCertification": "https://registry.example/credits/2025-118",
        },
        extensions=[
            {
                "specVersion": "2.0.0",
                "dataSchema": "https://schemas.example/recycled-content/1.0.0/schema.json",
                "documentation": "https://schemas.example/recycled-content/1.0.0/",
                "data": {"recycledMassShare": "0.38", "postConsumerShare": "0.21", "$ref": "kept as it is"},
            }
        ],
    )


def raw(document: JsonObject) -> bytes:
    """Return the document as a client would send it."""
    return json.dumps(document, ensure_ascii=False).encode()


def ndjson(*documents: JsonObject) -> bytes:
    """Return one line for each document."""
    return b"".join(raw(document) + b"\n" for document in documents)


def _changed(document: JsonObject, pcf: Any, changes: JsonObject) -> JsonObject:
    if isinstance(pcf, dict):
        document["pcf"] = _with(document["pcf"], pcf)
    elif pcf is not None:
        changes = changes | {"pcf": pcf}
    return _with(document, changes)


def _with(content: JsonObject, changes: JsonObject) -> JsonObject:
    return {name: value for name, value in (content | changes).items() if value is not ...}
