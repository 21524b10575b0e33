"""Positive controls: each fault test must be able to fail. Broken twins lose, double or skip; the oracle sees it."""

from __future__ import annotations

from services.chassis.clock import system_clock
from services.chassis.mongo_store import MongoStore
from services.chassis.store import OutboxRow
from tests.faults.lab import Lab
from tests.faults.test_poison import letters, send
from tests.faults.test_worker import stopped
from tests.support.wait import ConditionNotMetError, wait_until_async

LOST_AFTER_S = 15


async def test_a_consumer_that_commits_before_it_writes_is_caught(lab: Lab) -> None:
    lab.start("relay")
    await lab.append(60)
    first = lab.start("worker", "first", crash="before:1", variant="commit-first")
    await lab.ended(first)
    lab.start("worker", "second")
    await wait_until_async(lab.looks_drained, 30, "the broken system to look drained")
    assert any("versions applied" in found for found in await lab.violations())


async def test_a_relay_that_marks_before_it_sends_is_caught(lab: Lab) -> None:
    lab.start("worker")
    first = lab.start("relay", "first", crash="publish:1", variant="mark-first")
    await lab.append(60)
    await lab.ended(first)
    lab.start("relay", "second")
    await wait_until_async(lab.looks_drained, 30, "the broken system to look drained")
    assert any("first occurrences" in found for found in await lab.violations())


async def commit_late_with_an_early_id(lab: Lab) -> None:
    """Publish a row whose id was minted before another row that is committed (and published) first."""
    await lab.append(20)
    await lab.drained()
    early = OutboxRow(
        "00000000-0000-7000-8000-000000000000", lab.probe.total_topic, b"late", 1, b"{}", (), system_clock()
    )
    async with MongoStore(lab.mongo).transaction() as tx:
        await tx.append_outbox([early])


async def test_a_row_committed_late_with_an_early_id_is_published(lab: Lab) -> None:
    lab.start("worker")
    lab.start("relay")
    await commit_late_with_an_early_id(lab)
    await wait_until_async(lab.oracle_outbox_empty, 30, "the late row to be published")


async def test_a_relay_that_reads_by_watermark_is_caught(lab: Lab) -> None:
    lab.start("worker")
    lab.start("relay", variant="watermark")
    await commit_late_with_an_early_id(lab)
    try:
        await wait_until_async(lab.oracle_outbox_empty, 5, "the late row to be published")
    except ConditionNotMetError:
        return
    raise AssertionError("the watermark relay should never have seen the late row")


async def dead_letters_of_a_zombie(lab: Lab, variant: str) -> int:
    """Freeze a worker inside the transaction that buries a message, let another bury it, thaw; count the letters."""
    send(lab, [b"poison"])
    lab.start("relay")
    first = lab.start("worker", "first", crash="inside:1", signal="STOP", variant=variant)
    await wait_until_async(lambda: stopped(first.pid), 30, "the first worker to freeze")
    lab.start("worker", "second")
    await wait_until_async(lab.looks_drained, 30, "the second worker to bury the message")
    first.thaw()
    claimed = lab.log_of("first").count("partition.claimed")
    await wait_until_async(
        lambda: lab.log_of("first").count("partition.claimed") > claimed, 30, "the zombie to come back to the group"
    )
    await lab.append(5)
    await wait_until_async(lab.oracle_outbox_empty, 30, "the outbox to be published")
    return len(await letters(lab))


async def test_a_zombie_buries_nothing_twice(lab: Lab) -> None:
    assert await dead_letters_of_a_zombie(lab, "") == 1


async def test_a_consumer_without_fencing_is_caught(lab: Lab) -> None:
    assert await dead_letters_of_a_zombie(lab, "unfenced") > 1
