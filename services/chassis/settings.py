"""Settings: the environment is read once, at start, and checked before anything is opened.

A variable `TIERLOOP_<FIELD>` speaks to every service, `TIERLOOP_<SERVICE>_<FIELD>` to one, and wins there.
`python -m services.chassis.settings` prints the table of the README.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from typing import Annotated, ClassVar, Final, Literal, Self

from pydantic import Field, StringConstraints, ValidationError, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

PREFIX: Final = "TIERLOOP_"
MIB: Final = 1024 * 1024

HttpUrl = Annotated[str, StringConstraints(pattern=r"^https?://[^\s/?#]+[^\s?#]*$", max_length=2048)]
Port = Annotated[int, Field(ge=1, le=65_535)]


class SettingsError(ValueError):
    """A variable is wrong; the one-paragraph message names each variable, its rule and the remedy."""


class ServiceSettings(BaseSettings):
    """What every service can be told. A service subclasses it, names itself and adds its own fields."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True)

    service: ClassVar[str] = "service"

    mongo_uri: str = Field(
        default="mongodb://127.0.0.1:27017/?replicaSet=rs0",
        pattern=r"^mongodb(\+srv)?://",
        repr=False,
        description="MongoDB connection string; a replica set, because transactions need one.",
    )
    mongo_database: str = Field(
        default="",
        pattern=r"^[A-Za-z0-9_-]{0,63}$",
        description="Database this service owns; empty means `tierloop_<service>`.",
    )
    mongo_driver: Literal["motor", "pymongo"] = Field(
        default="motor", description="Asyncio driver behind the MongoDB seam."
    )
    kafka_bootstrap: str = Field(
        default="127.0.0.1:9092",
        pattern=r"^[^\s,:]+:[0-9]{1,5}(,[^\s,:]+:[0-9]{1,5})*$",
        description="Kafka bootstrap servers, `host:port`, separated by commas.",
    )
    http_host: str = Field(default="127.0.0.1", min_length=1, description="Address the API listens on.")
    http_port: Port = Field(default=8000, description="Port the API listens on.")
    worker_port: Port = Field(default=6066, description="Port of the worker's web server (health, metrics).")
    relay_port: Port = Field(default=6166, description="Port of the relay's health server.")
    public_base_url: HttpUrl = Field(
        default="http://127.0.0.1:8000",
        description="URL under which clients reach the API; used in OpenAPI and paging links.",
    )
    tls_certfile: str | None = Field(
        default=None, description="PEM file with the certificate chain, the API's own first; unset means plain HTTP."
    )
    tls_keyfile: str | None = Field(default=None, description="PEM file with its unencrypted private key.", repr=False)

    token_issuer: HttpUrl = Field(
        default="http://127.0.0.1:8001", description="Issuer (`iss`) whose access tokens are accepted."
    )
    token_audience: str = Field(default="tierloop", min_length=1, description="Audience (`aud`) a token must name.")
    token_url: HttpUrl = Field(
        default="http://127.0.0.1:8001/auth/token", description="Token endpoint named in OpenAPI."
    )
    jwks_url: HttpUrl = Field(
        default="http://127.0.0.1:8001/.well-known/jwks.json", description="Where the issuer's public keys are."
    )

    body_limit_bytes: int = Field(
        default=MIB, ge=1024, le=64 * MIB, description="Largest request body, in bytes; above it 413."
    )
    batch_body_limit_bytes: int = Field(
        default=32 * MIB, ge=1024, le=1024 * MIB, description="The same for paths that end in `:batch`."
    )
    json_depth_limit: int = Field(default=32, ge=1, le=128, description="Deepest nesting of a JSON body.")
    receive_limit_seconds: float = Field(
        default=20, gt=0, le=600, description="Time a client has to send its body; above it 408."
    )
    request_limit_seconds: float = Field(
        default=30, gt=0, le=600, description="Time a request may take in all; above it 503."
    )
    batch_limit_seconds: float = Field(
        default=300, gt=0, le=3600, description="Both times for paths that end in `:batch`."
    )
    shutdown_limit_seconds: int = Field(default=20, ge=1, le=600, description="Time running requests get at a stop.")
    idempotency_ttl_hours: int = Field(
        default=24, ge=1, le=24 * 365, description="How long an Idempotency-Key is remembered."
    )

    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="Least severe log line that is written."
    )
    log_format: Literal["json", "console"] = Field(
        default="json", description="`json` for machines, `console` for people."
    )
    otlp_endpoint: HttpUrl | None = Field(
        default=None,
        description="Base URL of an OTLP/HTTP collector, such as `http://127.0.0.1:4318`; unset means none.",
    )

    relay_page_rows: int = Field(default=500, ge=1, le=10_000, description="Outbox rows per page of the relay.")
    relay_sweep_ms: int = Field(
        default=1000, ge=10, le=60_000, description="Longest time the relay waits without looking."
    )
    session_timeout_ms: int = Field(
        default=6000,
        ge=1000,
        le=300_000,
        description="After this silence a worker loses its partitions; not below the broker's minimum.",
    )
    batch_messages: int = Field(default=500, ge=1, le=2000, description="Most messages in a consumer batch.")
    batch_bytes: int = Field(default=300_000, ge=1, le=8_000_000, description="Most bytes in a consumer batch.")
    batch_linger_ms: int = Field(default=20, ge=0, le=10_000, description="Longest time a consumer batch stays open.")
    retry_attempts: int = Field(default=8, ge=1, le=100, description="Attempts at one batch before the worker exits.")
    retry_budget_seconds: float = Field(
        default=60, gt=0, le=240, description="Time for all attempts; below Kafka's `max_poll_interval`."
    )
    poison_run_limit: int = Field(
        default=50, ge=1, le=100_000, description="Consecutive poison messages that stop a worker."
    )
    poison_share_limit: float = Field(
        default=0.10, gt=0, le=1, description="Share of poison in the window that stops a worker."
    )
    poison_window: int = Field(default=1000, ge=10, le=1_000_000, description="Messages over which the share is taken.")

    @classmethod
    def load(cls, environ: Mapping[str, str] | None = None) -> Self:
        """Read and check the settings of this service; `environ` defaults to the process environment.

        Raises `SettingsError` for a wrong value and for an unknown variable with the service's own prefix.
        """
        environ = os.environ if environ is None else environ
        values = _variables(cls, environ)
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            raise SettingsError(_explain(cls, error, environ)) from None

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - the signature is pydantic-settings'
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take values from `load` alone, so that a test is not touched by the machine it runs on."""
        return (init_settings,)

    @model_validator(mode="after")
    def _tls_is_whole(self) -> Self:
        if (self.tls_certfile is None) != (self.tls_keyfile is None):
            raise ValueError("tls_certfile and tls_keyfile go together: set both or neither")
        return self

    @property
    def database(self) -> str:
        """Name of the database this service owns."""
        return self.mongo_database or f"tierloop_{self.service}"


def variable(field: str, service: str | None = None) -> str:
    """Return the environment variable of a field, for one service or for all."""
    return f"{PREFIX}{service.upper()}_{field.upper()}" if service else f"{PREFIX}{field.upper()}"


def _variables(cls: type[ServiceSettings], environ: Mapping[str, str]) -> dict[str, str]:
    own_prefix = variable("", cls.service)
    known = {variable(field, cls.service) for field in cls.model_fields}
    for name in sorted(name for name in environ if name.startswith(own_prefix) and name not in known):
        near = difflib.get_close_matches(name, sorted(known), n=1)
        remedy = f"did you mean {near[0]}?" if near else "remove it."
        raise SettingsError(f"{name}: no setting of service {cls.service} has this name; {remedy}")
    values = {}
    for field in cls.model_fields:
        for name in (variable(field, cls.service), variable(field)):
            if environ.get(name):  # an empty variable counts as unset: compose files pass them so
                values[field] = environ[name]
                break
    return values


def _explain(cls: type[ServiceSettings], error: ValidationError, environ: Mapping[str, str]) -> str:
    parts = []
    for item in error.errors(include_url=False, include_input=False):
        field = str(item["loc"][0]) if item["loc"] else ""
        if field not in cls.model_fields:
            parts.append(f"{item['msg'].removeprefix('Value error, ')}.")
            continue
        own = variable(field, cls.service)
        name = own if own in environ else variable(field)
        default = cls.model_fields[field].get_default()
        remedy = "set it" if cls.model_fields[field].is_required() else f"correct it, or unset it ({default!r})"
        parts.append(f"{name}: {item['msg']}; {cls.model_fields[field].description} Remedy: {remedy}.")
    return f"Service {cls.service} can't start, its settings are wrong. " + " ".join(parts)


def markdown_table(cls: type[ServiceSettings] = ServiceSettings) -> str:
    """Write the configuration table of a settings class in Markdown."""
    rows = ["| variable | default | meaning |", "|---|---|---|"]
    for field, info in cls.model_fields.items():
        default = "" if info.default in (None, "") else f"`{info.default}`"
        rows.append(f"| `{variable(field)}` | {default} | {info.description} |")
    return "\n".join(rows)


if __name__ == "__main__":
    print(markdown_table())
