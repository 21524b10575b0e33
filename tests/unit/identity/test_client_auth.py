from __future__ import annotations

import base64
from contextlib import suppress
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.identity.api.client_auth import FORM, OAuthError, read_token_request

GRANT = {"grant_type": "client_credentials"}


def basic(client_id: str, secret: str) -> str:
    return "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()


def read(form: dict[str, str] | str, *authorization: str, content_type: str = FORM) -> tuple[str, str, tuple[str, ...]]:
    raw = form if isinstance(form, str) else urlencode(form)
    request = read_token_request(content_type, list(authorization), raw.encode())
    return request.client_id, request.secret, request.scopes


def test_the_client_may_name_itself_in_the_header_or_in_the_form() -> None:
    form = GRANT | {"client_id": "erp", "client_secret": "s3cret"}

    assert read(GRANT, basic("erp", "s3cret")) == ("erp", "s3cret", ())
    assert read(form) == ("erp", "s3cret", ())
    assert read(form, basic("erp", "s3cret")) == ("erp", "s3cret", ())
    assert read(GRANT | {"client_id": "erp"}, basic("erp", "s3cret")) == ("erp", "s3cret", ())
    assert read(form, content_type=f"{FORM}; charset=UTF-8")[0] == "erp"


@pytest.mark.parametrize("other", [{"client_id": "mes"}, {"client_secret": "other"}, {"client_id": ""}])
def test_two_different_clients_at_once_are_refused(other: dict[str, str]) -> None:
    with pytest.raises(OAuthError) as refused:
        read(GRANT | other, basic("erp", "s3cret"))

    assert (refused.value.error, refused.value.status) == ("invalid_request", 400)


def test_basic_is_form_encoded_inside_and_its_secret_may_hold_a_colon() -> None:
    assert read(GRANT, basic("erp%2D1", "a%3Ab:c"))[:2] == ("erp-1", "a:b:c")


def test_scopes_come_once_each_and_audience_and_resource_are_ignored() -> None:
    form = urlencode(
        [*GRANT.items(), ("scope", "b a  b"), ("audience", "x"), ("resource", "https://a"), ("resource", "https://b")]
    )

    assert read(form, basic("erp", "s"))[2] == ("b", "a")


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({}, "invalid_request"),
        ({"grant_type": ""}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ("grant_type=client_credentials&grant_type=client_credentials", "invalid_request"),
        ("grant_type=client_credentials&client_id=%FF", "invalid_request"),
        ("&".join(f"f{number}=1" for number in range(40)), "invalid_request"),
        (GRANT | {"x": "y" * 20_000}, "invalid_request"),
        (GRANT | {"scope": " ".join(f"s{number}" for number in range(60))}, "invalid_scope"),
    ],
)
def test_a_malformed_request_says_what_is_wrong(form: dict[str, str] | str, error: str) -> None:
    with pytest.raises(OAuthError) as refused:
        read(form, basic("erp", "s"))

    assert (refused.value.error, refused.value.status) == (error, 400)
    assert refused.value.description


def test_another_media_type_is_refused() -> None:
    with pytest.raises(OAuthError, match=FORM):
        read('{"grant_type":"client_credentials"}', content_type="application/json")


@pytest.mark.parametrize(
    "authorization",
    [
        (),
        ("Bearer abc",),
        ("Basic",),
        ("Basic !!!",),
        ("Basic " + base64.b64encode(b"no colon").decode(),),
        ("Basic " + base64.b64encode(b"\xff:x").decode(),),
        (basic("a", "b"), basic("a", "b")),
        (basic("a" * 129, "b"),),
        (basic("a", "b" * 257),),
    ],
)
def test_a_client_that_does_not_name_itself_is_rejected(authorization: tuple[str, ...]) -> None:
    with pytest.raises(OAuthError) as refused:
        read(GRANT, *authorization)

    assert (refused.value.error, refused.value.status) == ("invalid_client", 401)


@given(st.binary(max_size=200), st.lists(st.text(max_size=60), max_size=2))
def test_no_input_does_worse_than_a_refusal(raw: bytes, authorization: list[str]) -> None:
    with suppress(OAuthError):
        read_token_request(FORM, authorization, b"grant_type=client_credentials&" + raw)


def test_a_request_does_not_show_its_secret() -> None:
    request = read_token_request(FORM, [basic("erp", "s3cret-value")], urlencode(GRANT).encode())

    assert "s3cret-value" not in repr(request)
