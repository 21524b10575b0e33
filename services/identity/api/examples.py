"""Examples of the OpenAPI document. All companies are invented; none is one of `infra/demo`, whose GLNs are taken."""

from __future__ import annotations

from typing import Any, Final

ORGANISATION_ID: Final = "01900000-0000-7000-8000-0000000000b2"
CLIENT_ID: Final = "01900000-0000-7000-8000-0000000000c3"

NEW_ORGANISATION: Final[dict[str, Any]] = {
    "name": "Hunhe Aluminium Forgings Co., Ltd.",
    "country": "CN",
    "identifiers": [{"scheme": "gln", "value": "9520000000097"}],
    "roles": ["supplier"],
    "base_urls": ["https://pcf.hunhe-forgings.example"],
}
DIRECTORY_ENTRY: Final[dict[str, Any]] = {
    "organisation_id": ORGANISATION_ID,
    "version": 1,
    "name": NEW_ORGANISATION["name"],
    "country": "CN",
    "identifiers": NEW_ORGANISATION["identifiers"],
    "roles": ["supplier"],
    "status": "active",
}
ORGANISATION: Final[dict[str, Any]] = DIRECTORY_ENTRY | {
    "base_urls": NEW_ORGANISATION["base_urls"],
    "status_reason": None,
    "registered_at": "2026-06-01T08:00:00Z",
    "changed_at": "2026-06-01T08:00:00Z",
}
PATCH: Final[dict[str, Any]] = {"roles": ["supplier", "recycler"]}
SUSPENSION: Final[dict[str, Any]] = {"reason": "The business licence was withdrawn on 2026-05-28."}
SUSPENDED: Final[dict[str, Any]] = ORGANISATION | {
    "version": 2,
    "status": "suspended",
    "status_reason": SUSPENSION["reason"],
    "changed_at": "2026-06-02T08:00:00Z",
}

NEW_CREDENTIAL: Final[dict[str, Any]] = {"label": "ERP, plant 1", "scopes": ["footprint:list", "footprint:read"]}
CREDENTIAL: Final[dict[str, Any]] = {
    "client_id": CLIENT_ID,
    "organisation_id": ORGANISATION_ID,
    "label": NEW_CREDENTIAL["label"],
    "scopes": NEW_CREDENTIAL["scopes"],
    "secret_id": "01900000-0000-7000-8000-0000000000c4",
    "created_at": "2026-06-01T08:00:00Z",
    "rotated_at": None,
    "revoked_at": None,
}
ISSUED: Final[dict[str, Any]] = CREDENTIAL | {
    "client_secret": "shown-once-43-characters-of-base64url-random",
    "secret_note": None,
}

SIGNING_KEYS: Final[dict[str, Any]] = {
    "items": [
        {
            "kid": "lxeNwIiILliLcFqA54c17YC9_h0AkMxjWolwBw8syK8",
            "state": "current",
            "created_at": "2026-06-01T08:00:00Z",
            "activated_at": "2026-06-01T08:00:00Z",
            "retired_at": None,
            "published_until": None,
        }
    ]
}
