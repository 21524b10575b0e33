"""Addresses of an organisation's own systems: the only ones that Tierloop ever calls back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final
from urllib.parse import unquote, urlsplit

from services.identity.domain.errors import BaseUrlMalformed, TooMany

MAX_BASE_URLS: Final = 10
MAX_URL_LENGTH: Final = 500
"""Characters."""
MAX_HOST_LENGTH: Final = 253
"""Characters (RFC 1035, section 2.3.4)."""
MAX_PORT: Final = 65_535
DEFAULT_PORTS: Final = {"https": "443", "http": "80"}

_LABEL: Final = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_HOST_AND_PORT: Final = re.compile(
    rf"(?P<host>{_LABEL}(\.{_LABEL})*|\[[0-9a-f:.]{{2,45}}\])(:(?P<port>[1-9][0-9]{{0,4}}))?"
)
_PATH: Final = re.compile(r"(/([A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})*)*")


def read_base_urls(urls: Sequence[str], *, allow_http: bool = False, field: str = "/base_urls") -> tuple[str, ...]:
    """Check the base URLs of one organisation, in the order given. Raises `BaseUrlMalformed`, `TooMany`."""
    if len(urls) > MAX_BASE_URLS:
        raise TooMany(f"an organisation has at most {MAX_BASE_URLS} base URLs", field=field, remedy="leave out others")
    read: list[str] = []
    for index, url in enumerate(urls):
        pointer = f"{field}/{index}"
        normal = read_base_url(url, allow_http=allow_http, field=pointer)
        if normal in read:
            raise BaseUrlMalformed(f"{normal} stands twice in the list", field=pointer, remedy="name it once")
        read.append(normal)
    return tuple(read)


def read_base_url(url: str, *, allow_http: bool, field: str) -> str:
    """Return a base URL in its normal form: small scheme and host, no default port, no slash at the end.

    Raises `BaseUrlMalformed` for anything that could send a call elsewhere than it seems (RFC 3986, section 7.6).
    """
    schemes = ("https", "http") if allow_http else ("https",)
    if len(url) > MAX_URL_LENGTH or not url.isascii() or not url.isprintable() or " " in url:
        raise _malformed(f"must be printable ASCII without spaces, at most {MAX_URL_LENGTH} characters", field)
    try:
        parts = urlsplit(url)
    except ValueError:
        raise _malformed("must be a URL", field) from None
    if parts.scheme not in schemes:
        raise _malformed(f"must begin with {' or '.join(f'{scheme}://' for scheme in schemes)}", field)
    if "@" in parts.netloc:
        raise _malformed("must not carry credentials", field)
    if "?" in url or "#" in url:
        raise _malformed("must not carry a query or a fragment", field)
    place = _HOST_AND_PORT.fullmatch(parts.netloc.lower())
    if place is None or len(place["host"]) > MAX_HOST_LENGTH or int(place["port"] or 1) > MAX_PORT:
        raise _malformed(f"must name a host, and a port from 1 to {MAX_PORT} if any", field)
    if _PATH.fullmatch(parts.path) is None or {".", ".."} & {unquote(step) for step in parts.path.split("/")}:
        raise _malformed("must have a plain path, without dot segments", field)
    port = "" if place["port"] in (None, DEFAULT_PORTS[parts.scheme]) else f":{place['port']}"
    return f"{parts.scheme}://{place['host']}{port}{parts.path.rstrip('/')}"


def _malformed(rule: str, field: str) -> BaseUrlMalformed:
    return BaseUrlMalformed(
        f"a base URL {rule}", field=field, remedy="give the plain address of a system, such as https://pcf.example.com"
    )
