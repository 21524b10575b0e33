"""What certification can be told: what every service can."""

from __future__ import annotations

from typing import ClassVar

from services.chassis.settings import ServiceSettings


class CertificationSettings(ServiceSettings):
    """Variables `TIERLOOP_CERTIFICATION_<FIELD>`."""

    service: ClassVar[str] = "certification"
