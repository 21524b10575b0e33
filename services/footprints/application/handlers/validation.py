"""Validation policies of organisations, and the factor sets of the operator."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from services.chassis.kernel import Change, Decision, Key, Loaded, Match, Need
from services.footprints.application.commands import LoadFactorSet, SetValidationPolicy
from services.footprints.application.grading import policy_of
from services.footprints.application.ports import FACTOR_SETS, FACTORS, ORGANISATIONS, VALIDATION_POLICIES
from services.footprints.domain.findings import FactorSet, change_mode, factor_key, factors_of
from services.footprints.domain.organisation import check_standing


class SetValidationPolicyHandler:
    """Decides `SetValidationPolicy`; its result is the policy.

    No event tells of it: the policy decides what this service accepts, and no other service asks for it.
    """

    def needs(self, command: SetValidationPolicy, _: Loaded) -> Iterable[Need]:
        """Ask for the organisation and its policy."""
        organisation_id = _acting(command)
        yield Key(ORGANISATIONS, organisation_id)
        yield Key(VALIDATION_POLICIES, organisation_id)

    def decide(self, loaded: Loaded, command: SetValidationPolicy) -> Decision:
        """Set the mode."""
        organisation_id = _acting(command)
        check_standing(loaded.get(ORGANISATIONS, organisation_id))
        known = policy_of(loaded, organisation_id)
        policy = change_mode(known, command.mode, command.expected_version, command.meta.at)
        changes = () if policy is known else (Change(VALIDATION_POLICIES, organisation_id, policy),)
        return Decision(changes, result=policy)


class LoadFactorSetHandler:
    """Decides `LoadFactorSet`; its result is the set. Reference data, so no event tells of it."""

    def needs(self, command: LoadFactorSet, _: Loaded) -> Iterable[Need]:
        """Ask for the set, the figures that it has and those that it gets."""
        yield Key(ORGANISATIONS, _acting(command))
        yield Key(FACTOR_SETS, command.name)
        yield Match(FACTORS, "set_name", command.name)
        for figure in command.figures:
            yield Key(FACTORS, factor_key(command.name, figure.unit_of_measurement, figure.product_classification))

    def decide(self, loaded: Loaded, command: LoadFactorSet) -> Decision:
        """Put the figures in the place of those the set has."""
        organisation_id = _acting(command)
        check_standing(loaded.get(ORGANISATIONS, organisation_id))
        factors = {factor.key: factor for factor in factors_of(command.name, command.set_version, command.figures)}
        before = {factor.key for factor in loaded.match(FACTORS, "set_name", command.name)}
        known = loaded.get(FACTOR_SETS, command.name)
        loaded_set = FactorSet(
            name=command.name,
            version=1 if known is None else known.version + 1,
            set_version=command.set_version,
            source=command.source,
            licence=command.licence,
            factor_count=len(factors),
            loaded_at=command.meta.at,
            loaded_by_organisation_id=organisation_id,
        )
        changes: Iterator[Change] = (Change(FACTORS, key, factors.get(key)) for key in sorted(before | factors.keys()))
        return Decision((Change(FACTOR_SETS, command.name, loaded_set), *changes), result=loaded_set)


def _acting(command: SetValidationPolicy | LoadFactorSet) -> str:
    organisation_id = command.meta.organisation_id
    if organisation_id is None:
        raise ValueError("settings are changed by an organisation, never by a message")
    return organisation_id
