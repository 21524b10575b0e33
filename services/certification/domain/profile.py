"""What a buyer asks of a part, as versioned data.

Invariants: PROFILE-LIMIT (at most `MAX_PROFILES` profiles exist: one decision looks at all of them), NEVER-EMPTY (a
profile asks for something). A profile is its buyer's own; others see no more of it than verdicts tell.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final

from services.certification.domain.errors import ProfileEmpty, ProfileLimitReached
from services.certification.domain.supplier import check_version

MAX_PROFILES: Final = 100
MAX_PROFILES_PER_BUYER: Final = 20
MAX_CERTIFICATE_TYPES: Final = 16
DIRECTORY_KEY: Final = "all"


class PcfTotal(StrEnum):
    """Which total of a footprint is held against a ceiling (PACT Technical Specifications v3, CarbonFootprint)."""

    EXCLUDING_BIOGENIC_UPTAKE = "excluding"
    INCLUDING_BIOGENIC_UPTAKE = "including"


class DeclaredUnit(StrEnum):
    """Units a footprint may be declared in (PACT Technical Specifications v3, DeclaredUnitOfMeasurement)."""

    LITER = "liter"
    KILOGRAM = "kilogram"
    CUBIC_METER = "cubic meter"
    KILOWATT_HOUR = "kilowatt hour"
    MEGAJOULE = "megajoule"
    TON_KILOMETER = "ton kilometer"
    SQUARE_METER = "square meter"
    PIECE = "piece"
    HOUR = "hour"
    MEGABIT_SECOND = "megabit second"


@dataclass(frozen=True, slots=True)
class PcfCeiling:
    """The most kgCO2e a declared unit may carry; the ceiling itself still meets.

    By default it is held against `pcfExcludingBiogenicUptake`: the total that two footprints can be compared by without
    knowing what becomes of the carbon a plant took up. A buyer who wants the other total says so.
    """

    value_kgco2e: Decimal
    unit_of_measurement: DeclaredUnit
    """Only footprints declared in the same unit compare."""
    unit_amount: Decimal
    """How many of the unit the ceiling speaks of, above 0; a footprint's own amount is brought to it exactly."""
    pcf_total: PcfTotal = PcfTotal.EXCLUDING_BIOGENIC_UPTAKE


@dataclass(frozen=True, slots=True)
class Requirements:
    """All a profile asks for; every one must be met."""

    certificate_types: tuple[str, ...] = ()
    pcf_ceiling: PcfCeiling | None = None
    minimum_recycled_share_percent: Decimal | None = None
    """Of the product's mass, above 0 and at most 100."""

    def __post_init__(self) -> None:
        """Keep certificate types in one order, each once, so that equal profiles are equal."""
        object.__setattr__(self, "certificate_types", tuple(sorted(set(self.certificate_types))))

    def is_empty(self) -> bool:
        """Tell whether nothing is asked for."""
        return not self.certificate_types and self.pcf_ceiling is None and self.minimum_recycled_share_percent is None


@dataclass(frozen=True, slots=True)
class BuyerProfile:
    """State of the `profiles` collection."""

    profile_id: str
    buyer_organisation_id: str
    name: str
    requirements: Requirements
    version: int
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class ProfileEntry:
    """A profile's place in the directory."""

    profile_id: str
    buyer_organisation_id: str


@dataclass(frozen=True, slots=True)
class ProfileDirectory:
    """Guarding document: the list of all profiles, read by every decision and written by every creation."""

    entries: tuple[ProfileEntry, ...] = ()

    def with_entry(self, entry: ProfileEntry) -> ProfileDirectory:
        """Add a profile. Raises `ProfileLimitReached`."""
        of_buyer = sum(known.buyer_organisation_id == entry.buyer_organisation_id for known in self.entries)
        if of_buyer >= MAX_PROFILES_PER_BUYER:
            raise ProfileLimitReached(
                f"a buyer may have {MAX_PROFILES_PER_BUYER} profiles", remedy="change one you have"
            )
        if len(self.entries) >= MAX_PROFILES:
            raise ProfileLimitReached(
                f"{MAX_PROFILES} profiles exist, as many as are evaluated", remedy="ask the operator"
            )
        return replace(self, entries=(*self.entries, entry))


def create(profile: BuyerProfile) -> BuyerProfile:
    """Check a profile's first version. Raises `ProfileEmpty`."""
    _check(profile.requirements)
    return profile


def change(
    profile: BuyerProfile, expected_version: int, name: str, requirements: Requirements, at: datetime
) -> BuyerProfile:
    """Replace name and requirements; the version rises. Raises `VersionConflict`, `ProfileEmpty`."""
    check_version("profile", profile.version, expected_version)
    _check(requirements)
    return replace(profile, name=name, requirements=requirements, version=profile.version + 1, changed_at=at)


def _check(requirements: Requirements) -> None:
    if requirements.is_empty():
        raise ProfileEmpty(
            "the profile asks for nothing, so every part would be certified",
            field="/requirements",
            remedy="name a certificate type, a PCF ceiling or a minimum recycled share",
        )
