"""What stands in the way of a start is told as an engine's error: in words, with exit code 2."""

from pathlib import Path

import pytest

from infra.local.errors import EngineError
from infra.local.prepare import prepare
from infra.stack import shared_environment
from services.chassis import cli
from services.chassis.index_conflict import IndexConflictError


async def test_an_index_in_the_way_is_told_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(*_: object) -> None:
        raise IndexConflictError(["Database d, collection c: index i is in the way of index j."])

    monkeypatch.setattr(cli, "initialise", refuse)
    shared = shared_environment("mongodb://127.0.0.1:1", "127.0.0.1:1", "http://127.0.0.1:8001")
    with pytest.raises(EngineError, match="index i is in the way of index j"):
        await prepare(shared, tmp_path)
