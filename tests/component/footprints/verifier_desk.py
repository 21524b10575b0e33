"""A house with two verifiers, and the steps of an engagement over HTTP."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx
import orjson

from services.footprints.api.verification_examples import ATTESTATION_EXAMPLE
from tests.component.footprints.house import Caller, House, done
from tests.support.footprints import JsonObject, footprint_id
from tests.unit.footprints.verifying import OTHER_VERIFIER, VERIFIER, sited, verifier

PDF = "application/pdf"
PDF_BYTES = b"%PDF-1.7\n1 0 obj\n"
ATTESTATION = ATTESTATION_EXAMPLE | {"completed_at": "2026-05-30T16:00:00+08:00"}
FINDING = {"field": "/pcf", "severity": "minor", "text": "Show the screening."}


class Desk:
    """The parties of an engagement, and strangers."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.supplier = house.supplier
        self.rival = house.rival
        self.buyer = house.buyer
        self.verifier = Caller(house, VERIFIER, "verifier")
        self.other = Caller(house, OTHER_VERIFIER, "verifier")

    async def prepare(self) -> None:
        """Register the verifiers and submit a record."""
        await self.house.world.record(verifier(), verifier(OTHER_VERIFIER))
        done(await self.supplier.submit(sited(1)), 201)

    async def post(
        self,
        caller: Caller,
        path: str,
        body: JsonObject,
        *,
        version: int | None = None,
        key: str | None = None,
    ) -> httpx.Response:
        caller.keys += 1
        headers = caller.token() | {
            "Content-Type": "application/json",
            "Idempotency-Key": key or f"step-{caller.organisation_id}-{caller.keys}",
        }
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        return await self.house.client.post(path, content=orjson.dumps(body), headers=headers)

    async def open(self, number: int = 1, *, by: Caller | None = None, **changes: Any) -> httpx.Response:
        body = {
            "footprint_id": footprint_id(number),
            "verifier_organisation_id": VERIFIER,
            "scope": {"kind": "product_pcf"},
        } | changes
        return await self.post(by or self.supplier, "/v1/verifications", body)

    async def opened(self) -> str:
        """Open the record; return the engagement's path."""
        return (await self.open()).headers["Location"]

    async def find(self, path: str, version: int, **rest: Any) -> httpx.Response:
        by = rest.pop("by", self.verifier)
        return await self.post(by, f"{path}:raise-findings", {"findings": [FINDING]}, version=version, **rest)

    async def answer(self, path: str, version: int, finding_id: str, **rest: Any) -> httpx.Response:
        by = rest.pop("by", self.supplier)
        body = {"answers": [{"finding_id": finding_id, "text": "Shown."}]}
        return await self.post(by, f"{path}:answer", body, version=version, **rest)

    async def attest(self, path: str, version: int, *, by: Caller | None = None, **changes: Any) -> httpx.Response:
        return await self.post(by or self.verifier, f"{path}:attest", ATTESTATION | changes, version=version)

    async def upload(
        self,
        content: bytes = PDF_BYTES,
        *,
        name: str = "stack test.pdf",
        media_type: str = PDF,
        number: int = 1,
        by: Caller | None = None,
        key: str | None = None,
    ) -> httpx.Response:
        path = f"/v1/footprints/{footprint_id(number)}/documents?name={quote(name)}"
        return await (by or self.supplier).send(path, content, media_type=media_type, key=key)
