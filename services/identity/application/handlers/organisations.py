"""Decisions about organisations. Every new version is one event."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from services.chassis.kernel import Change, Decision, Key, Loaded, Need
from services.identity.application.commands import (
    ChangeOrganisation,
    RegisterOrganisation,
    ReinstateOrganisation,
    SuspendOrganisation,
)
from services.identity.application.ports import IDENTIFIER_CLAIMS, ORGANISATIONS
from services.identity.domain.errors import IdentifierTaken, OrganisationExists, OrganisationNotFound
from services.identity.domain.events import (
    OrganisationChanged,
    OrganisationEvent,
    OrganisationRegistered,
    OrganisationReinstated,
    OrganisationSuspended,
)
from services.identity.domain.identifiers import ExternalIdentifier, IdentifierClaim, read_identifiers
from services.identity.domain.organisation import Organisation, change, register, reinstate, suspend
from services.identity.domain.profile import KEEP, patched, read_profile


class RegisterOrganisationHandler:
    """Takes in an organisation and claims its identifiers."""

    def __init__(self, *, allow_http: bool) -> None:
        self._allow_http = allow_http

    def needs(self, command: RegisterOrganisation, loaded: Loaded) -> Iterable[Need]:  # noqa: ARG002 - one round
        """Name the organisation's place and the claims of its identifiers."""
        yield Key(ORGANISATIONS, command.organisation_id)
        yield from _claim_keys(read_identifiers(command.profile.identifiers))

    def decide(self, loaded: Loaded, command: RegisterOrganisation) -> Decision:
        """Register it. Raises `OrganisationExists`, `IdentifierTaken` and the refusals of `read_profile`."""
        if loaded.get(ORGANISATIONS, command.organisation_id) is not None:
            raise OrganisationExists(
                "an organisation with this id is registered already",
                field="/organisation_id",
                remedy="change the registered one, or leave the id out",
            )
        profile = read_profile(command.profile, allow_http=self._allow_http)
        claims = _claim_changes(loaded, command.organisation_id, (), profile.identifiers)
        organisation = register(command.organisation_id, profile, command.meta.at)
        return _decided(OrganisationRegistered(organisation), claims)


class ChangeOrganisationHandler:
    """Changes a profile; identifiers that are dropped become free, new ones are claimed."""

    def __init__(self, *, allow_http: bool) -> None:
        self._allow_http = allow_http

    def needs(self, command: ChangeOrganisation, loaded: Loaded) -> Iterable[Need]:
        """Name the organisation, then the claims of the identifiers it has and gets."""
        place = Key(ORGANISATIONS, command.organisation_id)
        yield place
        if command.patch.identifiers is KEEP:
            return
        yield from _claim_keys(read_identifiers(command.patch.identifiers))
        present = loaded.get(ORGANISATIONS, command.organisation_id) if loaded.has(place) else None
        if present is not None:
            yield from _claim_keys(present.profile.identifiers)

    def decide(self, loaded: Loaded, command: ChangeOrganisation) -> Decision:
        """Change it. Raises `OrganisationNotFound`, `IdentifierTaken` and the refusals of `change` and `patched`."""
        before = _existing(loaded, command.organisation_id)
        profile = patched(before.profile, command.patch, allow_http=self._allow_http)
        meta = command.meta
        after = change(before, profile, expected=command.expected_version, actor=meta.organisation_id, at=meta.at)
        if after is before:
            return Decision(result=before)
        claims: tuple[Change, ...] = ()
        if command.patch.identifiers is not KEEP:
            claims = _claim_changes(loaded, before.organisation_id, before.profile.identifiers, profile.identifiers)
        return _decided(OrganisationChanged(after), claims)


class SuspendOrganisationHandler:
    """Suspends; all services learn of it by the event."""

    def needs(self, command: SuspendOrganisation, loaded: Loaded) -> Iterable[Need]:  # noqa: ARG002 - one round
        """Name the organisation."""
        yield Key(ORGANISATIONS, command.organisation_id)

    def decide(self, loaded: Loaded, command: SuspendOrganisation) -> Decision:
        """Suspend it. Raises `OrganisationNotFound` and the refusals of `suspend`."""
        before = _existing(loaded, command.organisation_id)
        after = suspend(before, command.reason, actor=command.meta.organisation_id, at=command.meta.at)
        return Decision(result=before) if after is before else _decided(OrganisationSuspended(after))


class ReinstateOrganisationHandler:
    """Ends a suspension."""

    def needs(self, command: ReinstateOrganisation, loaded: Loaded) -> Iterable[Need]:  # noqa: ARG002 - one round
        """Name the organisation."""
        yield Key(ORGANISATIONS, command.organisation_id)

    def decide(self, loaded: Loaded, command: ReinstateOrganisation) -> Decision:
        """Reinstate it. Raises `OrganisationNotFound`."""
        before = _existing(loaded, command.organisation_id)
        after = reinstate(before, at=command.meta.at)
        return Decision(result=before) if after is before else _decided(OrganisationReinstated(after))


def _decided(event: OrganisationEvent, claims: tuple[Change, ...] = ()) -> Decision:
    organisation = event.organisation
    state = Change(ORGANISATIONS, organisation.organisation_id, organisation)
    return Decision(changes=(state, *claims), events=(event,), result=organisation)


def _existing(loaded: Loaded, organisation_id: str) -> Organisation:
    organisation = loaded.get(ORGANISATIONS, organisation_id)
    if organisation is None:
        raise OrganisationNotFound("no organisation has this id")
    return organisation


def _claim_keys(identifiers: Iterable[ExternalIdentifier]) -> Iterable[Need]:
    return (Key(IDENTIFIER_CLAIMS, identifier.claim_key) for identifier in identifiers)


def _claim_changes(
    loaded: Loaded,
    organisation_id: str,
    before: Sequence[ExternalIdentifier],
    after: Sequence[ExternalIdentifier],
) -> tuple[Change, ...]:
    """Return the writes of the guarding documents. Raises `IdentifierTaken`."""
    kept = {identifier.claim_key for identifier in after}
    freed = [
        Change(IDENTIFIER_CLAIMS, identifier.claim_key, None)
        for identifier in before
        if identifier.claim_key not in kept
    ]
    claimed = []
    for identifier in after:
        owner = loaded.get(IDENTIFIER_CLAIMS, identifier.claim_key)
        if owner is not None and owner.organisation_id != organisation_id:
            raise IdentifierTaken(
                f"{identifier.scheme} {identifier.value} belongs to another organisation",
                field="/identifiers",
                remedy="correct the identifier, or change the organisation that has it first",
            )
        claim = IdentifierClaim(identifier.scheme, identifier.value, organisation_id)
        if claim != owner:
            claimed.append(Change(IDENTIFIER_CLAIMS, identifier.claim_key, claim))
    return (*freed, *claimed)
