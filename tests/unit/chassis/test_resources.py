"""What every API does with a resource: meta, once, change, pages, documents."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from fastapi import Request
from pydantic import BaseModel

from services.chassis.http import ApiEdge, answer_doc, decode_cursor, header_docs, path_id, reply, respond
from services.chassis.idempotency import IDEMPOTENCY, IdempotencyMismatch, Reply
from services.chassis.kernel import Change, Decision, Key, Kind, Loaded, Meta, Need
from services.chassis.outbox import Outgoing
from services.chassis.testing.clock import FixedClock
from services.chassis.testing.memory_store import MemoryStore
from services.chassis.tokens import Principal
from services.chassis.unit import CommandBus
from tests.unit.chassis.core_parts import ids

BASE = "https://api.test"
TTL = timedelta(hours=24)
ALICE = Principal("alice", "client-a", frozenset(), frozenset())
BOB = Principal("bob", "client-b", frozenset(), frozenset())


@dataclass(frozen=True, slots=True)
class Jar:
    key: str
    coins: int


@dataclass(frozen=True, slots=True)
class Drop:
    """Put a coin into a jar."""

    meta: Meta
    key: str


JARS = Kind("jars", Jar, "api")


class JarView(BaseModel):
    key: str
    coins: int


class DropHandler:
    def needs(self, command: Drop, loaded: Loaded) -> Iterable[Need]:
        return [Key(JARS, command.key)]

    def decide(self, loaded: Loaded, command: Drop) -> Decision:
        before = loaded.get(JARS, command.key) or Jar(command.key, 0)
        after = Jar(before.key, before.coins + 1)
        return Decision((Change(JARS, after.key, after),), result=after)


def translate(fact: Any) -> Outgoing:
    raise AssertionError(f"no events here: {fact}")


def render(jar: Jar) -> Reply:
    return reply(JarView(key=jar.key, coins=jar.coins), jar.coins, 201, f"/v1/jars/{jar.key}")


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def edge(store: MemoryStore, clock: FixedClock) -> ApiEdge:
    return ApiEdge(CommandBus(store, {Drop: DropHandler()}, translate, ids()), clock, ids(), TTL, BASE)


def post(body: bytes = b"{}", path: str = "/v1/jars", query: bytes = b"") -> Request:
    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    scope = {"type": "http", "method": "POST", "path": path, "query_string": query, "headers": []}
    return Request(scope, receive)


def coins(store: MemoryStore) -> int:
    jar: Jar = store.states(JARS)["a"]
    return jar.coins


def test_meta_names_the_caller_and_the_instant(edge: ApiEdge, clock: FixedClock) -> None:
    meta = edge.meta(ALICE)
    assert (meta.organisation_id, meta.client_id, meta.at) == ("alice", "client-a", clock())
    assert meta.command_id != edge.meta(ALICE).command_id


def test_a_command_of_the_service_itself_has_no_caller(edge: ApiEdge) -> None:
    meta = edge.meta()
    assert (meta.organisation_id, meta.client_id) == (None, None)


async def test_a_repeated_creation_answers_as_the_first_time(edge: ApiEdge, store: MemoryStore) -> None:
    first, again = [await edge.create(post(), ALICE, "k", Drop(edge.meta(ALICE), "a"), render) for _ in range(2)]
    assert coins(store) == 1
    assert (again.status_code, again.body, again.headers) == (first.status_code, first.body, first.headers)
    assert (first.status_code, json.loads(bytes(first.body))) == (201, {"key": "a", "coins": 1})
    assert (first.headers["location"], first.headers["etag"]) == ("/v1/jars/a", '"1"')


async def test_a_key_belongs_to_its_tenant_and_its_path(edge: ApiEdge, store: MemoryStore) -> None:
    for caller, path in ((ALICE, "/v1/jars"), (BOB, "/v1/jars"), (ALICE, "/v1/jars/a/coins")):
        await edge.create(post(path=path), caller, "k", Drop(edge.meta(caller), "a"), render)
    assert coins(store) == 3


async def test_a_key_with_another_body_is_refused(edge: ApiEdge, store: MemoryStore) -> None:
    await edge.create(post(), ALICE, "k", Drop(edge.meta(ALICE), "a"), render)
    with pytest.raises(IdempotencyMismatch):
        await edge.create(post(b'{"more": 1}'), ALICE, "k", Drop(edge.meta(ALICE), "a"), render)
    assert coins(store) == 1


@pytest.mark.parametrize("same", [(b"a", b"c"), (b"ab",), ()])
async def test_once_asks_for_the_same_parts(edge: ApiEdge, same: tuple[bytes, ...]) -> None:
    await edge.once(ALICE, "drop", "k", Drop(edge.meta(ALICE), "a"), render, b"a", b"b")
    with pytest.raises(IdempotencyMismatch):
        await edge.once(ALICE, "drop", "k", Drop(edge.meta(ALICE), "a"), render, *same)


async def test_the_record_lives_as_long_as_the_edge_says(edge: ApiEdge, store: MemoryStore, clock: FixedClock) -> None:
    await edge.once(ALICE, "drop", "k", Drop(edge.meta(ALICE), "a"), render)
    assert [record.expires_at for record in store.states(IDEMPOTENCY).values()] == [clock() + TTL]


async def test_a_change_happens_each_time(edge: ApiEdge, store: MemoryStore) -> None:
    answers = [await edge.change(Drop(edge.meta(ALICE), "a"), render) for _ in range(2)]
    assert [answer.headers["etag"] for answer in answers] == ['"1"', '"2"']
    assert coins(store) == 2


@pytest.mark.parametrize("body", [JarView(key="a", coins=1), b'{"key":"a","coins":1}'])
def test_a_page_leads_on_to_the_next(edge: ApiEdge, body: BaseModel | bytes) -> None:
    answer = edge.page(post(query=b"kind=red"), body, {"id": "a"})
    assert (answer.body, answer.headers["content-type"]) == (b'{"key":"a","coins":1}', "application/json")
    link = answer.headers["link"]
    assert link.startswith(f"<{BASE}/v1/jars?kind=red&cursor=")
    assert decode_cursor(link.partition("cursor=")[2].partition(">")[0]) == {"id": "a"}


def test_the_last_page_leads_nowhere(edge: ApiEdge) -> None:
    assert "link" not in edge.page(post(), b"{}", None).headers


def test_an_answer_carries_version_and_place_where_it_has_them() -> None:
    view = JarView(key="a", coins=1)
    assert reply(view).headers == {}
    assert reply(view, 3).headers == {"ETag": '"3"'}
    assert reply(view, status=201, location="/v1/jars/a").headers == {"Location": "/v1/jars/a"}


def test_an_answer_is_sent_as_it_is_stored() -> None:
    sent = respond(Reply(202, b"x", {"ETag": '"1"'}, "text/plain"))
    assert (sent.status_code, sent.body, sent.headers["etag"]) == (202, b"x", '"1"')
    assert sent.headers["content-type"].startswith("text/plain")


def test_the_document_of_an_answer_has_example_and_headers() -> None:
    document = answer_doc(JarView, "The jar", {"key": "a"}, "ETag", "Location")
    assert (document["model"], document["description"]) == (JarView, "The jar")
    assert document["content"] == {"application/json": {"example": {"key": "a"}}}
    assert document["headers"] == header_docs("ETag", "Location")
    assert all(header["schema"] == {"type": "string"} for header in document["headers"].values())


def test_a_header_without_a_text_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        header_docs("Etag")


def test_an_id_in_a_path_is_described() -> None:
    declared = path_id("jar", "^[a-z]+$")
    assert declared.description == "Id of the jar."
    assert declared.examples == ["01900000-0000-7000-8000-0000000000a1"]
