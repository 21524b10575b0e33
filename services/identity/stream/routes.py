"""What identity consumes: nothing. Its own organisations are its standing."""

from __future__ import annotations

from typing import Final

from services.chassis.routes import ConsumerGroup

GROUPS: Final[tuple[ConsumerGroup, ...]] = ()
