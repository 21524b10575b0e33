"""What the routes work with, and the ids in their paths."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from services.chassis.http import ApiEdge, path_id
from services.recycling.application.ports import MarketQueries
from services.recycling.domain.terms import MarketTerms

ID_PATTERN: Final = r"^[A-Za-z0-9._-]{1,64}$"

LotId = Annotated[str, path_id("lot", ID_PATTERN)]
DemandId = Annotated[str, path_id("demand", ID_PATTERN)]
TradeId = Annotated[str, path_id("trade", ID_PATTERN)]
ClaimId = Annotated[str, path_id("claim", ID_PATTERN)]


@dataclass(frozen=True, slots=True)
class Edge(ApiEdge):
    """The ports of the API; made by the composition root."""

    queries: MarketQueries
    terms: MarketTerms
