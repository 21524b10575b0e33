"""`POST /v1/footprints:batch`: a result a line, no line harms another."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from services.footprints.api import batch
from services.footprints.api.resources import BatchLine
from services.footprints.application.handlers.submit import SubmitFootprintHandler
from services.footprints.application.ports import FOOTPRINTS
from tests.component.footprints.house import House, lines, open_house, problem
from tests.support.footprints import footprint_id, housing, minimal, ndjson, raw


async def test_every_line_has_its_result(house: House) -> None:
    await house.rival.submit(housing(9))
    body = (
        ndjson(housing(1), housing(2, pcf={"fossilGhgEmissions": 1}))
        + b"{\n\n"
        + ndjson(minimal(5), housing(1), housing(1, comment="x"), housing(9))
    )
    results = lines(await house.supplier.batch(body))
    assert [(each["line"], each["status"]) for each in results] == [
        (1, 201), (2, 422), (3, 400), (5, 201), (6, 200), (7, 409), (8, 409),
    ]  # fmt: skip
    for each in results:
        BatchLine.model_validate(each)
    assert results[0] == {
        "line": 1,
        "status": 201,
        "id": footprint_id(1),
        "location": f"/v1/footprints/{footprint_id(1)}",
        "findings": [],
    }
    assert results[1]["id"] is None
    assert results[1]["problem"]["errors"][0]["field"] == "/pcf/fossilGhgEmissions"
    assert [finding["severity"] for finding in results[3]["findings"]] == ["warning"] * 3 + ["info"] * 4
    assert results[5]["problem"]["type"] == "urn:tierloop:problem:footprint-immutable"
    assert (results[6]["id"], results[6]["problem"]["errors"][0]["rule"]) == (footprint_id(9), "footprint_id_taken")
    assert set(house.world.store.states(FOOTPRINTS)) == {footprint_id(number) for number in (1, 5, 9)}


async def test_a_repeat_is_safe(house: House) -> None:
    body = ndjson(*(housing(number) for number in range(1, 6)))
    assert {each["status"] for each in lines(await house.supplier.batch(body))} == {201}
    events = len(house.world.events())
    assert {each["status"] for each in lines(await house.supplier.batch(body))} == {200}
    assert len(house.world.events()) == events


async def test_a_thousand_lines_and_not_one_more(house: House) -> None:
    body = ndjson(*(minimal(number) for number in range(1, 1_003)))
    results = lines(await house.supplier.batch(body))
    assert len(results) == 1_001
    assert {each["status"] for each in results[:1_000]} == {201}
    assert (results[1_000]["line"], results[1_000]["status"]) == (1_001, 413)
    assert "1000 footprints" in results[1_000]["problem"]["detail"]
    assert len(house.world.store.states(FOOTPRINTS)) == 1_000


async def test_a_body_over_the_limit_keeps_the_lines_before_it() -> None:
    async def body() -> AsyncIterator[bytes]:
        for number in range(1, 100):
            yield raw(housing(number)) + b"\n"

    async with open_house(batch_body_limit_bytes=16_384) as house:
        response = await house.supplier.batch(body())
        results = lines(response)
        assert response.headers["Connection"] == "close"
        assert [each["status"] for each in results[:-1]] == [201] * (len(results) - 1)
        assert results[-1]["status"] == 413
        assert len(house.world.store.states(FOOTPRINTS)) == len(results) - 1 > 2


async def test_a_line_over_its_limit_harms_only_itself(house: House) -> None:
    body = ndjson(housing(1), housing(2, x="x" * 1024 * 1024), housing(3))
    assert [each["status"] for each in lines(await house.supplier.batch(body))] == [201, 413, 201]


async def test_a_defect_harms_only_its_line(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    decide = SubmitFootprintHandler.decide

    def broken(self: SubmitFootprintHandler, loaded: Any, command: Any) -> Any:
        if command.submission.footprint_id == footprint_id(2):
            raise RuntimeError("a defect that nobody may see")
        return decide(self, loaded, command)

    monkeypatch.setattr(SubmitFootprintHandler, "decide", broken)
    response = await house.supplier.batch(ndjson(housing(1), housing(2), housing(3)))
    assert [each["status"] for each in lines(response)] == [201, 500, 201]
    assert b"nobody may see" not in response.content


async def test_windows_do_not_change_the_results(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "WINDOW_LINES", 2)
    chain = [housing(number, precedingPfIds=[footprint_id(number + 1)]) for number in range(1, 8)]
    assert [each["status"] for each in lines(await house.supplier.batch(ndjson(*chain)))] == [201] * 7
    statuses = [each.status.value for _, each in sorted(house.world.store.states(FOOTPRINTS).items())]
    assert statuses == ["Active", *["Deprecated"] * 6]


@pytest.mark.parametrize("body", [b"", b"\n \n"])
async def test_an_empty_batch_is_an_empty_answer(house: House, body: bytes) -> None:
    assert lines(await house.supplier.batch(body)) == []


async def test_who_may_send_what(house: House) -> None:
    problem(await house.supplier.batch(ndjson(housing(1)), "application/json"), 415, "unsupported-media-type")
    problem(await house.buyer.batch(ndjson(housing(1))), 403, "missing-role")
    problem(await house.client.post("/v1/footprints:batch", content=b""), 401, "unauthenticated")
