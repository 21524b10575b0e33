"""Which hosts may be called where somebody else chose the URL: the rules against server-side request forgery.

A URL is checked for its form, and every address its host resolves to for where it leads. An address that is not
globally reachable is refused, whatever it is written as: private, shared, loopback, link-local (cloud metadata),
multicast, unspecified, reserved, and IPv6 forms that carry such an IPv4 address inside.
Sources: RFC 6890 and the IANA special-purpose registries (by `ipaddress`), RFC 4291 section 2.5.5, RFC 3056 (6to4),
RFC 4380 (Teredo), RFC 6052 (NAT64), OWASP "Server-Side Request Forgery Prevention".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final
from urllib.parse import urlsplit

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

MAX_URL_LENGTH: Final = 2_048
PORTS: Final = {"https": 443, "http": 80}
_HOST: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,252})|\[[0-9A-Fa-f:.]{2,45}\]")
_PATH: Final = re.compile(r"[!-~]*")
_NAT64: Final = IPv6Network("64:ff9b::/96")
_V4_COMPATIBLE: Final = IPv6Network("::/96")


class TargetRefusedError(Exception):
    """The URL, or an address behind its host, may not be called. The message names the rule."""


@dataclass(frozen=True, slots=True)
class Target:
    """A URL taken apart, once: what is checked here is what is called."""

    scheme: str
    host: str
    """Lower case; an IPv6 literal without its brackets."""
    port: int
    path: str
    """With the query; begins with a slash."""

    @property
    def host_header(self) -> str:
        """The Host header, with the port where it is not the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"


def read_networks(text: str) -> tuple[Network, ...]:
    """Read networks in CIDR form, separated by commas. Raises `ValueError` for anything else."""
    return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())


@dataclass(frozen=True, slots=True)
class TargetPolicy:
    """What may be called besides https on public addresses."""

    allow_http: bool = False
    allowed_networks: tuple[Network, ...] = ()
    """Networks that are allowed though they are not public."""

    def target(self, url: str) -> Target:
        """Take a URL apart. Raises `TargetRefusedError` for a form that may not be called."""
        if len(url) > MAX_URL_LENGTH or _PATH.fullmatch(url) is None or "\\" in url:
            raise TargetRefusedError(f"a URL has at most {MAX_URL_LENGTH} visible ASCII characters and no backslash")
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise TargetRefusedError("the URL can't be read") from None
        if parts.scheme not in PORTS or (parts.scheme == "http" and not self.allow_http):
            raise TargetRefusedError(f"the URL must begin with {'http:// or ' if self.allow_http else ''}https://")
        if "@" in parts.netloc:
            raise TargetRefusedError("the URL may hold no user name or password")
        host = parts.netloc if port is None else parts.netloc.rpartition(":")[0]
        host = host.removesuffix(":")
        if _HOST.fullmatch(host) is None:
            raise TargetRefusedError("the URL must name a host, in ASCII (an international name as xn--...)")
        if parts.fragment or port == 0:
            raise TargetRefusedError("the URL may have no fragment, and no port 0")
        query = f"?{parts.query}" if parts.query else ""
        return Target(parts.scheme, host.strip("[]").lower(), port or PORTS[parts.scheme], (parts.path or "/") + query)

    def check_address(self, text: str) -> None:
        """Raise `TargetRefusedError` unless an address, as the resolver gave it, may be connected to."""
        try:
            address = ip_address(text)
        except ValueError:
            raise TargetRefusedError("the host has an address that can't be read") from None
        for each in (address, *_embedded(address)):
            if not self._allowed(each) and not _is_public(each):
                raise TargetRefusedError("the host has an address that is not public")

    def _allowed(self, address: Address) -> bool:
        mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
        return any(
            each in network
            for network in self.allowed_networks
            for each in (address, mapped)
            if each is not None and each.version == network.version
        )


def _is_public(address: Address) -> bool:
    """Tell whether an address is reachable from everywhere. `is_global` alone would let multicast and sites pass."""
    if isinstance(address, IPv6Address) and (address.ipv4_mapped or address in _V4_COMPATIBLE or address.is_site_local):
        return address.ipv4_mapped is not None  # its IPv4 address is judged beside it
    return address.is_global and not (
        address.is_multicast or address.is_reserved or address.is_loopback or address.is_unspecified
    )


def _embedded(address: Address) -> Iterator[IPv4Address]:
    """Yield the IPv4 addresses that an IPv6 address carries: a gateway on the way may connect to them."""
    if isinstance(address, IPv4Address):
        return
    if address.ipv4_mapped is not None:
        yield address.ipv4_mapped
    if address.sixtofour is not None:
        yield address.sixtofour
    if address.teredo is not None:
        yield from address.teredo
    if address in _NAT64:
        yield IPv4Address(int(address) & 0xFFFFFFFF)
