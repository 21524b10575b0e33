"""Words for the tests of this service: submissions, commands, and a store to run them on."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from services.chassis.clock import Clock
from services.chassis.handler import Accepted, Fold, Handlers, Outcome, Refused
from services.chassis.kernel import Meta, Refusal
from services.chassis.testing.clock import FixedClock
from services.chassis.testing.ids import SequenceIds
from services.chassis.testing.memory_store import MemoryStore
from services.footprints.adapters.translate import translate
from services.footprints.api.pact_v3 import read_submission
from services.footprints.application.commands import (
    GiveGrant,
    RecordOrganisation,
    RevokeGrant,
    SubmitFootprint,
    WithdrawFootprint,
)
from services.footprints.application.handlers import API_HANDLERS, DECIDING_HANDLERS
from services.footprints.domain.access import GrantScope
from services.footprints.domain.carbon import Submission
from services.footprints.domain.grant import Terms
from services.footprints.domain.organisation import Organisation
from tests.support.footprints import JsonObject, housing, raw

NOW: Final = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)
SUPPLIER: Final = "liaodong-casting"
RIVAL: Final = "hunhe-castings"
BUYER: Final = "tiexi-drive-systems"


def submission(document: JsonObject) -> Submission:
    """Read a document as the API does."""
    return read_submission(raw(document), depth_limit=32, instance="/v1/footprints")


def organisation(organisation_id: str, *, version: int = 1, suspended: bool = False) -> Organisation:
    return Organisation(organisation_id, version, organisation_id, ("supplier",), suspended)


class World:
    """The service without HTTP: commands in, outcomes, states and events out."""

    def __init__(self, clock: Clock | None = None) -> None:
        self.store = MemoryStore()
        self.clock = clock or FixedClock(NOW)
        self.ids = SequenceIds()

    def meta(self, organisation_id: str | None) -> Meta:
        return Meta(command_id=self.ids(), at=self.clock(), organisation_id=organisation_id)

    async def run(self, *commands: Any) -> list[Outcome]:
        """Run API commands as one batch."""
        return await self._run(API_HANDLERS, "api", commands)

    async def record(self, *organisations: Organisation) -> list[Outcome]:
        """Take over organisations as the worker does."""
        commands = [RecordOrganisation(self.meta(None), each) for each in organisations]
        return await self._run(DECIDING_HANDLERS, "worker", commands)

    async def _run(self, handlers: Handlers, writer: str, commands: Any) -> list[Outcome]:
        async with self.store.transaction() as tx:
            folded = await Fold(tx, handlers, translate, self.ids, writer=writer).run(list(commands))
            await tx.write(folded.writes)
            await tx.append_outbox(folded.outbox)
        return folded.outcomes

    def submit(self, document: JsonObject | None = None, *, by: str = SUPPLIER) -> SubmitFootprint:
        return SubmitFootprint(self.meta(by), submission(document or housing()))

    def give(
        self,
        scope: GrantScope = GrantScope.EVERYTHING,
        value: str | None = None,
        *,
        to: str = BUYER,
        by: str = SUPPLIER,
        start: datetime | None = None,
        end: datetime | None = None,
    ) -> GiveGrant:
        meta = self.meta(by)
        return GiveGrant(meta, self.ids(), Terms(to, scope, value, start or meta.at, end))

    def revoke(self, grant_id: str, *, version: int = 1, by: str = SUPPLIER, reason: str | None = None) -> RevokeGrant:
        return RevokeGrant(self.meta(by), grant_id, version, reason)

    def withdraw(
        self, identity: str, *, version: int = 1, by: str = SUPPLIER, reason: str = "wrong figures"
    ) -> WithdrawFootprint:
        return WithdrawFootprint(self.meta(by), identity, version, reason)

    def events(self) -> list[tuple[str, str, int]]:
        """All facts in the outbox: topic, key, version, in order of their making."""
        return [(row.topic, (row.key or b"").decode(), row.version) for row in self.store.memory.outbox]


def result(outcome: Outcome) -> Any:
    """Return what an accepted command returned."""
    assert isinstance(outcome, Accepted), outcome
    return outcome.result


def refusal(outcome: Outcome) -> Refusal:
    """Why a command was refused; a refusal always says what to do."""
    assert isinstance(outcome, Refused), outcome
    return outcome.refusal
