"""Methodology rules: what a footprint states against the prose of its specification. Import from here.

Real documents break them (of thirty public ones, all do), so a broken rule is told, and refuses only where an
organisation chose that. Each rule is an object with a pure check; `registry` lists them all.
"""

from services.footprints.domain.findings.factors import (
    Factor,
    FactorFigure,
    FactorSet,
    classification_key,
    factor_key,
    factors_of,
)
from services.footprints.domain.findings.finding import Finding, Severity
from services.footprints.domain.findings.policy import (
    ValidationMode,
    ValidationPolicy,
    blocking,
    change_mode,
    check_policy,
    first_policy,
)
from services.footprints.domain.findings.registry import CATENAX_RULES, MAX_FINDINGS, RULES, RULES_BY_ID, review
from services.footprints.domain.findings.rule import Breach, Evidence, Rule, Source, Tag

__all__ = [
    "CATENAX_RULES",
    "MAX_FINDINGS",
    "RULES",
    "RULES_BY_ID",
    "Breach",
    "Evidence",
    "Factor",
    "FactorFigure",
    "FactorSet",
    "Finding",
    "Rule",
    "Severity",
    "Source",
    "Tag",
    "ValidationMode",
    "ValidationPolicy",
    "blocking",
    "change_mode",
    "check_policy",
    "classification_key",
    "factor_key",
    "factors_of",
    "first_policy",
    "review",
]
