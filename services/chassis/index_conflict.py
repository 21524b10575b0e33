"""An index that is in the database and is not the one wanted: MongoDB refuses, this says what differs and what to do.

It happens where a database was made by hand or by another release. An index is never dropped here: building it anew
takes time and locks, and whoever made it may have had a reason.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

CONFLICT_CODES: Final = frozenset({85, 86})
"""What the server answers when an index is there in another form: IndexOptionsConflict, IndexKeySpecsConflict."""
EXIT_REFUSED: Final = 2
"""What a role ends with that can't start before somebody mends settings or database; starting it again won't."""
COMPARED: Final = ("unique", "sparse", "expireAfterSeconds", "partialFilterExpression", "collation", "hidden")
"""Options that change what an index does."""


class IndexConflictError(Exception):
    """The database has other indexes than the service needs; one paragraph per index, each with its remedy."""

    def __init__(self, conflicts: Sequence[str]) -> None:
        """`conflicts` come from `explain_conflict`."""
        super().__init__("\n".join(conflicts))
        self.conflicts = tuple(conflicts)


def explain_conflict(
    database: str,
    collection: str,
    wanted: Mapping[str, Any],
    existing: Sequence[Mapping[str, Any]],
    said: str,
) -> str:
    """Return a paragraph on the index in the way of `wanted`.

    Both `wanted` and `existing` (the answer to `listIndexes`) have `key`, `name` and options; `said` is the server's
    own message, which names the index where several have the same key.
    """
    here = _in_the_way(wanted, existing, said)
    if here is None:  # it went away meanwhile
        return f"Database {database}, collection {collection}: {said}. Remedy: start again."
    command = f"db.getSiblingDB({_text(database)}).getCollection({_text(collection)}).dropIndex({_text(here['name'])})"
    return (
        f"Database {database}, collection {collection}: index {here['name']} is in the way of index "
        f"{wanted['name']}. {'; '.join(_differences(here, wanted))}. Remedy: drop it when nothing "
        f"needs it, mongosh --eval {shlex.quote(command)}, and start again: the right one is then built."
    )


def _in_the_way(
    wanted: Mapping[str, Any], existing: Sequence[Mapping[str, Any]], said: str
) -> Mapping[str, Any] | None:
    named = [index for index in existing if index["name"] == wanted["name"]]
    alike = [index for index in existing if _key(index) == _key(wanted)]
    return max(named or alike, key=lambda index: index["name"] in said, default=None)


def _differences(here: Mapping[str, Any], wanted: Mapping[str, Any]) -> Iterator[str]:
    if here["name"] != wanted["name"]:
        yield f"Its name is {here['name']}, wanted is {wanted['name']}"
    if _key(here) != _key(wanted):
        yield f"Its key is {_text(dict(here['key']))}, wanted is {_text(dict(wanted['key']))}"
    for option in COMPARED:
        if _value(here, option) != _value(wanted, option):
            yield f"Its {option} is {_option(here, option)}, wanted is {_option(wanted, option)}"


def _key(index: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return [(field, int(kind) if isinstance(kind, float) else kind) for field, kind in index["key"].items()]


def _value(index: Mapping[str, Any], option: str) -> Any:
    """Return an option; a flag that is off counts as not set, an `expireAfterSeconds` of 0 does not."""
    return None if index.get(option) is False else index.get(option)


def _option(index: Mapping[str, Any], option: str) -> str:
    return _text(index[option]) if option in index else "not set"


def _text(value: Any) -> str:
    return json.dumps(value, default=str, ensure_ascii=False)
