"""How an organisation wants its own footprints graded: findings told, or errors refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from services.footprints.domain.errors import MethodologyBroken, PolicyVersionChanged
from services.footprints.domain.findings.finding import Finding, Severity


class ValidationMode(StrEnum):
    """What findings do to a submission."""

    LENIENT = "lenient"
    """They come back with the record."""
    STRICT = "strict"
    """One of severity error refuses it."""


@dataclass(frozen=True, slots=True)
class ValidationPolicy:
    """State of an organisation's policy."""

    organisation_id: str
    version: int
    mode: ValidationMode
    changed_at: datetime | None
    """None for the policy that everybody begins with."""


def first_policy(organisation_id: str) -> ValidationPolicy:
    """Return the policy of an organisation that never set one: version 1, lenient."""
    return ValidationPolicy(organisation_id, 1, ValidationMode.LENIENT, None)


def change_mode(known: ValidationPolicy, mode: ValidationMode, expected_version: int, at: datetime) -> ValidationPolicy:
    """Return the next policy, the same one where nothing changes. Raises `PolicyVersionChanged`."""
    if known.version != expected_version:
        raise PolicyVersionChanged(
            f"the policy is at version {known.version} now",
            field="/headers/If-Match",
            remedy="Read the policy, and send its ETag as If-Match.",
        )
    if known.mode is mode:
        return known
    return replace(known, version=known.version + 1, mode=mode, changed_at=at)


def blocking(policy: ValidationPolicy, findings: Sequence[Finding]) -> bool:
    """Tell whether the policy refuses a footprint with these findings."""
    return policy.mode is ValidationMode.STRICT and any(each.severity is Severity.ERROR for each in findings)


def check_policy(policy: ValidationPolicy, findings: Sequence[Finding]) -> None:
    """Let a footprint pass. Raises `MethodologyBroken` with every finding, not the errors alone."""
    if blocking(policy, findings):
        raise MethodologyBroken(findings)
