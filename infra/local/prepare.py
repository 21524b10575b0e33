"""What must be there before the processes start: keys, collections and indexes, the demo organisations."""

from __future__ import annotations

import base64
import importlib
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from infra.local.errors import EngineError
from infra.stack import SERVICES

KEY_VARIABLE: Final = "TIERLOOP_IDENTITY_KEY_ENCRYPTION_KEY"
PARTNER_KEY_VARIABLE: Final = "TIERLOOP_FOOTPRINTS_PARTNER_SECRET_KEY"
KEY_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Credential:
    """A client of a demo organisation."""

    organisation_id: str
    name: str
    client_id: str
    client_secret: str


@dataclass(frozen=True, slots=True)
class Prepared:
    """Environment the processes need besides, and the demo's clients by the key of their organisation."""

    environment: dict[str, str]
    credentials: dict[str, Credential]


async def prepare(shared: Mapping[str, str], state_dir: Path) -> Prepared:
    """Make what is missing; everything else is left as it is.

    Raises `EngineError` where a database has an index in another form than the service needs.
    """
    environment = {
        KEY_VARIABLE: _kept_secret(state_dir / "secrets" / "key-encryption-key", _new_key),
        "TIERLOOP_IDENTITY_ALLOW_HTTP_BASE_URLS": "true",
        PARTNER_KEY_VARIABLE: _kept_secret(state_dir / "secrets" / "partner-secret-key", _new_key),
        "TIERLOOP_FOOTPRINTS_OUTBOUND_ALLOW_HTTP": "true",
        "TIERLOOP_FOOTPRINTS_OUTBOUND_ALLOWED_NETWORKS": "127.0.0.0/8,::1/128",
    }
    for ports in SERVICES:
        await _initialise(ports.name, dict(shared) | environment)
    return Prepared(environment, await _seed(dict(shared) | environment, state_dir))


async def _initialise(service: str, environment: dict[str, str]) -> None:
    """Run a service's own `init` in this process: one import less to wait for."""
    cli = importlib.import_module("services.chassis.cli")
    conflicts = importlib.import_module("services.chassis.index_conflict")
    bootstrap = importlib.import_module(f"services.{service}.bootstrap")
    try:
        await cli.initialise(bootstrap.PARTS, bootstrap.SETTINGS.load(environment))
    except conflicts.IndexConflictError as error:
        raise EngineError(str(error)) from None


async def _seed(environment: dict[str, str], state_dir: Path) -> dict[str, Credential]:
    """Register the demo organisations. New secrets are kept in the state directory, readable by its owner alone."""
    seed = importlib.import_module("services.identity.seed")
    settings = importlib.import_module("services.identity.settings").IdentitySettings.load(environment)
    path = state_dir / "secrets" / "demo-credentials.json"
    kept: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    definitions = seed.read_definitions()
    known = all(definition.key in kept for definition in definitions)
    for item in await seed.seed_mongo(settings, definitions, rotate=not known):
        if item.client_secret is not None:
            kept[item.key] = {
                "organisation_id": item.organisation_id,
                "name": item.name,
                "client_id": item.client_id,
                "client_secret": item.client_secret,
            }
    _write_private(path, json.dumps(kept, indent=2))
    return {key: Credential(**value) for key, value in kept.items()}


def _new_key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).rstrip(b"=").decode()


def _kept_secret(path: Path, make: Any) -> str:
    if not path.exists():
        _write_private(path, make())
    return path.read_text(encoding="utf-8")


def _write_private(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
