from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from services.certification.domain import profile as rules
from services.certification.domain.errors import ProfileEmpty, ProfileLimitReached, VersionConflict
from services.certification.domain.profile import (
    MAX_PROFILES,
    MAX_PROFILES_PER_BUYER,
    ProfileDirectory,
    ProfileEntry,
    Requirements,
)
from tests.unit.certification.builders import AT, BUYER, ceiling, profile


def test_a_profile_asks_for_something() -> None:
    with pytest.raises(ProfileEmpty) as refused:
        rules.create(profile_of(Requirements()))
    assert refused.value.field == "/requirements"


def profile_of(requirements: Requirements) -> rules.BuyerProfile:
    return rules.BuyerProfile("profile-1", BUYER, "Castings", requirements, 1, AT)


@pytest.mark.parametrize(
    "asked",
    [
        Requirements(("iso14001",)),
        Requirements(pcf_ceiling=ceiling()),
        Requirements(minimum_recycled_share_percent=Decimal(1)),
    ],
)
def test_one_requirement_is_enough(asked: Requirements) -> None:
    assert rules.create(profile_of(asked)).requirements == asked


def test_certificate_types_have_one_order_and_stand_once() -> None:
    assert Requirements(("b", "a", "b")).certificate_types == ("a", "b")


def test_a_change_raises_the_version() -> None:
    later = AT + timedelta(hours=1)
    changed = rules.change(profile(), 1, "New", Requirements(("iso9001",)), later)
    assert (changed.version, changed.name, changed.changed_at) == (2, "New", later)
    with pytest.raises(VersionConflict):
        rules.change(changed, 1, "New", changed.requirements, later)
    with pytest.raises(ProfileEmpty):
        rules.change(changed, 2, "New", Requirements(), later)


def directory(*counts: tuple[str, int]) -> ProfileDirectory:
    return ProfileDirectory(
        tuple(ProfileEntry(f"{buyer}-{number}", buyer) for buyer, count in counts for number in range(count))
    )


def test_profiles_have_a_limit_for_each_buyer() -> None:
    nearly = directory((BUYER, MAX_PROFILES_PER_BUYER - 1), ("other", MAX_PROFILES_PER_BUYER))
    full = nearly.with_entry(ProfileEntry("last", BUYER))
    with pytest.raises(ProfileLimitReached, match="a buyer"):
        full.with_entry(ProfileEntry("one-more", BUYER))


def test_profiles_have_a_limit_in_all() -> None:
    buyers = MAX_PROFILES // MAX_PROFILES_PER_BUYER
    full = directory(*((f"buyer-{number}", MAX_PROFILES_PER_BUYER) for number in range(buyers)))
    assert len(full.entries) == MAX_PROFILES
    with pytest.raises(ProfileLimitReached, match="exist"):
        full.with_entry(ProfileEntry("one-more", "newcomer"))
