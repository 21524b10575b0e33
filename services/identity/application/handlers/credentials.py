"""Decisions about client credentials. They are private to identity: nothing of them is published."""

from __future__ import annotations

from collections.abc import Iterable

from services.chassis.kernel import Change, Decision, Key, Loaded, Need
from services.identity.application.commands import IssueCredential, RevokeCredential, RotateCredential
from services.identity.application.ports import CREDENTIALS, ORGANISATIONS
from services.identity.domain.credential import ClientCredential, issue, revoke, rotate
from services.identity.domain.errors import CredentialExists, CredentialNotFound, OrganisationNotFound


class IssueCredentialHandler:
    """Gives an organisation a client; also while it is suspended, so that an incident can be repaired meanwhile."""

    def needs(self, command: IssueCredential, loaded: Loaded) -> Iterable[Need]:  # noqa: ARG002 - one round
        """Name the organisation and the credential's place."""
        yield Key(ORGANISATIONS, command.organisation_id)
        yield Key(CREDENTIALS, command.client_id)

    def decide(self, loaded: Loaded, command: IssueCredential) -> Decision:
        """Issue it. Raises `OrganisationNotFound`, `CredentialExists` and the refusals of `issue`."""
        if loaded.get(ORGANISATIONS, command.organisation_id) is None:
            raise OrganisationNotFound("no organisation has this id")
        if loaded.get(CREDENTIALS, command.client_id) is not None:
            raise CredentialExists(
                "the client id is taken", field="/client_id", remedy="choose another one, or leave it out"
            )
        return _decided(
            issue(
                command.client_id,
                command.organisation_id,
                command.label,
                command.scopes,
                command.secret,
                command.meta.at,
            )
        )


class RotateCredentialHandler:
    """Replaces a secret; the old one ends in the same transaction."""

    def needs(self, command: RotateCredential, loaded: Loaded) -> Iterable[Need]:  # noqa: ARG002 - one round
        """Name the credential."""
        yield Key(CREDENTIALS, command.client_id)

    def decide(self, loaded: Loaded, command: RotateCredential) -> Decision:
        """Rotate it. Raises `CredentialNotFound`, `CredentialRevoked`."""
        before = _existing(loaded, command.organisation_id, command.client_id)
        return _decided(rotate(before, command.secret, command.meta.at))


class RevokeCredentialHandler:
    """Ends a client for good; its record stays, so that its past can be told."""

    def needs(self, command: RevokeCredential, loaded: Loaded) -> Iterable[Need]:  # noqa: ARG002 - one round
        """Name the credential."""
        yield Key(CREDENTIALS, command.client_id)

    def decide(self, loaded: Loaded, command: RevokeCredential) -> Decision:
        """Revoke it. Raises `CredentialNotFound`."""
        before = _existing(loaded, command.organisation_id, command.client_id)
        after = revoke(before, command.meta.at)
        return Decision(result=before) if after is before else _decided(after)


def _decided(credential: ClientCredential) -> Decision:
    return Decision(changes=(Change(CREDENTIALS, credential.client_id, credential),), result=credential)


def _existing(loaded: Loaded, organisation_id: str, client_id: str) -> ClientCredential:
    credential = loaded.get(CREDENTIALS, client_id)
    if credential is None or credential.organisation_id != organisation_id:
        raise CredentialNotFound("the organisation has no credential with this client id")
    return credential
