from __future__ import annotations

from collections.abc import Iterator

import pytest
import structlog
from structlog.testing import LogCapture

from services.chassis.testing.clock import FixedClock
from services.chassis.testing.tokens import TokenMint


@pytest.fixture(autouse=True)
def logs() -> Iterator[LogCapture]:
    """Every structlog event of the test; nothing is printed."""
    capture = LogCapture()
    before = structlog.get_config()
    structlog.configure(processors=[structlog.contextvars.merge_contextvars, capture])
    yield capture
    structlog.configure(**before)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def mint(clock: FixedClock) -> TokenMint:
    return TokenMint(clock)
