"""Intakes over HTTP: from a file to footprints and results, and who may see them."""

from __future__ import annotations

from typing import Any

import httpx
import orjson
import pytest

from services.footprints.application.ports import FOOTPRINTS
from services.footprints.domain.intake.rows import row_id
from tests.component.footprints.house import Caller, House, done, open_house, problem
from tests.support.footprints import JsonObject, housing, minimal, ndjson
from tests.support.intakes import Formula, Number, Row, csv_file, row, table, xlsx_file
from tests.support.wait import wait_until_async
from tests.unit.footprints.given import SUPPLIER, organisation

CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NDJSON = "application/x-ndjson"


async def send(
    caller: Caller, body: bytes, media_type: str = CSV, key: str | None = None, **query: Any
) -> httpx.Response:
    path = f"/v1/intakes?{httpx.QueryParams(query)}" if query else "/v1/intakes"
    return await caller.send(path, body, media_type=media_type, key=key)


async def ended(caller: Caller, body: bytes, media_type: str = CSV, **query: Any) -> JsonObject:
    """Send a file and wait until it is done or failed."""
    received = done(await send(caller, body, media_type, **query), 202)
    return await wait_for(caller, received["intake_id"])


async def wait_for(caller: Caller, intake_id: str) -> JsonObject:
    async def look() -> JsonObject | None:
        found = done(await caller.get(f"/v1/intakes/{intake_id}"))
        return found if found["state"] in ("done", "failed") else None

    found = await wait_until_async(look, 10, "the end of the intake")
    assert found is not None
    return found


async def results(caller: Caller, intake: JsonObject, **query: Any) -> list[JsonObject]:
    answer = done(await caller.get(f"/v1/intakes/{intake['intake_id']}/results", **query))
    items: list[JsonObject] = answer["items"]
    return items


def codes(result: JsonObject, severity: str = "error") -> list[tuple[str, str]]:
    return [(each["field"], each["code"]) for each in result["findings"] if each["severity"] == severity]


def stored(house: House) -> dict[str, Any]:
    return house.world.store.states(FOOTPRINTS)


async def test_a_table_becomes_footprints(house: House) -> None:
    answer = await send(house.supplier, csv_file([row(1), row(2)]))
    received = done(answer, 202)
    assert answer.headers["location"] == f"/v1/intakes/{received['intake_id']}"
    intake = await wait_for(house.supplier, received["intake_id"])
    assert (intake["state"], intake["rows_found"], intake["rows_read"], intake["rows_accepted"]) == ("done", 2, 2, 2)
    first, second = await results(house.supplier, intake)
    assert (first["row"], first["outcome"], second["row"]) == (2, "accepted", 3)
    assert first["footprint_id"] == row_id(SUPPLIER, intake["intake_id"], 2)
    shown = done(await house.supplier.get(f"/v1/footprints/{first['footprint_id']}"))
    assert shown["document"]["productIds"] == ["urn:pact:liaodong-casting.example:product-id:0000001"]
    assert shown["document"]["pcf"]["pcfExcludingBiogenicUptake"] == "71.31"
    assert shown["document"]["pcf"]["packagingEmissionsIncluded"] is False
    assert shown["valid_from"] == "2026-01-01T00:00:00.000Z"


@pytest.mark.parametrize(("change", "field", "code"), [
    ({"pcfExcludingBiogenicUptake": "1.234"}, "pcfExcludingBiogenicUptake", "number_ambiguous"),
    ({"created": "03/04/2026"}, "created", "date_ambiguous"),
    ({"fossilGhgEmissions": ""}, "fossilGhgEmissions", "schema_missing"),
    ({"fossilGhgEmissions": "-1"}, "fossilGhgEmissions", "schema_decimal_string"),
    ({"declaredUnitOfMeasurement": "dozen"}, "declaredUnitOfMeasurement", "schema_enum"),
    ({"companyIds": "LPC-0417"}, "companyIds", "schema_urn"),
    ({"status": "Deprecated"}, "status", "status_not_active"),
    ({"partNumber": "1.23457E+11"}, "partNumber", "identifier_scientific"),
    ({"issuerDomain": ""}, "issuerDomain", "issuer_domain_missing"),
])  # fmt: skip
async def test_a_bad_row_is_refused_by_column_and_harms_no_other(
    house: House, change: Row, field: str, code: str
) -> None:
    intake = await ended(house.supplier, csv_file([row(1), row(2) | {"status": ""} | change, row(3)]))
    assert (intake["rows_accepted"], intake["rows_refused"]) == (2, 1)
    (refused,) = await results(house.supplier, intake, outcome="refused")
    assert refused["row"] == 3
    assert (field, code) in codes(refused)
    assert all(each["title"] and each["expected"] and each["remedy"] for each in refused["findings"])
    assert len(stored(house)) == 2


async def test_methodology_findings_come_with_accepted_rows(house: House) -> None:
    intake = await ended(house.supplier, csv_file([row(1, fossilGhgEmissions="60.00")]))
    (result,) = await results(house.supplier, intake)
    assert result["outcome"] == "accepted"
    assert ("pcfExcludingBiogenicUptake", "total_excluding_uptake_differs") in codes(result, "error") + codes(
        result, "warning"
    )
    assert intake["rows_with_findings"] == 1


async def test_a_declared_number_format_settles_what_is_ambiguous(house: House) -> None:
    bad = row(1, pcfExcludingBiogenicUptake="1.234", pcfIncludingBiogenicUptake="1.234", fossilGhgEmissions="1.234")
    intake = await ended(house.supplier, csv_file([bad]), decimal="point")
    assert intake["rows_accepted"] == 1
    text = csv_file([bad | {"productMassPerDeclaredUnit": "8,46"}], delimiter=";").replace(
        b"created", b"decimal=comma;created", 1
    )
    lines = text.split(b"\n")
    lines[1] = b";" + lines[1]
    body = b"\n".join(lines).replace(b"46.5", b"46,5").replace(b"71.31", b"71,31").replace(b"1.8", b"1,8")
    other = await ended(house.supplier, body)
    (result,) = await results(house.supplier, other)
    assert result["outcome"] == "accepted", result
    document = stored(house)[result["footprint_id"]].document.content
    assert document["pcf"]["fossilGhgEmissions"] == "1234"
    assert document["pcf"]["productMassPerDeclaredUnit"] == "8.46"


async def test_a_dry_run_grades_and_stores_nothing(house: House) -> None:
    rows = [row(1), row(2, fossilGhgEmissions="")]
    intake = await ended(house.supplier, csv_file(rows), dry_run="true")
    assert intake["dry_run"] is True
    assert (intake["rows_accepted"], intake["rows_refused"]) == (1, 1)
    assert stored(house) == {}
    assert not [event for event in house.world.events() if "footprint" in event[0]]


async def test_a_file_that_cannot_be_read_is_taken_in_not_at_all(house: House) -> None:
    body = csv_file([row(number) for number in range(1, 400)]) + b'"never closed'
    intake = await ended(house.supplier, body)
    assert (intake["state"], intake["rows_read"], intake["failure"]["code"]) == ("failed", 0, "csv_malformed")
    assert stored(house) == {}


async def test_texts_come_in_three_languages_and_codes_in_one(house: House) -> None:
    intake = await ended(house.supplier, csv_file([row(1, created="03/04/2026")]))
    told = {}
    for wanted, language in (("zh-CN,en;q=0.5", "zh"), ("de", "de"), ("fr", "en"), ("de;q=0.1, zh;q=0.9", "zh")):
        headers = house.supplier.token() | {"Accept-Language": wanted}
        answer = await house.client.get(f"/v1/intakes/{intake['intake_id']}/results", headers=headers)
        assert answer.headers["content-language"] == language
        (result,) = done(answer)["items"]
        assert codes(result) == [("created", "date_ambiguous")]
        told[language] = result["findings"][0]["remedy"]
    assert len(set(told.values())) == 3


async def test_results_come_by_pages_and_as_lines(house: House) -> None:
    intake = await ended(house.supplier, csv_file([row(number) for number in range(1, 8)]))
    path = f"/v1/intakes/{intake['intake_id']}/results"
    headers = house.supplier.token() | {"Accept": NDJSON}
    rows, query, link = [], "?limit=3", ""
    for _ in range(3):
        answer = await house.client.get(path + query, headers=headers)
        assert answer.headers["content-type"] == NDJSON
        rows += [orjson.loads(line)["row"] for line in answer.content.splitlines()]
        link = answer.headers.get("link", "")
        query = "?" + link.partition("?")[2].partition(">")[0]
    assert rows == list(range(2, 9))
    assert link == ""


async def test_only_the_owner_sees_an_intake(house: House) -> None:
    intake = await ended(house.supplier, csv_file([row(1)]))
    for path in ("", "/results"):
        problem(await house.rival.get(f"/v1/intakes/{intake['intake_id']}{path}"), 404, "intake-not-found")
    absent = "01900000-0000-7000-8000-00000000ffff"
    problem(await house.supplier.get(f"/v1/intakes/{absent}"), 404, "intake-not-found")
    assert done(await house.rival.get("/v1/intakes"))["items"] == []
    (listed,) = done(await house.supplier.get("/v1/intakes"))["items"]
    assert listed == intake


async def test_buyers_send_no_tables(house: House) -> None:
    assert (await send(house.buyer, csv_file([row(1)]))).status_code == 403


async def test_a_repeat_answers_as_the_first_time(house: House) -> None:
    body = csv_file([row(1)])
    first = await send(house.supplier, body, key="one")
    again = await send(house.supplier, body, key="one")
    assert done(first, 202)["intake_id"] == done(again, 202)["intake_id"]
    other = await send(house.supplier, body, key="one", dry_run="true")
    problem(other, 422, "idempotency-key-reused")
    await wait_for(house.supplier, first.json()["intake_id"])
    assert len(stored(house)) == 1


async def test_media_types_and_empty_bodies(house: House) -> None:
    problem(await send(house.supplier, b"x", "application/json"), 415, "unsupported-media-type")
    problem(await send(house.supplier, b""), 400, "empty-body")
    answer = await house.client.post(
        "/v1/intakes", content=csv_file([row(1)]), headers=house.supplier.token() | {"Content-Type": CSV}
    )
    problem(answer, 400, "idempotency-key-required")


async def test_a_file_over_the_limit_is_refused() -> None:
    async with open_house(intake_body_limit_bytes=2_000_000, body_limit_bytes=1024) as house:
        big = csv_file([row(1, comment="x" * 9_000)])
        assert (await ended(house.supplier, big))["rows_accepted"] == 1
        problem(await send(house.supplier, big * 300), 413, "content-too-large")


async def test_lines_of_ndjson_are_footprints(house: House) -> None:
    nameless = minimal(1)
    del nameless["id"]
    body = ndjson(housing(7), nameless) + b"\n{nonsense\n" + ndjson(housing(7), housing(7, comment="other"))
    intake = await ended(house.supplier, body, NDJSON)
    found = await results(house.supplier, intake)
    assert [(each["row"], each["outcome"]) for each in found] == [
        (1, "accepted"), (2, "accepted"), (4, "refused"), (5, "known"), (6, "refused"),
    ]  # fmt: skip
    assert codes(found[2]) == [("", "schema_json_invalid")]
    assert codes(found[4]) == [("/comment", "footprint_immutable")]
    assert found[1]["footprint_id"] == row_id(SUPPLIER, intake["intake_id"], 2)


async def test_a_workbook_becomes_footprints(house: House) -> None:
    header, first, second = table([row(1), row(2)])
    cells: list[list[Any]] = [["Footprints 2025"], list(header), list(first), list(second), list(second)]
    place = {name: number for number, name in enumerate(header)}
    cells[2][place["fossilGhgEmissions"]] = Number("71.310000000000002")
    cells[2][place["created"]] = Number("46069", 3)
    cells[3][place["partNumber"]] = Number("2")
    cells[4][place["productMassPerDeclaredUnit"]] = Formula("A1*2", "8.46")
    cells[4][place["primaryDataShare"]] = Number("0.465", 2)
    intake = await ended(house.supplier, xlsx_file(cells), XLSX, utc_offset="+08:00")
    good, numeric, mixed = await results(house.supplier, intake)
    assert (good["row"], good["outcome"]) == (3, "accepted"), good
    document = stored(house)[good["footprint_id"]].document.content
    assert document["pcf"]["fossilGhgEmissions"] == "71.31"
    assert document["created"] == "2026-02-16T00:00:00+08:00"
    assert codes(numeric) == [("partNumber", "identifier_not_text")]
    assert codes(mixed) == [("primaryDataShare", "percent_format")]
    assert codes(mixed, "warning") == [("productMassPerDeclaredUnit", "formula_value_taken")]


@pytest.mark.parametrize("language", ["en", "zh", "de"])
@pytest.mark.parametrize("form", ["csv", "xlsx"])
async def test_the_example_of_the_template_is_good(house: House, form: str, language: str) -> None:
    answer = await house.supplier.get("/v1/intake-template", format=form, language=language)
    assert answer.status_code == 200
    assert f'.{form}"' in answer.headers["content-disposition"]
    unfilled = await ended(house.supplier, answer.content, answer.headers["content-type"])
    assert unfilled["failure"]["code"] == "no_rows"
    if form == "xlsx":
        return
    mark = {"en": "# Example", "zh": "# 示例", "de": "# Beispiel"}[language].encode()
    filled = answer.content.replace(mark, mark[2:])
    intake = await ended(house.supplier, filled)
    (result,) = await results(house.supplier, intake)
    assert (result["outcome"], codes(result)) == ("accepted", [])


async def test_an_organisation_has_so_many_intakes_under_way_and_no_more() -> None:
    async with open_house(intake_reading=False) as house:
        for number in range(20):
            done(await send(house.supplier, csv_file([row(number)])), 202)
        problem(await send(house.supplier, csv_file([row(99)])), 409, "too-many-intakes")
        done(await send(house.rival, csv_file([row(1)])), 202)


async def test_a_suspended_organisation_sees_nothing_of_its_intakes(house: House) -> None:
    intake = await ended(house.supplier, csv_file([row(1)]))
    await house.world.record(organisation(SUPPLIER, version=2, suspended=True))
    problem(await house.supplier.get(f"/v1/intakes/{intake['intake_id']}"), 403, "organisation-suspended")
