"""Rules on what the calculation followed and what the document tells of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from services.footprints.domain.findings.finding import Severity, shortened
from services.footprints.domain.findings.rule import Breach, Evidence, Tag, breach, pact, rule, rulebook
from services.footprints.domain.terms import SpecificRule

OTHER_OPERATOR: Final = "Other"
CURRENT_ASSESSMENT: Final = "AR6"
"""IPCC assessment report whose characterization factors the methodology expects."""
STANDARDS: Final = (
    "ISO14067", "ISO14083", "ISO14040-44", "GHGP-Product", "PEF", "PACT-1.0", "PACT-2.0", "PACT-3.0", "PAS2050",
)  # fmt: skip
"""Values that the specification names; the list is open."""
BIO_AMOUNTS: Final = {
    "biogenicCarbonContent": "biogenic_carbon_content_kgc",
    "landUseChangeGhgEmissions": "land_use_change_ghg_emissions_kgco2e",
    "biogenicCO2Uptake": "biogenic_co2_uptake_kgco2e",
    "biogenicNonCO2Emissions": "biogenic_non_co2_emissions_kgco2e",
}
LATER_BIO_AMOUNTS: Final = {
    "landManagementFossilGhgEmissions": "land_management_fossil_ghg_emissions_kgco2e",
    "landManagementBiogenicCO2Emissions": "land_management_biogenic_co2_emissions_kgco2e",
}
REMOVED: Final = {
    "": ("version", "updated", "statusComment", "productCategoryCpc"),
    "/pcf": (
        "declaredUnit", "unitaryProductAmount", "pCfExcludingBiogenic", "pCfIncludingBiogenic", "dLucGhgEmissions",
        "iLucGhgEmissions", "landManagementGhgEmissions", "otherBiogenicGhgEmissions", "biogenicCarbonWithdrawal",
        "crossSectoralStandardsUsed", "characterizationFactors", "ipccCharacterizationFactorsSources",
        "biogenicAccountingMethodology", "uncertaintyAssessmentDescription", "assurance",
    ),
    "/pcf/dqi": ("coveragePercent", "reliabilityDQR", "completenessDQR"),
}  # fmt: skip
"""Properties of the 2.x line that version 3 dropped, by the pointer of their object."""

FACTORS, STANDARDS_FIELD = "/pcf/ipccCharacterizationFactors", "/pcf/crossSectoralStandards"
SPECIFIC_RULES, BOUNDARY = "/pcf/productOrSectorSpecificRules", "/pcf/boundaryProcessesDescription"
VERIFICATION = "/pcf/verification"


@rule(Severity.WARNING, pact("CarbonFootprint, ipccCharacterizationFactors (Catena-X rule 6)"), FACTORS)
def characterization_factors_outdated(evidence: Evidence) -> Iterator[Breach]:
    """Hold that the characterization factors are those of the present assessment report."""
    factors = evidence.carbon.ipcc_characterization_factors
    if CURRENT_ASSESSMENT not in factors:
        yield breach(FACTORS, ", ".join(factors), report=CURRENT_ASSESSMENT)


@rule(Severity.WARNING, rulebook("GWP100, one report throughout (rule 6)"), FACTORS)
def characterization_factors_mixed(evidence: Evidence) -> Iterator[Breach]:
    """Hold that one assessment report is used throughout; the property lists what all the inputs used."""
    factors = evidence.carbon.ipcc_characterization_factors
    if CURRENT_ASSESSMENT in factors and len(factors) > 1:
        yield breach(FACTORS, ", ".join(factors), report=CURRENT_ASSESSMENT)


@rule(Severity.INFO, pact("CarbonFootprint, crossSectoralStandards"), STANDARDS_FIELD)
def standard_is_spelt_otherwise(evidence: Evidence) -> Iterator[Breach]:
    """Hold that a standard that the specification names is spelt as there; any other one is taken as it is."""
    known = {_letters(name): name for name in STANDARDS}
    for index, standard in enumerate(evidence.carbon.cross_sectoral_standards):
        spelling = known.get(_letters(standard))
        if spelling is not None and standard != spelling:
            yield breach(f"{STANDARDS_FIELD}/{index}", shortened(standard), spelling=spelling)


@rule(Severity.WARNING, pact("ProductOrSectorSpecificRule, otherOperatorName"), SPECIFIC_RULES)
def other_operator_unnamed(evidence: Evidence) -> Iterator[Breach]:
    """Hold that the operator Other has a name."""
    for field, specific in _specific_rules(evidence):
        if specific.operator == OTHER_OPERATOR and not (specific.other_operator_name or "").strip():
            yield breach(field, specific.other_operator_name, operator=OTHER_OPERATOR)


@rule(Severity.WARNING, pact("ProductOrSectorSpecificRule, otherOperatorName"), SPECIFIC_RULES)
def other_operator_name_unexpected(evidence: Evidence) -> Iterator[Breach]:
    """Hold that a known operator has no other name."""
    for field, specific in _specific_rules(evidence):
        if specific.operator != OTHER_OPERATOR and specific.other_operator_name is not None:
            yield breach(field, shortened(specific.other_operator_name), operator=specific.operator)


@rule(Severity.INFO, pact("CarbonFootprint, boundaryProcessesDescription"), BOUNDARY, tags=(Tag.SHOULD,))
def boundary_processes_missing(evidence: Evidence) -> Iterator[Breach]:
    """Hold that the processes inside the boundary are described."""
    description = evidence.pcf.get("boundaryProcessesDescription")
    if not (description or "").strip():
        yield breach(BOUNDARY, description)


@rule(
    Severity.INFO,
    pact("CarbonFootprint, reporting rules of biogenic and land-related properties"),
    *(f"/pcf/{name}" for name in BIO_AMOUNTS),
    tags=(Tag.BIO,),
)
def biogenic_amounts_undefined(evidence: Evidence) -> Iterator[Breach]:
    """Hold that biogenic and land-related amounts are stated, "0" where they don't apply; undefined says unknown."""
    yield from _undefined(evidence, BIO_AMOUNTS)


@rule(
    Severity.INFO,
    pact("CarbonFootprint, reporting rules of land management"),
    *(f"/pcf/{name}" for name in LATER_BIO_AMOUNTS),
    "/pcf/referencePeriodEnd",
    tags=(Tag.BIO_2027,),
)
def land_management_amounts_undefined(evidence: Evidence) -> Iterator[Breach]:
    """Hold the same of land management, for reference periods from 31 December 2027."""
    if evidence.bound_to_later_rules:
        yield from _undefined(evidence, LATER_BIO_AMOUNTS)


@rule(Severity.WARNING, pact("Verification (its presence says verified)"), VERIFICATION)
def verification_without_provider(evidence: Evidence) -> Iterator[Breach]:
    """Hold that a footprint that says it is verified says by whom."""
    verification = evidence.pcf.get("verification")
    if verification is not None and not (verification.get("providerName") or "").strip():
        yield breach(f"{VERIFICATION}/providerName", verification.get("providerName"))


@rule(
    Severity.WARNING,
    pact("changes from 2.x to 3.0: removed properties"),
    *(f"{pointer}/{name}" for pointer, names in REMOVED.items() for name in names),
)
def property_of_the_2_line(evidence: Evidence) -> Iterator[Breach]:
    """Hold that properties that version 3 dropped are not used: they are kept, but nobody reads them."""
    objects: dict[str, Any] = {"": evidence.content, "/pcf": evidence.pcf, "/pcf/dqi": evidence.pcf.get("dqi")}
    for pointer, content in objects.items():
        for name in REMOVED[pointer]:
            if isinstance(content, Mapping) and content.get(name) is not None:
                yield breach(f"{pointer}/{name}", shortened(str(content[name])), name=name)


def _specific_rules(evidence: Evidence) -> Iterator[tuple[str, SpecificRule]]:
    for index, specific in enumerate(evidence.carbon.specific_rules):
        yield f"{SPECIFIC_RULES}/{index}/otherOperatorName", specific


def _undefined(evidence: Evidence, names: Mapping[str, str]) -> Iterator[Breach]:
    undefined = [name for name, ours in names.items() if getattr(evidence.carbon.amounts, ours) is None]
    if undefined:
        yield breach(f"/pcf/{undefined[0]}", None, names=", ".join(undefined))


def _letters(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


RULES: Final = (
    characterization_factors_outdated,
    characterization_factors_mixed,
    standard_is_spelt_otherwise,
    other_operator_unnamed,
    other_operator_name_unexpected,
    boundary_processes_missing,
    biogenic_amounts_undefined,
    land_management_amounts_undefined,
    verification_without_provider,
    property_of_the_2_line,
)
