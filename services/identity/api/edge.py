"""What the routes work with, who calls them, and the ids in their paths."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import Depends, Path

from services.chassis.auth import require
from services.chassis.http import ApiEdge
from services.chassis.tokens import Principal
from services.identity.application.ports import Queries, SecretHasher
from services.identity.domain.profile import Role

MAX_ID_LENGTH: Final = 64

Operator = Annotated[Principal, Depends(require(role=Role.OPERATOR.value))]
"""Parameter type of a route for the platform's operator alone."""


def _path_id(what: str, example: str) -> Any:
    return Path(
        min_length=1,
        max_length=MAX_ID_LENGTH,
        pattern=r"^[A-Za-z0-9._-]+$",
        description=f"Id of the {what}.",
        examples=[example],
    )


OrganisationId = Annotated[str, _path_id("organisation", "01900000-0000-7000-8000-0000000000b2")]
ClientId = Annotated[str, _path_id("client", "01900000-0000-7000-8000-0000000000c3")]


@dataclass(frozen=True, slots=True)
class Edge(ApiEdge):
    """The ports of the API; made by the composition root."""

    queries: Queries
    hasher: SecretHasher
    mint_secret: Callable[[], str]
