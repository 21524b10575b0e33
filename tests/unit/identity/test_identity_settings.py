from __future__ import annotations

import pytest

from services.chassis.settings import SettingsError
from services.identity.adapters.key_smith import make_seal_key
from services.identity.settings import IdentitySettings

VARIABLE = "TIERLOOP_IDENTITY_KEY_ENCRYPTION_KEY"


def test_the_encryption_key_is_all_it_must_be_told() -> None:
    settings = IdentitySettings.load({VARIABLE: make_seal_key()})

    assert settings.token_lifetime_seconds == 300
    assert settings.issue_tokens
    assert not settings.allow_http_base_urls
    assert settings.database == "tierloop_identity"
    assert settings.jwks_url.endswith("/.well-known/jwks.json")


def test_without_it_the_error_names_the_variable() -> None:
    with pytest.raises(SettingsError, match="KEY_ENCRYPTION_KEY"):
        IdentitySettings.load({})


def test_a_wrong_one_is_not_shown() -> None:
    with pytest.raises(SettingsError, match=VARIABLE) as refused:
        IdentitySettings.load({VARIABLE: "my-own-idea-of-a-key"})

    assert "my-own-idea-of-a-key" not in str(refused.value)


def test_the_key_is_not_shown_by_repr() -> None:
    seal_key = make_seal_key()

    assert seal_key not in repr(IdentitySettings.load({VARIABLE: seal_key}))
