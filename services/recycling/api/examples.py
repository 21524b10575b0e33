"""Examples of the OpenAPI document: one lot of aluminium scrap on its way to a claim."""

from __future__ import annotations

from typing import Any, Final

Json = dict[str, Any]

_LOT_ID: Final = "01900000-0000-7000-8000-0000000000a1"
_DEMAND_ID: Final = "01900000-0000-7000-8000-0000000000d1"
_TRADE_ID: Final = "9f3b6c1e-7a52-5d43-8b7e-0c5d2a6e4f10"
_CLAIM_ID: Final = "01900000-0000-7000-8000-0000000000c1"
_SELLER: Final = "01900000-0000-7000-8000-0000000000e1"
_BUYER: Final = "01900000-0000-7000-8000-0000000000e2"
_CERTIFICATE: Final = {"certificate_id": "01900000-0000-7000-8000-0000000000f1", "version": 2}
_FAR_AHEAD: Final = "2035-12-31"
"""A last day is refused once it has passed (`check_not_past`); an example that is copied must be accepted for years."""

NEW_LOT: Final[Json] = {
    "grade_scheme": "en13920",
    "grade_code": "2",
    "description": "Clean old aluminium castings, shredded and sorted",
    "mass_kg": "12500.000",
    "post_consumer_share_percent": "70",
    "pre_consumer_share_percent": "25",
    "custody_model": "segregated",
    "country": "CN",
    "price_per_tonne": "14200.00",
    "currency": "CNY",
    "available_from": "2026-06-01",
    "available_until": _FAR_AHEAD,
    "waste_code": "12 01 03",
}
LOT: Final[Json] = {
    "lot_id": _LOT_ID,
    "version": 1,
    "seller_organisation_id": _SELLER,
    **NEW_LOT,
    "free_mass_kg": "8500.000",
    "closed_because": None,
    "relied_on": _CERTIFICATE,
    "terms_version": "2026-1",
    "status": "listed",
    "reason": None,
    "listed_at": "2026-06-01T08:00:00.000Z",
    "changed_at": "2026-06-01T08:00:00.000Z",
}
NEW_DEMAND: Final[Json] = {
    "grade_scheme": "en13920",
    "grade_code": "2",
    "mass_kg": "4000.000",
    "max_price_per_tonne": "15000.00",
    "currency": "CNY",
    "needed_by": _FAR_AHEAD,
    "accepted_custody_models": ["identity_preserved", "segregated"],
    "min_post_consumer_share_percent": "50",
}
DEMAND: Final[Json] = {
    "demand_id": _DEMAND_ID,
    "version": 1,
    **NEW_DEMAND,
    "open_mass_kg": "0.000",
    "closed_because": "used_up",
    "status": "placed",
    "reason": None,
    "placed_at": "2026-06-02T09:30:00.000Z",
    "changed_at": "2026-06-02T09:30:00.000Z",
}
TICKET: Final[Json] = {
    "ticket_number": "WB-2026-000481",
    "gross_kg": "18460.000",
    "tare_kg": "14380.000",
    "moisture_percent": "1.5",
    "impurity_percent": "0.8",
    "weighed_at": "2026-06-10T07:15:00Z",
}
TRADE: Final[Json] = {
    "trade_id": _TRADE_ID,
    "version": 6,
    "lot_id": _LOT_ID,
    "demand_id": _DEMAND_ID,
    "seller_organisation_id": _SELLER,
    "buyer_organisation_id": _BUYER,
    "grade_scheme": "en13920",
    "grade_code": "2",
    "mass_kg": "4000.000",
    "price_per_tonne": "14200.00",
    "currency": "CNY",
    "custody_model": "segregated",
    "post_consumer_share_percent": "70",
    "pre_consumer_share_percent": "25",
    "status": "settled",
    "seller_confirmed": True,
    "buyer_confirmed": True,
    "relied_on": _CERTIFICATE,
    "terms_version": "2026-1",
    "ticket": TICKET | {"weighed_at": "2026-06-10T07:15:00.000Z"},
    "weighed_mass_kg": "3986.650",
    "settled_mass_kg": "3986.650",
    "settled_amount": "56610.43",
    "claimed_mass_kg": "0.000",
    "reason": None,
    "matched_at": "2026-06-02T09:30:00.120Z",
    "settled_at": "2026-06-11T01:00:00.000Z",
    "changed_at": "2026-06-11T01:00:00.000Z",
}
NEW_CLAIM: Final[Json] = {
    "trade_id": _TRADE_ID,
    "product_id": "urn:gtin:4012345678901",
    "name": "Inverter housing, die-cast",
    "recycled_mass_kg": "3000.000",
    "product_mass_kg": "8000.000",
    "period_start": "2026-06-01",
    "period_end": "2026-12-31",
}
CLAIM_SUMMARY: Final[Json] = {
    "claim_id": _CLAIM_ID,
    "version": 1,
    "status": "issued",
    "product_id": "urn:gtin:4012345678901",
    "name": "Inverter housing, die-cast",
    "recycled_mass_kg": "3000.000",
    "post_consumer_mass_kg": "2210.526",
    "pre_consumer_mass_kg": "789.474",
    "product_mass_kg": "8000.000",
    "recycled_share_percent": "37.5000",
    "custody_model": "segregated",
    "period_start": "2026-06-01",
    "period_end": "2026-12-31",
    "reason": None,
    "changed_at": "2026-06-12T02:00:00.000Z",
}
CLAIM: Final[Json] = {
    **CLAIM_SUMMARY,
    "trade_id": _TRADE_ID,
    "lot_id": _LOT_ID,
    "seller_organisation_id": _SELLER,
    "beneficiary_organisation_id": _BUYER,
    "issued_at": "2026-06-12T02:00:00.000Z",
}
WHY: Final[Json] = {"reason": "The furnace is down until September"}
