"""The relay on a real outbox: FLAG-NOT-WATERMARK, VERSION-ORDER, ACK-THEN-MARK, ONE-ACTIVE."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from kafka.errors import KafkaError, KafkaTimeoutError, MessageSizeTooLargeError
from pymongo.database import Database
from pymongo.write_concern import WriteConcern

from services.chassis.mongo_store import LEASES, OUTBOX
from services.chassis.relay import PublishError, Relay, RelayOptions
from services.chassis.relay_role import ensure_outbox
from tests.integration.chassis.relay_lab import LIMIT_S, NOW, FakeProducer, Outbox, relay_of
from tests.support.wait import wait_until


@pytest.fixture
def outbox(database: Database[dict[str, Any]]) -> Outbox:
    ensure_outbox(database.client, database.name)
    return Outbox(database)


@pytest.fixture
def producer() -> FakeProducer:
    return FakeProducer()


# -- FLAG-NOT-WATERMARK -----------------------------------------------------------------------------------------


def test_a_row_that_is_committed_late_is_published_though_its_id_is_older(
    outbox: Outbox, producer: FakeProducer
) -> None:
    relay = relay_of(outbox, producer)
    with outbox.database.client.start_session() as session:
        session.start_transaction(write_concern=WriteConcern("majority"))
        outbox.add("a-minted-first", b"slow", session=session)
        outbox.add("b-minted-second", b"quick")
        assert relay.publish_page() == 1
        session.commit_transaction()
    assert relay.publish_page() == 1
    assert producer.values == ["b-minted-second", "a-minted-first"]
    assert outbox.unpublished() == []
    assert relay.publish_page() == 0


def test_what_is_inserted_while_a_page_is_under_way_waits_for_the_next(outbox: Outbox, producer: FakeProducer) -> None:
    relay = relay_of(outbox, producer)
    outbox.add("b")
    producer.on_flush = lambda: outbox.add("a", b"other") if outbox.rows.count_documents({}) == 1 else None
    assert relay.publish_page() == 1
    assert outbox.unpublished() == ["a"]


# -- VERSION-ORDER ----------------------------------------------------------------------------------------------


def test_versions_decide_the_order_not_ids(outbox: Outbox, producer: FakeProducer) -> None:
    for row_id, version in [("a", 3), ("b", 1), ("c", 2)]:
        outbox.add(row_id, b"k", version)
    relay_of(outbox, producer).publish_page()
    assert producer.values == ["b", "c", "a"]


@pytest.mark.parametrize("page_rows", [1, 2, 3])
def test_a_page_that_cuts_a_key_is_completed_with_its_lower_versions(
    outbox: Outbox, producer: FakeProducer, page_rows: int
) -> None:
    outbox.add("a", b"k", 3)
    outbox.add("b", b"other", 9)
    outbox.add("c", b"j", 1)
    outbox.add("x", b"k", 1)
    outbox.add("y", b"k", 2)
    outbox.add("z", b"k", 4)
    relay = relay_of(outbox, producer, page_rows=page_rows)
    first = relay.select()
    assert [row["_id"] for row in first if row["key"] == b"k"] == ["x", "y", "a"]
    while relay.publish_page():
        pass
    assert [value for value in producer.values if value in "axyz"] == ["x", "y", "a", "z"]
    assert sorted(producer.values) == list("abcxyz"), "each once"


def test_the_same_key_of_another_topic_is_another_key(outbox: Outbox, producer: FakeProducer) -> None:
    outbox.add("a", b"k", 5, topic="t")
    outbox.add("b", b"k", 1, topic="u")
    assert [row["_id"] for row in relay_of(outbox, producer, page_rows=1).select()] == ["a"]


def test_published_versions_are_not_sent_again(outbox: Outbox, producer: FakeProducer) -> None:
    relay = relay_of(outbox, producer)
    outbox.add("a", b"k", 1)
    relay.publish_page()
    outbox.add("b", b"k", 2)
    relay.publish_page()
    assert producer.values == ["a", "b"]


def test_work_and_dead_letters_leave_in_order_of_their_ids(outbox: Outbox, producer: FakeProducer) -> None:
    for row_id in ("c", "a", "b"):
        outbox.add(row_id, b"root", 0, topic="work")
    outbox.add("e", None, 17, topic="x.dlq")
    outbox.add("d", None, 17, topic="x.dlq")
    relay_of(outbox, producer).publish_page()
    assert producer.values == ["a", "b", "c", "d", "e"]


def test_rows_go_out_byte_for_byte(outbox: Outbox, producer: FakeProducer) -> None:
    outbox.add("a", bytes(range(256)), topic="t")
    outbox.rows.update_one({"_id": "a"}, {"$set": {"value": None}})
    relay_of(outbox, producer).publish_page()
    assert producer.sent == [("t", bytes(range(256)), None)]
    assert producer.headers == [[("h", b"\x00\xff")]]


def test_both_queries_of_a_page_use_the_index_of_unpublished_rows(outbox: Outbox, producer: FakeProducer) -> None:
    """Published rows are kept for a week: a page must not walk over them."""
    outbox.add("published", b"k1", 1)
    relay_of(outbox, producer).publish_page()
    outbox.rows.insert_many(
        [{"_id": f"p{number}", "topic": "t", "key": b"k1", "version": 1, "published": True} for number in range(500)]
    )
    for number in range(20):
        outbox.add(f"u{number}", f"k{number}".encode(), 2)
    page = {"find": OUTBOX, "filter": {"published": False}, "sort": {"_id": 1}, "limit": 5}
    lower = [{"topic": "t", "key": f"k{number}".encode(), "version": {"$lt": 2}} for number in range(20)]
    completion = {"find": OUTBOX, "filter": {"published": False, "$or": lower}}
    for query in (page, completion):
        explained = outbox.database.command("explain", query, verbosity="executionStats")
        assert "COLLSCAN" not in str(explained["queryPlanner"]["winningPlan"])
        assert explained["executionStats"]["totalDocsExamined"] <= 20


# -- ACK-THEN-MARK ----------------------------------------------------------------------------------------------


def test_a_page_is_marked_and_counted_once_it_is_acknowledged(outbox: Outbox, producer: FakeProducer) -> None:
    counted: list[tuple[str, int]] = []
    relay = Relay(
        outbox.database.client,
        outbox.database.name,
        producer,
        holder="one",
        options=RelayOptions(),
        on_published=lambda topic, rows: counted.append((topic, rows)),
    )
    outbox.add("a")
    outbox.add("b")
    outbox.add("c", topic="u")
    assert relay.publish_page() == 3
    assert sorted(counted) == [("t", 2), ("u", 1)]
    assert all(row["published_at"] > NOW for row in outbox.rows.find())


@pytest.mark.parametrize("at_once", [False, True], ids=["in-the-future", "in-send"])
@pytest.mark.parametrize("error", [KafkaTimeoutError("no answer"), MessageSizeTooLargeError("too large")])
def test_a_send_error_marks_nothing_and_ends_the_relay(
    outbox: Outbox, producer: FakeProducer, error: KafkaError, at_once: bool
) -> None:
    for row_id in "abc":
        outbox.add(row_id, row_id.encode())
    producer.fail = lambda value: error if value == b"b" else None
    producer.at_once = at_once
    relay = relay_of(outbox, producer)
    with pytest.raises(PublishError, match=f"t b: {type(error).__name__}"):
        relay.run()
    assert outbox.unpublished() == ["a", "b", "c"]
    assert outbox.database[LEASES].count_documents({}) == 0, "the next relay need not wait for the lease"
    producer.fail = lambda _: None
    assert relay_of(outbox, producer, "two").publish_page() == 3
    assert outbox.unpublished() == []


def test_a_flush_that_ends_without_answer_marks_nothing(outbox: Outbox, producer: FakeProducer) -> None:
    def run_out() -> None:
        raise KafkaTimeoutError("not flushed")

    outbox.add("a")
    producer.on_flush = run_out
    with pytest.raises(KafkaError):
        relay_of(outbox, producer).run()
    assert outbox.unpublished() == ["a"]


# -- the loop, and ONE-ACTIVE -----------------------------------------------------------------------------------


@contextmanager
def running(relay: Relay) -> Iterator[threading.Thread]:
    thread = threading.Thread(target=relay.run)
    thread.start()
    try:
        yield thread
    finally:
        relay.stop()
        thread.join(LIMIT_S)
        assert not thread.is_alive()


def test_a_waiting_relay_wakes_when_a_row_is_committed(outbox: Outbox, producer: FakeProducer) -> None:
    relay = relay_of(outbox, producer, sweep_ms=60_000)
    with running(relay):
        wait_until(lambda: relay.active, LIMIT_S, "the lease")
        for row_id in "abc":
            outbox.add(row_id)
            wait_until(lambda: outbox.unpublished() == [], LIMIT_S, "the row to be published, long before the sweep")
    assert producer.values == ["a", "b", "c"]


def test_one_of_two_relays_is_active_and_the_other_takes_over(outbox: Outbox) -> None:
    one, two = FakeProducer(), FakeProducer()
    first, second = relay_of(outbox, one, "one"), relay_of(outbox, two, "two")
    with running(first):
        wait_until(lambda: first.active, LIMIT_S, "the first to hold the lease")
        with running(second):
            outbox.add("a")
            wait_until(lambda: outbox.unpublished() == [], LIMIT_S, "the first to publish")
            first.stop()
            outbox.add("b", b"other")
            wait_until(lambda: outbox.unpublished() == [], LIMIT_S, "the second to publish")
            assert second.active
    assert (one.values, two.values) == (["a"], ["b"])


def test_a_relay_that_lost_its_lease_stands_by(outbox: Outbox, producer: FakeProducer) -> None:
    relay = relay_of(outbox, producer, lease_seconds=0.3)
    with running(relay):
        wait_until(lambda: relay.active, LIMIT_S, "the lease")
        until = datetime.now(UTC) + timedelta(minutes=1)
        outbox.database[LEASES].update_one({"_id": "relay"}, {"$set": {"token": "another", "expires_at": until}})
        wait_until(lambda: not relay.active, LIMIT_S, "the relay to stand by")
        outbox.add("a")
    assert outbox.unpublished() == ["a"]


def test_the_age_of_the_oldest_row_is_told(outbox: Outbox, producer: FakeProducer) -> None:
    relay = relay_of(outbox, producer)
    assert relay.oldest_unpublished_s() == 0.0
    outbox.add("a")
    outbox.rows.update_one({"_id": "a"}, {"$set": {"created_at": datetime.now(UTC) - timedelta(minutes=2)}})
    assert 119 < relay.oldest_unpublished_s() < 180
    relay.publish_page()
    assert relay.oldest_unpublished_s() == 0.0
