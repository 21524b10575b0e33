"""Members of a group come and go, also in the middle of a rebalance: nothing crashes, nothing is lost or doubled.

The members share one MongoDB client, as the partitions of one worker do: a claim ends the session of the former owner,
which may by then be in use by a neighbour.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final

import pytest

from services.certification import bootstrap as certification
from services.certification.stream.routes import TRAIL
from tests.support.pipeline import Pipeline
from tests.unit.certification import wire

REBALANCES: Final = 4
FACTS_BETWEEN: Final = 5
TOPIC: Final = "identity.organisation.v1"


@pytest.fixture
async def pipeline(kafka_bootstrap: str, mongo_uri: str) -> AsyncIterator[Pipeline]:
    async with Pipeline(kafka_bootstrap, mongo_uri, (certification.PARTS,)) as opened:
        yield opened


async def test_whoever_stays_goes_on(pipeline: Pipeline) -> None:
    sent: list[str] = []
    async with pipeline.member("certification", TRAIL):
        for rebalance in range(REBALANCES):
            names = [f"org-{rebalance}-{number}" for number in range(FACTS_BETWEEN)]
            facts = [wire.organisation(organisation_id=name) for name in names]
            await pipeline.send(*((TOPIC, each.organisation_id, wire.message(wire.REGISTERED, each)) for each in facts))
            sent.extend(names)
            await pipeline.consume("certification", TRAIL)
        noted = await pipeline.rows("certification", "trail")
    assert pipeline.failures == []
    assert sorted(row["aggregate_id"] for row in noted) == sorted(sent)
