"""Concurrent questions share one look-up; the answer is asked anew afterwards."""

from __future__ import annotations

import asyncio

import pytest

from services.chassis.standing import SharedStanding


class Registry:
    def __init__(self) -> None:
        self.asked: list[str] = []
        self.active = True
        self.gate = asyncio.Event()

    async def __call__(self, organisation_id: str) -> bool:
        self.asked.append(organisation_id)
        await self.gate.wait()
        if organisation_id == "broken":
            raise OSError("no answer")
        return self.active


async def test_concurrent_questions_share_a_look_up_per_organisation() -> None:
    registry = Registry()
    standing = SharedStanding(registry)
    questions = [asyncio.create_task(standing(name)) for name in ("a", "a", "b", "a")]
    await asyncio.sleep(0)
    registry.gate.set()
    assert await asyncio.gather(*questions) == [True] * 4
    assert sorted(registry.asked) == ["a", "b"]


async def test_a_suspension_bites_with_the_next_question() -> None:
    registry = Registry()
    registry.gate.set()
    standing = SharedStanding(registry)
    assert await standing("a")
    registry.active = False
    assert not await standing("a")


async def test_a_caller_that_goes_away_does_not_end_it_for_the_others() -> None:
    registry = Registry()
    standing = SharedStanding(registry)
    leaver, stayer = asyncio.create_task(standing("a")), asyncio.create_task(standing("a"))
    await asyncio.sleep(0)
    leaver.cancel()
    await asyncio.sleep(0)
    registry.gate.set()
    assert await stayer


async def test_an_error_reaches_every_caller_and_is_not_kept() -> None:
    registry = Registry()
    registry.gate.set()
    standing = SharedStanding(registry)
    for _ in range(2):
        with pytest.raises(OSError, match="no answer"):
            await standing("broken")
    assert registry.asked == ["broken", "broken"]
