"""Waiting for a condition, with a deadline: the only way tests wait."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, overload

POLL_S = 0.02

Value = TypeVar("Value")


class ConditionNotMetError(AssertionError):
    """The deadline passed first; says what was waited for."""


def wait_until(predicate: Callable[[], Value | None], timeout_s: float, what: str) -> Value:
    """Call `predicate` until its answer is true, and return that answer.

    Raises:
        ConditionNotMetError: it was still false after `timeout_s`; the text holds `what` and the last answer.

    """
    deadline = time.monotonic() + timeout_s
    while not (value := predicate()):
        if time.monotonic() > deadline:
            raise ConditionNotMetError(_text(what, timeout_s, value))
        time.sleep(POLL_S)
    return value


@overload
async def wait_until_async(predicate: Callable[[], Awaitable[Value]], timeout_s: float, what: str) -> Value: ...
@overload
async def wait_until_async(predicate: Callable[[], Value], timeout_s: float, what: str) -> Value: ...
async def wait_until_async(predicate: Callable[[], Any], timeout_s: float, what: str) -> Any:
    """Do what `wait_until` does without blocking the event loop; `predicate` may be a coroutine function.

    Raises:
        ConditionNotMetError: it was still false after `timeout_s`, or one call took longer than what was left.

    """
    deadline = time.monotonic() + timeout_s
    while not (value := await _ask(predicate, deadline, timeout_s, what)):
        if time.monotonic() > deadline:
            raise ConditionNotMetError(_text(what, timeout_s, value))
        await asyncio.sleep(POLL_S)
    return value


async def _ask(predicate: Callable[[], Any], deadline: float, timeout_s: float, what: str) -> Any:
    answer = predicate()
    if not isinstance(answer, Awaitable):
        return answer
    try:
        return await asyncio.wait_for(answer, max(deadline - time.monotonic(), POLL_S))
    except TimeoutError as error:
        raise ConditionNotMetError(_text(what, timeout_s, "no answer yet")) from error


def _text(what: str, timeout_s: float, last: object) -> str:
    return f"not within {timeout_s:g} s: {what} (last answer: {last!r})"


async def elapse(seconds: float) -> None:
    """Let a fake wait as the real part would: its caller's own time-out passes. Not for waiting in a test."""
    await asyncio.sleep(seconds)
