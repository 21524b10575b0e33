"""What may be read by whom."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from services.identity.application.ports import Queries
from services.identity.domain.credential import ClientCredential
from services.identity.domain.errors import CredentialNotFound, OrganisationNotFound
from services.identity.domain.organisation import Organisation
from services.identity.domain.profile import Role


async def in_good_standing(queries: Queries, organisation_id: str) -> bool:
    """Tell whether an organisation may act: it is registered and not suspended."""
    organisation = await queries.organisation(organisation_id)
    return organisation is not None and organisation.is_active


async def registered(queries: Queries, organisation_id: str) -> Organisation:
    """Return an organisation. Raises `OrganisationNotFound`."""
    organisation = await queries.organisation(organisation_id)
    if organisation is None:
        raise OrganisationNotFound("no organisation has this id")
    return organisation


def sees_all_of(organisation_id: str, *, reader_id: str, reader_roles: Collection[str]) -> bool:
    """Tell whether a reader sees more of an organisation than its directory entry: itself and operators do."""
    return reader_id == organisation_id or Role.OPERATOR in reader_roles


async def usable_credential(queries: Queries, organisation_id: str, client_id: str, at: datetime) -> ClientCredential:
    """Return a credential of an organisation that is not revoked.

    Raises `CredentialNotFound`, the same for a revoked, a foreign and an absent one.
    """
    client = await queries.client(client_id)
    credential = client.credential if client else None
    if credential is None or credential.organisation_id != organisation_id or credential.is_revoked(at):
        raise CredentialNotFound("the organisation has no credential with this client id")
    return credential
