"""What identity can be told besides what every service can."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field, field_validator

from services.chassis.settings import ServiceSettings
from services.identity.adapters.argon2_hasher import DEFAULT_MEMORY_KIB, DEFAULT_PASSES, MAX_WAITING
from services.identity.adapters.key_smith import read_seal_key


class IdentitySettings(ServiceSettings):
    """Variables `TIERLOOP_IDENTITY_<FIELD>`."""

    service: ClassVar[str] = "identity"

    key_encryption_key: str = Field(
        repr=False,
        description="Key that seals the private signing keys at rest: 32 random bytes in base64url, 43 characters.",
    )
    issue_tokens: bool = Field(
        default=True,
        description="Serve the token endpoint and its keys; false where another issuer (Keycloak, Entra) is used.",
    )
    token_lifetime_seconds: int = Field(default=300, ge=30, le=3600, description="Lifetime of an access token.")
    allow_http_base_urls: bool = Field(
        default=False, description="Take base URLs that begin with http://; for local runs only."
    )
    argon2_memory_kib: int = Field(
        default=DEFAULT_MEMORY_KIB, ge=64, le=1024 * 1024, description="Memory of one argon2id hash, in KiB."
    )
    argon2_passes: int = Field(default=DEFAULT_PASSES, ge=1, le=20, description="Passes of one argon2id hash.")
    argon2_threads: int = Field(default=2, ge=1, le=32, description="Most secrets hashed at a time.")
    argon2_waiting: int = Field(
        default=MAX_WAITING, ge=1, le=10_000, description="Most secrets that wait to be hashed; above it 503."
    )
    verified_secret_seconds: int = Field(
        default=60, ge=0, le=300, description="How long a right secret is not hashed again; 0 hashes it each time."
    )
    secret_checks_per_minute: int = Field(
        default=30,
        ge=1,
        le=10_000,
        description="Most secrets checked by hash, per client id and process; above it 429.",
    )
    tokens_per_minute: int = Field(
        default=600, ge=1, le=100_000, description="Most further tokens, per client id and process; above it 429."
    )

    @field_validator("key_encryption_key")
    @classmethod
    def _is_a_key(cls, value: str) -> str:
        read_seal_key(value)
        return value
