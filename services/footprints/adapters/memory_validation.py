"""Policies and reference factors, read from the store in memory, for component tests."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Protocol

from services.chassis.kernel import Kind
from services.footprints.application.ports import FACTOR_SETS, FACTORS, VALIDATION_POLICIES
from services.footprints.domain.findings import Factor, FactorSet, ValidationPolicy


class States(Protocol):
    """What this asks of the store in memory."""

    def states(self, kind: Kind[Any]) -> dict[str, Any]:
        """Return the committed states of a kind by their keys."""


class MemoryValidation:
    """Implements `application.validation.ValidationReads`."""

    def __init__(self, store: States) -> None:
        """Read what `store` has committed."""
        self._store = store

    async def policy(self, organisation_id: str) -> ValidationPolicy | None:
        """Return the policy of an organisation that ever set one."""
        policy: ValidationPolicy | None = self._store.states(VALIDATION_POLICIES).get(organisation_id)
        return policy

    async def factors(self, classifications: Collection[str]) -> Sequence[Factor]:
        """Return the reference factors of these classifications (in lower case), in order of their keys."""
        factors: dict[str, Factor] = self._store.states(FACTORS)
        return [factor for _, factor in sorted(factors.items()) if factor.product_classification in classifications]

    async def factor_sets(self) -> Sequence[FactorSet]:
        """Return what is loaded, in order of the names."""
        sets: dict[str, FactorSet] = self._store.states(FACTOR_SETS)
        return [loaded for _, loaded in sorted(sets.items())]
