"""Findings over HTTP: strict and lenient, the check, the rules, factor sets."""

from __future__ import annotations

from typing import Any

import httpx
import orjson
import pytest

from services.chassis.problems import ProblemItem
from services.footprints.api.check import CheckResource
from services.footprints.api.findings import FindingsResource
from services.footprints.api.resources import BatchLine
from services.footprints.api.validation_resources import FACTOR_SET_EXAMPLE, FactorSetList, PolicyResource, RuleList
from services.footprints.application.ports import FACTORS, FOOTPRINTS, VALIDATION_POLICIES
from services.footprints.domain.findings import RULES
from tests.component.footprints.house import Caller, House, done, lines, problem
from tests.support.footprints import JsonObject, footprint_id, housing, minimal, ndjson, raw

BROKEN = {"packagingEmissionsIncluded": False, "primaryDataShare": "0.72", "dqi": ...}
"""An error, a warning and an info."""
BROKEN_CODES = ["packaging_emissions_contradict_flag", "primary_data_share_looks_like_fraction", "data_quality_missing"]


async def put(caller: Caller, path: str, body: Any, version: str | None = None) -> httpx.Response:
    headers = caller.token() | {"Content-Type": "application/json"}
    if version is not None:
        headers["If-Match"] = version
    return await caller.house.client.put(path, content=orjson.dumps(body), headers=headers)


async def choose(caller: Caller, mode: str, version: int = 1) -> httpx.Response:
    return await put(caller, "/v1/validation-policy", {"mode": mode}, f'"{version}"')


async def check(caller: Caller, body: bytes | JsonObject, media_type: str = "application/json") -> httpx.Response:
    content = body if isinstance(body, bytes) else raw(body)
    headers = caller.token() | {"Content-Type": media_type}
    return await caller.house.client.post("/v1/footprints:check", content=content, headers=headers)


async def checked(house: House, body: bytes | JsonObject) -> CheckResource:
    response = await check(house.supplier, body)
    assert response.status_code == 200, response.text
    assert house.world.store.states(FOOTPRINTS) == {}
    return CheckResource.model_validate_json(response.content)


def codes(found: CheckResource) -> list[str]:
    return [finding.code for finding in found.findings]


async def test_lenient_is_the_beginning(house: House) -> None:
    response = await house.supplier.get("/v1/validation-policy")
    assert done(response) == {"version": 1, "mode": "lenient", "changed_at": None}
    assert response.headers["ETag"] == '"1"'
    body = done(await house.supplier.submit(housing(1, pcf=BROKEN)), 201)
    assert [finding["code"] for finding in body["findings"]] == BROKEN_CODES


async def test_strict_refuses_errors_and_lists_every_finding(house: House) -> None:
    response = await choose(house.supplier, "strict")
    PolicyResource.model_validate_json(response.content)
    assert done(response) == {"version": 2, "mode": "strict", "changed_at": "2026-06-01T08:00:00.000Z"}
    refused = problem(await house.supplier.submit(housing(1, pcf=BROKEN)), 422, "methodology-broken")
    assert [item.rule for item in refused.errors] == BROKEN_CODES
    assert refused.errors[0] == ProblemItem(
        field="/pcf/packagingGhgEmissions",
        rule="packaging_emissions_contradict_flag",
        message="error: expected undefined, because packagingEmissionsIncluded is false; found 0.287",
        remedy="Remove it, or set packagingEmissionsIncluded to true.",
    )
    assert "lenient" in refused.detail
    assert house.world.store.states(FOOTPRINTS) == {}
    assert house.world.events() == []


async def test_strict_lets_warnings_pass_and_what_was_accepted_before(house: House) -> None:
    done(await house.supplier.submit(housing(1, pcf=BROKEN)), 201)
    done(await choose(house.supplier, "strict"))
    done(await house.supplier.submit(housing(1, pcf=BROKEN)), 200)
    done(await house.supplier.submit(minimal(2)), 201)


async def test_a_refusal_can_be_mended_under_the_same_key(house: House) -> None:
    done(await choose(house.supplier, "strict"))
    problem(await house.supplier.submit(housing(1, pcf=BROKEN), key="k"), 422, "methodology-broken")
    done(await house.supplier.submit(housing(1), key="k"), 201)


async def test_a_policy_is_its_own_organisations_alone(house: House) -> None:
    done(await choose(house.supplier, "strict"))
    assert done(await house.rival.get("/v1/validation-policy"))["mode"] == "lenient"
    done(await house.rival.submit(housing(1, pcf=BROKEN)), 201)
    problem(await house.buyer.get("/v1/validation-policy"), 403, "missing-role")


async def test_a_policy_changes_at_its_version_alone(house: House) -> None:
    problem(await put(house.supplier, "/v1/validation-policy", {"mode": "strict"}), 428, "if-match-required")
    problem(await choose(house.supplier, "strict", 2), 412, "precondition-failed")
    problem(await choose(house.supplier, "severe"), 422, "invalid-body")
    assert done(await choose(house.supplier, "lenient")) == {"version": 1, "mode": "lenient", "changed_at": None}
    assert house.world.store.states(VALIDATION_POLICIES) == {}
    assert done(await choose(house.supplier, "strict"))["version"] == 2
    assert done(await choose(house.supplier, "lenient", 2))["version"] == 3


async def test_findings_are_read_with_the_footprint(house: House) -> None:
    done(await house.supplier.submit(housing(1, pcf=BROKEN)), 201)
    path = f"/v1/footprints/{footprint_id(1)}/findings"
    response = await house.supplier.get(path)
    found = FindingsResource.model_validate_json(response.content)
    assert (found.footprint_id, found.version, response.headers["ETag"]) == (footprint_id(1), 1, '"1"')
    assert [finding.code for finding in found.findings] == BROKEN_CODES
    assert done(await house.supplier.get(f"/v1/footprints/{footprint_id(1)}"))["findings"] == done(response)["findings"]
    problem(await house.buyer.get(path), 404, "footprint-not-found")
    problem(await house.buyer.get(f"/v1/footprints/{footprint_id(2)}/findings"), 404, "footprint-not-found")
    done(await house.supplier.give(), 201)
    assert done(await house.buyer.get(path)) == done(response)
    log = done(await house.supplier.get("/v1/access-log"))["items"]
    assert [entry["operation"] for entry in log] == ["read_findings"]


async def test_lines_of_a_batch_carry_their_findings(house: House) -> None:
    done(await choose(house.supplier, "strict"))
    body = ndjson(housing(1), housing(2, pcf=BROKEN), housing(3, pcf={"dqi": ...}))
    results = [BatchLine.model_validate(each) for each in lines(await house.supplier.batch(body))]
    assert [each.status for each in results] == [201, 422, 201]
    assert results[0].findings == []
    assert results[1].problem is not None
    assert [item.rule for item in results[1].problem.errors] == BROKEN_CODES
    assert [finding.code for finding in results[2].findings or []] == ["data_quality_missing"]


async def test_a_check_stores_nothing(house: House) -> None:
    assert (await checked(house, housing(1))) == CheckResource(acceptable=True, mode="lenient", findings=[])
    found = await checked(house, housing(1, pcf=BROKEN))
    assert (found.acceptable, codes(found)) == (True, BROKEN_CODES)
    done(await choose(house.supplier, "strict"))
    found = await checked(house, housing(1, pcf=BROKEN))
    assert (found.acceptable, found.mode, codes(found)) == (False, "strict", BROKEN_CODES)
    assert house.world.events() == []


async def test_one_check_names_everything_there_is_to_mend(house: House) -> None:
    document = housing(1, status="active", companyIds=["LPC"], pcf=BROKEN | {"fossilGhgEmissions": 71.31})
    found = await checked(house, document)
    assert not found.acceptable
    assert set(codes(found)) == {"schema_enum", "schema_urn", "schema_decimal_string", *BROKEN_CODES}
    by_field = {finding.field: finding for finding in found.findings}
    assert by_field["/pcf/fossilGhgEmissions"].found == "71.31"
    assert by_field["/companyIds/0"].found == "LPC"
    assert all(finding.remedy and finding.expected and finding.source for finding in found.findings)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"{}", {"schema_missing"}),
        (b'{"pcf": []}', {"schema_missing", "schema_model_type"}),
        (
            b'{"pcf": {}}',
            {
                "schema_missing",
                "primary_data_share_missing",
                "packaging_flag_missing",
                "ccs_flag_missing",
                "boundary_processes_missing",
                "biogenic_amounts_undefined",
            },
        ),
        (raw(housing(1, pcf={"dqi": {}})), {"schema_missing"}),
        (raw(housing(1, x=1)).replace(b'"x": 1', b'"x": 1e400'), {"schema_exact_number"}),
        (raw(housing(1, x=1)).replace(b'"x": 1', b'"x": {"a": 1, "a": 2}'), {"schema_unique_names"}),
        (raw(housing(1, x=1, status=1)).replace(b'"x": 1', b'"x": NaN'), {"schema_exact_number", "schema_enum"}),
        (raw(housing(1, status="Deprecated")), {"status_not_active"}),
        (raw(housing(1, precedingPfIds=[footprint_id(1)])), {"footprint_precedes_itself", "predecessor_unknown"}),
        (raw(housing(1, pcf={"geographyCountry": "CN"})), {"schema_geography_exclusive"}),
        (raw(housing(1, productIds=["x"] * 100)), {"schema_urn"}),
    ],
)
async def test_any_object_is_answered(house: House, body: bytes, expected: set[str]) -> None:
    found = await checked(house, body)
    assert not found.acceptable
    assert set(codes(found)) == expected


async def test_more_broken_rules_than_a_problem_names(house: House) -> None:
    found = await checked(house, housing(1, companyIds=["x"] * 60, productIds=["y"] * 60, pcf=BROKEN))
    assert {"/companyIds/0", "/productIds/0"} <= {finding.field for finding in found.findings}
    assert codes(found)[-3:] == BROKEN_CODES


@pytest.mark.parametrize(
    ("body", "status", "slug"),
    [
        (b"{", 400, "invalid-json"),
        (b"[1]", 422, "invalid-body"),
        (b'"x"', 422, "invalid-body"),
        (raw(housing(1)) * 400, 413, "content-too-large"),
        (b'{"x":' * 40 + b"1" + b"}" * 40, 400, "json-too-deep"),
    ],
)
async def test_what_is_no_object_is_refused_as_by_the_post(house: House, body: bytes, status: int, slug: str) -> None:
    problem(await check(house.supplier, body), status, slug)
    problem(await house.supplier.send("/v1/footprints", body), status, slug)


async def test_a_check_is_for_suppliers_and_json(house: House) -> None:
    problem(await check(house.buyer, housing(1)), 403, "missing-role")
    problem(await check(house.supplier, housing(1), "text/plain"), 415, "unsupported-media-type")


async def test_a_successor_is_compared_with_its_own_predecessor_alone(house: House) -> None:
    done(await house.supplier.submit(housing(1)), 201)
    done(await house.rival.submit(housing(2)), 201)
    done(await house.rival.give(grantee_organisation_id=house.supplier.organisation_id), 201)
    risen = {"pcfIncludingBiogenicUptake": "80", "pcfExcludingBiogenicUptake": "80.032", "fossilGhgEmissions": "79.958"}
    document = housing(3, precedingPfIds=[footprint_id(1)], pcf=risen)
    found = CheckResource.model_validate_json((await check(house.supplier, document)).content)
    assert codes(found) == ["total_rises_against_predecessor"]
    assert "it rises by 12.1 %" in found.findings[0].expected
    foreign = housing(3, precedingPfIds=[footprint_id(2)], pcf=risen)
    found = CheckResource.model_validate_json((await check(house.supplier, foreign)).content)
    assert codes(found) == ["predecessor_unknown"]
    accepted = done(await house.supplier.submit(document), 201)["findings"]
    assert [finding["code"] for finding in accepted] == ["total_rises_against_predecessor"]


async def test_the_rules_are_told(house: House) -> None:
    listed = RuleList.model_validate_json((await house.buyer.get("/v1/validation-rules")).content)
    assert [rule.id for rule in listed.items] == [rule.rule_id for rule in RULES]


def factor_set(typical: str, **changes: Any) -> JsonObject:
    factor = FACTOR_SET_EXAMPLE["factors"][0] | {"low_kgco2e": None, "typical_kgco2e": typical}
    return FACTOR_SET_EXAMPLE | {"factors": [factor]} | changes


async def test_a_factor_set_is_loaded_replaced_and_taken_away(house: House) -> None:
    operator = Caller(house, "park-operator", "operator")
    assert done(await house.buyer.get("/v1/factor-sets")) == {"items": []}
    response = await put(operator, "/v1/factor-sets/tests-invented", factor_set("0.5"))
    assert (done(response)["factor_count"], response.headers["ETag"]) == (1, '"1"')
    body = done(await house.supplier.submit(housing(1)), 201)
    (finding,) = body["findings"]
    assert (finding["code"], finding["severity"], finding["assumption"]) == ("total_implausible", "warning", True)
    assert "tests-invented, 2026.1" in finding["expected"]
    found = CheckResource.model_validate_json((await check(house.supplier, housing(2))).content)
    assert (found.acceptable, codes(found)) == (True, ["total_implausible"])
    done(await put(operator, "/v1/factor-sets/tests-invented", factor_set("8.4")))
    assert done(await house.supplier.submit(housing(2)), 201)["findings"] == []
    response = await put(operator, "/v1/factor-sets/tests-invented", factor_set("1", factors=[]))
    assert (done(response)["version"], done(response)["factor_count"]) == (3, 0)
    assert house.world.store.states(FACTORS) == {}
    listed = FactorSetList.model_validate_json((await house.buyer.get("/v1/factor-sets")).content)
    assert [(each.name, each.licence) for each in listed.items] == [("tests-invented", "own figures")]


async def test_two_sets_don_t_disturb_each_other(house: House) -> None:
    operator = Caller(house, "park-operator", "operator")
    done(await put(operator, "/v1/factor-sets/first", factor_set("0.5")))
    done(await put(operator, "/v1/factor-sets/second", factor_set("8.4")))
    done(await put(operator, "/v1/factor-sets/first", factor_set("1", factors=[])))
    assert done(await house.supplier.submit(housing(1)), 201)["findings"] == []
    assert len(house.world.store.states(FACTORS)) == 1


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"factors": [FACTOR_SET_EXAMPLE["factors"][0]] * 2}, "factor_twice"),
        ({"factors": [FACTOR_SET_EXAMPLE["factors"][0] | {"low_kgco2e": "9"}]}, "factors_contradict"),
        ({"factors": [FACTOR_SET_EXAMPLE["factors"][0] | {"typical_kgco2e": "0"}]}, "decimal_string"),
        ({"factors": [FACTOR_SET_EXAMPLE["factors"][0] | {"typical_kgco2e": 8.4}]}, "decimal_string"),
        ({"factors": [FACTOR_SET_EXAMPLE["factors"][0]] * 901}, "too_long"),
        ({"licence": ""}, "string_too_short"),
    ],
)
async def test_a_factor_set_keeps_its_rules(house: House, changes: JsonObject, rule: str) -> None:
    operator = Caller(house, "park-operator", "operator")
    response = await put(operator, "/v1/factor-sets/tests-invented", FACTOR_SET_EXAMPLE | changes)
    assert response.status_code == 422
    assert rule in {item["rule"] for item in response.json()["errors"]}


async def test_factor_sets_are_the_operators(house: House) -> None:
    problem(await put(house.supplier, "/v1/factor-sets/tests-invented", factor_set("1")), 403, "missing-role")
    operator = Caller(house, "park-operator", "operator")
    response = await put(operator, "/v1/factor-sets/Not%20a%20name", factor_set("1"))
    assert (response.status_code, response.json()["errors"][0]["field"]) == (422, "/path/set_name")
