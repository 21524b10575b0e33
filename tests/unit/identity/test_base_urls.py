from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.identity.domain.base_urls import MAX_BASE_URLS, MAX_URL_LENGTH, read_base_url, read_base_urls
from services.identity.domain.errors import BaseUrlMalformed, TooMany


@pytest.mark.parametrize(
    ("given_url", "normal"),
    [
        ("https://pcf.example.com", "https://pcf.example.com"),
        ("HTTPS://PCF.Example.COM:443/pact/", "https://pcf.example.com/pact"),
        ("https://pcf.example.com:8443/a/b", "https://pcf.example.com:8443/a/b"),
        ("https://10.1.2.3", "https://10.1.2.3"),
        ("https://[2001:DB8::1]:8443/x", "https://[2001:db8::1]:8443/x"),
        ("https://xn--bcher-kva.example/%7Epcf", "https://xn--bcher-kva.example/%7Epcf"),
    ],
)
def test_a_plain_address_is_put_into_normal_form(given_url: str, normal: str) -> None:
    assert read_base_url(given_url, allow_http=False, field="/base_urls/0") == normal


@pytest.mark.parametrize(
    "url",
    [
        "",
        "pcf.example.com",
        "ftp://pcf.example.com",
        "http://pcf.example.com",
        "javascript:alert(1)",
        "https://",
        "https:///path",
        "https://user@pcf.example.com",
        "https://user:secret@pcf.example.com",
        "https://pcf.example.com?x=1",
        "https://pcf.example.com?",
        "https://pcf.example.com#part",
        "https://pcf.example.com#",
        "https://pcf.example.com:0",
        "https://pcf.example.com:65536",
        "https://pcf.example.com:",
        "https://pcf.example.com:http",
        "https://pcf .example.com",
        "https://pcf.example.com/\n",
        "https://pcf.example.com\\@evil.example",
        "https://bücher.example",
        "https://-pcf.example",
        "https://a..b.example",
        "https://[::1",
        "https://[::1]evil.example",
        "https://[evil.example]",
        "https://pcf.example.com/../admin",
        "https://pcf.example.com/%2e%2e/admin",
        "https://pcf.example.com/%zz",
        "https://pcf.example.com/" + "a" * MAX_URL_LENGTH,
    ],
)
def test_anything_else_is_refused(url: str) -> None:
    with pytest.raises(BaseUrlMalformed) as refused:
        read_base_url(url, allow_http=False, field="/base_urls/2")

    assert refused.value.field == "/base_urls/2"
    assert refused.value.remedy


def test_http_passes_only_where_the_installation_allows_it() -> None:
    assert read_base_url("http://127.0.0.1:80/", allow_http=True, field="") == "http://127.0.0.1"
    with pytest.raises(BaseUrlMalformed, match="https://"):
        read_base_url("http://127.0.0.1", allow_http=False, field="")


@given(st.text(alphabet="htps:/.@?#[]%ab1-\\ \té", max_size=30).map("https://a".__add__))
def test_what_passes_is_a_fixed_point(url: str) -> None:
    try:
        normal = read_base_url(url, allow_http=False, field="")
    except BaseUrlMalformed:
        return
    assert read_base_url(normal, allow_http=False, field="") == normal
    assert normal.startswith("https://a")
    assert not set("@?#\\ \t") & set(normal.removeprefix("https://").split("/")[0])


def test_a_list_keeps_its_order_and_refuses_twins_and_too_many() -> None:
    assert read_base_urls(["https://b.example", "https://a.example/"]) == ("https://b.example", "https://a.example")
    with pytest.raises(BaseUrlMalformed) as twin:
        read_base_urls(["https://a.example", "https://A.example:443/"])
    assert twin.value.field == "/base_urls/1"
    with pytest.raises(TooMany):
        read_base_urls([f"https://h{number}.example" for number in range(MAX_BASE_URLS + 1)])
