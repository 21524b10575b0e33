"""An import of an export gives the same record, but for what notes name; and imports never fail."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.footprints.domain.views import IMPORTS, Effect, Format, import_view
from services.footprints.domain.views.catenax_table import DECIMALS, ROWS
from services.footprints.domain.views.tree import defined, differing, get
from tests.support.footprints import JsonObject, housing, maximal, minimal
from tests.unit.footprints.view_documents import BPNL, exported, footprint, over_the_wire, records, round_trip

CATENAX = [Format.CATENAX_10, Format.CATENAX_9]
CARRIED = (*(row.pact for row in ROWS), "/id", "/productDescription")
"""What both models carry as it is, whatever the record."""
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.decimals(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def same(record: JsonObject, imported: Any) -> list[str]:
    return list(differing(defined(record), imported, DECIMALS))


@given(records())
def test_pact_2_gives_back_every_character(record: JsonObject) -> None:
    made, back = round_trip(record, Format.PACT_2_3)
    assert over_the_wire(back.document) == defined(over_the_wire(record))
    assert all(note.rule_id in ("restored", "not_read") for note in back.notes)
    footprint(back.document)
    assert made.document["specVersion"].startswith("2.3")


@pytest.mark.parametrize("form", CATENAX)
@given(record=records())
def test_catenax_carries_what_its_table_says(form: Format, record: JsonObject) -> None:
    made, back = round_trip(record, form)
    different = same(record, back.document)
    assert not {pointer for pointer in different if pointer in CARRIED}
    for pointer in different:
        assert any(note.covers(pointer) for note in made.notes), pointer
    footprint(back.document)


@pytest.mark.parametrize("form", CATENAX)
@given(record=records())
def test_what_came_over_once_comes_over_unchanged(form: Format, record: JsonObject) -> None:
    made, back = round_trip(record, form)
    again, _ = round_trip(back.document, form)
    assert again.document == made.document


@pytest.mark.parametrize("form", CATENAX)
@given(record=records())
def test_an_import_of_our_own_export_leaves_nothing_unread(form: Format, record: JsonObject) -> None:
    _, back = round_trip(record, form)
    assert not [note for note in back.notes if note.rule_id == "not_read"]


@pytest.mark.parametrize("record", [housing(), maximal(), minimal()])
def test_pact_3_is_the_document_itself(record: JsonObject) -> None:
    made, back = round_trip(record, Format.PACT_3)
    assert made.notes == back.notes == ()
    assert over_the_wire(back.document) == over_the_wire(record)


@pytest.mark.parametrize("form", CATENAX)
def test_the_housing_loses_these_fields_and_no_other(form: Format) -> None:
    record = housing(companyIds=[BPNL], pcf={"crossSectoralStandards": ["ISO14067"]})
    made, back = round_trip(record, form)
    lost = {note.field for note in made.notes if note.effect is Effect.LOST}
    assert lost == {"/pcf/landAreaOccupation", "/pcf/productOrSectorSpecificRules"}
    for name in ("pcfIncludingBiogenicUptake", "fossilGhgEmissions", "packagingGhgEmissions", "dqi", "verification"):
        assert back.document["pcf"][name] == record["pcf"][name]


@pytest.mark.parametrize("form", IMPORTS)
@settings(max_examples=60)
@given(document=JSON, where=st.sampled_from(["", "pcf", "general", "scopeOfPcfForm", "extensions", "companyIds"]))
def test_an_import_never_fails(form: Format, document: Any, where: str) -> None:
    content = {where: document} if where else document
    made = import_view(content, form)
    if form is not Format.PACT_3:
        assert isinstance(made.document, dict)


@pytest.mark.parametrize("form", CATENAX)
@given(record=records(), name=st.text(min_size=1, max_size=8))
def test_an_import_tells_of_what_it_does_not_know(form: Format, record: JsonObject, name: str) -> None:
    document = exported(record, form).document
    document[f"x{name}"] = [{"said": "by a partner"}]
    made = import_view(document, form)
    told = [note for note in made.notes if note.rule_id == "not_read"]
    assert [get(document, note.field) for note in told] == ["by a partner"]
