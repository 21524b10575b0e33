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
        self.ids["set_name"] = "tests-invented"
        self._evidence()
        self._verification()
        self._intake()
        self._exchange()
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

    def _verification(self) -> None:
        """Have the seller open its footprint to a verifier, with a document beside it."""
        footprint_id = self.ids["footprint_id"]
        path = f"/v1/footprints/{footprint_id}/documents"
        document = self.seller.created("footprints", path, {"run": self.run})
        with self.stack.newcomer(f"Scene verifier {self.run}", ["verifier"]) as verifier:
            terms = {
                "footprint_id": footprint_id,
                "verifier_organisation_id": verifier.organisation_id,
                "scope": {"kind": "product_pcf"},
            }
        opened = wait_until(lambda: self._open(terms), EVENTS_LIMIT_S, "footprints to learn of the verifier")
        self.ids |= {"digest": document["sha256"], "verification_id": opened["verification_id"]}

    def _open(self, terms: Json) -> Json | None:
        answer = self.seller.send("footprints", "POST", "/v1/verifications", terms)
        if answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY:
            return None
        assert answer.status_code == httpx.codes.CREATED, answer.text
        opened: Json = answer.json()
        return opened

    def _intake(self) -> None:
        """Have the seller send a table of one line."""
        body, headers = scenery.footprint(f"{self.run}-TABLE", self.now), {"Content-Type": "application/x-ndjson"}
        answer = self.seller.send("footprints", "POST", "/v1/intakes", body, headers=headers)
        assert answer.status_code == httpx.codes.ACCEPTED, answer.text
        self.ids["intake_id"] = answer.json()["intake_id"]
        path = f"/v1/intakes/{self.ids['intake_id']}"
        wait_until(
            lambda: self.seller.get("footprints", path).json()["state"] == "done",
            EVENTS_LIMIT_S,
            "the intake to be read",
        )

    def _exchange(self) -> None:
        """Have the seller ask for a footprint of the buyer, and for one that nobody has."""
        run = f"{self.run}-ASKED"
        self.buyer.created("footprints", "/v1/footprints", scenery.footprint(run, self.now))
        for number, product in enumerate((scenery.product_id(run), scenery.product_id("NOBODY"))):
            event = {
                "type": "org.wbcsd.pact.ProductFootprint.RequestCreatedEvent.3",
                "specversion": "1.0",
                "id": f"{run}/{number}",
                "source": "//seller.example",
                "time": self.now.isoformat(),
                "data": {"productId": [product]},
            }
            media_type = {"Content-Type": "application/cloudevents+json"}
            answer = self.seller.send("footprints", "POST", "/3/events", event, headers=media_type)
            assert answer.status_code == httpx.codes.OK, answer.text
        (request,) = self.buyer.get("footprints", "/v1/requests").json()["items"]
        with self.stack.as_demo("park") as park:
            query = {"recipient": self.seller.organisation_id}
            (delivery,) = wait_until(
                lambda: park.get("footprints", "/v1/deliveries", **query).json()["items"],
                EVENTS_LIMIT_S,
                "the courier to take up a delivery",
            )
        self.ids |= {"request_id": request["request_id"], "delivery_id": delivery["delivery_id"]}

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
