from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.component.recycling.shop import Shop, open_shop


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    async with open_shop() as opened:
        yield opened
