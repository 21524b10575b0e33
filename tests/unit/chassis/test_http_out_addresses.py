"""Which URLs and addresses may be called: each class of addresses, and each way to write a forbidden one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.http_out import TargetPolicy, TargetRefusedError, read_networks

PUBLIC = ("8.8.8.8", "93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "::ffff:8.8.8.8")
FORBIDDEN = {
    "private": ("10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "fc00::1", "fd12:3456::1"),
    "loopback": ("127.0.0.1", "127.255.255.254", "::1"),
    "link-local": ("169.254.169.254", "fe80::1", "fe80::1%eth0"),
    "multicast": ("224.0.0.1", "239.255.255.250", "ff02::1", "ff0e::1"),
    "unspecified": ("0.0.0.0", "0.1.2.3", "::"),  # noqa: S104 - an address that must be refused
    "shared": ("100.64.0.1",),
    "reserved": ("240.0.0.1", "255.255.255.255", "198.18.0.1", "192.0.2.1", "2001:db8::1", "100::1"),
    "site-local": ("fec0::1",),
    "IPv4 inside": (
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "::ffff:a00:1",
        "::127.0.0.1",
        "2002:7f00:1::",
        "64:ff9b::a9fe:a9fe",
        "2001:0:a00:1::f5ff:fffe",
    ),
    "no address": ("localhost", "", "1.2.3", "0x7f000001"),
}


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_may_be_called(address: str) -> None:
    TargetPolicy().check_address(address)


@pytest.mark.parametrize("address", [each for found in FORBIDDEN.values() for each in found])
def test_other_addresses_may_not(address: str) -> None:
    with pytest.raises(TargetRefusedError):
        TargetPolicy().check_address(address)


@pytest.mark.parametrize(
    ("networks", "address", "allowed"),
    [
        ("127.0.0.0/8", "127.0.0.1", True),
        ("127.0.0.0/8", "::ffff:127.0.0.1", True),
        ("127.0.0.0/8", "::1", False),
        ("127.0.0.0/8, ::1/128", "::1", True),
        ("10.20.0.0/16", "10.20.1.1", True),
        ("10.20.0.0/16", "10.21.1.1", False),
        ("10.20.0.0/16", "169.254.169.254", False),
    ],
)
def test_networks_are_allowed_by_setting_alone(networks: str, address: str, *, allowed: bool) -> None:
    policy = TargetPolicy(allowed_networks=read_networks(networks))
    if allowed:
        policy.check_address(address)
    else:
        with pytest.raises(TargetRefusedError):
            policy.check_address(address)


@given(st.integers(0, 2**32 - 1))
def test_an_ipv4_address_is_judged_alike_in_its_ipv6_form(number: int) -> None:
    plain = ".".join(str(number >> shift & 255) for shift in (24, 16, 8, 0))
    assert _refused(plain) == _refused(f"::ffff:{plain}")


def _refused(address: str) -> bool:
    try:
        TargetPolicy().check_address(address)
    except TargetRefusedError:
        return True
    return False


@pytest.mark.parametrize(
    "url",
    [
        "http://partner.example",
        "ftp://partner.example",
        "file:///etc/passwd",
        "//partner.example/3/events",
        "partner.example",
        "https://",
        "https:///path",
        "https://user@partner.example",
        "https://user:secret@partner.example",
        "https://partner.example@10.0.0.1",
        "https://partner.example\\@10.0.0.1",
        "https://partner.example/a b",
        "https://partner.example/\r\nHost: x",
        "https://pärtner.example",
        "https://partner.example#fragment",
        "https://partner.example:0",
        "https://partner.example:99999",
        "https://partner.example:port",
        "https://[::1",
        "https://[fe80::1%25eth0]/",
        "https://-partner.example",
        "https://partner.example/" + "a" * 2_048,
    ],
)
def test_a_url_of_another_form_is_refused(url: str) -> None:
    with pytest.raises(TargetRefusedError):
        TargetPolicy().target(url)


def test_a_url_is_taken_apart_once() -> None:
    target = TargetPolicy().target("https://Pact.Partner.example:8443/base/3/events?a=b")
    assert (target.scheme, target.host, target.port, target.path) == (
        "https",
        "pact.partner.example",
        8443,
        "/base/3/events?a=b",
    )
    assert target.host_header == "pact.partner.example:8443"
    assert TargetPolicy().target("https://partner.example").host_header == "partner.example"
    assert TargetPolicy(allow_http=True).target("http://[::1]:80/").host_header == "[::1]"


@pytest.mark.parametrize("text", ["10.0.0.1/8", "localhost", "10.0.0.0/33"])
def test_networks_are_read_strictly(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whatever ipaddress says
        read_networks(text)
