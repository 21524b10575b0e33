"""Which property of PACT 3 is which of the Catena-X models 9 and 10. The conversions and docs/formats.md read it.

Sources: CX-0136; io.catenax.pcf 9.0.0 and 10.0.0; PACT Technical Specifications 3.0.3.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Final

SCOPE: Final = "/scopeOfPcfForm/0"
COMPANY: Final = "/companyAndProductInformation/0/companyInformation/0"
PRODUCT: Final = "/companyAndProductInformation/0/productInformation/0"
_ASSESSMENT: Final = "/pcfAssessmentAndMethodology/0"
_INFORMATION: Final = f"{_ASSESSMENT}/pcfAssessmentInformation/0"
_METHODOLOGY: Final = f"{_ASSESSMENT}/pcfMethodology/0"
IDENTITY: Final = f"{_INFORMATION}/idAndVersion/0"
BOUNDARY: Final = f"{_INFORMATION}/boundarySpecifications/0"
TECHNOLOGY: Final = f"{_INFORMATION}/technology/0"
GEOGRAPHY: Final = f"{_INFORMATION}/geography/0"
TIME: Final = f"{_INFORMATION}/time/0"
STANDARDS: Final = f"{_METHODOLOGY}/standards/0"
REPORTS: Final = f"{_METHODOLOGY}/gwpCharacterizationFactorDetails/0/ipccCharacterizationFactors"
ALLOCATION: Final = f"{_METHODOLOGY}/allocationInForeground/0"
MASS_BALANCE: Final = f"{_METHODOLOGY}/massBalancingInformation/0"
SHARES: Final = f"{_ASSESSMENT}/verificationAndCertificationShares/0"
QUALITY: Final = f"{_ASSESSMENT}/dataSourcesAndQuality/0"
_STAGES: Final = "/productLifeCycleStagesAndEmissions/0"
PRODUCTION: Final = f"{_STAGES}/productionStage/0"
PACKAGING: Final = f"{_STAGES}/packagingStage/0"
DISTRIBUTION: Final = f"{_STAGES}/distributionStage/0"
CARBON: Final = "/carbonContent/0"
GENERAL: Final = "/general/0"
ATTESTATION: Final = "/attestationOfConformance/0"

NOT_STATED: Final = "not stated"
RETROSPECTIVE: Final = "Retrospective PCF"
CRADLE_TO_GATE: Final = "Cradle-to-gate"
INCINERATION: Final = "polluter pays principle"
NOT_INCLUDED_IN_9: Final = {
    "freeAttributionInMassBalancing": "false",
    "massBalancingCertificateScheme": "not applicable",
}
"""What model 9 demands where nothing is mass balanced; model 10 does not."""


class Kind(Enum):
    """What a property holds."""

    TEXT = "text"
    TEXTS = "list of texts"
    INSTANT = "instant"
    DECIMAL = "decimal string / JSON number"
    """A string in PACT, a number in Catena-X."""


@dataclass(frozen=True, slots=True)
class Model:
    """What tells the versions of the Catena-X model apart."""

    name: str
    version: str
    one_standard: bool
    lists_predecessors: bool
    demands_mass_balance_details: bool
    units_missing: frozenset[str]

    @property
    def urn(self) -> str:
        """Return the value of specVersion."""
        return f"urn:io.catenax.pcf:datamodel:version:{self.version}"


MODEL_9: Final = Model("catenax-pcf-9", "9.0.0", False, False, True, frozenset({"megabit second"}))  # noqa: FBT003 - a row
MODEL_10: Final = Model("catenax-pcf-10", "10.0.0", True, True, False, frozenset())  # noqa: FBT003 - a row


@dataclass(frozen=True, slots=True)
class Row:
    """Two properties that say the same."""

    pact: str
    catenax: str
    kind: Kind


def _rows(kind: Kind, **pairs: str) -> tuple[Row, ...]:
    return tuple(
        Row(f"/{name.replace('__', '/')}", f"{place}/{name.rpartition('__')[2]}", kind) for name, place in pairs.items()
    )


ROWS: Final = (
    *_rows(Kind.TEXT, companyName=COMPANY, productNameCompany=PRODUCT),
    *_rows(Kind.TEXTS, companyIds=COMPANY, productIds=PRODUCT, productClassifications=PRODUCT),
    *_rows(Kind.INSTANT, created=TIME, validityPeriodStart=TIME),
    *_rows(Kind.INSTANT, pcf__referencePeriodStart=TIME, pcf__referencePeriodEnd=TIME),
    *_rows(Kind.TEXT, comment=GENERAL, pcf__declaredUnitOfMeasurement=PRODUCT),
    *_rows(Kind.DECIMAL, pcf__declaredUnitAmount=PRODUCT, pcf__productMassPerDeclaredUnit=PRODUCT),
    *_rows(Kind.TEXT, pcf__boundaryProcessesDescription=TECHNOLOGY, pcf__exemptedEmissionsDescription=BOUNDARY),
    *_rows(Kind.TEXT, pcf__allocationRulesDescription=ALLOCATION),
    *_rows(Kind.DECIMAL, pcf__exemptedEmissionsPercent=BOUNDARY, pcf__primaryDataShare=QUALITY),
    *_rows(Kind.DECIMAL, pcf__dqi__technologicalDQR=QUALITY, pcf__dqi__geographicalDQR=QUALITY),
    *_rows(Kind.DECIMAL, pcf__dqi__temporalDQR=QUALITY),
    *_rows(Kind.DECIMAL, pcf__pcfExcludingBiogenicUptake=PRODUCTION, pcf__pcfIncludingBiogenicUptake=PRODUCTION),
    *_rows(Kind.DECIMAL, pcf__biogenicNonCO2Emissions=PRODUCTION, pcf__biogenicCO2Uptake=PRODUCTION),
    *_rows(Kind.DECIMAL, pcf__landUseChangeGhgEmissions=PRODUCTION),
    *_rows(Kind.DECIMAL, pcf__landManagementBiogenicCO2Emissions=PRODUCTION),
    *_rows(Kind.DECIMAL, pcf__landManagementBiogenicCO2Removals=PRODUCTION, pcf__aircraftGhgEmissions=PRODUCTION),
    *_rows(Kind.DECIMAL, pcf__fossilCarbonContent=CARBON, pcf__biogenicCarbonContent=CARBON),
    *_rows(Kind.DECIMAL, pcf__packagingBiogenicCarbonContent=CARBON, pcf__recycledCarbonContent=CARBON),
)  # fmt: skip
"""What is copied, both ways."""


@dataclass(frozen=True, slots=True)
class Special:
    """Properties that a function converts, with the rules that may speak of them."""

    pact: str
    catenax: str
    how: str
    rules: tuple[str, ...] = ()


SPECIALS: Final = (
    Special("/id", f"{IDENTITY}/id", "the same; `urn:uuid:` goes on import", ("urn_prefix",)),
    Special("/specVersion", f"{SCOPE}/specVersion", "each format names its own", ("spec_version",)),
    Special("/status", f"{IDENTITY}/status", "Active always", ("status_always_active",)),
    Special("/precedingPfIds", f"{IDENTITY}/precedingPfIds", "the same; not in model 9", ("preceding_in_9",)),
    Special("/productDescription", f"{PRODUCT}/productDescription", "the same; empty where absent", ("description",)),
    Special("/validityPeriodEnd", f"{TIME}/validityPeriodEnd", "the same; the default where absent", ("validity_end",)),
    Special("/pcf/geography...", f"{GEOGRAPHY}/...", "the finest place, and what it lies in",
            ("region", "region_unknown", "region_several", "places_contradict")),
    Special("/pcf/fossilGhgEmissions", f"{PRODUCTION}/fossilGhgEmissions", "less aircraft; with it on import",
            ("aircraft_apart", "aircraft_over", "aircraft_within", "fossil_from_total")),
    Special("/pcf/fossilCarbonContent", f"{CARBON}/carbonContentTotal", "total = fossil + biogenic",
            ("carbon_total", "fossil_carbon", "fossil_carbon_zero")),
    Special("/pcf/packagingEmissionsIncluded", f"{PACKAGING}/packagingEmissionsIncluded",
            "the same; assumed where absent", ("packaging_flag",)),
    Special("/pcf/packagingGhgEmissions", f"{PACKAGING}/packagingPcf...", "T1, T2 and A; T2 on import",
            ("packaging_fossil", "packaging_contradicts")),
    Special("/pcf/outboundLogisticsGhgEmissions", f"{DISTRIBUTION}/distributionStage...",
            "included, T1, T2 and A; T2 on import", ("outbound_fossil",)),
    Special("/pcf/ccsTechnologicalCO2CaptureIncluded", f"{TECHNOLOGY}/ccsTechnologicalCO2CaptureIncluded",
            "the same; assumed where absent", ("ccs_flag", "capture_in_total")),
    Special("/pcf/ipccCharacterizationFactors", REPORTS, "one report", ("earliest_report", "unknown_report")),
    Special("/pcf/crossSectoralStandards", f"{STANDARDS}/crossSectoralStandards", "other spelling; one in model 10",
            ("standard_other", "one_standard")),
    Special("/pcf/productOrSectorSpecificRules", f"{STANDARDS}/productOrSectorSpecificRules",
            "names alone", ("rule_operator", "operator_other")),
    Special("/pcf/secondaryEmissionFactorSources", f"{QUALITY}/secondaryEmissionFactorSources",
            "name and version in one", ("sources_joined", "source_split", "source_version")),
    Special("/pcf/verification", ATTESTATION, "who, when and by what", ("attestation_gaps", "coverage")),
    Special("/extensions (shares)", SHARES, "the shares of an attestation made here; not on import",
            ("shares_shown", "shares_not_taken")),
    Special("", f"{SCOPE}/partialFullPcf", CRADLE_TO_GATE, ("cradle_to_gate", "cradle_to_grave")),
    Special("", f"{IDENTITY}/retroOrProspectivePcfType", RETROSPECTIVE, ("retrospective", "prospective")),
    Special("", f"{IDENTITY}/version", "0"),
    Special("", f"{ALLOCATION}/allocationWasteIncineration", INCINERATION, ("incineration",)),
    Special("", MASS_BALANCE, "not used", ("mass_balance",)),
)  # fmt: skip
"""What is not a copy. An empty first column: PACT has no such property."""

DECIMALS: Final = frozenset(row.pact for row in ROWS if row.kind is Kind.DECIMAL) | {
    f"/pcf/{name}"
    for name in (
        "fossilGhgEmissions", "packagingGhgEmissions", "outboundLogisticsGhgEmissions", "landCarbonLeakage",
        "landManagementFossilGhgEmissions", "landAreaOccupation", "ccsTechnologicalCO2Capture",
        "technologicalCO2Removals", "ccuCarbonContent",
    )
}  # fmt: skip
"""Decimals in strings of a PACT 3 document: equal where their values are."""
STANDARD_NAMES: Final[Mapping[str, str]] = {
    "ISO14067": "ISO 14067",
    "ISO14040-44": "ISO 14040-44",
    "GHGP-Product": "GHG Protocol Product",
    "PEF": "PEF",
    "PAS2050": "PAS 2050",
    "PACT-1.0": "PACT-1.0",
    "PACT-2.0": "PACT-2.0",
    "PACT-3.0": "PACT-3.0",
    "Pathfinder v1": "Pathfinder v1",
    "Pathfinder v2": "Pathfinder v2",
    "Pathfinder v3": "Pathfinder v3",
    "Other": "Other",
}
"""PACT -> Catena-X; in the order of precedence for the one that model 10 takes."""
KNOWN_REPORTS: Final = ("AR4", "AR5", "AR6")
COVERAGES: Final[Mapping[str, str]] = {
    "PCF program": "PCF Program Certification",
    "product level": "PCF verification, party not stated",
    "PCF calculation model": "PCF calculation model",
}
"""Coverage of a verification -> type of an attestation."""
SHARE_NAMES: Final = (
    "programCertificationShare", "productVerificationShare3rdParty", "productVerificationShare2ndParty",
    "productVerificationShare1stParty",
)  # fmt: skip
"""Percentages; the extension that an attestation writes names them alike, as decimals in strings."""
RANGES: Final[Mapping[str, tuple[Decimal, Decimal]]] = {
    "/pcf/exemptedEmissionsPercent": (Decimal(0), Decimal(10)),
    "/pcf/primaryDataShare": (Decimal(0), Decimal(100)),
    "/pcf/dqi/technologicalDQR": (Decimal(1), Decimal(5)),
    "/pcf/dqi/geographicalDQR": (Decimal(1), Decimal(5)),
    "/pcf/dqi/temporalDQR": (Decimal(1), Decimal(5)),
}
"""What the Catena-X models take, both bounds included."""
