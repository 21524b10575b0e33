"""What the routes stand on, handed over by the composition root."""

from __future__ import annotations

from dataclasses import dataclass

from services.chassis.http import ApiEdge
from services.footprints.application.ports import Queries


@dataclass(frozen=True, slots=True)
class Edge(ApiEdge):
    """Commands, time and identities, and the reads."""

    queries: Queries
