"""The running system of the end-to-end tests: started once, when the first of them needs it, ended with the last."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.support.stack import Stack, running_stack

LAST: Final = ("test_health", "test_openapi_fuzz")
"""Modules that leave traces: restarted processes, and lots on the market that the story's demand would meet."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the modules that leave traces behind the other end-to-end tests."""
    places = [place for place, item in enumerate(items) if Path(__file__).parent in item.path.parents]
    ours = sorted((items[place] for place in places), key=_rank)
    for place, item in zip(places, ours, strict=True):
        items[place] = item


def _rank(item: pytest.Item) -> int:
    return LAST.index(item.path.stem) + 1 if item.path.stem in LAST else 0


@pytest.fixture(scope="package")
def stack(kafka_bootstrap: str, mongo_uri: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Run the whole system."""
    with running_stack(kafka_bootstrap, mongo_uri, tmp_path_factory.mktemp("stack")) as running:
        yield running
