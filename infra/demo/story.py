"""The story: a die-cast housing becomes a certified part, by events alone.

A tier-2 supplier submits a footprint; its part fails a buyer's profile for want of recycled content; the supplier
buys a recycler's lot, which is shipped, weighed, settled and claimed for the part; the verdict turns to certified.
Then the buyer asks for another product's footprint (`exchange.py`).
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

import httpx

from infra.demo import scenery
from infra.demo.client import Actor, Client, Json, StoryError, until
from infra.demo.exchange import Exchange

__all__ = ["StoryError", "play"]

REQUEST_LIMIT_S: Final = 30.0
CONFLICT: Final = 409


class Narrator:
    """Prints the timeline: milliseconds since the beginning, who, what."""

    def __init__(self, out: Callable[[str], Any]) -> None:
        """`out` takes one line."""
        self._out = out
        self._started = time.monotonic()

    def says(self, who: str, what: str) -> None:
        """Print one line."""
        self._out(f"{(time.monotonic() - self._started) * 1_000:7.0f} ms  {who:10s} {what}")


async def play(services: Mapping[str, str], clients: Mapping[str, Client], out: Callable[[str], Any]) -> Json:
    """Play it once over HTTP, as its five organisations; return the ids of what it made. Raises `StoryError`."""
    async with httpx.AsyncClient(timeout=REQUEST_LIMIT_S) as http:
        actors = {key: await Actor.log_in(http, services, client) for key, client in clients.items()}
        story = _Story(actors, Narrator(out))
        await story.prepare()
        await story.fail_for_want_of_recycled_content()
        await story.buy_recycled_material()
        await story.turn_to_certified()
        await story.exchange()
        return story.made


class _Story:
    def __init__(self, actors: Mapping[str, Actor], narrator: Narrator) -> None:
        self.supplier, self.buyer, self.recycler = actors["supplier"], actors["buyer"], actors["recycler"]
        self.says = narrator.says
        self.run = secrets.token_hex(3).upper()
        self.now = datetime.now(UTC)
        self.made: Json = {}

    async def prepare(self) -> None:
        """Profile, sites, certificates and the listed part."""
        profile = await self.buyer.post("certification", "/v1/profiles", scenery.profile(self.run))
        self.made["profile"] = profile["profile_id"]
        self.says("buyer", "asks for ISO 14001, 75 kgCO2e a piece at most, 25 % recycled content at least")
        await self._register(self.supplier, scenery.supplier())
        await self._certify(self.supplier, "HSG", "tiexi-1")
        part = await self.supplier.post("certification", "/v1/parts", scenery.part(self.run))
        self.made["part"] = part["part_id"]
        self.says("supplier", f"lists part {part['part_number']}, made in Tiexi under ISO 14001")

    async def _register(self, actor: Actor, record: Json) -> None:
        answer = await actor.try_post("certification", "/v1/suppliers", record)
        if answer.is_error and answer.status_code != CONFLICT:
            raise StoryError(f"register {record['name']}: {answer.status_code} {answer.text}")

    async def _certify(self, actor: Actor, holder: str, site_id: str) -> None:
        await actor.post("certification", "/v1/certificates", scenery.certificate(self.run, holder, site_id, self.now))

    async def fail_for_want_of_recycled_content(self) -> None:
        """Show that the footprint alone is not enough, and that without a grant the buyer learns nothing of it."""
        footprint = await self.supplier.post("footprints", "/v1/footprints", scenery.footprint(self.run, self.now))
        self.made["footprint"] = footprint["footprint_id"]
        self.says("supplier", f"submits a footprint: {scenery.PCF_KGCO2E} kgCO2e a piece")
        verdict = await self._verdict({"pcf_ceiling": "no_access", "recycled_share": "missing"})
        self.says("events", f"verdict: {_in_words(verdict)}")
        grant = {"grantee_organisation_id": self.buyer.organisation_id, "scope": "product"}
        await self.supplier.post("footprints", "/v1/grants", grant | {"scope_value": scenery.product_id(self.run)})
        self.says("supplier", "grants the buyer access to the footprints of this product")
        verdict = await self._verdict({"pcf_ceiling": "met", "recycled_share": "missing"})
        self.says("events", f"verdict: {_in_words(verdict)}")

    async def buy_recycled_material(self) -> None:
        """Lot and demand meet; the trade is contracted, shipped, weighed and settled."""
        demand = await self.supplier.post("recycling", "/v1/demands", scenery.demand(self.now))
        self.says("supplier", f"wants {scenery.DEMAND_MASS_KG} kg of recycled casting alloy")
        await self._list_lot()
        trade = await until("the book to match lot and demand", lambda: self._trade_of(demand["demand_id"]))
        self.says("events", f"matched: {trade['mass_kg']} kg at {trade['price_per_tonne']} {trade['currency']} a tonne")
        for actor in (self.recycler, self.supplier):
            trade = await actor.post(*_step(trade, "confirm"), version=trade["version"])
        trade = await self.recycler.post(*_step(trade, "ship"), version=trade["version"])
        self.says("recycler", "ships it")
        ticket = scenery.ticket(self.run, self.now)
        trade = await self.supplier.post(*_step(trade, "weigh"), ticket, version=trade["version"])
        self.says("supplier", f"weighs it: {trade['weighed_mass_kg']} kg after moisture and impurity")
        trade = await self.recycler.post(*_step(trade, "settle"), version=trade["version"])
        self.made["trade"] = trade["trade_id"]
        self.says(
            "recycler", f"settles {trade['settled_mass_kg']} kg for {trade['settled_amount']} {trade['currency']}"
        )

    async def _list_lot(self) -> None:
        """Show that a recycler without certificate is refused; once recycling has heard of one, the lot is listed."""
        lot = scenery.lot(self.now)
        answer = await self.recycler.try_post("recycling", "/v1/lots", lot)
        if answer.status_code == CONFLICT:
            self.says("recycler", f"is refused: {answer.json()['detail']}")
            await self._register(self.recycler, scenery.recycler())
            await self._certify(self.recycler, "YARD", "yard-1")
            self.says("recycler", "records its ISO 14001 certificate")

            async def again() -> httpx.Response | None:
                tried = await self.recycler.try_post("recycling", "/v1/lots", lot)
                return None if tried.status_code == CONFLICT else tried

            answer = await until("recycling to learn of the certificate", again)
        if answer.is_error:
            raise StoryError(f"list a lot: {answer.status_code} {answer.text}")
        self.says("recycler", f"lists a lot of {scenery.LOT_MASS_KG} kg")

    async def _trade_of(self, demand_id: str) -> Json | None:
        trades = (await self.supplier.get("recycling", "/v1/trades", demand_id=demand_id))["items"]
        return trades[0] if trades else None

    async def turn_to_certified(self) -> None:
        """Let the claim make the difference; the buyer sees it, with the trail of events behind it."""
        claim = scenery.claim(self.run, self.made["trade"], self.now)
        issued = await self.supplier.post("recycling", "/v1/claims", claim)
        self.made["claim"] = issued["claim_id"]
        self.says("supplier", f"claims {issued['recycled_mass_kg']} kg: {issued['recycled_share_percent']} % recycled")
        verdict = await self._verdict({"pcf_ceiling": "met", "recycled_share": "met"})
        self.says("events", f"verdict: {_in_words(verdict)}")
        await until("the buyer's list of certified parts", self._certified)
        self.says("buyer", "finds the part among its certified parts; the trail behind it:")
        trail = await self.buyer.get(*self._part("trail"), profile=self.made["profile"])
        for step in trail["events"]:
            self.says("", f"  {step['event_type']} v{step['version']} {step['verdict'] or ''}".rstrip())

    async def exchange(self) -> None:
        """Play the second act, on a product of its own."""
        self.made |= await Exchange(self.supplier, self.buyer, self.says, self.run, self.now).play()

    async def _certified(self) -> Json | None:
        query = {"profile": self.made["profile"], "certified": "true"}
        parts = (await self.buyer.get("certification", "/v1/parts", **query))["items"]
        return next((part for part in parts if part["part_id"] == self.made["part"]), None)

    async def _verdict(self, expected: Mapping[str, str]) -> Json:
        """Wait until the buyer's verdict has these results."""
        seen: Json = {}

        async def look() -> Json | None:
            answer = await self.buyer.try_get(*self._part("verdict"), profile=self.made["profile"])
            if answer.is_error:
                return None
            seen.update(answer.json())
            results = {outcome["requirement"]: outcome["result"] for outcome in seen["requirements"]}
            return seen if expected.items() <= results.items() else None

        return await until(f"a verdict with {dict(expected)}", look)

    def _part(self, view: str) -> tuple[str, str]:
        return "certification", f"/v1/parts/{self.made['part']}/{view}"


def _step(trade: Json, step: str) -> tuple[str, str]:
    return "recycling", f"/v1/trades/{trade['trade_id']}:{step}"


def _in_words(verdict: Json) -> str:
    results = ", ".join(f"{outcome['requirement']} {outcome['result']}" for outcome in verdict["requirements"])
    return f"{verdict['verdict']} ({results})"
