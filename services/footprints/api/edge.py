"""What the routes stand on, handed over by the composition root."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from services.chassis.http import ApiEdge
from services.chassis.http_out import TargetPolicy
from services.chassis.tokens import Principal
from services.footprints.application.access_log import Disclosure
from services.footprints.application.exchange import Sealer
from services.footprints.application.ports import Queries
from services.footprints.domain.access_log import Reading, Shown


@dataclass(frozen=True, slots=True)
class Edge(ApiEdge):
    """Commands, time and identities, and the reads."""

    queries: Queries
    disclosure: Disclosure
    sealer: Sealer | None
    """Keeps partners' secrets; None where the operator has set no key for them."""
    outbound: TargetPolicy
    """Which URLs partners may name."""

    async def disclose(self, caller: Principal, operation: str, shown: Iterable[Shown], at: datetime) -> None:
        """Record in their owners' access logs what is about to be shown; `at` is the instant it was read for.

        To be awaited before the answer is made: whatever it raises (409, 503) means that nothing may be shown.
        """
        await self.disclosure.record(shown, Reading(caller.organisation_id, operation, at))
