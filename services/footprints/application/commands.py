"""What can be asked of footprints. Plain data; ids and instants come in with it."""

from __future__ import annotations

from dataclasses import dataclass

from services.chassis.kernel import Meta
from services.footprints.domain.carbon import Submission
from services.footprints.domain.findings import FactorFigure, ValidationMode
from services.footprints.domain.grant import Terms
from services.footprints.domain.organisation import Organisation


@dataclass(frozen=True, slots=True)
class SubmitFootprint:
    """Take in a footprint of the acting organisation."""

    meta: Meta
    submission: Submission


@dataclass(frozen=True, slots=True)
class WithdrawFootprint:
    """Deprecate a footprint of the acting organisation without a successor, if it is at `expected_version`."""

    meta: Meta
    footprint_id: str
    expected_version: int
    reason: str


@dataclass(frozen=True, slots=True)
class GiveGrant:
    """Open footprints of the acting organisation to another one."""

    meta: Meta
    grant_id: str
    terms: Terms


@dataclass(frozen=True, slots=True)
class RevokeGrant:
    """Take a grant back, if it is at `expected_version`."""

    meta: Meta
    grant_id: str
    expected_version: int
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class SetValidationPolicy:
    """Say how the acting organisation wants its footprints graded, if its policy is at `expected_version`."""

    meta: Meta
    mode: ValidationMode
    expected_version: int


@dataclass(frozen=True, slots=True)
class LoadFactorSet:
    """Put a set of reference factors in the place of the one that has its name."""

    meta: Meta
    name: str
    set_version: str
    source: str
    licence: str
    figures: tuple[FactorFigure, ...]


@dataclass(frozen=True, slots=True)
class RecordOrganisation:
    """Take over what the registry published about an organisation."""

    meta: Meta
    organisation: Organisation
