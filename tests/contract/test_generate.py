from pathlib import Path

import pytest

from schemas import generate
from schemas.event_types import declared_topics, load_event_types
from schemas.topics import load_topics


def test_what_is_committed_is_what_the_contracts_say() -> None:
    assert generate.drift() == [], generate.REMEDY


def test_the_same_bytes_come_out_twice() -> None:
    assert generate.render() == generate.render()


def test_every_type_has_a_schema_and_every_service_a_document() -> None:
    expected = {f"json/{event.topic}/{event.name}.json" for event in load_event_types().values()}
    expected |= {f"asyncapi/{topic.owner}.yaml" for topic in load_topics()}
    assert set(generate.render()) == expected | {"json/cloudevent.json"}


def test_writing_twice_writes_once(tmp_path: Path) -> None:
    assert len(generate.write(tmp_path)) == len(generate.render())
    assert generate.write(tmp_path) == []
    assert generate.drift(tmp_path) == []


@pytest.fixture
def written(tmp_path: Path) -> Path:
    generate.write(tmp_path)
    return tmp_path


def test_drift_names_an_edited_file(written: Path) -> None:
    edited = written / "json/cloudevent.json"
    edited.write_bytes(edited.read_bytes() + b" ")
    assert generate.drift(written) == ["json/cloudevent.json: differs from the contracts"]


def test_drift_names_a_missing_file(written: Path) -> None:
    (written / "asyncapi/identity.yaml").unlink()
    assert generate.drift(written) == ["asyncapi/identity.yaml: missing"]


def test_drift_names_what_belongs_to_nothing_and_writing_removes_it(written: Path) -> None:
    left_over = written / "json/identity.organisation.v1/identity.organisation.dissolved.v1.json"
    left_over.write_text("{}", encoding="utf-8")
    name = left_over.relative_to(written).as_posix()
    assert generate.drift(written) == [f"{name}: belongs to no event type or service"]
    generate.write(written)
    assert not left_over.exists()


def test_the_command_fails_on_drift_and_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(generate, "drift", lambda: ["json/cloudevent.json: missing"])
    assert generate.main(["--check"]) == 1
    told = capsys.readouterr().err
    assert "json/cloudevent.json: missing" in told
    assert generate.REMEDY in told


def test_a_topic_without_types_is_refused() -> None:
    events = {name: event for name, event in load_event_types().items() if event.topic != "recycling.lot.v1"}
    with pytest.raises(generate.CatalogueError, match=r"recycling\.lot\.v1.*no contract module"):
        generate.check_catalogue(events)


def test_a_type_without_topic_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    topics = [topic for topic in declared_topics() if topic.name != "recycling.lot.v1"]
    monkeypatch.setattr(generate, "declared_topics", lambda: topics)
    with pytest.raises(generate.CatalogueError, match=r"topics\.yaml lacks .*recycling\.lot\.v1"):
        generate.check_catalogue(load_event_types())
