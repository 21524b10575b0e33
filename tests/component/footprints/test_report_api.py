"""`GET /v1/footprints/{id}/report`: page and PDF, and nothing that a supplier writes becomes markup."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser

from tests.component.footprints.house import House, problem
from tests.support.footprints import footprint_id, housing, minimal
from tests.unit.footprints.given import BUYER

PATH = f"/v1/footprints/{footprint_id(1)}"
EVIL = '<script>alert(1)</script><img src=x onerror="alert(2)">{{ 7*7 }}</style>'


class Elements(HTMLParser):
    """Gathers the names of all elements and attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes |= {name for name, _ in attrs}


async def test_the_report_has_the_sections_of_both_standards(house: House) -> None:
    await house.supplier.submit(housing(1))
    response = await house.supplier.get(f"{PATH}/report")
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert response.headers["ETag"] == '"1"'
    headings = re.findall(r"<h2>\d+ (.*?) <span lang=\"zh\">(.*?)</span></h2>", response.text)
    assert [english for english, _ in headings] == [
        "Product and company", "Declared unit", "System boundary", "Time and place", "Results, per declared unit",
        "Carbon in the product", "Data and their quality", "Method", "Verification and critical review",
        "Interpretation", "Particulars of GB/T 24067-2024", "Checks", "The record",
    ]  # fmt: skip
    assert all(re.search("[\u4e00-\u9fff]", chinese) for _, chinese in headings)
    assert "71.352" in response.text
    assert response.text.count("The text of this clause was not at hand") == 2


async def test_what_the_record_lacks_reads_as_missing(house: House) -> None:
    await house.supplier.submit(minimal(1))
    text = (await house.supplier.get(f"{PATH}/report")).text
    assert text.count('class="missing"') > 15
    assert "not stated in the record" in text
    assert "primary_data_share_missing" in text


async def test_a_supplier_writes_text_never_markup(house: House) -> None:
    document = housing(1, productNameCompany=EVIL, companyName=EVIL, productDescription=EVIL, comment=EVIL,
                       pcf={"boundaryProcessesDescription": EVIL})  # fmt: skip
    await house.supplier.submit(document)
    response = await house.supplier.get(f"{PATH}/report")
    found = Elements()
    found.feed(response.text)
    assert not found.names & {"script", "img", "iframe", "link", "object"}
    assert not [name for name in found.attributes if name.startswith("on") or name in ("src", "href", "style")]
    assert "&lt;script&gt;" in response.text
    assert "{{ 7*7 }}" in response.text
    policy = response.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    pdf = await house.supplier.get(f"{PATH}/report", format="pdf")
    assert pdf.content.startswith(b"%PDF-")


async def test_the_page_allows_its_own_style_alone(house: House) -> None:
    await house.supplier.submit(housing(1))
    response = await house.supplier.get(f"{PATH}/report")
    style = re.search(r"<style>(.*?)</style>", response.text, re.DOTALL)
    assert style is not None
    digest = b64encode(sha256(style[1].encode()).digest()).decode()
    assert f"'sha256-{digest}'" in response.headers["Content-Security-Policy"]


async def test_the_report_as_pdf(house: House) -> None:
    await house.supplier.submit(housing(1, productNameCompany="电机壳体 Ünïcode ☃", productIds=["urn:x:" + "9" * 400]))
    response = await house.supplier.get(f"{PATH}/report", format="pdf")
    assert (response.status_code, response.headers["content-type"]) == (200, "application/pdf")
    assert response.content.startswith(b"%PDF-")
    assert response.content.rstrip().endswith(b"%%EOF")
    assert footprint_id(1) in response.headers["Content-Disposition"]
    again = await house.supplier.get(f"{PATH}/report", format="pdf")
    assert again.content == response.content


async def test_the_longest_record_fits_on_paper(house: House) -> None:
    longest = "铸造 melting <b>und</b> " * 500
    document = housing(1, productDescription=longest[:10_000], comment="W" * 10_000,
                       productIds=[f"urn:x:{number}:{'9' * 480}" for number in range(100)],
                       pcf={"allocationRulesDescription": "字" * 10_000})  # fmt: skip
    assert (await house.supplier.submit(document)).status_code == 201
    response = await house.supplier.get(f"{PATH}/report", format="pdf")
    assert (response.status_code, response.content[:5]) == (200, b"%PDF-")


async def test_a_deprecated_record_says_so_first(house: House) -> None:
    await house.supplier.submit(housing(1))
    await house.supplier.submit(housing(2, precedingPfIds=[footprint_id(1)]))
    text = (await house.supplier.get(f"{PATH}/report")).text
    assert 'class="status deprecated"' in text
    assert text.index("do not use for new calculations") < text.index("<h2>")


async def test_the_report_is_read_by_grant_and_told_to_the_owner(house: House) -> None:
    await house.supplier.submit(housing(1))
    for caller in (house.rival, house.buyer):
        foreign, absent = await caller.get(f"{PATH}/report"), await caller.get(f"{PATH[:-1]}9/report")
        problem(foreign, 404, "footprint-not-found")
        assert foreign.content.replace(b"000001", b"000009") == absent.content
    await house.supplier.give()
    assert (await house.buyer.get(f"{PATH}/report")).status_code == 200
    log = (await house.supplier.get("/v1/access-log")).json()["items"]
    assert [(entry["reader_organisation_id"], entry["operation"]) for entry in log] == [
        (BUYER, "read_footprint_report")
    ]
    problem(await house.supplier.get(f"{PATH}/report", format="docx"), 422, "invalid-parameter")
