"""The second act: a buyer asks by the standard's event, a record is corrected, a revoked grant is shown to bite."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from infra.demo import scenery
from infra.demo.client import Actor, Json, StoryError, until

NOT_FOUND: Final = 404
REQUEST_CREATED: Final = "org.wbcsd.pact.ProductFootprint.RequestCreatedEvent.3"
CORRECTED_PCF_KGCO2E: Final = "70.905"
"""After the metered electricity of December replaced an estimate."""


class Exchange:
    """One product of the supplier, from the buyer's question to the revoked grant."""

    def __init__(
        self, supplier: Actor, buyer: Actor, says: Callable[[str, str], None], run: str, now: datetime
    ) -> None:
        """`run` keeps one playing's names apart from another's."""
        self._supplier = supplier
        self._buyer = buyer
        self._says = says
        self._run = f"{run}-COVER"
        self._now = now
        self._product = scenery.product_id(self._run)

    async def play(self) -> Json:
        """Return the ids of the two revisions. Raises `StoryError`."""
        first = await self._supplier.post("footprints", "/v1/footprints", scenery.footprint(self._run, self._now))
        grant = await self._ask_and_accept()
        second = await self._correct(first["footprint_id"])
        await self._revoke(grant, second)
        return {"first_revision": first["footprint_id"], "second_revision": second}

    async def _ask_and_accept(self) -> Json:
        event = {
            "type": REQUEST_CREATED,
            "specversion": "1.0",
            "id": f"cover/{self._run}",
            "source": "//pact.buyer.example/3/events",
            "time": self._now.isoformat(timespec="seconds"),
            "data": {"productId": [self._product], "comment": "For the drive unit programme."},
        }
        await self._buyer.send_event("footprints", "/3/events", event)
        self._says("buyer", "asks for the footprint of a housing cover, by a PACT event")
        request = await until("the request in the supplier's inbox", self._waiting)
        path = f"/v1/requests/{request['request_id']}:accept"
        await self._supplier.post("footprints", path, {"scope": "product"}, version=request["version"])
        self._says("supplier", "finds it in the inbox and accepts: the buyer may read this product")
        grants = await self._supplier.get("footprints", "/v1/grants", grantee=self._buyer.organisation_id, limit=200)
        found: Json = next(each for each in grants["items"] if each["scope_value"] == self._product)
        page = await self._buyer.get("footprints", "/3/footprints", productId=self._product)
        self._says("buyer", f"reads it at the standard's own path: {_total(page['data'][0])} kgCO2e a piece")
        return found

    async def _waiting(self) -> Json | None:
        inbox = await self._supplier.get("footprints", "/v1/requests", state="waiting")
        asked = (each for each in inbox["items"] if self._product in each["criteria"]["product_ids"])
        return next(asked, None)

    async def _correct(self, first: str) -> str:
        correction = scenery.footprint(self._run, self._now) | {
            "precedingPfIds": [first],
            "comment": "Metered electricity of December in the place of an estimate.",
        }
        totals = ("pcfExcludingBiogenicUptake", "pcfIncludingBiogenicUptake", "fossilGhgEmissions")
        correction["pcf"] = correction["pcf"] | dict.fromkeys(totals, CORRECTED_PCF_KGCO2E)
        made = await self._supplier.post("footprints", "/v1/footprints", correction)
        second: str = made["footprint_id"]
        history = await self._buyer.get("footprints", "/v1/footprint-history", product_id=self._product)
        revisions = ", then ".join(
            f"{each['pcf_excluding_biogenic_uptake_kgco2e']} ({each['status']})" for each in history["items"]
        )
        self._says("supplier", f"corrects it; the buyer sees both revisions: {revisions}")
        return second

    async def _revoke(self, grant: Json, second: str) -> None:
        path = f"/v1/grants/{grant['grant_id']}:revoke"
        body = {"reason": "The nomination ended."}
        await self._supplier.post("footprints", path, body, version=grant["version"])
        answer = await self._buyer.try_get("footprints", f"/v1/footprints/{second}")
        if answer.status_code != NOT_FOUND:
            raise StoryError(f"a revoked grant still opens {second}: {answer.status_code}")
        self._says("supplier", "revokes the grant; the buyer's next read finds nothing (404)")
        log = await self._supplier.get("footprints", "/v1/access-log", reader=self._buyer.organisation_id)
        self._says("supplier", f"has it in writing who read what and when: {len(log['items'])} entries")


def _total(document: Json) -> str:
    total: str = document["pcf"]["pcfExcludingBiogenicUptake"]
    return total
