"""`/v1/footprints/{id}/documents`: stored whole or not at all, read by owner and verifier, always as an attachment."""

from __future__ import annotations

import asyncio
from hashlib import sha256

import pytest

from services.footprints.api.verification_resources import DocumentList, DocumentResource
from services.footprints.application.verifications import EVIDENCE_CHUNKS, EVIDENCE_FOLDERS
from tests.component.footprints.house import House, done, open_house, problem
from tests.component.footprints.verifier_desk import PDF_BYTES, Desk
from tests.support.footprints import footprint_id
from tests.unit.footprints.verifying import VERIFIER

DIGEST = sha256(PDF_BYTES).hexdigest()
FOLDER = f"/v1/footprints/{footprint_id(1)}/documents"


@pytest.fixture
async def desk(house: House) -> Desk:
    desk = Desk(house)
    await desk.prepare()
    return desk


async def test_a_document_is_stored_and_comes_back(desk: Desk) -> None:
    response = await desk.upload(name="../核查 2025.pdf")
    DocumentResource.model_validate_json(response.content)
    body = done(response, 201)
    assert (body["sha256"], body["name"], body["size_bytes"]) == (DIGEST, "核查 2025.pdf", len(PDF_BYTES))
    assert response.headers["Location"] == f"{FOLDER}/{DIGEST}"
    listed = await desk.supplier.get(FOLDER)
    DocumentList.model_validate_json(listed.content)
    assert done(listed)["items"] == [body]
    download = await desk.supplier.get(response.headers["Location"])
    assert (download.status_code, download.content) == (200, PDF_BYTES)
    assert download.headers["Content-Type"] == "application/pdf"
    assert download.headers["X-Content-Type-Options"] == "nosniff"
    assert download.headers["Content-Disposition"] == (
        "attachment; filename=\"__ 2025.pdf\"; filename*=UTF-8''%E6%A0%B8%E6%9F%A5%202025.pdf"
    )
    assert "sandbox" in download.headers["Content-Security-Policy"]
    assert int(download.headers["Content-Length"]) == len(PDF_BYTES)


async def test_the_same_bytes_are_one_document(desk: Desk) -> None:
    first = done(await desk.upload(name="a.pdf"), 201)
    assert done(await desk.upload(name="b.pdf"), 200) == first
    assert done(await desk.supplier.get(FOLDER))["items"] == [first]
    assert len(desk.house.world.store.states(EVIDENCE_CHUNKS)) == 1


async def test_a_key_stores_once(desk: Desk) -> None:
    first, again = await desk.upload(key="once"), await desk.upload(key="once")
    assert (first.status_code, first.content) == (again.status_code, again.content) == (201, first.content)
    problem(await desk.upload(PDF_BYTES + b"more", key="once"), 422, "idempotency-key-reused")


async def test_uploads_at_once_are_all_kept(desk: Desk) -> None:
    replies = await asyncio.gather(*(desk.upload(PDF_BYTES + b"%d" % number) for number in range(8)))
    assert {reply.status_code for reply in replies} == {201}
    assert len(done(await desk.supplier.get(FOLDER))["items"]) == 8


@pytest.mark.parametrize(
    ("content", "media_type", "status", "slug"),
    [
        (b"", "application/pdf", 422, "document-empty"),
        (PDF_BYTES, "image/png", 415, "document-type-refused"),
        (b"MZ\x90\x00", "application/x-msdownload", 415, "document-type-refused"),
        (b"<script>", "text/html", 415, "document-type-refused"),
        (PDF_BYTES, "text/plain", 415, "document-type-refused"),
        (b"{", "application/json", 415, "document-type-refused"),
    ],
)
async def test_what_is_refused_leaves_nothing(
    desk: Desk, content: bytes, media_type: str, status: int, slug: str
) -> None:
    found = problem(await desk.upload(content, media_type=media_type), status, slug)
    assert found.errors[0].remedy
    assert desk.house.world.store.states(EVIDENCE_FOLDERS) == {}
    assert desk.house.world.store.states(EVIDENCE_CHUNKS) == {}


async def test_limits_are_settings() -> None:
    async with open_house(document_limit_bytes=1024, document_media_types="application/pdf") as house:
        desk = Desk(house)
        await desk.prepare()
        problem(await desk.upload(PDF_BYTES + b"x" * 1024), 413, "document-too-large")
        problem(await desk.upload(b"a,b", media_type="text/csv"), 415, "document-type-refused")
        done(await desk.upload((PDF_BYTES + b"x" * 1024)[:1024]), 201)


async def test_a_document_of_several_chunks_is_streamed() -> None:
    content = PDF_BYTES + bytes(range(256)) * 10_000
    async with open_house(document_limit_bytes=4 * 1024 * 1024, body_limit_bytes=4 * 1024 * 1024) as house:
        desk = Desk(house)
        await desk.prepare()
        location = (await desk.upload(content)).headers["Location"]
        assert len(house.world.store.states(EVIDENCE_CHUNKS)) == 3
        assert (await desk.supplier.get(location)).content == content


async def test_only_the_owner_stores(desk: Desk) -> None:
    foreign, missing = await desk.upload(by=desk.rival), await desk.upload(by=desk.rival, number=9)
    problem(foreign, 404, "footprint-not-found")
    assert foreign.json()["detail"] == missing.json()["detail"]
    await desk.opened()
    problem(await desk.upload(by=desk.verifier), 403, "missing-role")


async def test_documents_are_read_by_owner_and_verifier_alone(desk: Desk) -> None:
    location = (await desk.upload()).headers["Location"]
    done(await desk.supplier.give(), 201)
    strangers = (desk.buyer, desk.rival, desk.other, desk.verifier)
    absent = FOLDER.replace(footprint_id(1), footprint_id(9))
    for stranger in strangers:
        foreign, missing = await stranger.get(FOLDER), await stranger.get(absent)
        problem(foreign, 404, "footprint-not-found")
        assert foreign.content.replace(footprint_id(1).encode(), footprint_id(9).encode()) == missing.content
        problem(await stranger.get(location), 404, "footprint-not-found")
    path = await desk.opened()
    assert [item["sha256"] for item in done(await desk.verifier.get(FOLDER))["items"]] == [DIGEST]
    assert (await desk.verifier.get(location)).content == PDF_BYTES
    for stranger in strangers[:3]:
        problem(await stranger.get(location), 404, "footprint-not-found")
    entries = done(await desk.supplier.get("/v1/access-log"))["items"]
    assert [(entry["reader_organisation_id"], entry["operation"]) for entry in entries] == [
        (VERIFIER, "download_document"),
        (VERIFIER, "list_documents"),
    ]
    await desk.post(desk.supplier, f"{path}:withdraw", {"reason": "Done."}, version=1)
    problem(await desk.verifier.get(FOLDER), 404, "footprint-not-found")
    problem(await desk.verifier.get(location), 404, "footprint-not-found")
    assert (await desk.supplier.get(location)).content == PDF_BYTES


async def test_an_attestation_closes_the_documents(desk: Desk) -> None:
    location = (await desk.upload()).headers["Location"]
    await desk.attest(await desk.opened(), 1)
    problem(await desk.verifier.get(location), 404, "footprint-not-found")


async def test_an_empty_folder_and_an_absent_document(desk: Desk) -> None:
    assert done(await desk.supplier.get(FOLDER)) == {"items": []}
    problem(await desk.supplier.get(f"{FOLDER}/{DIGEST}"), 404, "document-not-found")
    assert (await desk.supplier.get(f"{FOLDER}/..%2Fpasswd")).status_code == 404
    await desk.opened()
    assert done(await desk.verifier.get(FOLDER)) == {"items": []}
    (entry,) = done(await desk.supplier.get("/v1/access-log"))["items"]
    assert entry["operation"] == "list_documents"
