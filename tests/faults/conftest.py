"""The laboratory of a fault test; its seed is printed with a failure and taken from TIERLOOP_FAULT_SEED."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.faults.lab import Lab

SEED = int(os.environ.get("TIERLOOP_FAULT_SEED", "20261122"))


def pytest_report_header() -> str:
    """Print the seed of the load."""
    return f"tierloop faults: seed {SEED} (TIERLOOP_FAULT_SEED)"


@pytest.fixture
async def lab(kafka_bootstrap: str, mongo_uri: str, tmp_path: Path) -> AsyncIterator[Lab]:
    """Open a laboratory on the suite's engines."""
    async with Lab(kafka_bootstrap, mongo_uri, tmp_path, SEED) as opened:
        yield opened
