from __future__ import annotations

import pytest

from services.chassis.kernel import Refusal
from services.identity.domain.errors import CountryMalformed, NameMalformed, RolesMalformed
from services.identity.domain.profile import ProfilePatch, Role, patched, read_profile
from tests.unit.identity.given import GLN, caster_profile


def test_a_profile_is_put_into_one_form() -> None:
    profile = read_profile(caster_profile(name="  Liaoyuan ", roles=("supplier", "buyer")))

    assert profile.name == "Liaoyuan"
    assert profile.roles == (Role.BUYER, Role.SUPPLIER)
    assert [item.scheme for item in profile.identifiers] == ["bpn", "gln"]


@pytest.mark.parametrize(
    ("fields", "refusal", "field"),
    [
        ({"name": "  "}, NameMalformed, "/name"),
        ({"name": "a\nb"}, NameMalformed, "/name"),
        ({"name": "a" * 501}, NameMalformed, "/name"),
        ({"country": "China"}, CountryMalformed, "/country"),
        ({"country": "cn"}, CountryMalformed, "/country"),
        ({"roles": ()}, RolesMalformed, "/roles"),
        ({"roles": ("admin",)}, RolesMalformed, "/roles"),
        ({"roles": ("buyer", "buyer")}, RolesMalformed, "/roles"),
    ],
)
def test_each_rule_names_its_field(fields: dict[str, object], refusal: type[Refusal], field: str) -> None:
    with pytest.raises(refusal) as refused:
        read_profile(caster_profile(**fields))

    assert refused.value.field == field
    assert refused.value.remedy


def test_a_patch_changes_what_it_names_and_nothing_else() -> None:
    before = read_profile(caster_profile())

    after = patched(before, ProfilePatch(country=None, identifiers=(GLN,)))

    assert after.country is None
    assert [item.value for item in after.identifiers] == [GLN[1]]
    assert (after.name, after.roles, after.base_urls) == (before.name, before.roles, before.base_urls)
    assert patched(before, ProfilePatch()) == before


def test_what_a_patch_keeps_is_not_judged_by_later_rules() -> None:
    before = read_profile(caster_profile(base_urls=("http://127.0.0.1:9000",)), allow_http=True)

    assert patched(before, ProfilePatch(name="New"), allow_http=False).base_urls == before.base_urls
