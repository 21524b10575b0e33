"""A database that has an index in another form: what every role says of it, and that the remedy it names works."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.database import Database

from infra.local.ports import free_port
from services.chassis.index_conflict import IndexConflictError
from services.chassis.mongo import Mongo
from services.chassis.mongo_store import OUTBOX, PUBLISHED_TTL_S

REPOSITORY = Path(__file__).resolve().parents[3]
PRESS = "press's"
WANTED = IndexModel([("owner", ASCENDING), ("_id", ASCENDING)], name="by_owner", unique=True)
LIMIT_S = 60
COMMAND = re.compile(r"mongosh --eval (.+), and start again")
DROP = re.compile(r'^db\.getSiblingDB\("(.+)"\)\.getCollection\("(.+)"\)\.dropIndex\("(.+)"\)$')


def remedied(database: Database[dict[str, Any]], text: str) -> None:
    """Do what the message tells to do, for each index it names."""
    commands = COMMAND.findall(text)
    assert commands, text
    for command in commands:
        [script] = shlex.split(command)
        found = DROP.match(script)
        assert found is not None, script
        name, collection, index = found.groups()
        assert name == database.name
        database[collection].drop_index(index)


@pytest.fixture
def empty(database: Database[dict[str, Any]]) -> Database[dict[str, Any]]:
    """Give the database without a collection."""
    for name in database.list_collection_names():
        database[name].drop()
    return database


@pytest.mark.parametrize(
    ("existing", "differences"),
    [
        (
            IndexModel([("owner", ASCENDING), ("_id", ASCENDING)], name="owners", unique=True),
            ["Its name is owners, wanted is by_owner"],
        ),
        (
            IndexModel([("owner", DESCENDING)], name="by_owner", unique=True),
            ['Its key is {"owner": -1}, wanted is {"owner": 1, "_id": 1}'],
        ),
        (
            IndexModel([("owner", ASCENDING), ("_id", ASCENDING)], name="by_owner", sparse=True),
            ["Its unique is not set, wanted is true", "Its sparse is true, wanted is not set"],
        ),
    ],
    ids=["another name", "another key", "other options"],
)
async def test_an_index_in_another_form_is_explained_and_the_remedy_works(
    mongo: Mongo, empty: Database[dict[str, Any]], existing: IndexModel, differences: list[str]
) -> None:
    empty[PRESS].create_indexes([existing])
    with pytest.raises(IndexConflictError) as refused:
        await mongo.bootstrap({PRESS: (WANTED,)})
    text = str(refused.value)
    name = existing.document["name"]
    assert f"Database {empty.name}, collection {PRESS}: index {name} is in the way of index by_owner." in text
    for difference in differences:
        assert difference in text
    assert text.count("wanted is") == len(differences)
    remedied(empty, text)
    await mongo.bootstrap({PRESS: (WANTED,)})
    assert await mongo.index_names(PRESS) == ["_id_", "by_owner"]


async def test_all_conflicts_are_told_at_once_and_the_other_indexes_are_made(
    mongo: Mongo, empty: Database[dict[str, Any]]
) -> None:
    wanted = {
        "one": (IndexModel("a", name="a"), IndexModel("b", name="b"), IndexModel("c", name="c")),
        "two": (IndexModel("d", name="d", expireAfterSeconds=60),),
        "three": (IndexModel("e", name="e"),),
    }
    empty["one"].create_indexes([IndexModel("a", name="older_a"), IndexModel("b", name="older_b")])
    empty["two"].create_indexes([IndexModel("d", name="d", expireAfterSeconds=90)])
    with pytest.raises(IndexConflictError) as refused:
        await mongo.bootstrap(wanted)
    assert len(refused.value.conflicts) == 3
    assert await mongo.index_names("one") == ["_id_", "older_a", "older_b", "c"]
    assert await mongo.index_names("three") == ["_id_", "e"]
    remedied(empty, str(refused.value))
    await mongo.bootstrap(wanted)


@pytest.mark.parametrize("role", ["init", "worker", "relay"])
def test_a_process_says_it_in_plain_words_and_ends(
    mongo_uri: str, kafka_bootstrap: str, empty: Database[dict[str, Any]], role: str
) -> None:
    empty[OUTBOX].create_index([("published_at", ASCENDING)], name="published_ttl", expireAfterSeconds=1)
    environment = {
        "TIERLOOP_MONGO_URI": mongo_uri,
        "TIERLOOP_KAFKA_BOOTSTRAP": kafka_bootstrap,
        "TIERLOOP_RECYCLING_MONGO_DATABASE": empty.name,
        "TIERLOOP_WORKER_PORT": str(free_port()),
        "TIERLOOP_RELAY_PORT": str(free_port()),
    }
    ended = subprocess.run(
        [sys.executable, "-m", "services.recycling", role],
        cwd=REPOSITORY,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    assert ended.returncode == 2, ended.stderr
    assert f"Database {empty.name}, collection {OUTBOX}: index published_ttl is in the way" in ended.stderr
    assert f"Its expireAfterSeconds is 1, wanted is {PUBLISHED_TTL_S}" in ended.stderr
    assert "Traceback" not in ended.stderr + ended.stdout
    remedied(empty, ended.stderr)
