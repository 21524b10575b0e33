"""A market in memory: handlers through `Fold` on a `MemoryStore`, work rows taken from the outbox as bytes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from services.chassis.envelope import decode
from services.chassis.handler import Accepted, Defective, Fold, Refused
from services.chassis.kernel import Meta
from services.chassis.routes import ConsumerGroup, read_command
from services.chassis.store import OutboxRow
from services.chassis.testing.clock import FixedClock
from services.chassis.testing.ids import SequenceIds
from services.chassis.testing.memory_store import MemoryStore
from services.recycling.adapters.translate import translate
from services.recycling.application import commands
from services.recycling.application.handlers import API_HANDLERS, DECIDING_HANDLERS
from services.recycling.application.ports import CLAIMS, LOTS, MATCHES, TRADES
from services.recycling.domain.claims import Claim, ClaimRequest
from services.recycling.domain.custody import CustodyModel
from services.recycling.domain.demands import Demand
from services.recycling.domain.lots import Lot
from services.recycling.domain.standing import KnownCertificate, Organisation, Supplier
from services.recycling.domain.terms import MarketTerms
from services.recycling.domain.trades import Ticket, Trade
from services.recycling.stream.routes import BOOKS

SELLER = "org-seller"
BUYER = "org-buyer"
STRANGER = "org-stranger"
TERMS = MarketTerms()
NOW = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)
WORK_TOPIC = "recycling.book-work.v1"


def certificate(**changes: Any) -> KnownCertificate:
    """Return an ISO 14001 certificate that is valid all year."""
    values: dict[str, Any] = {
        "certificate_id": "cert-1",
        "version": 1,
        "number": "CN-14001-77",
        "issuer": "Northern Certification",
        "valid_from": date(2026, 1, 1),
        "valid_until": date(2026, 12, 31),
        "status": "active",
        "effective_on": date(2026, 1, 1),
    }
    return KnownCertificate(**values | changes)


@dataclass
class Market:
    """One service's database with both of its roles."""

    store: MemoryStore = field(default_factory=MemoryStore)
    clock: FixedClock = field(default_factory=lambda: FixedClock(NOW))
    new_id: SequenceIds = field(default_factory=SequenceIds)
    done: int = 0
    """Work rows of the outbox that have been handed to the worker."""

    def meta(self, organisation_id: str | None = SELLER) -> Meta:
        return Meta(self.new_id(), self.clock(), organisation_id, correlation_id="c-1")

    async def run(self, handlers: Any, command: Any, writer: str) -> Any:
        """Run one command in one transaction. Raises its refusal or its defect."""
        async with self.store.transaction() as tx:
            folded = await Fold(tx, handlers, translate, self.new_id, writer=writer).run([command])
            await tx.write(folded.writes)
            await tx.append_outbox(folded.outbox)
        match folded.outcomes[0]:
            case Accepted(result):
                return result
            case Refused(refusal):
                raise refusal
            case Defective(error):
                raise error

    async def api(self, command: Any) -> Any:
        return await self.run(API_HANDLERS, command, "api")

    async def learn(self, command: Any) -> None:
        await self.run(DECIDING_HANDLERS, command, "worker")

    async def consume(self, group: ConsumerGroup, raw: bytes | None) -> None:
        command = read_command(raw, group, self.clock())
        if command is not None:
            await self.run(group.handlers, command, "worker")

    def work_rows(self) -> list[OutboxRow]:
        return [row for row in self.store.memory.outbox if row.topic == WORK_TOPIC]

    async def work(self) -> None:
        """Let the worker take every row that waits, and those that follow from them."""
        while self.done < len(self.work_rows()):
            row = self.work_rows()[self.done]
            self.done += 1
            await self.consume(BOOKS, row.value)

    async def certify(self, seller: str = SELLER, **changes: Any) -> None:
        held = certificate(**{"certificate_id": f"cert-{seller}"} | changes)
        kind = TERMS.required_certificate_type
        await self.learn(commands.LearnCertificate(self.meta(None), seller, kind, held))

    async def suspend(self, organisation_id: str, version: int = 2, status: str = "suspended") -> None:
        organisation = Organisation(organisation_id, version, f"{organisation_id} GmbH", status, "unpaid fees")
        await self.learn(commands.LearnOrganisation(self.meta(None), organisation))

    async def register(self, supplier_id: str = SELLER) -> None:
        await self.learn(commands.LearnSupplier(self.meta(None), Supplier(supplier_id, 1, "Recycler Ltd")))

    def list_lot(self, seller: str = SELLER, **changes: Any) -> commands.ListLot:
        values: dict[str, Any] = {
            "meta": self.meta(seller),
            "terms": TERMS,
            "lot_id": self.new_id(),
            "grade_scheme": "en13920",
            "grade_code": "2",
            "description": "clean old castings",
            "mass_kg": Decimal(10_000),
            "post_consumer_share_percent": Decimal(70),
            "pre_consumer_share_percent": Decimal(25),
            "custody_model": CustodyModel.SEGREGATED,
            "country": "CN",
            "price_per_tonne": Decimal(14_000),
            "currency": "CNY",
            "available_from": date(2026, 6, 1),
            "available_until": date(2026, 9, 30),
        }
        return commands.ListLot(**values | changes)

    def place_demand(self, buyer: str = BUYER, **changes: Any) -> commands.PlaceDemand:
        values: dict[str, Any] = {
            "meta": self.meta(buyer),
            "demand_id": self.new_id(),
            "grade_scheme": "en13920",
            "grade_code": "2",
            "mass_kg": Decimal(4_000),
            "max_price_per_tonne": Decimal(15_000),
            "currency": "CNY",
            "needed_by": date(2026, 8, 31),
            "accepted_custody_models": (CustodyModel.IDENTITY_PRESERVED, CustodyModel.SEGREGATED),
            "min_post_consumer_share_percent": Decimal(50),
        }
        return commands.PlaceDemand(**values | changes)

    async def lot(self, seller: str = SELLER, **changes: Any) -> Lot:
        lot: Lot = await self.api(self.list_lot(seller, **changes))
        return lot

    async def demand(self, buyer: str = BUYER, **changes: Any) -> Demand:
        demand: Demand = await self.api(self.place_demand(buyer, **changes))
        return demand

    async def matched(self, **lot_changes: Any) -> Trade:
        """Return the trade of a certified seller's lot with a demand."""
        await self.certify()
        await self.lot(**lot_changes)
        await self.demand()
        await self.work()
        (trade,) = self.store.states(MATCHES).values()
        matched: Trade = trade
        return matched

    async def confirm(self, trade: Trade, who: str) -> Trade:
        return await self._step(commands.ConfirmTrade(self.meta(who), TERMS, trade.trade_id, trade.version))

    async def contracted(self, trade: Trade) -> Trade:
        return await self.confirm(await self.confirm(trade, trade.seller_organisation_id), trade.buyer_organisation_id)

    async def ship(self, trade: Trade, who: str | None = None) -> Trade:
        who = who or trade.seller_organisation_id
        return await self._step(commands.ShipTrade(self.meta(who), TERMS, trade.trade_id, trade.version))

    async def weigh(self, trade: Trade, net_kg: Decimal | None = None, who: str | None = None, **changes: Any) -> Trade:
        net_g = trade.mass_g if net_kg is None else int(net_kg * 1_000)
        values: dict[str, Any] = {
            "ticket_number": self.new_id(),
            "gross_g": net_g + 14_000_000,
            "tare_g": 14_000_000,
            "moisture_percent": Decimal(0),
            "impurity_percent": Decimal(0),
            "weighed_at": self.clock(),
        }
        meta = self.meta(who or trade.buyer_organisation_id)
        ticket = Ticket(**values | changes)
        return await self._step(commands.WeighTrade(meta, trade.trade_id, trade.version, ticket))

    async def settle(self, trade: Trade, who: str | None = None) -> Trade:
        meta = self.meta(who or trade.seller_organisation_id)
        return await self._step(commands.SettleTrade(meta, TERMS, trade.trade_id, trade.version))

    async def settled(self, trade: Trade, net_kg: Decimal | None = None) -> Trade:
        return await self.settle(await self.weigh(await self.ship(await self.contracted(trade)), net_kg))

    async def cancel(self, trade: Trade, who: str | None = None) -> Trade:
        meta = self.meta(who or trade.buyer_organisation_id)
        return await self._step(commands.CancelTrade(meta, trade.trade_id, trade.version, "no furnace"))

    async def claim(self, trade: Trade, recycled_kg: Decimal, who: str | None = None, **changes: Any) -> Claim:
        values: dict[str, Any] = {
            "claim_id": self.new_id(),
            "product_id": "urn:gtin:4012345678901",
            "name": "Inverter housing",
            "recycled_g": int(recycled_kg * 1_000),
            "post_consumer_g": None,
            "product_g": 100_000_000,
            "period_start": date(2026, 6, 1),
            "period_end": date(2026, 12, 31),
        }
        meta = self.meta(who or trade.buyer_organisation_id)
        claim: Claim = await self.api(commands.IssueClaim(meta, trade.trade_id, ClaimRequest(**values | changes)))
        return claim

    async def revoke(self, claim: Claim, who: str | None = None) -> Claim:
        meta = self.meta(who or claim.beneficiary_organisation_id)
        revoked: Claim = await self.api(commands.RevokeClaim(meta, claim.claim_id, claim.version, "made in error"))
        return revoked

    async def _step(self, command: Any) -> Trade:
        trade: Trade = await self.api(command)
        return trade

    def trades(self) -> dict[str, Trade]:
        """Return every trade in its present version."""
        return {**self.store.states(MATCHES), **self.store.states(TRADES)}

    def claims(self) -> dict[str, Claim]:
        return self.store.states(CLAIMS)

    def lots(self) -> dict[str, Lot]:
        return self.store.states(LOTS)

    def events(self, topic: str) -> list[tuple[str, str, int]]:
        """Return (key, type, version) of each fact of a topic, in order of the outbox."""
        rows = [decode(row.value) for row in self.store.memory.outbox if row.topic == topic]
        return [(event.subject, event.type, event.aggregateversion) for event in rows]

    def versions_are_whole(self) -> bool:
        """Tell whether each aggregate's events are exactly its versions 1 to n."""
        seen: dict[tuple[str, str], Counter[int]] = {}
        for row in self.store.memory.outbox:
            if row.topic != WORK_TOPIC:
                event = decode(row.value)
                seen.setdefault((row.topic, event.subject), Counter())[event.aggregateversion] += 1
        return all(counted == Counter(range(1, len(counted) + 1)) for counted in seen.values())
