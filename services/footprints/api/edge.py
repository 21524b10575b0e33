"""What the routes stand on, handed over by the composition root."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from starlette.responses import Response

from services.chassis.clock import Clock
from services.chassis.http import correlation_id
from services.chassis.idempotency import Reply
from services.chassis.ids import Ids
from services.chassis.kernel import Meta
from services.chassis.tokens import Principal
from services.chassis.trace import current_traceparent
from services.chassis.unit import CommandBus
from services.footprints.application.ports import Queries


@dataclass(frozen=True, slots=True)
class Edge:
    """Commands, queries, time and identities."""

    bus: CommandBus
    queries: Queries
    clock: Clock
    new_id: Ids
    idempotency_ttl: timedelta
    public_base_url: str

    def meta(self, caller: Principal) -> Meta:
        """Surround a command of this caller, now."""
        return Meta(
            command_id=self.new_id(),
            at=self.clock(),
            organisation_id=caller.organisation_id,
            client_id=caller.client_id,
            correlation_id=correlation_id(),
            traceparent=current_traceparent(),
        )


def response(reply: Reply) -> Response:
    """Send a reply."""
    return Response(reply.body, reply.status, dict(reply.headers), media_type=reply.media_type)
