"""What a stranger with the same roles gets for another organisation's ids: a row for every route that has one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

from infra.demo import scenery

NOW: Final = datetime.now(UTC)
TODAY: Final = NOW.date().isoformat()
WHY: Final = {"reason": "a stranger tries"}
MOVE: Final = {"effective_on": TODAY, "reason": "a stranger tries"}


class Answer(StrEnum):
    """How a foreign id is answered."""

    HIDDEN = "404, as for an absent id"
    FORBIDDEN = "403 for want of a role, as for an absent id"
    OPEN = "answered: public by design"


@dataclass(frozen=True, slots=True)
class Row:
    """One route."""

    service: str
    method: str
    path: str
    answer: Answer = Answer.HIDDEN
    reason: str = ""
    """Why it is not hidden."""
    body: dict[str, Any] | None = None
    version: int | None = None
    query: tuple[str, ...] = ()
    """Ids in the query, by their names in the scene."""
    never_shows: tuple[str, ...] = ()
    """Members that an open answer keeps to the parties."""

    @property
    def route(self) -> tuple[str, str, str]:
        """Name the route as the OpenAPI documents do."""
        return self.service, self.method, self.path


OPERATORS: Final = "the registry is the operator's; nobody else may change it or see a client"
INSPECTORS: Final = "operators and verifiers pass on what an issuer decides, for any supplier"
ORGANISATION: Final = "/v1/organisations/{organisation_id}"
CREDENTIAL: Final = f"{ORGANISATION}/credentials/{{client_id}}"
PATCH: Final = {"name": "Renamed by a stranger"}

IDENTITY: Final = (
    Row(
        "identity",
        "GET",
        ORGANISATION,
        Answer.OPEN,
        "the directory: parties must know with whom they deal",
        never_shows=("base_urls", "status_reason", "registered_at"),
    ),
    Row("identity", "PATCH", ORGANISATION, Answer.FORBIDDEN, OPERATORS, body=PATCH, version=1),
    Row("identity", "POST", f"{ORGANISATION}:suspend", Answer.FORBIDDEN, OPERATORS, body=WHY),
    Row("identity", "POST", f"{ORGANISATION}:reinstate", Answer.FORBIDDEN, OPERATORS),
    Row("identity", "GET", f"{ORGANISATION}/credentials", Answer.FORBIDDEN, OPERATORS),
    Row("identity", "POST", f"{ORGANISATION}/credentials", Answer.FORBIDDEN, OPERATORS, body={"label": "mine"}),
    Row("identity", "GET", CREDENTIAL, Answer.FORBIDDEN, OPERATORS),
    Row("identity", "DELETE", CREDENTIAL, Answer.FORBIDDEN, OPERATORS),
    Row("identity", "POST", f"{CREDENTIAL}:rotate", Answer.FORBIDDEN, OPERATORS),
)
FOOTPRINTS: Final = (
    Row("footprints", "GET", "/v1/footprints/{footprint_id}"),
    Row("footprints", "GET", "/v1/grants/{grant_id}"),
    Row("footprints", "POST", "/v1/grants/{grant_id}:revoke", body=WHY, version=1),
)
CERTIFICATION: Final = (
    Row("certification", "GET", "/v1/suppliers/{supplier_id}"),
    Row("certification", "PUT", "/v1/suppliers/{supplier_id}", body=scenery.supplier(), version=1),
    Row("certification", "GET", "/v1/certificates/{certificate_id}"),
    *(
        Row(
            "certification",
            "POST",
            f"/v1/certificates/{{certificate_id}}:{step}",
            Answer.FORBIDDEN,
            INSPECTORS,
            body=MOVE,
            version=1,
        )
        for step in ("suspend", "reinstate", "withdraw")
    ),
    Row("certification", "GET", "/v1/profiles/{profile_id}"),
    Row("certification", "PUT", "/v1/profiles/{profile_id}", body=scenery.profile("STRANGER"), version=1),
    Row("certification", "GET", "/v1/parts/{part_id}"),
    Row("certification", "GET", "/v1/parts/{part_id}/verdict", query=("profile_id",)),
    Row("certification", "GET", "/v1/parts/{part_id}/trail"),
)
TRADE: Final = "/v1/trades/{trade_id}"
RECYCLING: Final = (
    Row("recycling", "GET", "/v1/lots/{lot_id}", Answer.OPEN, "the market: every organisation sees what is on offer"),
    Row("recycling", "POST", "/v1/lots/{lot_id}:withdraw", body=WHY, version=1),
    Row("recycling", "GET", "/v1/demands/{demand_id}"),
    Row("recycling", "POST", "/v1/demands/{demand_id}:cancel", body=WHY, version=1),
    Row("recycling", "GET", TRADE),
    Row("recycling", "POST", f"{TRADE}:confirm", version=6),
    Row("recycling", "POST", f"{TRADE}:ship", version=6),
    Row("recycling", "POST", f"{TRADE}:weigh", body=scenery.ticket("STRANGER", NOW), version=6),
    Row("recycling", "POST", f"{TRADE}:settle", version=6),
    Row("recycling", "POST", f"{TRADE}:cancel", body=WHY, version=6),
    Row(
        "recycling",
        "GET",
        "/v1/claims/{claim_id}",
        Answer.OPEN,
        "whoever is shown a claim may check it; its chain is for the parties",
        never_shows=("trade_id", "lot_id", "seller_organisation_id"),
    ),
    Row("recycling", "POST", "/v1/claims/{claim_id}:revoke", body=WHY, version=1),
)
TABLE: Final = (*IDENTITY, *FOOTPRINTS, *CERTIFICATION, *RECYCLING)
