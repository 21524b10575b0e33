from __future__ import annotations

from datetime import timedelta

import pytest

from services.chassis.kernel import Refusal
from services.identity.domain.credential import MAX_SCOPES, ClientCredential, issue, revoke, rotate
from services.identity.domain.errors import CredentialMalformed, CredentialRevoked, TooMany
from tests.unit.identity.given import AT, CASTER_ID, OTHER_SECRET, SECRET

LATER = AT + timedelta(days=1)


def issued() -> ClientCredential:
    return issue("erp-1", CASTER_ID, " ERP ", ("footprint:read", "footprint:list", "footprint:read"), SECRET, AT)


def test_a_new_credential_has_its_scopes_once_and_in_order() -> None:
    credential = issued()

    assert credential.scopes == ("footprint:list", "footprint:read")
    assert (credential.label, credential.created_at, credential.secret_id) == ("ERP", AT, "secret-1")
    assert not credential.is_revoked(LATER)


@pytest.mark.parametrize(
    ("client_id", "label", "scopes", "refusal", "field"),
    [
        ("ab", "ERP", (), CredentialMalformed, "/client_id"),
        ("a b c", "ERP", (), CredentialMalformed, "/client_id"),
        ("a:b", "ERP", (), CredentialMalformed, "/client_id"),
        ("erp\n", "ERP", (), CredentialMalformed, "/client_id"),
        ("erp", " ", (), CredentialMalformed, "/label"),
        ("erp", "a\tb", (), CredentialMalformed, "/label"),
        ("erp", "ERP", ("ok", "not ok"), CredentialMalformed, "/scopes/1"),
        ("erp", "ERP", ("ok\n",), CredentialMalformed, "/scopes/0"),
        ("erp", "ERP", tuple(f"s{number}" for number in range(MAX_SCOPES + 1)), TooMany, "/scopes"),
    ],
)
def test_each_rule_names_its_field(
    client_id: str, label: str, scopes: tuple[str, ...], refusal: type[Refusal], field: str
) -> None:
    with pytest.raises(refusal) as refused:
        issue(client_id, CASTER_ID, label, scopes, SECRET, AT)

    assert refused.value.field == field


def test_rotation_replaces_the_secret_and_keeps_the_rest() -> None:
    rotated = rotate(issued(), OTHER_SECRET, LATER)

    assert (rotated.secret_id, rotated.secret_hash, rotated.rotated_at) == (
        OTHER_SECRET.secret_id,
        OTHER_SECRET.secret_hash,
        LATER,
    )
    assert (rotated.client_id, rotated.scopes, rotated.created_at) == ("erp-1", issued().scopes, AT)


def test_a_revoked_credential_never_comes_back() -> None:
    revoked = revoke(issued(), LATER)

    assert revoked.is_revoked(LATER)
    assert not revoked.is_revoked(LATER - timedelta(seconds=1))
    assert revoke(revoked, LATER + timedelta(days=1)) is revoked
    with pytest.raises(CredentialRevoked):
        rotate(revoked, OTHER_SECRET, LATER)
