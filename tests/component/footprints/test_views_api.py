"""`GET /v1/footprints/{id}/views/{format}` and `POST /v1/footprints:import`."""

from __future__ import annotations

import httpx
import orjson
import pytest

from services.footprints.api.exact_json import dumps
from services.footprints.api.view_resources import IMPORT_EXAMPLE, VIEW_EXAMPLE, ImportResource, ViewResource
from services.footprints.domain.views import EXPORTS, Format
from tests.component.footprints.house import Caller, House, done, problem
from tests.component.footprints.test_findings_api import choose
from tests.support.footprints import JsonObject, footprint_id, housing, raw
from tests.unit.footprints.given import BUYER
from tests.unit.footprints.view_documents import BPNL, SEVEN, catenax, changed

PATH = f"/v1/footprints/{footprint_id(1)}"
UNIT = "/companyAndProductInformation/0/productInformation/0/declaredUnitOfMeasurement"


def test_examples_keep_their_models() -> None:
    ViewResource.model_validate(VIEW_EXAMPLE)
    ImportResource.model_validate_json(orjson.dumps(IMPORT_EXAMPLE))


async def imported(
    caller: Caller, form: str, body: bytes, *, key: str | None = None, dry_run: bool = False
) -> httpx.Response:
    path = f"/v1/footprints:import?format={form}" + ("&dry_run=true" if dry_run else "")
    return await caller.send(path, body, key=key)


@pytest.mark.parametrize("form", EXPORTS)
async def test_the_owner_reads_every_view(house: House, form: Format) -> None:
    await house.supplier.submit(housing(1))
    response = await house.supplier.get(f"{PATH}/views/{form.value}")
    body = done(response)
    ViewResource.model_validate_json(response.content)
    assert (body["format"], body["footprint_id"], body["version"]) == (form.value, footprint_id(1), 1)
    assert response.headers["ETag"] == '"1"'
    bare = await house.supplier.get(f"{PATH}/views/{form.value}", bare="true")
    assert bare.headers["content-type"] == "application/json"
    assert done(bare) == body["document"]


async def test_pact_3_is_the_document_to_the_character(house: House) -> None:
    sent = raw(housing(1, pcf={"declaredUnitAmount": "001.0"}) | {"x": 1.5})
    await house.supplier.send("/v1/footprints", sent)
    bare = await house.supplier.get(f"{PATH}/views/pact-3", bare="true")
    assert bare.content == orjson.dumps(orjson.loads(sent))


async def test_amounts_keep_their_digits_as_json_numbers(house: House) -> None:
    await house.supplier.submit(housing(1, pcf={"biogenicNonCO2Emissions": "0.12345678901234567890"}))
    bare = await house.supplier.get(f"{PATH}/views/catenax-pcf-10", bare="true")
    assert b'"biogenicNonCO2Emissions":0.12345678901234567890' in bare.content


async def test_a_view_is_read_by_grant_and_told_to_the_owner(house: House) -> None:
    await house.supplier.submit(housing(1))
    for caller in (house.rival, house.buyer):
        foreign = await caller.get(f"{PATH}/views/catenax-pcf-10")
        absent = await caller.get(f"{PATH[:-1]}9/views/catenax-pcf-10")
        problem(foreign, 404, "footprint-not-found")
        assert foreign.content.replace(b"000001", b"000009") == absent.content
    grant = done(await house.supplier.give(), 201)
    done(await house.buyer.get(f"{PATH}/views/catenax-pcf-10"))
    log = done(await house.supplier.get("/v1/access-log"))["items"]
    assert [(entry["reader_organisation_id"], entry["operation"]) for entry in log] == [(BUYER, "read_footprint_view")]
    done(await house.supplier.revoke(grant["grant_id"]))
    problem(await house.buyer.get(f"{PATH}/views/catenax-pcf-10"), 404, "footprint-not-found")


async def test_a_unit_without_words_is_refused(house: House) -> None:
    await house.supplier.submit(
        housing(1, pcf={"declaredUnitOfMeasurement": "hour", "productMassPerDeclaredUnit": "0"})
    )
    found = problem(await house.supplier.get(f"{PATH}/views/pact-2.3"), 422, "view-impossible")
    assert found.errors[0].remedy == "Read it as pact-3 or catenax-pcf-10."
    done(await house.supplier.get(f"{PATH}/views/catenax-pcf-10"))


async def test_a_format_that_is_only_read_has_no_view(house: House) -> None:
    await house.supplier.submit(housing(1))
    found = problem(await house.supplier.get(f"{PATH}/views/catenax-pcf-7"), 422, "invalid-parameter")
    assert found.errors[0].field == "/path/format"


@pytest.mark.parametrize(
    ("form", "document"),
    [("catenax-pcf-10", catenax()), ("catenax-pcf-9", catenax(form=Format.CATENAX_9)), ("catenax-pcf-7", SEVEN),
     ("pact-3", housing(5))],
)  # fmt: skip
async def test_an_import_is_a_submission(house: House, form: str, document: JsonObject) -> None:
    response = await imported(house.supplier, form, dumps(document), key="once")
    body = done(response, 201)
    ImportResource.model_validate_json(response.content)
    assert (body["stored"], body["document"], body["check"]) == (True, None, None)
    assert response.headers["Location"] == f"/v1/footprints/{body['footprint']['footprint_id']}"
    assert bool(body["notes"]) is (form != "pact-3")
    stored = done(await house.supplier.get(response.headers["Location"]))
    assert stored["document"] == body["footprint"]["document"]
    again = await imported(house.supplier, form, dumps(document), key="once")
    assert (again.status_code, again.content) == (201, response.content)
    assert (await imported(house.supplier, form, dumps(document))).status_code == 200
    assert len([row for row in house.world.events() if row[0] == "footprints.footprint.v1"]) == 1


async def test_what_another_tierloop_exports_is_the_same_record_here(house: House) -> None:
    await house.supplier.submit(housing(1))
    sent = await house.supplier.get(f"{PATH}/views/pact-2.3", bare="true")
    response = await imported(house.supplier, "pact-2.3", sent.content)
    assert done(response, 200)["footprint"]["document"] == housing(1)


async def test_an_import_under_a_known_id_with_less_in_it_is_refused(house: House) -> None:
    await house.supplier.submit(housing(1, companyIds=[BPNL]))
    sent = await house.supplier.get(f"{PATH}/views/catenax-pcf-10", bare="true")
    problem(await imported(house.supplier, "catenax-pcf-10", sent.content), 409, "footprint-immutable")
    problem(await imported(house.rival, "catenax-pcf-10", sent.content), 409, "footprint-id-taken")


async def test_a_broken_rule_names_the_place_in_what_was_sent(house: House) -> None:
    document = catenax((UNIT, "dozen"), ("/general/0/comment", ...))
    found = problem(await imported(house.supplier, "catenax-pcf-10", dumps(document)), 422, "invalid-body")
    assert [item.field for item in found.errors] == [UNIT]
    assert "catenax-pcf-10" in found.detail
    missing = changed(SEVEN, ("/pcf/unitaryProductAmount", ...))
    found = problem(await imported(house.supplier, "catenax-pcf-7", dumps(missing)), 422, "invalid-body")
    assert [item.field for item in found.errors] == ["/pcf/unitaryProductAmount"]


async def test_a_dry_run_shows_everything_and_stores_nothing(house: House) -> None:
    document = catenax((UNIT, "dozen"))
    response = await imported(house.supplier, "catenax-pcf-10", dumps(document), dry_run=True)
    body = done(response)
    ImportResource.model_validate_json(response.content)
    assert (body["stored"], body["footprint"], body["check"]["acceptable"]) == (False, None, False)
    assert body["document"]["pcf"]["declaredUnitOfMeasurement"] == "dozen"
    good = done(await imported(house.supplier, "catenax-pcf-10", dumps(catenax()), dry_run=True))
    assert good["check"]["acceptable"] is True
    assert done(await house.supplier.get("/v1/footprints"))["items"] == []
    assert house.world.events() == []


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"a":1,"a":2}', b'{"a":NaN}', b'{"a":1e99999999999999999999}',
                                  b'"x"', b"\xff", b'{"a":"\\ud800"}'])  # fmt: skip
async def test_what_is_no_json_document_is_refused(house: House, body: bytes) -> None:
    problem(await imported(house.supplier, "catenax-pcf-10", body), 400, "invalid-json")


async def test_an_import_needs_a_supplier_a_key_and_json(house: House) -> None:
    problem(await imported(house.buyer, "pact-3", raw(housing(1))), 403, "missing-role")
    path = "/v1/footprints:import?format=pact-3"
    problem(await house.supplier.send(path, raw(housing(1)), media_type="text/plain"), 415, "unsupported-media-type")
    token = house.supplier.token() | {"Content-Type": "application/json"}
    problem(await house.client.post(path, content=raw(housing(1)), headers=token), 400, "idempotency-key-required")
    problem(await house.supplier.send("/v1/footprints:import", raw(housing(1))), 422, "invalid-parameter")


async def test_a_strict_policy_holds_for_imports(house: House) -> None:
    done(await choose(house.supplier, "strict"))
    document = catenax(("/carbonContent/0/fossilCarbonContent", 99))
    found = problem(await imported(house.supplier, "catenax-pcf-10", dumps(document)), 422, "methodology-broken")
    assert found.errors[0].rule == "carbon_exceeds_mass"
    assert done(await house.supplier.get("/v1/footprints"))["items"] == []
