"""The first organisations and their clients: `python -m services.identity seed [--file ...] [--rotate]`.

It is also how the first operator comes to be, since the API takes new organisations from operators alone. Everything
goes through the same handlers and the same store as a request; events leave by the outbox as ever. Repeating it
changes nothing and shows no secret, unless `--rotate` asks for new ones.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from services.chassis.clock import system_clock
from services.chassis.idempotency import Reply
from services.chassis.ids import uuid7
from services.chassis.kernel import Meta, Refusal
from services.chassis.mongo_store import MongoStore
from services.chassis.parts import open_mongo
from services.chassis.store import Store
from services.chassis.unit import CommandBus, OverloadedError
from services.identity.adapters.argon2_hasher import mint_secret
from services.identity.adapters.translate import translate
from services.identity.api.models import NewOrganisation, Scope
from services.identity.application.commands import IssueCredential, RegisterOrganisation, RotateCredential
from services.identity.application.handlers import api_handlers
from services.identity.application.ports import SecretHasher
from services.identity.bootstrap import new_hasher
from services.identity.domain.credential import (
    CLIENT_ID_PATTERN,
    DEFAULT_SCOPES,
    MAX_LABEL_LENGTH,
    MAX_SCOPES,
    NewSecret,
)
from services.identity.domain.errors import CredentialExists, OrganisationExists
from services.identity.settings import IdentitySettings

DEFAULT_FILE: Final = Path(__file__).parents[2] / "infra" / "demo" / "organisations.yaml"
MAX_FILE_BYTES: Final = 1024 * 1024
MAX_ORGANISATIONS: Final = 1_000

Outcome = Literal["created", "exists", "rotated"]


class SeedError(Exception):
    """The file can't be used; the message names it, the field and the rule."""


class OrganisationDefinition(NewOrganisation):
    """One organisation of a seed file, with its client."""

    key: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$", description="How scripts call it.")]
    organisation_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
    client_id: Annotated[str, Field(pattern=CLIENT_ID_PATTERN)]
    label: Annotated[str, Field(min_length=1, max_length=MAX_LABEL_LENGTH)]
    scopes: list[Scope] = Field(default=list(DEFAULT_SCOPES), max_length=MAX_SCOPES)


class SeedFile(BaseModel):
    """A seed file."""

    model_config = ConfigDict(extra="forbid")

    organisations: list[OrganisationDefinition] = Field(min_length=1, max_length=MAX_ORGANISATIONS)


@dataclass(frozen=True, slots=True)
class SeededCredential:
    """What became of one definition. The secret is here alone, and only when it is new."""

    key: str
    organisation_id: str
    name: str
    client_id: str
    client_secret: str | None
    organisation: Outcome
    credential: Outcome

    def __repr__(self) -> str:
        return f"SeededCredential({self.client_id!r}, {self.organisation}, {self.credential})"


def read_definitions(path: Path = DEFAULT_FILE) -> list[OrganisationDefinition]:
    """Read a seed file. Raises `SeedError`."""
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_FILE_BYTES + 1)
        if len(raw) > MAX_FILE_BYTES:
            raise SeedError(f"{path}: has more than {MAX_FILE_BYTES} bytes")
        return SeedFile.model_validate(yaml.safe_load(raw)).organisations
    except (OSError, yaml.YAMLError) as error:
        raise SeedError(f"{path}: can't be read: {error}") from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = "/".join(str(step) for step in first["loc"])
        raise SeedError(f"{path}: /{place}: {first['msg']}") from None


async def seed(
    store: Store,
    definitions: Sequence[OrganisationDefinition],
    *,
    hasher: SecretHasher,
    rotate: bool = False,
    allow_http: bool = False,
    clock: Callable[[], datetime] = system_clock,
    new_id: Callable[[], str] = uuid7,
) -> list[SeededCredential]:
    """Register what is not there yet and give each organisation its client; `rotate` replaces secrets that exist.

    An organisation that exists is left as it is. Raises the domain's refusals.
    """
    bus = CommandBus(store, api_handlers(allow_http=allow_http), translate, new_id)
    sower = _Sower(bus, hasher, clock, new_id)
    try:
        return [await sower.sow(definition, rotate=rotate) for definition in definitions]
    finally:
        await bus.close()


@dataclass(frozen=True, slots=True)
class _Sower:
    bus: CommandBus
    hasher: SecretHasher
    clock: Callable[[], datetime]
    new_id: Callable[[], str]

    async def sow(self, definition: OrganisationDefinition, *, rotate: bool) -> SeededCredential:
        organisation = await self._register(definition)
        secret, credential = await self._credential(definition, rotate=rotate)
        return SeededCredential(
            definition.key,
            definition.organisation_id,
            definition.name,
            definition.client_id,
            secret,
            organisation,
            credential,
        )

    async def _register(self, definition: OrganisationDefinition) -> Outcome:
        try:
            await self._execute(RegisterOrganisation(self._meta(), definition.organisation_id, definition.profile()))
        except OrganisationExists:
            return "exists"
        return "created"

    async def _credential(self, definition: OrganisationDefinition, *, rotate: bool) -> tuple[str | None, Outcome]:
        plain = mint_secret()
        secret = NewSecret(self.new_id(), await self.hasher.hash(plain))
        place = (definition.organisation_id, definition.client_id)
        try:
            await self._execute(
                IssueCredential(self._meta(), *place, definition.label, tuple(definition.scopes), secret)
            )
        except CredentialExists:
            if not rotate:
                return None, "exists"
            await self._execute(RotateCredential(self._meta(), *place, secret))
            return plain, "rotated"
        return plain, "created"

    async def _execute(self, command: Any) -> None:
        await self.bus.execute(command, lambda _: Reply(204, b""))

    def _meta(self) -> Meta:
        return Meta(command_id=self.new_id(), at=self.clock())


def add_seed_command(commands: Any) -> None:
    """Add `seed` to the service's command line."""
    parser = commands.add_parser("seed", help="register organisations from a file; prints new secrets once, as JSON")
    parser.add_argument("--file", type=Path, default=DEFAULT_FILE, help="YAML file (default: the demo's)")
    parser.add_argument("--rotate", action="store_true", help="replace the secrets of clients that exist")
    parser.set_defaults(run=_run)


def _run(settings: IdentitySettings, given: argparse.Namespace) -> int:
    try:
        seeded = asyncio.run(seed_mongo(settings, read_definitions(given.file), rotate=given.rotate))
    except (SeedError, Refusal, OverloadedError) as error:
        print(f"seed: {_sentence(error)}", file=sys.stderr)
        return 1
    print(json.dumps({"clients": [asdict(item) for item in seeded]}, ensure_ascii=False, indent=2))
    return 0


async def seed_mongo(
    settings: IdentitySettings, definitions: Sequence[OrganisationDefinition], *, rotate: bool = False
) -> list[SeededCredential]:
    """Seed the service's own database."""
    mongo = open_mongo(settings, "seed")
    hasher = new_hasher(settings)
    try:
        return await seed(
            MongoStore(mongo), definitions, hasher=hasher, rotate=rotate, allow_http=settings.allow_http_base_urls
        )
    finally:
        hasher.close()
        await mongo.close()


def _sentence(error: Exception) -> str:
    if isinstance(error, Refusal):
        return "; ".join(part for part in (error.field, error.detail, error.remedy) if part)
    return str(error)
