"""Every note by a document that brings it about, at its place; and none of them where nothing is to be told."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

import pytest

from services.footprints.domain.attestation import SHARES_SCHEMA
from services.footprints.domain.footprint import deprecate
from services.footprints.domain.views import NOTE_RULES, Effect, Format, Note, export_view, import_view
from services.footprints.domain.views import catenax_table as table
from tests.support.footprints import JsonObject, footprint_id, housing, maximal, minimal
from tests.unit.footprints.given import NOW
from tests.unit.footprints.view_documents import BPNL, SEVEN, catenax, changed, exported, footprint, over_the_wire

NINE, TEN, PACT_2 = Format.CATENAX_9, Format.CATENAX_10, Format.PACT_2_3
SHARES: Final = {
    "specVersion": "2.0.0",
    "dataSchema": SHARES_SCHEMA,
    "data": {"productVerificationShare3rdParty": "86"},
}
Told = tuple[str, str, str | None]

OUT: Final[list[tuple[Format, JsonObject, Told]]] = [
    (TEN, housing(), ("cradle_to_gate", "", f"{table.SCOPE}/partialFullPcf")),
    (TEN, housing(), ("retrospective", "", f"{table.IDENTITY}/retroOrProspectivePcfType")),
    (TEN, housing(), ("incineration", "", f"{table.ALLOCATION}/allocationWasteIncineration")),
    (NINE, housing(), ("mass_balance", "", table.MASS_BALANCE)),
    (TEN, housing(), ("partner_number", "/companyIds", f"{table.COMPANY}/companyIds")),
    (TEN, housing(), ("validity_end", "/validityPeriodEnd", f"{table.TIME}/validityPeriodEnd")),
    (TEN, housing(), ("region", "/pcf/geographyCountrySubdivision", f"{table.GEOGRAPHY}/geographyRegionOrSubregion")),
    (
        TEN,
        housing(pcf={"geographyCountrySubdivision": ..., "geographyCountry": "AQ"}),
        ("region_unknown", "/pcf/geographyCountry", f"{table.GEOGRAPHY}/geographyRegionOrSubregion"),
    ),
    (NINE, housing(pcf={"declaredUnitOfMeasurement": "megabit second"}),
     ("unit_in_9", "/pcf/declaredUnitOfMeasurement", f"{table.PRODUCT}/declaredUnitOfMeasurement")),
    (NINE, housing(precedingPfIds=[footprint_id(9)]), ("preceding_in_9", "/precedingPfIds", None)),
    (TEN, housing(pcf={"aircraftGhgEmissions": "1.310"}),
     ("aircraft_apart", "/pcf/fossilGhgEmissions", f"{table.PRODUCTION}/fossilGhgEmissions")),
    (TEN, housing(pcf={"aircraftGhgEmissions": "99"}),
     ("aircraft_over", "/pcf/fossilGhgEmissions", f"{table.PRODUCTION}/fossilGhgEmissions")),
    (TEN, housing(pcf={"ccsTechnologicalCO2Capture": "-1"}),
     ("capture_in_total", "/pcf/pcfExcludingBiogenicUptake", f"{table.PRODUCTION}/pcfExcludingBiogenicUptake")),
    (TEN, minimal(), ("ccs_flag", "/pcf/ccsTechnologicalCO2CaptureIncluded",
                      f"{table.TECHNOLOGY}/ccsTechnologicalCO2CaptureIncluded")),
    (TEN, minimal(), ("packaging_flag", "/pcf/packagingEmissionsIncluded",
                      f"{table.PACKAGING}/packagingEmissionsIncluded")),
    (TEN, housing(), ("packaging_fossil", "/pcf/packagingGhgEmissions", table.PACKAGING)),
    (TEN, housing(pcf={"packagingEmissionsIncluded": False}),
     ("packaging_contradicts", "/pcf/packagingGhgEmissions", None)),
    (TEN, maximal(), ("outbound_fossil", "/pcf/outboundLogisticsGhgEmissions", table.DISTRIBUTION)),
    (TEN, housing(), ("carbon_total", "/pcf/fossilCarbonContent", f"{table.CARBON}/carbonContentTotal")),
    (TEN, housing(pcf={"ipccCharacterizationFactors": ["AR6", "AR5"]}),
     ("earliest_report", "/pcf/ipccCharacterizationFactors", table.REPORTS)),
    (TEN, housing(pcf={"ipccCharacterizationFactors": ["AR3"]}),
     ("unknown_report", "/pcf/ipccCharacterizationFactors", table.REPORTS)),
    (NINE, housing(), ("standard_other", "/pcf/crossSectoralStandards", f"{table.STANDARDS}/crossSectoralStandards")),
    (TEN, housing(), ("one_standard", "/pcf/crossSectoralStandards", f"{table.STANDARDS}/crossSectoralStandards")),
    (TEN, housing(), ("rule_operator", "/pcf/productOrSectorSpecificRules",
                      f"{table.STANDARDS}/productOrSectorSpecificRules")),
    (TEN, housing(pcf={"secondaryEmissionFactorSources": [{"name": "In-house", "version": "beta"}]}),
     ("sources_joined", "/pcf/secondaryEmissionFactorSources", None)),
    (TEN, housing(), ("attestation_gaps", "/pcf/verification", table.ATTESTATION)),
    (TEN, housing(), ("coverage", "/pcf/verification/coverage", f"{table.ATTESTATION}/attestationType")),
    (TEN, housing(pcf={"pcfExcludingBiogenicUptake": "-1"}),
     ("total_negative", "/pcf/pcfExcludingBiogenicUptake", f"{table.PRODUCTION}/pcfExcludingBiogenicUptake")),
    (TEN, housing(pcf={"exemptedEmissionsPercent": "10.1"}),
     ("out_of_range", "/pcf/exemptedEmissionsPercent", f"{table.BOUNDARY}/exemptedEmissionsPercent")),
    (TEN, housing(pcf={"landUseChangeGhgEmissions": "0.1234567890123456"}),
     ("digits", "/pcf/landUseChangeGhgEmissions", None)),
    (TEN, housing(), ("no_place", "/pcf/landAreaOccupation", None)),
    (TEN, housing(specVersion="3.0.1"), ("spec_version", "/specVersion", None)),
    (TEN, housing(extensions=[SHARES]), ("shares_shown", "/extensions/0", table.SHARES)),
    (PACT_2, housing(), ("pieces", "/pcf/declaredUnitOfMeasurement", "/pcf/declaredUnit")),
    (PACT_2, minimal(pcf={"declaredUnitOfMeasurement": "liter", "declaredUnitAmount": "12"}),
     ("per_one_unit", "/pcf/declaredUnitAmount", "/pcf/unitaryProductAmount")),
    (PACT_2, minimal(), ("demanded", "/pcf/packagingEmissionsIncluded", "/pcf/packagingEmissionsIncluded")),
    (PACT_2, minimal(), ("demanded", "/productClassifications", "/productCategoryCpc")),
    (PACT_2, housing(pcf={"verification": {}}),
     ("demanded", "/pcf/verification/providerName", "/pcf/assurance/providerName")),
    (PACT_2, housing(), ("no_old_name", "/pcf/crossSectoralStandards", "/pcf/crossSectoralStandardsUsed")),
    (PACT_2, housing(), ("rating_scale", "/pcf/dqi", None)),
    (PACT_2, housing(), ("travels", "/pcf/dqi", "/extensions")),
]  # fmt: skip

_PRODUCTION: Final = table.PRODUCTION
IN: Final[list[tuple[Format, Any, Told]]] = [
    (TEN, catenax(), ("spec_version", f"{table.SCOPE}/specVersion", "/specVersion")),
    (TEN, catenax((f"{table.SCOPE}/partialFullPcf", "Cradle-to-grave")),
     ("cradle_to_grave", f"{table.SCOPE}/partialFullPcf", None)),
    (TEN, catenax((f"{table.IDENTITY}/retroOrProspectivePcfType", "Progressive PCF")),
     ("prospective", f"{table.IDENTITY}/retroOrProspectivePcfType", None)),
    (TEN, catenax((f"{table.TIME}/created", "2026-02-16T01:30:00")),
     ("time_zone", f"{table.TIME}/created", "/created")),
    (TEN, catenax((f"{table.PRODUCT}/productDescription", ...)),
     ("description", f"{table.PRODUCT}/productDescription", "/productDescription")),
    (TEN, catenax((f"{table.IDENTITY}/id", f"urn:uuid:{footprint_id(1)}")),
     ("urn_prefix", f"{table.IDENTITY}/id", "/id")),
    (TEN, catenax((f"{table.GEOGRAPHY}/geographyRegionOrSubregion", "Several"),
                  (f"{table.GEOGRAPHY}/geographyCountry", ...),
                  (f"{table.GEOGRAPHY}/geographyCountrySubdivision", ...)),
     ("region_several", f"{table.GEOGRAPHY}/geographyRegionOrSubregion", None)),
    (TEN, catenax((f"{table.GEOGRAPHY}/geographyCountry", "DE")),
     ("places_contradict", f"{table.GEOGRAPHY}/geographyCountry", "/pcf/geographyCountrySubdivision")),
    (TEN, catenax((f"{table.GEOGRAPHY}/geographyRegionOrSubregion", "Africa")),
     ("places_contradict", f"{table.GEOGRAPHY}/geographyRegionOrSubregion", "/pcf/geographyCountrySubdivision")),
    (TEN, catenax((f"{_PRODUCTION}/aircraftGhgEmissions", Decimal("0.5"))),
     ("aircraft_within", f"{_PRODUCTION}/fossilGhgEmissions", "/pcf/fossilGhgEmissions")),
    (TEN, catenax((f"{_PRODUCTION}/fossilGhgEmissions", ...)),
     ("fossil_from_total", f"{_PRODUCTION}/fossilGhgEmissions", "/pcf/fossilGhgEmissions")),
    (TEN, catenax((f"{table.CARBON}/fossilCarbonContent", ...)),
     ("fossil_carbon", f"{table.CARBON}/carbonContentTotal", "/pcf/fossilCarbonContent")),
    (TEN, catenax((f"{table.CARBON}/fossilCarbonContent", ...), (f"{table.CARBON}/carbonContentTotal", ...)),
     ("fossil_carbon_zero", f"{table.CARBON}/fossilCarbonContent", "/pcf/fossilCarbonContent")),
    (TEN, catenax(), ("operator_other", f"{table.STANDARDS}/productOrSectorSpecificRules",
                      "/pcf/productOrSectorSpecificRules")),
    (TEN, catenax(), ("source_split", f"{table.QUALITY}/secondaryEmissionFactorSources",
                      "/pcf/secondaryEmissionFactorSources")),
    (TEN, catenax((f"{table.QUALITY}/secondaryEmissionFactorSources", ["own measurements"])),
     ("source_version", f"{table.QUALITY}/secondaryEmissionFactorSources", "/pcf/secondaryEmissionFactorSources")),
    (TEN, catenax((f"{table.ATTESTATION}/attestationType", "PCF 3rd party verification")),
     ("coverage", f"{table.ATTESTATION}/attestationType", "/pcf/verification/coverage")),
    (TEN, catenax((f"{table.SHARES}/programCertificationShare", Decimal(58))),
     ("shares_not_taken", table.SHARES, None)),
    (TEN, catenax((f"{table.GENERAL}/pcfLegalStatement", "No warranty.")),
     ("not_read", f"{table.GENERAL}/pcfLegalStatement", None)),
    (TEN, catenax((f"{table.MASS_BALANCE}/massBalancingUsed", True)),
     ("not_read", f"{table.MASS_BALANCE}/massBalancingUsed", None)),
    (TEN, catenax((f"{table.PACKAGING}/packagingLandUseChangeGhgEmissions", Decimal("0.1"))),
     ("not_read", f"{table.PACKAGING}/packagingLandUseChangeGhgEmissions", None)),
    (TEN, catenax((f"{table.PRODUCT}/declaredUnitAmount", True)),
     ("not_read", f"{table.PRODUCT}/declaredUnitAmount", None)),
    (Format.CATENAX_7, SEVEN, ("per_unit", "/pcf/pcfExcludingBiogenic", "/pcf/pcfExcludingBiogenicUptake")),
    (Format.CATENAX_7, SEVEN, ("rating_scale", "/pcf/dataQualityRating", None)),
    (Format.CATENAX_7, SEVEN, ("land_use_sign", "/pcf/extTFS_luGhgEmissions",
      "/pcf/landManagementBiogenicCO2Removals")),
    (Format.CATENAX_7, SEVEN, ("total_with_uptake", "/pcf/pcfIncludingBiogenic", "/pcf/pcfIncludingBiogenicUptake")),
    (Format.CATENAX_7, SEVEN, ("cpc_urn", "/extWBCSD_productCodeCpc", "/productClassifications")),
    (Format.CATENAX_7, SEVEN, ("same_id", "/id", "/id")),
    (Format.CATENAX_7, SEVEN, ("fossil_carbon", "/pcf/carbonContentTotal", "/pcf/fossilCarbonContent")),
    (Format.CATENAX_7, changed(SEVEN, ("/pcf/fossilGhgEmissions", Decimal("1.5"))),
     ("fossil_is_total", "/pcf/fossilGhgEmissions", "/pcf/fossilGhgEmissions")),
    (PACT_2, changed(over_the_wire(exported(housing(), PACT_2).document)),
     ("restored", "/extensions", "")),
    (PACT_2, changed(over_the_wire(exported(housing(), PACT_2).document), ("/companyName", "Somebody")),
     ("stale", "/extensions", None)),
    (PACT_2, changed(over_the_wire(exported(housing(), PACT_2).document), ("/extensions", ...),
                     ("/pcf/productMassPerDeclaredUnit", ...)),
     ("mass_of_kilograms", "/pcf/productMassPerDeclaredUnit", "/pcf/productMassPerDeclaredUnit")),
]  # fmt: skip


def told(notes: tuple[Note, ...]) -> list[Told]:
    return [(note.rule_id, note.field, note.target) for note in notes]


@pytest.mark.parametrize(("form", "record", "expected"), OUT, ids=lambda it: it[0] if isinstance(it, tuple) else "")
def test_an_export_tells(form: Format, record: JsonObject, expected: Told) -> None:
    assert expected in told(exported(record, form).notes)


@pytest.mark.parametrize(("form", "document", "expected"), IN, ids=lambda it: it[0] if isinstance(it, tuple) else "")
def test_an_import_tells(form: Format, document: Any, expected: Told) -> None:
    assert expected in told(import_view(document, form).notes)


def test_every_rule_has_a_test() -> None:
    tested = {expected[0] for _, _, expected in (*OUT, *IN)}
    assert set(NOTE_RULES) - tested == {"status_now", "status_always_active"}  # those of a deprecated record, below


def test_a_deprecated_record_tells_of_its_status() -> None:
    record = deprecate(footprint(housing()), footprint_id(2), NOW)
    assert record is not None
    assert told(export_view(record, Format.PACT_3).notes) == [("status_now", "/status", "/status")]
    shown = export_view(record, TEN)
    assert ("status_always_active", "/status", f"{table.IDENTITY}/status") in told(shown.notes)
    assert export_view(record, PACT_2).document["status"] == "Deprecated"


def test_a_complete_record_has_few_notes() -> None:
    record = housing(
        companyIds=[BPNL],
        validityPeriodEnd="2028-12-31T00:00:00+08:00",
        pcf={"geographyCountrySubdivision": ..., "crossSectoralStandards": ["ISO14067"], "landAreaOccupation": ...,
             "productOrSectorSpecificRules": ..., "packagingGhgEmissions": ..., "biogenicCarbonContent": ...,
             "verification": ...},
    )  # fmt: skip
    notes = exported(record, TEN).notes
    assert {note.rule_id for note in notes} == {"cradle_to_gate", "retrospective", "incineration", "mass_balance"}


def test_notes_name_effect_value_and_source() -> None:
    note = next(n for n in exported(housing(pcf={"aircraftGhgEmissions": "1.310"}), TEN).notes
                if n.rule_id == "aircraft_apart")  # fmt: skip
    assert note.effect is Effect.DERIVED
    assert "1.310" in note.detail
    assert "io.catenax.pcf 10.0.0" in note.source


def test_a_long_value_is_shortened_in_its_note() -> None:
    document = catenax((f"{table.GENERAL}/pcfLegalStatement", "x" * 1_000))
    note = next(n for n in import_view(document, TEN).notes if n.rule_id == "not_read")
    assert len(note.detail) < 200


def test_model_7_is_multiplied_and_split() -> None:
    pcf = import_view(SEVEN, Format.CATENAX_7).document["pcf"]
    assert {name: Decimal(pcf[name]) for name in (
        "pcfExcludingBiogenicUptake", "pcfIncludingBiogenicUptake", "fossilGhgEmissions", "productMassPerDeclaredUnit",
        "landManagementBiogenicCO2Removals", "fossilCarbonContent", "declaredUnitAmount",
    )} == {
        "pcfExcludingBiogenicUptake": Decimal("18.0"), "pcfIncludingBiogenicUptake": Decimal("14.4"),
        "fossilGhgEmissions": Decimal("16.8"), "productMassPerDeclaredUnit": Decimal(12),
        "landManagementBiogenicCO2Removals": Decimal("-0.60"), "fossilCarbonContent": Decimal("4.8"),
        "declaredUnitAmount": Decimal(12),
    }  # fmt: skip
    assert footprint(import_view(SEVEN, Format.CATENAX_7).document).preceding_ids == (
        "7f0c1d7a-2a7b-4a53-8a34-1f5a0c7d9e10",
    )


def test_a_remainder_is_applied_whatever_way_its_numbers_are_written() -> None:
    sent = over_the_wire(exported(housing(), PACT_2).document)
    sent["pcf"]["exemptedEmissionsPercent"] = Decimal("1.800")
    assert import_view(sent, PACT_2).document == housing()


def test_shares_of_an_attestation_are_shown_and_other_extensions_told() -> None:
    shown = exported(housing(extensions=[SHARES, maximal()["extensions"][0]]), TEN)
    shares = shown.document["pcfAssessmentAndMethodology"][0]["verificationAndCertificationShares"]
    assert shares == [{"productVerificationShare3rdParty": Decimal(86)}]
    assert ("no_place", "/extensions/1", None) in told(shown.notes)
