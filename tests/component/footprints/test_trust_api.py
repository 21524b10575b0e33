"""`/v1/footprints/{id}/trust` and `/v1/trust-findings`."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from services.footprints.api.verification_resources import TrustFindingList, TrustResource
from services.footprints.domain.programme_certificate import CertificateStatus
from tests.component.footprints.house import House, done, problem
from tests.component.footprints.verifier_desk import Desk
from tests.support.footprints import footprint_id
from tests.unit.footprints.given import RIVAL
from tests.unit.footprints.verifying import SITE, certificate, follow, revision

PATH = f"/v1/footprints/{footprint_id(1)}"
LATER = revision(2, CertificateStatus.SUSPENDED, date(2026, 5, 4))


@pytest.fixture
async def desk(house: House) -> Desk:
    desk = Desk(house)
    await desk.prepare()
    return desk


async def test_the_level_is_explained(desk: Desk) -> None:
    assert done(await desk.supplier.get(PATH))["pcf_trust_level"] == 1
    await follow(desk.house.world, certificate(), certificate(certificate_id="c-2", supplier=RIVAL))
    response = await desk.supplier.get(f"{PATH}/trust")
    TrustResource.model_validate_json(response.content)
    trust = done(response)
    assert (trust["pcf_trust_level"], trust["site_id"], trust["created"]) == (2, SITE, "2026-02-16T01:30:00.000Z")
    (reason,) = [each for each in trust["reasons"] if each["level"] == 2]
    assert (reason["holds"], reason["code"]) == (True, "programme_certified")
    assert reason["certificate"] == {
        "certificate_id": "certificate-1",
        "number": "LN-PCF-31",
        "issuer": "Weissdorn",
        "version": 1,
        "coverage": "covered",
        "valid_from": "2025-06-01",
        "valid_until": "2028-05-31",
        "effective_on": "2025-06-01",
    }
    assert done(await desk.supplier.get(PATH))["pcf_trust_level"] == 2


async def test_a_later_suspension_is_told_and_takes_nothing(desk: Desk) -> None:
    await follow(desk.house.world, certificate(), certificate(LATER))
    trust = done(await desk.supplier.get(f"{PATH}/trust"))
    assert trust["pcf_trust_level"] == 2
    assert [(each["status"], each["effective_on"]) for each in trust["findings"]] == [("suspended", "2026-05-04")]
    listed = await desk.supplier.get("/v1/trust-findings")
    TrustFindingList.model_validate_json(listed.content)
    assert done(listed)["items"] == trust["findings"]
    assert done(await desk.rival.get("/v1/trust-findings"))["items"] == []


async def test_the_level_ends_with_the_footprint(desk: Desk) -> None:
    await follow(desk.house.world, certificate())
    desk.house.clock.set(datetime(2028, 12, 31, 16, 0, tzinfo=UTC))
    trust = done(await desk.supplier.get(f"{PATH}/trust"))
    assert trust["pcf_trust_level"] == 1
    assert trust["reasons"][-1]["code"] == "validity_ended"


async def test_trust_is_read_by_whoever_reads_the_footprint(desk: Desk) -> None:
    absent = PATH.replace(footprint_id(1), footprint_id(9))
    foreign, missing = await desk.buyer.get(f"{PATH}/trust"), await desk.buyer.get(f"{absent}/trust")
    problem(foreign, 404, "footprint-not-found")
    assert foreign.content.replace(footprint_id(1).encode(), footprint_id(9).encode()) == missing.content
    done(await desk.supplier.give(), 201)
    assert done(await desk.buyer.get(f"{PATH}/trust"))["pcf_trust_level"] == 1
    (entry,) = done(await desk.supplier.get("/v1/access-log"))["items"]
    assert entry["operation"] == "read_trust"
