from dataclasses import replace
from pathlib import Path

import pytest

from schemas import compat
from schemas.compat import Release, compare, current_release, read_release, write_release

LOT = {"name": "a.lot.v1", "kind": "facts", "owner": "a", "key": "lot_id", "partitions": 3, "max_message_bytes": 1_024}
OLD = Release(
    version="1.0.0",
    schemas={"json/a.lot.v1/a.lot.listed.v1.json": {"type": "object", "required": ["lot_id"]}},
    topics=(LOT,),
    examples={"a.lot.v1/a.lot.listed.v1/first.json": "0" * 64},
)


def rules(new: Release) -> list[str]:
    return [f"{finding.where} {finding.rule}" for finding in compare(OLD, new)]


def test_this_tree_breaks_nothing_that_was_released() -> None:
    last = read_release()
    findings = compare(last, current_release()) if last is not None else []
    assert [str(finding) for finding in findings if finding.breaking] == [], compat.REMEDY


def test_the_same_release_has_no_findings() -> None:
    assert rules(OLD) == []


def test_new_types_topics_and_examples_are_welcome() -> None:
    more = Release(
        version="1.1.0",
        schemas={**OLD.schemas, "json/a.trade.v1/a.trade.matched.v1.json": {"type": "object"}},
        topics=(*OLD.topics, {**LOT, "name": "a.trade.v1"}),
        examples={**OLD.examples, "a.lot.v1/a.lot.listed.v1/second.json": "1" * 64},
    )
    assert rules(more) == []


def test_a_type_may_not_go() -> None:
    assert rules(replace(OLD, schemas={})) == ["a.lot.listed.v1 event-type-removed"]


def test_a_type_may_not_move_to_another_topic() -> None:
    [schema] = OLD.schemas.values()
    moved = replace(OLD, schemas={"json/a.order.v1/a.lot.listed.v1.json": schema})
    assert rules(moved) == ["a.lot.listed.v1 event-type-removed"]


def test_a_schema_is_compared_with_its_namesake() -> None:
    [name] = OLD.schemas
    assert rules(replace(OLD, schemas={name: {"type": "object", "required": []}})) == []
    fields = {"lot_id": {"type": "string"}}
    changed = replace(OLD, schemas={name: {"type": "object", "properties": fields, "required": []}})
    assert rules(changed) == ["a.lot.listed.v1 requirement-dropped"]


def test_a_topic_may_not_go() -> None:
    assert rules(replace(OLD, topics=())) == ["a.lot.v1 topic-removed"]


def test_a_topic_is_compared_with_its_namesake() -> None:
    assert rules(replace(OLD, topics=({**LOT, "partitions": 4},))) == ["a.lot.v1 partitions-changed"]


@pytest.mark.parametrize("examples", [{}, {"a.lot.v1/a.lot.listed.v1/first.json": "1" * 64}])
def test_a_released_example_may_not_change(examples: dict[str, str]) -> None:
    assert rules(replace(OLD, examples=examples)) == ["a.lot.v1/a.lot.listed.v1/first.json example-changed"]


def test_a_snapshot_is_read_as_it_was_written(tmp_path: Path) -> None:
    release = current_release()
    write_release(release, tmp_path)
    assert read_release(tmp_path) == release


def test_a_snapshot_replaces_the_one_before(tmp_path: Path) -> None:
    write_release(OLD, tmp_path)
    write_release(replace(OLD, schemas={}), tmp_path)
    kept = read_release(tmp_path)
    assert kept is not None
    assert kept.schemas == {}


def test_before_the_first_release_there_is_none(tmp_path: Path) -> None:
    assert read_release(tmp_path) is None


@pytest.fixture
def _last_was_stricter(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    now = current_release()
    gone = {**now.schemas, "json/recycling.lot.v1/recycling.lot.reserved.v1.json": {"type": "object"}}
    write_release(replace(now, schemas=gone), tmp_path)
    monkeypatch.setattr(compat, "read_release", lambda: read_release(tmp_path))
    monkeypatch.setattr(compat, "write_release", lambda _: pytest.fail("wrote a snapshot over a break"))


@pytest.mark.usefixtures("_last_was_stricter")
@pytest.mark.parametrize("arguments", [[], ["--release"]])
def test_the_command_fails_on_a_break_and_says_what_to_do(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert compat.main(arguments) == 1
    told = capsys.readouterr().err
    assert "breaking: recycling.lot.reserved.v1: event-type-removed" in told
    assert compat.REMEDY in told


def test_the_command_lists_warnings_and_succeeds(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    now = current_release()
    name = "json/recycling.lot.v1/recycling.lot.listed.v1.json"
    schema = now.schemas[name]
    status = {**schema["$defs"]["LotStatus"], "enum": ["listed"]}
    earlier = {**now.schemas, name: {**schema, "$defs": {**schema["$defs"], "LotStatus": status}}}
    monkeypatch.setattr(compat, "read_release", lambda: replace(now, schemas=earlier))
    assert compat.main([]) == 0
    assert "warning: recycling.lot.listed.v1/status: enum-value-added" in capsys.readouterr().err


def test_an_example_outside_the_manifest_is_not_released(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compat, "read_release", lambda: None)
    monkeypatch.setattr(compat, "not_entered", lambda: ["a.lot.v1/a.lot.listed.v1/second.json"])
    monkeypatch.setattr(compat, "write_release", lambda _: pytest.fail("wrote a snapshot without its examples"))
    assert compat.main(["--release"]) == 1


def test_the_first_release_is_written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(compat, "read_release", lambda: None)
    monkeypatch.setattr(compat, "not_releasable", list)
    monkeypatch.setattr(compat, "write_release", lambda release: write_release(release, tmp_path))
    assert compat.main(["--release"]) == 0
    assert read_release(tmp_path) == current_release()
