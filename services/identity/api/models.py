"""Bodies of requests and answers. Requests forbid unknown fields; what a value means is the domain's to judge."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.identity.domain.base_urls import MAX_BASE_URLS, MAX_URL_LENGTH
from services.identity.domain.credential import DEFAULT_SCOPES, MAX_LABEL_LENGTH, MAX_SCOPE_LENGTH, MAX_SCOPES
from services.identity.domain.identifiers import MAX_IDENTIFIERS, MAX_VALUE_LENGTH, ExternalIdentifier
from services.identity.domain.key_ring import KeyState, SigningKey
from services.identity.domain.organisation import MAX_REASON_LENGTH, Organisation, OrganisationStatus
from services.identity.domain.profile import MAX_NAME_LENGTH, ProfileInput, ProfilePatch, Role

Name = Annotated[str, StringConstraints(min_length=1, max_length=MAX_NAME_LENGTH)]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
BaseUrl = Annotated[str, StringConstraints(min_length=1, max_length=MAX_URL_LENGTH)]
Scope = Annotated[str, StringConstraints(min_length=1, max_length=MAX_SCOPE_LENGTH)]
MAX_ROLES: Final = len(Role)


class Body(BaseModel):
    """Base of what comes in."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Answer(BaseModel):
    """Base of what goes out."""

    model_config = ConfigDict(frozen=True)


class Identifier(Body):
    """An identifier from outside."""

    scheme: Annotated[str, Field(pattern=r"^[a-z0-9_]{2,20}$", description="bpn, uscc, duns, gln, lei, vat, ...")]
    value: Annotated[str, Field(min_length=1, max_length=MAX_VALUE_LENGTH, description="As the registry writes it.")]

    @classmethod
    def of(cls, identifier: ExternalIdentifier) -> Identifier:
        """Render an identifier."""
        return cls(scheme=identifier.scheme, value=identifier.value)


class NewOrganisation(Body):
    """An organisation to register."""

    name: Name
    country: Country | None = Field(default=None, description="ISO 3166-1 alpha-2.")
    identifiers: list[Identifier] = Field(default=[], max_length=MAX_IDENTIFIERS)
    roles: list[Role] = Field(min_length=1, max_length=MAX_ROLES)
    base_urls: list[BaseUrl] = Field(
        default=[],
        max_length=MAX_BASE_URLS,
        description="Addresses of its own systems; the only ones ever called back.",
    )

    def profile(self) -> ProfileInput:
        """Return the domain's input."""
        return ProfileInput(
            self.name, self.country, _pairs(self.identifiers), _texts(self.roles), tuple(self.base_urls)
        )


def _without_defaults(schema: dict[str, Any]) -> None:
    for field in schema["properties"].values():
        field.pop("default", None)


class OrganisationPatch(Body):
    """A merge patch (RFC 7396): absent fields stay, lists are replaced as a whole, `country` may be set to null."""

    model_config = ConfigDict(json_schema_extra=_without_defaults)

    name: Name = ""
    country: Country | None = None
    identifiers: list[Identifier] = Field(default=[], max_length=MAX_IDENTIFIERS)
    roles: list[Role] = Field(default=[], min_length=1, max_length=MAX_ROLES)
    base_urls: list[BaseUrl] = Field(default=[], max_length=MAX_BASE_URLS)

    def patch(self) -> ProfilePatch:
        """Return the fields that are there."""
        given = {
            "name": self.name,
            "country": self.country,
            "identifiers": _pairs(self.identifiers),
            "roles": _texts(self.roles),
            "base_urls": tuple(self.base_urls),
        }
        return ProfilePatch(**{name: given[name] for name in self.model_fields_set})  # type: ignore[arg-type]  # by name


class Suspension(Body):
    """Why an organisation is suspended."""

    reason: Annotated[str, Field(min_length=1, max_length=MAX_REASON_LENGTH, description="Published with it.")]


class DirectoryEntry(Answer):
    """What every organisation may know of another."""

    organisation_id: str
    version: int
    name: str
    country: str | None
    identifiers: list[Identifier]
    roles: list[Role]
    status: OrganisationStatus

    @classmethod
    def of(cls, organisation: Organisation) -> DirectoryEntry:
        """Render the public view."""
        return cls(**_entry(organisation))


class OrganisationDetail(DirectoryEntry):
    """What the operator and the organisation itself see."""

    base_urls: list[str]
    status_reason: str | None
    registered_at: datetime
    changed_at: datetime

    @classmethod
    def of(cls, organisation: Organisation) -> OrganisationDetail:
        """Render the full view."""
        return cls(
            **_entry(organisation),
            base_urls=list(organisation.profile.base_urls),
            status_reason=organisation.status_reason,
            registered_at=organisation.registered_at,
            changed_at=organisation.changed_at,
        )


class OrganisationPage(Answer):
    """A page of organisations, in order of their ids."""

    items: list[OrganisationDetail]


class NewCredential(Body):
    """A client to be made."""

    label: Annotated[str, Field(min_length=1, max_length=MAX_LABEL_LENGTH, description="Names the client system.")]
    scopes: list[Scope] = Field(
        default=list(DEFAULT_SCOPES), max_length=MAX_SCOPES, description="What its tokens may carry at most."
    )


class SigningKeyView(Answer):
    """A signing key without its private half."""

    kid: str = Field(description="Thumbprint of the public key (RFC 7638).")
    state: KeyState
    created_at: datetime
    activated_at: datetime | None
    retired_at: datetime | None
    published_until: datetime | None = Field(description="From then on no token it signed can be valid.")

    @classmethod
    def of(cls, key: SigningKey) -> SigningKeyView:
        """Render a key."""
        return cls(
            kid=key.kid,
            state=key.state,
            created_at=key.created_at,
            activated_at=key.activated_at,
            retired_at=key.retired_at,
            published_until=key.published_until,
        )


class SigningKeyList(Answer):
    """The keys that are published now: current, next, and what has retired lately."""

    items: list[SigningKeyView]


def _entry(organisation: Organisation) -> dict[str, object]:
    profile = organisation.profile
    return {
        "organisation_id": organisation.organisation_id,
        "version": organisation.version,
        "name": profile.name,
        "country": profile.country,
        "identifiers": [Identifier.of(item) for item in profile.identifiers],
        "roles": list(profile.roles),
        "status": organisation.status,
    }


def _pairs(identifiers: list[Identifier]) -> tuple[tuple[str, str], ...]:
    return tuple((item.scheme, item.value) for item in identifiers)


def _texts(roles: list[Role]) -> tuple[str, ...]:
    return tuple(role.value for role in roles)
