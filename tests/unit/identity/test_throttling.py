from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from services.identity.application.rate_limit import RateLimiter
from services.identity.application.verified_secrets import VerifiedSecrets


class Seconds:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def test_a_key_passes_as_often_as_its_budget_says_then_waits() -> None:
    clock = Seconds()
    limiter = RateLimiter(30, clock_s=clock)

    assert [limiter.take("a") for _ in range(30)] == [0.0] * 30
    wait_s = limiter.take("a")
    assert 0 < wait_s <= 2.0
    assert limiter.take("b") == 0.0
    clock.now += wait_s
    assert limiter.take("a") == 0.0
    assert limiter.take("a") > 0


@given(st.lists(st.floats(0, 30), max_size=200))
def test_no_minute_holds_more_than_twice_the_budget(pauses_s: list[float]) -> None:
    clock = Seconds()
    limiter = RateLimiter(10, clock_s=clock)
    passed_at: list[float] = []
    for pause_s in pauses_s:
        clock.now += pause_s
        if limiter.take("a") == 0.0:
            passed_at.append(clock.now)
    for start in passed_at:
        assert sum(start <= moment < start + 60 for moment in passed_at) <= 20


def test_its_memory_is_bounded_and_the_quietest_key_goes_first() -> None:
    limiter = RateLimiter(1, max_keys=2, clock_s=Seconds())

    for name in ("a", "b", "a", "c"):  # b is the quietest when c comes
        limiter.take(name)

    assert len(limiter) == 2
    assert limiter.take("a") > 0


def test_a_right_secret_is_known_for_a_while_and_only_exactly_that_one() -> None:
    clock = Seconds()
    verified = VerifiedSecrets(60, clock_s=clock)
    verified.remember("erp", "hash-1", "right")

    assert verified.knows("erp", "hash-1", "right")
    assert not verified.knows("erp", "hash-1", "wrong")
    assert not verified.knows("erp", "hash-2", "right")  # the secret was rotated
    assert not verified.knows("mes", "hash-1", "right")
    clock.now += 60
    assert not verified.knows("erp", "hash-1", "right")


def test_it_can_be_switched_off_and_its_memory_is_bounded() -> None:
    off = VerifiedSecrets(0, clock_s=Seconds())
    off.remember("erp", "hash", "right")
    assert not off.knows("erp", "hash", "right")

    small = VerifiedSecrets(60, max_entries=2, clock_s=Seconds())
    for number in range(5):
        small.remember("erp", "hash", f"secret-{number}")
    assert len(small) == 2
    assert small.knows("erp", "hash", "secret-4")


def test_what_is_kept_does_not_hold_the_secret() -> None:
    verified = VerifiedSecrets(60)
    verified.remember("erp", "hash", "a-secret-to-be-looked-for")

    assert "a-secret-to-be-looked-for" not in repr(vars(verified) if hasattr(verified, "__dict__") else verified)
    assert all(b"secret" not in digest for digest in verified._expires_at_s)
