"""The registry: every rule has both sides tested, its texts in every language, and a place on the page."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

from services.footprints.api import rules_page
from services.footprints.api.findings import finding_view
from services.footprints.api.messages import CATALOGUES, Texts, load_catalogues, texts_of
from services.footprints.api.validation_resources import RULE_EXAMPLE, RuleResource, rule_view
from services.footprints.domain.findings import (
    CATENAX_RULES,
    RULES,
    RULES_BY_ID,
    Evidence,
    Finding,
    Rule,
    Severity,
    Tag,
)
from services.footprints.domain.findings.identifiers import check_characters_fit
from services.footprints.domain.findings.iso_3166 import ASSIGNED, is_user_assigned
from tests.unit.footprints.findings_cases import CASES, LATER, evidence, pcf


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_no_rule_is_without_both_sides() -> None:
    assert set(CASES) == set(RULES_BY_ID)
    assert [rule_id for rule_id, case in CASES.items() if not case.keeps or not case.breaks] == []


def test_ids_are_unique_and_stable_words() -> None:
    assert len(RULES) == len(RULES_BY_ID)
    assert all(re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)*", rule.rule_id) for rule in RULES)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.rule_id)
def test_a_document_that_keeps_a_rule_has_no_finding_of_it(rule: Rule) -> None:
    for kept in CASES[rule.rule_id].keeps:
        assert list(rule.findings(kept)) == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.rule_id)
def test_a_document_that_breaks_a_rule_has_its_finding(rule: Rule) -> None:
    for broken, field in CASES[rule.rule_id].breaks:
        (finding,) = rule.findings(broken)
        assert (finding.code, finding.field) == (rule.rule_id, field)
        assert any(field == read or field.startswith(f"{read}/") for read in rule.reads), "it reads what it names"
        view = finding_view(finding)
        assert not placeholders(f"{view['title']} {view['expected']} {view['remedy']}"), "every placeholder is filled"
        assert all(view[name] for name in ("title", "expected", "remedy", "source"))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.rule_id)
def test_a_rule_is_pure(rule: Rule) -> None:
    for broken, _ in CASES[rule.rule_id].breaks:
        assert list(rule.findings(broken)) == list(rule.findings(broken))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.rule_id)
def test_a_rule_names_its_source(rule: Rule) -> None:
    assert rule.source.standard
    assert rule.source.section
    assert rule.reads
    assert all(pointer.startswith("/") for pointer in rule.reads)
    RuleResource.model_validate(rule_view(rule))


@pytest.mark.parametrize("language", sorted(CATALOGUES))
def test_a_language_has_every_rule_with_the_same_placeholders(language: str) -> None:
    assert set(CATALOGUES[language]) == set(RULES_BY_ID)
    for rule_id, texts in CATALOGUES[language].items():
        english = CATALOGUES["en"][rule_id]
        assert placeholders(texts.title) == set(), "a title stands alone, in lists"
        assert all((texts.title, texts.expected, texts.remedy))
        assert placeholders(texts.expected) == placeholders(english.expected), rule_id
        assert placeholders(texts.remedy) == placeholders(english.remedy), rule_id


def test_a_new_file_is_a_new_language(tmp_path: Path) -> None:
    (tmp_path / "fr.json").write_text('{"a": {"title": "t", "expected": "{x}", "remedy": "r"}}', encoding="utf-8")
    catalogue = load_catalogues(tmp_path)["fr"]
    assert catalogue["a"].filled({"x": "1"}) == Texts("t", "1", "r")
    assert catalogue["a"].filled({}) == Texts("t", "{x}", "r")


def test_a_language_that_lacks_a_text_speaks_english() -> None:
    assert texts_of("data_quality_missing", "tlh") == CATALOGUES["en"]["data_quality_missing"]


def test_a_finding_of_an_older_release_is_still_shown() -> None:
    view = finding_view(Finding("a_rule_of_old", Severity.WARNING, "/pcf", "1", {"x": "{y}"}))
    assert (view["code"], view["title"], view["source"], view["assumption"]) == (
        "a_rule_of_old", "a_rule_of_old", None, False,
    )  # fmt: skip


def test_a_value_with_braces_is_no_placeholder() -> None:
    broken = evidence(companyIds=["urn:pact:{0.__class__}"])
    (finding,) = RULES_BY_ID["pact_urn_without_issuer"].findings(broken)
    assert finding.found == "urn:pact:{0.__class__}"
    assert finding_view(finding)["found"] == finding.found


def test_the_page_is_what_the_rules_say() -> None:
    assert rules_page.PAGE.read_text(encoding="utf-8") == rules_page.render(), rules_page.REMEDY


def test_the_page_names_every_rule_once() -> None:
    page = rules_page.render()
    assert [rule.rule_id for rule in RULES if page.count(f"| `{rule.rule_id}` |") != 1] == []


def test_the_command_writes_and_then_has_nothing_to_do(tmp_path: Path) -> None:
    page = tmp_path / "rules" / "page.md"
    assert rules_page.main(["--check"], page) == 1
    assert not page.exists()
    assert rules_page.main([], page) == 0
    assert rules_page.main(["--check"], page) == 0


def test_each_rule_of_catenax_has_its_place() -> None:
    assert list(CATENAX_RULES) == list(range(1, 19))
    named = {word for text in CATENAX_RULES.values() for word in re.findall(r"[a-z]+(?:_[a-z]+)+", text)}
    assert named <= set(RULES_BY_ID)


def test_the_example_is_the_rule() -> None:
    assert rule_view(RULES_BY_ID["data_quality_missing"]) == RULE_EXAMPLE


@pytest.mark.parametrize(
    ("changes", "severity"),
    [
        ({}, Severity.INFO),
        ({"referencePeriodEnd": "2027-12-31T00:00:00Z"}, Severity.INFO),
        ({"referencePeriodEnd": "2027-12-31T00:00:00.001Z"}, Severity.WARNING),
        (LATER, Severity.WARNING),
    ],
)
def test_rules_of_2027_bind_by_the_reference_period(changes: dict[str, str], severity: Severity) -> None:
    (finding,) = RULES_BY_ID["data_quality_missing"].findings(pcf(dqi=..., **changes))
    assert finding.severity is severity


def test_what_is_asked_for_shall_is_at_least_a_warning() -> None:
    shall = {rule.rule_id: rule.severity for rule in RULES if Tag.SHALL in rule.tags}
    assert len(shall) == 3
    assert set(shall.values()) == {Severity.WARNING}


def test_what_is_ours_is_never_an_error_but_where_nature_says_so() -> None:
    assert {rule.severity for rule in RULES if rule.is_assumption} == {Severity.WARNING}
    assert {rule.rule_id for rule in RULES if rule.source.standard == "Tierloop" and not rule.is_assumption} == {
        "carbon_exceeds_mass"
    }


def test_countries_are_those_of_iso() -> None:
    assert len(ASSIGNED) == 249
    assert not any(is_user_assigned(code) for code in ASSIGNED)
    assert all(is_user_assigned(code) for code in ("AA", "QM", "QZ", "XA", "XZ", "ZZ"))
    assert not is_user_assigned("QA")


@pytest.mark.parametrize(
    ("number", "fits"),
    [
        ("BPNL000000000065", True),
        ("BPNL000000000DWF", True),
        ("BPNS0000000000WN", True),
        ("BPNL00000003CML1", True),
        ("BPNL00000003AYRE", True),
        ("BPNL000000000001", True),
        ("BPNL00000000IF61", False),
        ("BPNL133631123120", False),
        ("BPNL0123456789ZZ", False),
    ],
)
def test_check_characters(number: str, *, fits: bool) -> None:
    assert check_characters_fit(number) is fits


def test_evidence_has_the_document_as_it_came() -> None:
    kept: Evidence = evidence(extra={"a": 1})
    assert kept.content["extra"] == {"a": 1}
    assert kept.pcf is kept.content["pcf"]
