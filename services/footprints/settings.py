"""What footprints can be told, beside what every service can."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field, field_validator

from services.chassis.http import Limits
from services.chassis.http_out import TargetPolicy, read_networks
from services.chassis.settings import Port, ServiceSettings
from services.footprints.adapters.secret_sealer import read_secret_key
from services.footprints.domain.document_types import EXTENSIONS
from services.footprints.domain.evidence import EvidenceLimits


class FootprintsSettings(ServiceSettings):
    """Variables `TIERLOOP_FOOTPRINTS_<FIELD>`."""

    service: ClassVar[str] = "footprints"

    access_log_retention_days: int = Field(
        default=1_096,
        ge=1,
        le=36_600,
        description="How long the access log keeps an entry (three years); a change holds for new entries.",
    )
    partner_secret_key: str | None = Field(
        default=None,
        repr=False,
        description="Key that seals partners' client secrets: 32 random bytes in base64url, 43 characters; unset, none"
        " can be kept.",
    )
    outbound_allow_http: bool = Field(
        default=False, description="Call partners' URLs that begin with http://; for local runs only."
    )
    outbound_allowed_networks: str = Field(
        default="",
        max_length=2_000,
        description="Networks that partners' hosts may lie in though they are not public, in CIDR form, separated by"
        " commas.",
    )
    outbound_ca_file: str | None = Field(
        default=None, description="PEM file with certificate authorities to trust beside the system's own."
    )
    outbound_limit_seconds: float = Field(
        default=30, gt=0, le=300, description="Time of one call to a partner, from look-up to last byte."
    )
    document_limit_bytes: int = Field(
        default=1024 * 1024,
        ge=1024,
        le=64 * 1024 * 1024,
        description="Largest document beside a footprint, in bytes; no larger than `body_limit_bytes` lets through.",
    )
    document_media_types: str = Field(
        default=",".join(EXTENSIONS),
        max_length=1_000,
        description="Media types of documents that are taken, separated by commas.",
    )
    courier_port: Port = Field(default=6266, description="Port of the courier's health server.")
    courier_concurrency: int = Field(default=32, ge=1, le=500, description="Most deliveries under way at a time.")
    courier_partner_concurrency: int = Field(default=2, ge=1, le=50, description="The same for one partner.")
    courier_sweep_ms: int = Field(
        default=1_000, ge=10, le=60_000, description="Longest time the courier waits without looking."
    )
    rejection_spread_seconds: int = Field(
        default=300,
        ge=0,
        le=86_400,
        description="Time within which a rejection leaves, so that its haste tells nothing.",
    )

    intake_reading: bool = Field(
        default=True, description="Read received intakes in this API process; one process at least must."
    )
    intake_body_limit_bytes: int = Field(
        default=64 * 1024 * 1024, ge=1024, le=1024 * 1024 * 1024, description="Largest file of an intake, in bytes."
    )
    intake_limit_seconds: float = Field(
        default=600, gt=0, le=3_600, description="Time a client has to send a file of an intake."
    )
    intake_rows_limit: int = Field(default=250_000, ge=1, le=5_000_000, description="Most rows of an intake.")
    intake_retention_days: int = Field(
        default=30, ge=1, le=3_660, description="How long intakes and their results are kept; footprints stay."
    )
    intake_claim_seconds: float = Field(
        default=30, ge=1, le=600, description="After this silence another process goes on with an intake."
    )

    @field_validator("partner_secret_key")
    @classmethod
    def _is_a_key(cls, value: str | None) -> str | None:
        if value is not None:
            read_secret_key(value)
        return value

    @field_validator("document_media_types")
    @classmethod
    def _can_be_told_from_bytes(cls, value: str) -> str:
        if unknown := sorted(set(value.split(",")) - EXTENSIONS.keys()):
            raise ValueError(f"{', '.join(unknown)} can't be told from bytes; choose from {', '.join(EXTENSIONS)}")
        return value

    @field_validator("outbound_allowed_networks")
    @classmethod
    def _are_networks(cls, value: str) -> str:
        read_networks(value)
        return value

    def evidence_limits(self) -> EvidenceLimits:
        """Return which documents are taken."""
        return EvidenceLimits(self.document_limit_bytes, frozenset(self.document_media_types.split(",")))

    def intake_limits(self) -> Limits:
        """Return what sending a file may cost."""
        return Limits(self.intake_body_limit_bytes, self.intake_limit_seconds, self.intake_limit_seconds)

    def target_policy(self) -> TargetPolicy:
        """Return which hosts may be called."""
        return TargetPolicy(self.outbound_allow_http, read_networks(self.outbound_allowed_networks))
