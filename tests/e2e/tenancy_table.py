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
CHOICES: Final = {"format": "catenax-pcf-10"}
"""Parameters of paths that choose and name nothing of anybody's."""
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
VERIFICATION: Final = "/v1/verifications/{verification_id}"
VERIFIERS: Final = "steps of verifiers: the role is asked for first"
CONNECTION: Final = "/v1/partner-connections/{organisation_id}"
CREDENTIALS: Final = {"base_url": "https://pact.stranger.example", "client_id": "stranger", "client_secret": "stranger"}
FOOTPRINTS: Final = (
    Row("footprints", "GET", "/v1/footprints/{footprint_id}"),
    Row("footprints", "GET", "/2/footprints/{footprint_id}"),
    Row("footprints", "GET", "/3/footprints/{footprint_id}"),
    Row("footprints", "GET", "/v1/footprints/{footprint_id}/diff", query=("footprint_id",)),
    Row("footprints", "POST", "/v1/footprints/{footprint_id}:withdraw", body=WHY, version=1),
    Row("footprints", "GET", "/v1/footprints/{footprint_id}/findings"),
    Row("footprints", "GET", "/v1/footprints/{footprint_id}/report"),
    Row("footprints", "GET", "/v1/footprints/{footprint_id}/views/{format}"),
    Row(
        "footprints",
        "PUT",
        "/v1/factor-sets/{set_name}",
        Answer.FORBIDDEN,
        "reference figures are the operator's",
        body={"set_version": "1", "source": "a stranger", "licence": "none", "factors": []},
    ),
    Row("footprints", "GET", "/v1/requests/{request_id}"),
    Row("footprints", "POST", "/v1/requests/{request_id}:accept", version=1),
    Row("footprints", "POST", "/v1/requests/{request_id}:reject", body=WHY, version=1),
    Row("footprints", "GET", CONNECTION),
    Row("footprints", "PUT", CONNECTION, body=CREDENTIALS),
    Row("footprints", "DELETE", CONNECTION, version=1),
    Row("footprints", "GET", "/v1/deliveries/{delivery_id}"),
    Row(
        "footprints",
        "POST",
        "/v1/deliveries/{delivery_id}:retry",
        Answer.FORBIDDEN,
        "the operator tries again what was given up",
    ),
    Row("footprints", "GET", "/v1/footprints/{footprint_id}/documents"),
    Row("footprints", "POST", "/v1/footprints/{footprint_id}/documents", body={"note": "a stranger's JSON document"}),
    Row("footprints", "GET", "/v1/footprints/{footprint_id}/documents/{digest}"),
    Row("footprints", "GET", "/v1/footprints/{footprint_id}/trust"),
    Row("footprints", "GET", VERIFICATION),
    Row("footprints", "GET", f"{VERIFICATION}/footprint"),
    Row(
        "footprints",
        "POST",
        f"{VERIFICATION}:answer",
        body={"answers": [{"finding_id": "1.1", "text": "x"}]},
        version=1,
    ),
    Row("footprints", "POST", f"{VERIFICATION}:withdraw", body=WHY, version=1),
    *(
        Row("footprints", "POST", f"{VERIFICATION}:{step}", Answer.FORBIDDEN, VERIFIERS, body=WHY, version=1)
        for step in ("raise-findings", "attest", "decline")
    ),
    Row("footprints", "GET", "/v1/intakes/{intake_id}"),
    Row("footprints", "GET", "/v1/intakes/{intake_id}/results"),
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
