"""What two organisations have of their own in every service: made over HTTP, one of each resource there is."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

import httpx

from infra.demo import scenery
from tests.support.stack import Stack
from tests.support.tenant import Json, Tenant
from tests.support.wait import wait_until

EVENTS_LIMIT_S: Final = 20.0
GRADE: Final = {"grade_scheme": "gbt38472", "grade_code": "RZL-TENANCY"}
"""A grade of its own: the lots and demands of other tests never meet these."""


class Scene:
    """A seller and a buyer of material, and every resource of theirs by its name in paths: `lot_id`, `trade_id`, ..."""

    def __init__(self, stack: Stack, run: str) -> None:
        self.stack = stack
        self.run = run
        self.now = datetime.now(UTC)
        self.seller = stack.newcomer(f"Scene seller {run}", ["recycler", "supplier"])
        self.buyer = stack.newcomer(f"Scene buyer {run}", ["buyer", "supplier"])
        self.ids = {"organisation_id": self.seller.organisation_id, "client_id": self.seller.client.client_id}
        self._evidence()
        self._part()
        self._trade()

    def close(self) -> None:
        """Close the connections."""
        self.seller.close()
        self.buyer.close()

    def _evidence(self) -> None:
        footprint = self.seller.created("footprints", "/v1/footprints", scenery.footprint(self.run, self.now))
        terms = {"grantee_organisation_id": self.buyer.organisation_id, "scope": "everything"}
        grant = self.seller.created("footprints", "/v1/grants", terms)
        self.seller.created("certification", "/v1/suppliers", scenery.supplier())
        record = scenery.certificate(self.run, "SCENE", "tiexi-1", self.now)
        certificate = self.seller.created("certification", "/v1/certificates", record)
        self.ids |= {
            "footprint_id": footprint["footprint_id"],
            "grant_id": grant["grant_id"],
            "supplier_id": self.seller.organisation_id,
            "certificate_id": certificate["certificate_id"],
        }

    def _part(self) -> None:
        profile = self.buyer.created("certification", "/v1/profiles", scenery.profile(self.run))
        part = self.seller.created("certification", "/v1/parts", scenery.part(self.run))
        self.ids |= {"profile_id": profile["profile_id"], "part_id": part["part_id"]}
        path, query = f"/v1/parts/{part['part_id']}/verdict", {"profile": profile["profile_id"]}
        wait_until(
            lambda: self.buyer.get("certification", path, **query).is_success, EVENTS_LIMIT_S, "a verdict of the part"
        )

    def _trade(self) -> None:
        lot = wait_until(self._list_lot, EVENTS_LIMIT_S, "recycling to learn of the certificate")
        demand = self.buyer.created("recycling", "/v1/demands", scenery.demand(self.now) | GRADE)
        self.ids |= {"lot_id": lot["lot_id"], "demand_id": demand["demand_id"]}
        trade = wait_until(self._match, EVENTS_LIMIT_S, "the book to match")
        self.ids["trade_id"] = trade["trade_id"]
        for actor, step, body in (
            (self.seller, "confirm", None),
            (self.buyer, "confirm", None),
            (self.seller, "ship", None),
            (self.buyer, "weigh", scenery.ticket(self.run, self.now)),
            (self.seller, "settle", None),
        ):
            trade = self._step(actor, trade, step, body)
        claim = self.buyer.created("recycling", "/v1/claims", scenery.claim(self.run, trade["trade_id"], self.now))
        self.ids["claim_id"] = claim["claim_id"]

    def _list_lot(self) -> Json | None:
        answer = self.seller.send("recycling", "POST", "/v1/lots", scenery.lot(self.now) | GRADE)
        if answer.status_code == httpx.codes.CONFLICT:
            return None
        assert answer.status_code == httpx.codes.CREATED, answer.text
        lot: Json = answer.json()
        return lot

    def _match(self) -> Json | None:
        trades = self.buyer.get("recycling", "/v1/trades", demand_id=self.ids["demand_id"]).json()["items"]
        return trades[0] if trades else None

    def _step(self, actor: Tenant, trade: Json, step: str, body: dict[str, Any] | None) -> Json:
        path = f"/v1/trades/{trade['trade_id']}:{step}"
        answer = actor.send("recycling", "POST", path, body, version=trade["version"])
        assert answer.is_success, f"{step}: {answer.status_code} {answer.text}"
        after: Json = answer.json()
        return after
