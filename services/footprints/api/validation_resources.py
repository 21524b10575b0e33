"""What the routes of validation answer with."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, Literal

from pydantic import ConfigDict, Field

from services.footprints.api.messages import texts_of
from services.footprints.api.render import instant
from services.footprints.api.resources import Resource
from services.footprints.domain.findings import FactorSet, Rule, ValidationPolicy

POLICY_EXAMPLE: Final[dict[str, Any]] = {"version": 2, "mode": "strict", "changed_at": "2026-02-16T01:20:00.000Z"}
RULE_EXAMPLE: Final[dict[str, Any]] = {
    "id": "data_quality_missing",
    "title": "Data quality is rated",
    "standard": "PACT Technical Specifications 3.0.3",
    "section": "CarbonFootprint, dqi; DataQualityIndicators",
    "severity": "info",
    "severity_from_2027": "warning",
    "tags": ["SHALL-2027"],
    "assumption": False,
    "fields": ["/pcf/dqi", "/pcf/referencePeriodEnd"],
    "expected": "data quality indicators: required for reference periods from 31 December 2027",
    "remedy": "Add technologicalDQR, geographicalDQR and temporalDQR.",
}
FACTOR_SET_EXAMPLE: Final[dict[str, Any]] = {
    "set_version": "2026.1",
    "source": "Liaodong Precision Casting, mean of its own footprints of 2025 (invented for this example)",
    "licence": "own figures",
    "factors": [
        {
            "product_classification": "urn:pact:productclassification:un-cpc:43220",
            "unit_of_measurement": "kilogram",
            "low_kgco2e": "4.1",
            "typical_kgco2e": "8.4",
        }
    ],
}
LOADED_SET_EXAMPLE: Final[dict[str, Any]] = {
    "name": "own-castings",
    "version": 1,
    "set_version": FACTOR_SET_EXAMPLE["set_version"],
    "source": FACTOR_SET_EXAMPLE["source"],
    "licence": FACTOR_SET_EXAMPLE["licence"],
    "factor_count": 1,
    "loaded_at": "2026-02-16T01:15:00.000Z",
}


class PolicyResource(Resource):
    """How the caller's footprints are graded."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [POLICY_EXAMPLE]})

    version: int = Field(ge=1, description="Version of the policy, also in the ETag.")
    mode: Literal["lenient", "strict"]
    changed_at: datetime | None = Field(description="null for the policy that everybody begins with.")


class RuleResource(Resource):
    """A rule of the methodology. Words in braces are filled in a finding."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [RULE_EXAMPLE]})

    id: str = Field(description="Stable; the `code` of its findings.")
    title: str
    standard: str
    section: str
    severity: Literal["error", "warning", "info"]
    severity_from_2027: Literal["error", "warning", "info"] = Field(
        description="Severity for reference periods that touch 31 December 2027 or a later day."
    )
    tags: list[str] = Field(description="Reporting tags of PACT.")
    assumption: bool = Field(description="Whether the rule, or a bound in it, is ours.")
    fields: list[str] = Field(description="JSON pointers of what it looks at.")
    expected: str
    remedy: str


class RuleList(Resource):
    """All rules."""

    items: list[RuleResource]


class FactorSetResource(Resource):
    """A loaded factor set, without its figures."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [LOADED_SET_EXAMPLE]})

    name: str
    version: int = Field(ge=1, description="How often it was loaded, also in the ETag.")
    set_version: str
    source: str
    licence: str
    factor_count: int = Field(ge=0)
    loaded_at: datetime


class FactorSetList(Resource):
    """All factor sets."""

    items: list[FactorSetResource]


def rule_view(rule: Rule) -> dict[str, Any]:
    """Return a rule as it is shown."""
    texts = texts_of(rule.rule_id)
    return {
        "id": rule.rule_id,
        "title": texts.title,
        "standard": rule.source.standard,
        "section": rule.source.section,
        "severity": rule.severity.value,
        "severity_from_2027": (rule.later_severity or rule.severity).value,
        "tags": [tag.value for tag in rule.tags],
        "assumption": rule.is_assumption,
        "fields": list(rule.reads),
        "expected": texts.expected,
        "remedy": texts.remedy,
    }


def policy_view(policy: ValidationPolicy) -> dict[str, Any]:
    """Return a policy as it is shown."""
    return {"version": policy.version, "mode": policy.mode.value, "changed_at": instant(policy.changed_at)}


def factor_set_view(loaded: FactorSet) -> dict[str, Any]:
    """Return a factor set as it is shown."""
    return {
        "name": loaded.name,
        "version": loaded.version,
        "set_version": loaded.set_version,
        "source": loaded.source,
        "licence": loaded.licence,
        "factor_count": loaded.factor_count,
        "loaded_at": instant(loaded.loaded_at),
    }
