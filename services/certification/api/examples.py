"""Examples of the OpenAPI document: a die-cast aluminium housing made in Shenyang, and a buyer's profile."""

from __future__ import annotations

from typing import Any, Final

Json = dict[str, Any]

SUPPLIER_ID: Final = "01900000-0000-7000-8000-0000000000a1"
BUYER_ID: Final = "01900000-0000-7000-8000-0000000000b1"
CERTIFICATE_ID: Final = "01900000-0000-7000-8000-0000000000c1"
PROFILE_ID: Final = "01900000-0000-7000-8000-0000000000d1"
PART_ID: Final = "01900000-0000-7000-8000-0000000000e1"
FOOTPRINT_ID: Final = "01900000-0000-7000-8000-0000000000f1"
GRANT_ID: Final = "01900000-0000-7000-8000-0000000000f2"
PRODUCT_ID: Final = "urn:tierloop:product:alu-housing-4711"
_AT: Final = "2026-06-01T08:00:00Z"

NEW_SUPPLIER: Final[Json] = {
    "name": "Tiexi Light Alloy Castings",
    "sites": [
        {
            "site_id": "tiexi-1",
            "name": "Foundry 1 铸造一厂",
            "country": "CN",
            "identifiers": ["BPNS0000000000WN"],
        }
    ],
}
SUPPLIER: Final[Json] = {"supplier_id": SUPPLIER_ID, **NEW_SUPPLIER, "version": 1, "changed_at": _AT}

NEW_CERTIFICATE: Final[Json] = {
    "type": "iso14001",
    "number": "EMS-2025-10417",
    "issuer": "Example Certification Body",
    "site_ids": ["tiexi-1"],
    "valid_from": "2025-03-01",
    "valid_until": "2028-02-29",
}
CERTIFICATE: Final[Json] = {
    "certificate_id": CERTIFICATE_ID,
    "supplier_id": SUPPLIER_ID,
    **NEW_CERTIFICATE,
    "status": "active",
    "effective_on": "2025-03-01",
    "reason": None,
    "version": 1,
    "changed_at": _AT,
}
MOVE: Final[Json] = {"effective_on": "2026-05-28", "reason": "Surveillance audit overdue."}
MOVED: Final[Json] = {**CERTIFICATE, "status": "suspended", **MOVE, "version": 2}

NEW_PROFILE: Final[Json] = {
    "name": "Low-carbon castings 2026",
    "requirements": {
        "certificate_types": ["iatf16949", "iso14001"],
        "pcf_ceiling": {
            "value_kgco2e": "6.50",
            "unit_of_measurement": "kilogram",
            "unit_amount": "1",
            "pcf_total": "excluding",
        },
        "minimum_recycled_share_percent": "25",
    },
}
PROFILE: Final[Json] = {"profile_id": PROFILE_ID, **NEW_PROFILE, "version": 1, "changed_at": _AT}

NEW_PART: Final[Json] = {
    "site_id": "tiexi-1",
    "part_number": "HSG-4711-A",
    "name": "Inverter housing, die-cast aluminium",
    "product_id": PRODUCT_ID,
}
PART: Final[Json] = {
    "part_id": PART_ID,
    "supplier_id": SUPPLIER_ID,
    **NEW_PART,
    "verdicts": [{"profile_id": PROFILE_ID, "verdict": "not_certified", "current": True}],
}
LISTED: Final[Json] = {**PART, "verdicts": []}
VERDICT: Final[Json] = {
    "part_id": PART_ID,
    "profile_id": PROFILE_ID,
    "profile_version": 1,
    "verdict": "not_certified",
    "verdict_version": 2,
    "requirements": [
        {
            "requirement": "certificate:iso14001",
            "result": "met",
            "detail": "iso14001 covers the site until 2028-02-29",
            "evidence": [{"kind": "certificate", "id": CERTIFICATE_ID, "version": 1}],
        },
        {
            "requirement": "pcf_ceiling",
            "result": "met",
            "detail": "5.94 kgCO2e excluding biogenic uptake per 1 kilogram; the ceiling is 6.50 per 1",
            "evidence": [
                {"kind": "footprint", "id": FOOTPRINT_ID, "version": 1},
                {"kind": "grant", "id": GRANT_ID, "version": 1},
            ],
        },
        {
            "requirement": "recycled_share",
            "result": "missing",
            "detail": "no recycled-content claim for this product is known",
            "evidence": [],
        },
    ],
    "decided_at": _AT,
    "holds_until": "2028-03-01T00:00:00Z",
    "current": True,
}
TRAIL: Final[Json] = {
    "part_id": PART_ID,
    "events": [
        {
            "role": "evidence",
            "kind": "footprint",
            "id": FOOTPRINT_ID,
            "version": 1,
            "event_id": "01900000-0000-7000-8000-000000000101",
            "event_type": "footprints.footprint.published.v1",
            "occurred_at": "2026-06-01T07:59:58Z",
            "correlation_id": "01900000-0000-7000-8000-000000000201",
            "causation_id": "01900000-0000-7000-8000-000000000201",
            "profile_id": None,
            "verdict": None,
        },
        {
            "role": "verdict",
            "kind": "part",
            "id": PART_ID,
            "version": 2,
            "event_id": "01900000-0000-7000-8000-000000000102",
            "event_type": "certification.part.verdict-changed.v1",
            "occurred_at": _AT,
            "correlation_id": "01900000-0000-7000-8000-000000000201",
            "causation_id": "01900000-0000-7000-8000-000000000103",
            "profile_id": PROFILE_ID,
            "verdict": "not_certified",
        },
    ],
}
