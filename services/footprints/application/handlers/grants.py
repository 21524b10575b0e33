"""Giving and revoking access."""

from __future__ import annotations

from collections.abc import Iterable

from services.chassis.kernel import Change, Decision, Key, Loaded, Need
from services.footprints.application.commands import GiveGrant, RevokeGrant
from services.footprints.application.ports import FOOTPRINTS, GRANTS, ORGANISATIONS
from services.footprints.domain.access import GrantScope
from services.footprints.domain.events import GrantGiven, GrantRevoked
from services.footprints.domain.grant import give, revoke
from services.footprints.domain.organisation import check_standing


class GiveGrantHandler:
    """Decides `GiveGrant`; its result is the grant."""

    def needs(self, command: GiveGrant, _: Loaded) -> Iterable[Need]:
        """Ask for both organisations, and the footprint that the scope names."""
        yield Key(GRANTS, command.grant_id)
        yield Key(ORGANISATIONS, _organisation_id(command))
        yield Key(ORGANISATIONS, command.terms.grantee_organisation_id)
        footprint_id = _footprint_id(command)
        if footprint_id is not None:
            yield Key(FOOTPRINTS, footprint_id)

    def decide(self, loaded: Loaded, command: GiveGrant) -> Decision:
        """Give the grant."""
        owner, footprint_id = _organisation_id(command), _footprint_id(command)
        check_standing(loaded.get(ORGANISATIONS, owner))
        grant = give(
            command.grant_id,
            owner,
            command.terms,
            loaded.get(ORGANISATIONS, command.terms.grantee_organisation_id),
            None if footprint_id is None else loaded.get(FOOTPRINTS, footprint_id),
            command.meta.at,
        )
        return Decision((Change(GRANTS, grant.grant_id, grant),), (GrantGiven(grant),), result=grant)


class RevokeGrantHandler:
    """Decides `RevokeGrant`; its result is the grant."""

    def needs(self, command: RevokeGrant, _: Loaded) -> Iterable[Need]:
        """Ask for the grant and the acting organisation."""
        yield Key(GRANTS, command.grant_id)
        yield Key(ORGANISATIONS, _organisation_id(command))

    def decide(self, loaded: Loaded, command: RevokeGrant) -> Decision:
        """Revoke the grant."""
        organisation_id = _organisation_id(command)
        check_standing(loaded.get(ORGANISATIONS, organisation_id))
        grant = revoke(
            loaded.get(GRANTS, command.grant_id),
            organisation_id,
            command.expected_version,
            command.reason,
            command.meta.at,
        )
        return Decision((Change(GRANTS, grant.grant_id, grant),), (GrantRevoked(grant),), result=grant)


def _organisation_id(command: GiveGrant | RevokeGrant) -> str:
    organisation_id = command.meta.organisation_id
    if organisation_id is None:
        raise ValueError("a grant is changed by an organisation, never by a message")
    return organisation_id


def _footprint_id(command: GiveGrant) -> str | None:
    return command.terms.scope_value if command.terms.scope is GrantScope.FOOTPRINT else None
