"""What an organisation says of itself and the operator may change: name, country, identifiers, roles, addresses."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Final, Literal

from services.identity.domain.base_urls import read_base_urls
from services.identity.domain.errors import CountryMalformed, NameMalformed, RolesMalformed
from services.identity.domain.identifiers import ExternalIdentifier, read_identifiers

MAX_NAME_LENGTH: Final = 500
"""Characters."""
_COUNTRY: Final = re.compile(r"[A-Z]{2}")


class Role(StrEnum):
    """What an organisation does here; one organisation may have several roles."""

    SUPPLIER = "supplier"
    BUYER = "buyer"
    RECYCLER = "recycler"
    VERIFIER = "verifier"
    OPERATOR = "operator"


class Keep(Enum):
    """The absence of a change, where None would mean removal."""

    KEEP = "keep"


KEEP: Final[Literal[Keep.KEEP]] = Keep.KEEP
Kept = Literal[Keep.KEEP]


@dataclass(frozen=True, slots=True)
class ProfileInput:
    """A profile as it came in, unchecked."""

    name: str
    country: str | None = None
    identifiers: tuple[tuple[str, str], ...] = ()
    """Pairs of scheme and value."""
    roles: tuple[str, ...] = ()
    base_urls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ProfilePatch:
    """The fields to change (RFC 7396 decided at the edge which these are); lists are replaced as a whole."""

    name: str | Kept = KEEP
    country: str | Kept | None = KEEP
    identifiers: tuple[tuple[str, str], ...] | Kept = KEEP
    roles: tuple[str, ...] | Kept = KEEP
    base_urls: tuple[str, ...] | Kept = KEEP


@dataclass(frozen=True, slots=True)
class Profile:
    """A checked profile; two profiles that mean the same are equal."""

    name: str
    country: str | None
    """ISO 3166-1 alpha-2."""
    identifiers: tuple[ExternalIdentifier, ...]
    roles: tuple[Role, ...]
    base_urls: tuple[str, ...]


def read_profile(given: ProfileInput, *, allow_http: bool = False) -> Profile:
    """Check a whole profile. Raises a refusal that names the first field at fault."""
    return Profile(
        read_name(given.name),
        read_country(given.country),
        read_identifiers(given.identifiers),
        read_roles(given.roles),
        read_base_urls(given.base_urls, allow_http=allow_http),
    )


def patched(profile: Profile, patch: ProfilePatch, *, allow_http: bool = False) -> Profile:
    """Return the profile with the patch's fields; what is kept is not checked again by rules that came later."""
    return Profile(
        profile.name if patch.name is KEEP else read_name(patch.name),
        profile.country if patch.country is KEEP else read_country(patch.country),
        profile.identifiers if patch.identifiers is KEEP else read_identifiers(patch.identifiers),
        profile.roles if patch.roles is KEEP else read_roles(patch.roles),
        profile.base_urls if patch.base_urls is KEEP else read_base_urls(patch.base_urls, allow_http=allow_http),
    )


def read_name(name: str, field: str = "/name") -> str:
    """Return the name without spaces at its ends. Raises `NameMalformed`."""
    text = name.strip()
    if not 0 < len(text) <= MAX_NAME_LENGTH or not text.isprintable():
        raise NameMalformed(
            f"a name is 1 to {MAX_NAME_LENGTH} printable characters", field=field, remedy="write the registered name"
        )
    return text


def read_country(country: str | None) -> str | None:
    """Return the code. Raises `CountryMalformed` unless it is absent or two capital letters."""
    if country is not None and _COUNTRY.fullmatch(country) is None:
        raise CountryMalformed(
            "a country is a two-letter code of ISO 3166-1", field="/country", remedy="write CN, DE or the like"
        )
    return country


def read_roles(roles: Sequence[str]) -> tuple[Role, ...]:
    """Return the roles in the order of their names. Raises `RolesMalformed`."""
    known = {role.value for role in Role}
    if not roles or len(set(roles)) != len(roles) or not set(roles) <= known:
        raise RolesMalformed(
            f"an organisation has one or more of the roles {', '.join(sorted(known))}, each once",
            field="/roles",
            remedy="name at least one role, and none twice",
        )
    return tuple(sorted((Role(role) for role in roles), key=str))
