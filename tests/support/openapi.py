"""The OpenAPI documents of all services, made without starting one."""

from __future__ import annotations

import base64
import copy
import importlib
from functools import cache
from typing import Any, Final

from infra.local.prepare import KEY_BYTES, KEY_VARIABLE
from infra.stack import SERVICES

METHODS: Final = ("get", "put", "post", "delete", "patch")
ENVIRONMENT: Final = {KEY_VARIABLE: base64.urlsafe_b64encode(bytes(KEY_BYTES)).rstrip(b"=").decode()}
Json = dict[str, Any]


def document(service: str) -> Json:
    """Return a service's document; change the copy as you like."""
    return copy.deepcopy(_document(service))


def documents() -> dict[str, Json]:
    """Return every service's document by its name."""
    return {ports.name: document(ports.name) for ports in SERVICES}


@cache
def _document(service: str) -> Json:
    bootstrap = importlib.import_module(f"services.{service}.bootstrap")
    made: Json = bootstrap.build_api(bootstrap.SETTINGS.load(ENVIRONMENT)).openapi()
    return made
