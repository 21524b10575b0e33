"""Examples of the OpenAPI document: verification, documents, trust. All names and figures are invented."""

from __future__ import annotations

from typing import Any, Final

from services.footprints.api.examples import PRODUCT_FOOTPRINT_EXAMPLE

RECORD_ID: Final[str] = PRODUCT_FOOTPRINT_EXAMPLE["id"]
SUCCESSOR_ID: Final = "01900000-0000-7000-8000-0000000000c2"
VERIFICATION_ID: Final = "01900000-0000-7000-8000-0000000000c1"
DIGEST: Final = "9f2b1c6a5d4e3f20718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8"
OPEN_EXAMPLE: Final[dict[str, Any]] = {
    "footprint_id": RECORD_ID,
    "verifier_organisation_id": "shenyang-carbon-assurance",
    "scope": {"kind": "product_pcf", "note": "Drive unit housing, plant Tiexi, reference year 2025."},
}
FINDINGS_EXAMPLE: Final[dict[str, Any]] = {
    "findings": [
        {
            "field": "/pcf/exemptedEmissionsPercent",
            "severity": "minor",
            "text": "The screening of omitted flows is from 2023; please show one for the reference period.",
        }
    ]
}
ANSWERS_EXAMPLE: Final[dict[str, Any]] = {
    "answers": [{"finding_id": "1.1", "text": "The screening of January 2026 is among the documents now."}]
}
ATTESTATION_EXAMPLE: Final[dict[str, Any]] = {
    "kind": "product_pcf",
    "assurance": "limited",
    "party": "third",
    "coverage_percent": "86",
    "standard": "ISO 14064-3",
    "completed_at": "2026-02-20T16:00:00+08:00",
    "valid_until": None,
    "statement_sha256": DIGEST,
}
VERIFICATION_EXAMPLE: Final[dict[str, Any]] = {
    "verification_id": VERIFICATION_ID,
    "version": 4,
    "state": "attested",
    "is_open": False,
    "supplier_organisation_id": "liaodong-casting",
    "verifier_organisation_id": "shenyang-carbon-assurance",
    "footprint_id": RECORD_ID,
    "footprint_ids": [RECORD_ID],
    "scope": OPEN_EXAMPLE["scope"],
    "rounds": 1,
    "rounds_left": 1,
    "findings": [
        FINDINGS_EXAMPLE["findings"][0]
        | {
            "finding_id": "1.1",
            "round_number": 1,
            "raised_at": "2026-02-18T02:00:00.000Z",
            "answer": ANSWERS_EXAMPLE["answers"][0]["text"],
            "answered_at": "2026-02-19T03:00:00.000Z",
        }
    ],
    "attestation": ATTESTATION_EXAMPLE
    | {
        "completed_at": "2026-02-20T08:00:00.000Z",
        "attested_at": "2026-02-21T01:00:00.000Z",
        "verifier_name": "Shenyang Carbon Assurance",
    },
    "successor_footprint_id": SUCCESSOR_ID,
    "closing_reason": None,
    "opened_at": "2026-02-17T01:00:00.000Z",
    "changed_at": "2026-02-21T01:00:00.000Z",
}
DOCUMENT_EXAMPLE: Final[dict[str, Any]] = {
    "footprint_id": RECORD_ID,
    "sha256": DIGEST,
    "name": "screening-2025.pdf",
    "media_type": "application/pdf",
    "size_bytes": 48213,
    "stored_at": "2026-02-17T00:50:00.000Z",
}
TRUST_FINDING_EXAMPLE: Final[dict[str, Any]] = {
    "certificate_id": "019c4591-0d60-74e7-ae1a-c05625af3c7e",
    "certificate_version": 2,
    "number": "LN-PCF-2025-0031",
    "status": "suspended",
    "effective_on": "2026-05-04",
    "reason": "Surveillance audit missed.",
    "site_ids": ["019c4591-0d60-70b6-9e93-f652ba3f2e1d"],
    "recorded_at": "2026-05-05T01:00:00.000Z",
}
TRUST_EXAMPLE: Final[dict[str, Any]] = {
    "footprint_id": RECORD_ID,
    "pcf_trust_level": 2,
    "computed_for": "2026-06-01T08:00:00.000Z",
    "created": "2026-02-16T01:30:00.000Z",
    "valid_until": "2028-12-31T16:00:00.000Z",
    "site_id": "019c4591-0d60-70b6-9e93-f652ba3f2e1d",
    "shares": {
        "programme_percent": 0,
        "third_party_percent": 0,
        "second_party_percent": 0,
        "first_party_percent": 0,
    },
    "reasons": [
        {
            "level": 2,
            "holds": True,
            "code": "programme_certified",
            "certificate": {
                "certificate_id": "019c4591-0d60-74e7-ae1a-c05625af3c7e",
                "number": "LN-PCF-2025-0031",
                "issuer": "Weissdorn Assurance GmbH",
                "version": 1,
                "coverage": "covered",
                "valid_from": "2025-06-01",
                "valid_until": "2028-05-31",
                "effective_on": "2025-06-01",
            },
            "verification_id": None,
        }
    ],
    "findings": [TRUST_FINDING_EXAMPLE],
}
