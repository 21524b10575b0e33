from __future__ import annotations

from datetime import timedelta

import pytest

from services.identity.domain.access_token import TokenRules, grant, narrowed
from services.identity.domain.credential import issue, revoke
from services.identity.domain.errors import ClientRejected, ScopeRefused
from services.identity.domain.organisation import suspend
from tests.unit.identity.given import AT, CASTER_ID, OPERATOR_ID, SECRET, organisation

RULES = TokenRules("https://id.example", "tierloop", timedelta(minutes=5))
CREDENTIAL = issue("erp-1", CASTER_ID, "ERP", ("footprint:list", "footprint:read"), SECRET, AT)


def test_the_claims_say_who_for_whom_and_how_long() -> None:
    token = grant(CREDENTIAL, organisation(roles=("supplier", "buyer")), (), RULES, token_id="token-1", at=AT)

    issued_s = int(AT.timestamp())
    assert token.claims() == {
        "iss": "https://id.example",
        "sub": "erp-1",
        "client_id": "erp-1",
        "aud": "tierloop",
        "org": CASTER_ID,
        "roles": ["buyer", "supplier"],
        "scope": "footprint:list footprint:read",
        "iat": issued_s,
        "nbf": issued_s,
        "exp": issued_s + 300,
        "jti": "token-1",
    }


def test_a_revoked_credential_gets_nothing() -> None:
    with pytest.raises(ClientRejected):
        grant(revoke(CREDENTIAL, AT), organisation(), (), RULES, token_id="t", at=AT)


def test_a_suspended_organisation_gets_nothing() -> None:
    suspended = suspend(organisation(), "fraud", actor=OPERATOR_ID, at=AT)

    with pytest.raises(ClientRejected):
        grant(CREDENTIAL, suspended, (), RULES, token_id="t", at=AT)


@pytest.mark.parametrize(
    ("asked", "given_scopes"),
    [
        ((), ("a:x", "b:y")),
        (("b:y",), ("b:y",)),
        (("b:y", "unknown", "a:x"), ("a:x", "b:y")),
    ],
)
def test_scopes_are_narrowed_never_widened(asked: tuple[str, ...], given_scopes: tuple[str, ...]) -> None:
    assert narrowed(("a:x", "b:y"), asked) == given_scopes


def test_asking_for_none_of_its_own_scopes_is_refused() -> None:
    with pytest.raises(ScopeRefused):
        narrowed(("a:x",), ("unknown",))
