"""Who read what: one entry per answer and owner, and none without the grant that opened it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import pytest

from services.chassis.store import RowWrite
from services.chassis.testing.ids import SequenceIds
from services.chassis.testing.memory_store import MemoryStore
from services.footprints.adapters.memory_access_log import MemoryAccessLog
from services.footprints.application.access_log import ACCESS_LOG, AccessLog, Disclosure
from services.footprints.application.ports import GRANTS
from services.footprints.domain.access import everything_key, footprint_key, product_key
from services.footprints.domain.access_log import MAX_ENTRY_IDS, AccessEntry, Opening, Reading, entries_of
from services.footprints.domain.errors import AccessChanged
from services.footprints.domain.grant import Grant, GrantStatus
from tests.unit.footprints.access_log_contract import AccessLogContract, AccessLogHarness, grant
from tests.unit.footprints.given import BUYER, NOW, RIVAL, SUPPLIER

READING = Reading(BUYER, "list_footprints", NOW)
LATER = NOW + timedelta(days=1)
EVERYTHING = Opening(everything_key(SUPPLIER), "grant-e")
PRODUCT = Opening(product_key(SUPPLIER, "urn:p"), "grant-p")


@dataclass(frozen=True)
class Page:
    """A footprint as an answer shows it."""

    footprint_id: str
    owner_organisation_id: str = SUPPLIER
    product_ids: tuple[str, ...] = ("urn:P",)


class MemoryHarness:
    def __init__(self) -> None:
        self.store = MemoryStore()
        self.log: AccessLog = MemoryAccessLog(self.store)

    async def hold(self, grants: Sequence[Grant]) -> None:
        async with self.store.transaction() as tx:
            await tx.write([RowWrite(GRANTS, each.grant_id, each, 0) for each in grants])


class TestMemoryAccessLog(AccessLogContract):
    @pytest.fixture
    def harness(self) -> AccessLogHarness:
        return MemoryHarness()


def recorded(shown: Sequence[Page], *openings: Opening, reading: Reading = READING) -> list[AccessEntry]:
    return entries_of(shown, openings, reading, LATER, SequenceIds())


def test_an_answer_has_one_entry_an_owner() -> None:
    rival = Opening(everything_key(RIVAL), "grant-r")
    entries = recorded([Page("1"), Page("2", RIVAL), Page("3")], EVERYTHING, rival)
    assert [(each.owner_organisation_id, each.footprint_ids, each.opened_by) for each in entries] == [
        (SUPPLIER, ("1", "3"), (EVERYTHING,)),
        (RIVAL, ("2",), (rival,)),
    ]
    first = entries[0]
    assert (first.reader_organisation_id, first.operation, first.read_at, first.expires_at) == (
        BUYER, "list_footprints", NOW, LATER,
    )  # fmt: skip
    assert len({each.entry_id for each in entries}) == 2


def test_the_widest_grant_is_named() -> None:
    one = Opening(footprint_key("1"), "grant-1")
    assert recorded([Page("1")], one, PRODUCT, EVERYTHING)[0].opened_by == (EVERYTHING,)
    assert recorded([Page("1")], one, PRODUCT)[0].opened_by == (PRODUCT,)
    assert recorded([Page("1"), Page("2")], one, PRODUCT)[0].opened_by == (PRODUCT,)
    assert recorded([Page("1", product_ids=("urn:q",)), Page("2")], one, PRODUCT)[0].opened_by == (one, PRODUCT)


def test_ones_own_reading_is_not_told_of() -> None:
    assert recorded([Page("1")], reading=Reading(SUPPLIER, "read_footprint", NOW)) == []


def test_no_id_is_lost_in_a_large_answer() -> None:
    shown = [Page(str(number)) for number in range(MAX_ENTRY_IDS * 2 + 1)]
    entries = recorded(shown, EVERYTHING)
    assert [len(each.footprint_ids) for each in entries] == [MAX_ENTRY_IDS, MAX_ENTRY_IDS, 1]
    assert [identity for each in entries for identity in each.footprint_ids] == [each.footprint_id for each in shown]


def test_what_no_grant_opens_any_more_is_not_shown() -> None:
    with pytest.raises(AccessChanged) as refused:
        recorded([Page("1"), Page("2", product_ids=("urn:q",))], PRODUCT)
    assert refused.value.remedy


async def test_a_disclosure_names_the_grants_and_the_end_of_retention() -> None:
    harness = MemoryHarness()
    await harness.hold([grant(1, "urn:p"), grant(2, status=GrantStatus.REVOKED)])
    disclosure = Disclosure(harness.log, SequenceIds(), timedelta(days=30))
    await disclosure.record([Page("1"), Page("own", BUYER)], READING)
    (entry,) = harness.store.states(ACCESS_LOG).values()
    assert (entry.footprint_ids, entry.opened_by) == (("1",), (Opening(PRODUCT.access_key, "grant-1"),))
    assert entry.expires_at == NOW + timedelta(days=30)
    await disclosure.record([Page("own", BUYER)], READING)
    assert len(harness.store.states(ACCESS_LOG)) == 1


async def test_a_disclosure_without_a_grant_leaves_no_entry() -> None:
    harness = MemoryHarness()
    with pytest.raises(AccessChanged):
        await Disclosure(harness.log, SequenceIds(), timedelta(days=30)).record([Page("1")], READING)
    assert harness.store.states(ACCESS_LOG) == {}
