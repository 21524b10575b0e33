"""From 3 to 2.3 by division and back by multiplication: the same figures; what gets lost is told."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.footprints.domain.pact_v2 import AMOUNTS, amounts_to_v3, divided, multiplied, to_v2
from tests.support.footprints import JsonObject, housing, maximal, minimal


def decimals(low: int, *, digits: int = 30) -> st.SearchStrategy[Decimal]:
    """Draw decimals of at most so many significant digits, with an exponent of at most 12 places."""
    return st.builds(
        lambda whole, places: Decimal(whole).scaleb(-places), st.integers(low, 10**digits - 1), st.integers(0, 12)
    )


def converted(document: JsonObject, version: int = 1, status: str = "Active", updated: str | None = None) -> JsonObject:
    found = to_v2(document, version=version, status=status, updated=updated)
    assert found is not None
    return found.document


@given(figure=decimals(0), amount=decimals(1, digits=12))
def test_multiplying_brings_a_divided_figure_back(figure: Decimal, amount: Decimal) -> None:
    for signed in (figure, -figure):
        assert Decimal(multiplied(divided(f"{signed:f}", amount), amount)) == signed


@given(
    figures=st.fixed_dictionaries({name: decimals(0) for name in AMOUNTS}),
    amount=decimals(1, digits=12),
    mass_kg=decimals(1, digits=12),
    unit=st.sampled_from(["liter", "kilogram", "ton kilometer", "piece"]),
)
def test_a_footprint_of_2_3_multiplies_back_to_its_own_figures(
    figures: dict[str, Decimal], amount: Decimal, mass_kg: Decimal, unit: str
) -> None:
    texts = {name: f"{value:f}" for name, value in figures.items()} | {"productMassPerDeclaredUnit": f"{mass_kg:f}"}
    texts["biogenicCO2Uptake"] = f"-{texts['biogenicCO2Uptake']}"
    document = housing(pcf=texts | {"declaredUnitOfMeasurement": unit, "declaredUnitAmount": f"{amount:f}"})
    back = amounts_to_v3(converted(document)["pcf"])
    assert {name: Decimal(text) for name, text in back.items()} == {name: Decimal(texts[name]) for name in AMOUNTS}


@pytest.mark.parametrize(
    ("figure", "amount", "quotient"),
    [
        ("18", "12", "1.5"),
        ("71.310", "1", "71.310"),
        ("1", "3", "0.3333333333333333333333333333333333"),
        ("2", "3", "0.6666666666666666666666666666666667"),
        ("-0", "7", "0"),
        ("1", "0.001", "1000"),
        ("007", "+2", "3.5"),
    ],
)
def test_the_rule_of_division(figure: str, amount: str, quotient: str) -> None:
    assert divided(figure, Decimal(amount)) == quotient


def test_old_and_new_names_are_both_there() -> None:
    document = converted(maximal(), version=2, status="Deprecated", updated="2026-06-01T08:00:00.000Z")
    pcf = document["pcf"]
    assert document["productCategoryCpc"] == "43220"
    assert document["productClassifications"] == maximal()["productClassifications"]
    assert document["updated"] == "2026-06-01T08:00:00.000Z"
    assert pcf["characterizationFactors"] == "AR6"
    assert pcf["ipccCharacterizationFactorsSources"] == ["AR6"]
    assert "ISO Standard 14067" in pcf["crossSectoralStandardsUsed"]
    assert pcf["crossSectoralStandards"] == maximal()["pcf"]["crossSectoralStandards"]
    assert pcf["primaryDataShare"] == Decimal("46.5")
    assert pcf["assurance"]["assurance"] is True
    assert Decimal(pcf["landManagementGhgEmissions"]) * Decimal("8.46") == pytest.approx(Decimal("0.012"))


def test_what_is_lost_or_assumed_is_told() -> None:
    found = to_v2(maximal(), version=1, status="Active", updated=None)
    assert found is not None
    told = found.document["comment"]
    assert told.startswith(maximal()["comment"])
    assert all(note in told for note in found.notes)
    assert "dqi" not in found.document["pcf"]
    assert any(note.startswith("dqi left out") for note in found.notes)
    assert any("recycledCarbonContent" in note and "ccuCarbonContent" in note for note in found.notes)
    assert any(note.startswith("pieces became kilograms") for note in found.notes)


def test_what_2_3_demands_is_filled_and_told() -> None:
    found = to_v2(minimal(pcf={"crossSectoralStandards": ["PACT-3.0"]}), version=1, status="Active", updated=None)
    assert found is not None
    pcf = found.document["pcf"]
    assert (pcf["biogenicCarbonContent"], pcf["boundaryProcessesDescription"]) == ("0", "")
    assert pcf["packagingEmissionsIncluded"] is False
    assert found.document["productCategoryCpc"] == "not stated"
    assert "crossSectoralStandardsUsed" not in pcf
    for name in ("biogenicCarbonContent", "packagingEmissionsIncluded", "crossSectoralStandardsUsed"):
        assert any(name in note for note in found.notes)


def test_values_outside_of_2_3_stand_and_are_told() -> None:
    figures = {"pcfExcludingBiogenicUptake": "-1", "exemptedEmissionsPercent": "7"}
    found = to_v2(housing(pcf=figures), version=1, status="Active", updated=None)
    assert found is not None
    assert found.document["pcf"]["exemptedEmissionsPercent"] == 7
    assert len([note for note in found.notes if note.endswith("outside of 2.3")]) == 2


@pytest.mark.parametrize(
    ("reports", "earliest"), [(["AR6"], "AR6"), (["AR6", "AR5"], "AR5"), (["AR4"], "AR5"), (["AR7"], "AR6")]
)
def test_characterization_factors_name_the_earliest_report(reports: list[str], earliest: str) -> None:
    pcf = converted(housing(pcf={"ipccCharacterizationFactors": reports}))["pcf"]
    assert (pcf["characterizationFactors"], pcf["ipccCharacterizationFactorsSources"]) == (earliest, reports)


@pytest.mark.parametrize(
    ("coverage", "kept"), [("product level", "product level"), ("PCF program", None), (None, None)]
)
def test_a_verification_becomes_an_assurance(coverage: str | None, kept: str | None) -> None:
    found = to_v2(housing(pcf={"verification": {"coverage": coverage}}), version=1, status="Active", updated=None)
    assert found is not None
    assurance = found.document["pcf"]["assurance"]
    assert (assurance.get("coverage"), assurance["providerName"]) == (kept, "not stated")
    assert any("assurance.coverage" in note for note in found.notes) is (coverage == "PCF program")


@pytest.mark.parametrize(
    ("unit", "mass_kg", "said"),
    [
        ("kilogram", "1", ("kilogram", "2")),
        ("kilowatt hour", "0", ("kilowatt hour", "2")),
        ("piece", "3.20", ("kilogram", "3.20")),
        ("piece", "0", None),
        ("hour", "1", None),
        ("megabit second", "0", None),
    ],
)
def test_units(unit: str, mass_kg: str, said: tuple[str, str] | None) -> None:
    pcf = {"declaredUnitOfMeasurement": unit, "declaredUnitAmount": "2", "productMassPerDeclaredUnit": mass_kg}
    found = to_v2(housing(pcf=pcf), version=1, status="Active", updated=None)
    carbon = None if found is None else found.document["pcf"]
    assert (None if carbon is None else (carbon["declaredUnit"], carbon["unitaryProductAmount"])) == said
