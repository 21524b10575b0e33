"""Dead letters and the limits that stop a worker rather than drain a topic."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.deadletter import MAX_ERROR_CHARACTERS, PoisonLimitError, PoisonLimits, dead_letter
from services.chassis.store import Position
from tests.unit.chassis.core_parts import AT, Record

START = Position("g:t:0", offset=7, epoch=2, topic_id="id")
LIMITS = PoisonLimits(run=3, share=0.25, window=20)


def feed(position: Position, pattern: str, limits: PoisonLimits = LIMITS) -> Position:
    """Count a message for each letter: `x` is poison."""
    tally = limits.tally(position)
    for letter in pattern:
        tally.count(poison=letter == "x")
    return tally.position(position, position.offset)


def test_a_run_up_to_the_limit_is_borne() -> None:
    assert feed(START, "xxx").poison_run == 3
    with pytest.raises(PoisonLimitError, match="4 unreadable messages in a row"):
        feed(START, "xxxx")


def test_a_readable_message_ends_a_run() -> None:
    assert feed(START, "xxx.xxx").poison_run == 3
    assert feed(START, "xxx.").poison_run == 0


def test_the_share_is_judged_when_the_window_is_full() -> None:
    assert feed(START, "x..." * 4).window_poison == 4
    full = feed(START, "x..." * 5)
    assert (full.window_seen, full.window_poison) == (10, 2), "exactly the share is borne, and both are halved"
    with pytest.raises(PoisonLimitError, match=r"6 of the last 20 messages are unreadable \(limit 25%\)"):
        feed(START, "x..." * 4 + "xx..")


def test_a_window_never_forgets_at_once() -> None:
    """Half of the poison stays in the counters, so that a topic can't be drained in waves."""
    with pytest.raises(PoisonLimitError, match="of the last 20"):
        feed(feed(START, "x..." * 5), "xx." * 10)


def test_the_limit_stands_until_somebody_resets_it() -> None:
    stopped = feed(START, "xxx")
    for _ in range(3):
        with pytest.raises(PoisonLimitError):
            feed(stopped, "x")
    assert feed(replace(stopped, poison_run=0), "x").poison_run == 1


def test_the_message_that_is_one_too_many_is_not_counted() -> None:
    tally = LIMITS.tally(START)
    for _ in range(3):
        tally.count(poison=True)
    before = replace(tally)
    with pytest.raises(PoisonLimitError):
        tally.count(poison=True)
    assert tally == before


def test_the_text_says_what_to_do() -> None:
    with pytest.raises(PoisonLimitError, match=r"g:t:0: .*deadletters reset"):
        feed(START, "xxxx")


@given(st.text(alphabet="x.", max_size=80))
def test_counting_leaves_the_rest_of_the_position_alone(pattern: str) -> None:
    counted = feed(START, pattern, PoisonLimits(run=100, share=1.0, window=20))
    assert (counted.id, counted.offset, counted.epoch, counted.topic_id) == ("g:t:0", 7, 2, "id")
    assert counted.poison_run == len(pattern) - len(pattern.rstrip("x"))
    assert 0 <= counted.window_poison <= counted.window_seen < 20


@pytest.mark.parametrize(
    ("key", "value"), [(None, b""), (None, b"\x00\xff not json"), (b"\x00\xff", None), (b"", b"x")]
)
def test_key_and_value_stay_byte_for_byte(key: bytes | None, value: bytes | None) -> None:
    record = Record(41, value, key, "source.topic.v1", 3)
    row = dead_letter(record, ValueError("«why»"), "decode", topic="x.dlq", attempts=2, row_id="id-1", at=AT)
    assert (row.id, row.topic, row.key, row.value, row.version, row.created_at) == ("id-1", "x.dlq", key, value, 41, AT)
    assert dict(row.headers) == {
        "dlq-reason": b"decode",
        "dlq-error": "ValueError: «why»".encode(),
        "dlq-topic": b"source.topic.v1",
        "dlq-partition": b"3",
        "dlq-offset": b"41",
        "dlq-attempts": b"2",
        "dlq-at": AT.isoformat().encode(),
    }


def test_a_letter_without_key_and_value_gets_a_key_or_it_could_not_be_sent() -> None:
    record = Record(41, None, None, "source.topic.v1", 3)
    row = dead_letter(record, ValueError("x"), "decode", topic="t", attempts=1, row_id="i", at=AT)
    assert (row.key, row.value) == (b"source.topic.v1:3:41", None)


def test_an_error_text_is_cut_and_may_hold_anything() -> None:
    error = ValueError("\ud800" + "x" * 5_000)
    row = dead_letter(Record(1, b""), error, "handler", topic="t", attempts=1, row_id="i", at=datetime.now(UTC))
    text = dict(row.headers)["dlq-error"]
    assert text.startswith(b"ValueError: ?xxx")
    assert len(text) == MAX_ERROR_CHARACTERS
