"""The reader over the store in memory: claims that are lost, turns, and what ends an intake."""

from __future__ import annotations

import re
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from services.chassis.testing.clock import FixedClock
from services.footprints.adapters import intake_rows
from services.footprints.adapters.intake_reader import IntakeReader, ReaderOptions
from services.footprints.adapters.memory_intakes import MemoryIntakes
from services.footprints.adapters.translate import translate
from services.footprints.api.intake_rows import read_row
from services.footprints.api.intake_texts import COLUMN_TEXTS, INTAKE_TEXTS, LANGUAGES, language_of
from services.footprints.application.handlers import API_HANDLERS
from services.footprints.application.intake import INTAKE_RESULTS, INTAKES, Block, Chunk, ReceiveIntake
from services.footprints.application.ports import FOOTPRINTS
from services.footprints.domain.errors import IntakeMoved
from services.footprints.domain.intake.columns import BY_NAME
from services.footprints.domain.intake.intake import (
    MAX_STALLS,
    Intake,
    IntakeFormat,
    IntakeOptions,
    IntakeState,
    RowOutcome,
    Upload,
)
from tests.support.footprints import housing, ndjson
from tests.support.intakes import csv_file, row
from tests.unit.footprints.given import NOW, SUPPLIER, World, organisation, result

OPTIONS = ReaderOptions(claim_s=30, slice_rows=10, turn_slices=3)


class Room:
    """A world with intakes, and readers that share it as processes do."""

    def __init__(self) -> None:
        self.clock = FixedClock(NOW)
        self.world = World(self.clock)
        self.intakes = MemoryIntakes(self.world.store.states)

    def reader(self, options: ReaderOptions = OPTIONS) -> IntakeReader:
        return IntakeReader(
            self.world.store,
            self.intakes,
            API_HANDLERS,
            translate,
            read_row,
            clock=self.clock,
            new_id=self.world.ids,
            options=options,
        )

    async def receive(self, body: bytes, form: IntakeFormat = IntakeFormat.CSV, *, dry_run: bool = False) -> str:
        upload_id, intake_id = self.world.ids(), self.world.ids()
        await self.intakes.put_chunk(upload_id, 0, Chunk(body, NOW + timedelta(days=1)))
        upload = Upload(upload_id, len(body), sha256(body).hexdigest(), len(body), 1)
        command = ReceiveIntake(
            self.world.meta(SUPPLIER), intake_id, IntakeOptions(form, dry_run), upload, NOW + timedelta(days=1)
        )
        (outcome,) = await self.world.run(command)
        result(outcome)
        return intake_id

    def intake(self, intake_id: str) -> Intake:
        found: Intake = self.world.store.states(INTAKES)[intake_id]
        return found

    def footprints(self) -> int:
        return len(self.world.store.states(FOOTPRINTS))


@pytest.fixture
def room() -> Room:
    return Room()


def rows(count: int, first: int = 1) -> bytes:
    return csv_file([row(number) for number in range(first, first + count)])


async def turns(reader: IntakeReader) -> int:
    taken = 0
    while await reader.turn():
        taken += 1
        assert taken < 100
    return taken


async def test_a_large_file_keeps_no_small_one_waiting(room: Room) -> None:
    large = await room.receive(rows(200))
    room.clock.advance(seconds=1)
    small = await room.receive(rows(5, 1_000))
    room.clock.advance(seconds=1)
    reader = room.reader()
    await reader.turn()
    room.clock.advance(seconds=1)
    await reader.turn()
    assert room.intake(small).state is IntakeState.DONE
    assert room.intake(large).counts.read == 30
    await turns(reader)
    assert (room.intake(large).counts.accepted, room.footprints()) == (200, 205)
    assert not room.intakes.chunks
    assert not room.intakes.blocks


async def test_a_reader_whose_claim_was_taken_writes_nothing_more(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """A frozen reader wakes up after another one went on: its slice is refused whole."""
    intake_id = await room.receive(rows(60))
    slow, quick = room.reader(), room.reader()
    block_of, asked = room.intakes.block, 0

    async def freeze_before_the_second_slice(extraction_id: str, number: int) -> Block | None:
        nonlocal asked
        asked += 1
        found = await block_of(extraction_id, number)
        if asked == 2:  # the slow reader holds rows 11 to 20; the quick one takes them in meanwhile, and more
            room.clock.advance(seconds=31)
            await quick.turn()
        return found

    monkeypatch.setattr(room.intakes, "block", freeze_before_the_second_slice)
    with pytest.raises(IntakeMoved):
        await slow.turn()
    await turns(quick)
    done = room.intake(intake_id)
    assert (done.state, done.counts.read, done.counts.accepted, done.counts.known) == (IntakeState.DONE, 60, 60, 0)
    assert room.footprints() == 60
    assert len(room.world.store.states(INTAKE_RESULTS)) == 60
    published = [key for topic, key, _ in room.world.events() if topic == "footprints.footprint.v1"]
    assert len(published) == len(set(published)) == 60


async def test_an_intake_that_never_gets_on_fails(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    intake_id = await room.receive(rows(1))

    def crash(*_: object) -> object:
        raise KeyboardInterrupt

    monkeypatch.setattr(IntakeReader, "_blocks", crash)
    for _ in range(MAX_STALLS):
        with pytest.raises(KeyboardInterrupt):
            await room.reader().turn()
        room.clock.advance(seconds=31)
    assert room.intake(intake_id).is_open
    await room.reader().turn()
    failed = room.intake(intake_id)
    assert failed.state is IntakeState.FAILED
    assert failed.failure is not None
    assert failed.failure.code == "reading_gave_up"
    assert failed.open_owner_id is None


async def test_a_claim_that_holds_is_respected(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    await room.receive(rows(1))

    def crash(*_: object) -> object:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(IntakeReader, "_blocks", crash)
        with pytest.raises(KeyboardInterrupt):
            await room.reader().turn()
    assert not await room.reader().turn()
    room.clock.advance(seconds=31)
    assert await room.reader().turn()


async def test_rows_that_are_too_much_for_one_transaction_go_in_smaller_slices(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.chassis.handler.MAX_DOCUMENTS", 40)
    intake_id = await room.receive(rows(25))
    await turns(room.reader(ReaderOptions(slice_rows=25)))
    assert room.intake(intake_id).counts.accepted == 25
    assert room.footprints() == 25


async def test_a_row_that_storage_cannot_hold_is_refused_alone(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.chassis.testing.memory_store.MAX_DOCUMENT_BYTES", 20_000)
    body = ndjson(housing(1), housing(2, x="y" * 20_000), housing(3))
    intake_id = await room.receive(body, IntakeFormat.NDJSON)
    await turns(room.reader())
    counts = room.intake(intake_id).counts
    assert (counts.accepted, counts.refused) == (2, 1)
    results = await room.intakes.results(intake_id, RowOutcome.REFUSED, None, 10)
    assert [(each.row, each.remarks[0].code) for each in results] == [(2, "row_not_storable")]


async def test_rows_see_what_rows_before_them_left(room: Room) -> None:
    old, new = housing(1), housing(2)
    new["precedingPfIds"] = [old["id"]]
    await room.receive(ndjson(new, old), IntakeFormat.NDJSON)
    await turns(room.reader())
    states = room.world.store.states(FOOTPRINTS)
    assert states[old["id"]].deprecated_by_id == new["id"]
    assert states[new["id"]].status.value == "Active"


async def test_rows_of_an_organisation_that_was_suspended_meanwhile_are_refused(room: Room) -> None:
    intake_id = await room.receive(rows(3))
    await room.world.record(organisation(SUPPLIER, suspended=True))
    await turns(room.reader())
    results = await room.intakes.results(intake_id, None, None, 10)
    assert [[remark.code for remark in each.remarks] for each in results] == [["organisation_suspended"]] * 3
    assert room.footprints() == 0


async def test_a_dry_run_leaves_results_alone(room: Room) -> None:
    intake_id = await room.receive(rows(30), dry_run=True)
    await turns(room.reader())
    assert (room.footprints(), room.world.events()) == (0, [])
    assert len(room.world.store.states(INTAKE_RESULTS)) == 30
    assert room.intake(intake_id).counts.accepted == 30


async def test_lines_that_cannot_be_read_at_all(room: Room) -> None:
    body = b'{"a":"\xff"}\n' + b"x" * (1024 * 1024 + 1) + b"\n[]\n"
    intake_id = await room.receive(body, IntakeFormat.NDJSON)
    await turns(room.reader())
    results = await room.intakes.results(intake_id, None, None, 10)
    assert [(each.row, each.remarks[0].code) for each in results] == [
        (1, "row_not_utf_8"),
        (2, "row_too_large"),
        (3, "schema_model_type"),
    ]


async def test_a_file_over_the_limit_of_rows_stores_nothing(room: Room) -> None:
    intake_id = await room.receive(rows(11))
    await turns(room.reader(ReaderOptions(max_rows=10)))
    failure = room.intake(intake_id).failure
    assert failure is not None
    assert (failure.code, failure.values, room.footprints()) == ("too_many_rows", {"limit": "10"}, 0)


def test_every_language_has_the_same_texts() -> None:
    codes = {language: set(INTAKE_TEXTS[language]) for language in LANGUAGES}
    assert codes["en"] == codes["zh"] == codes["de"]
    placeholders = re.compile(r"\{(\w+)\}")
    for code, texts in INTAKE_TEXTS["en"].items():
        allowed = set(placeholders.findall(f"{texts.title}{texts.expected}{texts.remedy}")) | {"message"}
        for language in LANGUAGES:
            other = INTAKE_TEXTS[language][code]
            assert all((other.title, other.expected, other.remedy)), (language, code)
            assert set(placeholders.findall(f"{other.title}{other.expected}{other.remedy}")) <= allowed, (
                language,
                code,
            )
    for language in LANGUAGES:
        assert set(COLUMN_TEXTS[language]["columns"]) == set(BY_NAME)


def test_every_code_that_is_raised_has_its_texts() -> None:
    root = Path(intake_rows.__file__).parents[1]
    sources = [*root.glob("domain/intake/*.py"), *root.glob("adapters/intake_*.py")]
    raised = re.compile(r'(?:CellUnreadableError|FileUnreadableError|FileFailure|Remark)\(\s*"([a-z_0-9]+)"')
    conditional = re.compile(r'"((?:date|number|xlsx)_[a-z_0-9]+)" (?:if|else)')
    codes = {
        code for path in sources for code in (*raised.findall(path.read_text()), *conditional.findall(path.read_text()))
    }
    assert len(codes) > 35
    assert codes <= set(INTAKE_TEXTS["en"])


def test_the_language_is_chosen_by_weight() -> None:
    assert language_of("") == "en"
    assert language_of("zh-CN,zh;q=0.9,en;q=0.8") == "zh"
    assert language_of("fr;q=1, de;q=0.4, en;q=0.3") == "de"
    assert language_of("de;q=0, en;q=0.1") == "en"
    assert language_of("de;q=nonsense") == "en"
