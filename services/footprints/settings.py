"""What footprints can be told: what every service can."""

from __future__ import annotations

from typing import ClassVar

from services.chassis.settings import ServiceSettings


class FootprintsSettings(ServiceSettings):
    """Variables `TIERLOOP_FOOTPRINTS_<FIELD>`."""

    service: ClassVar[str] = "footprints"
