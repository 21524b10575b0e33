"""The story's data: all invented, realistic in units, masses and grades. `run` makes names unique for each playing."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any, Final

Json = dict[str, Any]

PCF_KGCO2E: Final = "71.384"
CEILING_KGCO2E: Final = "75.00"
HOUSING_MASS_KG: Final = "8.460"
MINIMUM_RECYCLED_SHARE_PERCENT: Final = "25"
LOT_MASS_KG: Final = "12000.000"
"""A whole number of demands: what earlier playings left of their lots serves a later one in full."""
DEMAND_MASS_KG: Final = "4000.000"
CLAIMED_MASS_KG: Final = "3000.000"
PRODUCT_MASS_KG: Final = "8460.000"
"""1,000 housings."""


def product_id(run: str) -> str:
    """Return the URN of the housing."""
    return f"urn:pact:liaoyuan-castings.example:product-id:EDU-HSG-{run}"


def site(site_id: str, name: str) -> Json:
    """Return a site in Shenyang."""
    return {"site_id": site_id, "name": name, "country": "CN", "identifiers": []}


def supplier() -> Json:
    """Return the tier-2 die-caster's record."""
    name = "Liaoyuan Light-Metal Castings Co., Ltd. 辽远轻金属铸造有限公司"
    return {"name": name, "sites": [site("tiexi-1", "Die-casting plant 1, Tiexi 铁西压铸一厂")]}


def recycler() -> Json:
    """Return the recycler's record."""
    name = "Beifang Loop Aluminium Recycling Co., Ltd. 北方环铝再生资源有限公司"
    return {"name": name, "sites": [site("yard-1", "Sorting yard 1 一号分选场")]}


def certificate(run: str, holder: str, site_id: str, today: datetime) -> Json:
    """Return an ISO 14001 certificate in its second year."""
    begin = (today - timedelta(days=400)).date()
    return {
        "type": "iso14001",
        "number": f"EMS-{holder}-{run}",
        "issuer": "Hunhe Certification Body",
        "site_ids": [site_id],
        "valid_from": begin.isoformat(),
        "valid_until": (begin + timedelta(days=3 * 365)).isoformat(),
    }


def profile(run: str) -> Json:
    """Return the buyer's profile: certificate, footprint ceiling and recycled share."""
    return {
        "name": f"Low-carbon castings {run}",
        "requirements": {
            "certificate_types": ["iso14001"],
            "pcf_ceiling": {
                "value_kgco2e": CEILING_KGCO2E,
                "unit_of_measurement": "piece",
                "unit_amount": "1",
                "pcf_total": "excluding",
            },
            "minimum_recycled_share_percent": MINIMUM_RECYCLED_SHARE_PERCENT,
        },
    }


def part(run: str) -> Json:
    """Return the listing of the housing."""
    return {
        "site_id": "tiexi-1",
        "part_number": f"EDU-HSG-{run}",
        "name": "Drive unit housing, die-cast EN AC-46000 压铸电驱壳体",
        "product_id": product_id(run),
    }


def footprint(run: str, now: datetime) -> Json:
    """Return a PACT v3 footprint of the housing: cradle to gate, one piece, the last full year."""
    end = datetime(now.year, 1, 1, tzinfo=UTC)
    start = datetime(now.year - 1, 1, 1, tzinfo=UTC)
    return {
        "id": str(uuid.uuid4()),
        "specVersion": "3.0.3",
        "created": now.isoformat(timespec="seconds"),
        "status": "Active",
        "companyName": "Liaoyuan Light-Metal Castings Co., Ltd.",
        "companyIds": ["urn:pact:liaoyuan-castings.example:company-id:tiexi"],
        "productDescription": "Cold-chamber die-cast housing of an electric drive unit, EN AC-46000, machined, washed.",
        "productIds": [product_id(run)],
        "productNameCompany": f"Drive unit housing EDU-HSG-{run}",
        "pcf": {
            "declaredUnitOfMeasurement": "piece",
            "declaredUnitAmount": "1",
            "productMassPerDeclaredUnit": HOUSING_MASS_KG,
            "referencePeriodStart": start.isoformat(),
            "referencePeriodEnd": end.isoformat(),
            "geographyCountrySubdivision": "CN-LN",
            "pcfExcludingBiogenicUptake": PCF_KGCO2E,
            "pcfIncludingBiogenicUptake": PCF_KGCO2E,
            "fossilGhgEmissions": PCF_KGCO2E,
            "fossilCarbonContent": "0",
            "packagingEmissionsIncluded": False,
            "ipccCharacterizationFactors": ["AR6"],
            "crossSectoralStandards": ["ISO14067", "PACT-3.0", "GB/T 24067-2024"],
            "exemptedEmissionsPercent": "1.8",
            "primaryDataShare": "46.5",
            "dqi": {"technologicalDQR": "1.8", "geographicalDQR": "2.0", "temporalDQR": "1.0"},
        },
    }


def lot(today: datetime) -> Json:
    """Return the recycler's lot: shredded, sorted castings scrap."""
    return {
        "grade_scheme": "gbt38472",
        "grade_code": "RZL-46000",
        "description": "Recycled cast-aluminium raw material, shredded and sorted, from end-of-life vehicles",
        "mass_kg": LOT_MASS_KG,
        "post_consumer_share_percent": "70",
        "pre_consumer_share_percent": "25",
        "custody_model": "segregated",
        "country": "CN",
        "price_per_tonne": "14200.00",
        "currency": "CNY",
        "available_from": (today - timedelta(days=1)).date().isoformat(),
        "available_until": (today + timedelta(days=90)).date().isoformat(),
    }


def demand(today: datetime) -> Json:
    """Return the supplier's demand for it."""
    return {
        "grade_scheme": "gbt38472",
        "grade_code": "RZL-46000",
        "mass_kg": DEMAND_MASS_KG,
        "max_price_per_tonne": "15000.00",
        "currency": "CNY",
        "needed_by": (today + timedelta(days=60)).date().isoformat(),
        "accepted_custody_models": ["identity_preserved", "segregated"],
        "min_post_consumer_share_percent": "50",
    }


def ticket(run: str, now: datetime) -> Json:
    """Return the receiver's weighbridge ticket: 4,080 kg on the bridge, less moisture and impurity."""
    return {
        "ticket_number": f"WB-{run}",
        "gross_kg": "18460.000",
        "tare_kg": "14380.000",
        "moisture_percent": "1.5",
        "impurity_percent": "0.8",
        "weighed_at": now.isoformat(timespec="seconds"),
    }


def claim(run: str, trade_id: str, today: datetime) -> Json:
    """Return the claim of recycled content for 1,000 housings."""
    return {
        "trade_id": trade_id,
        "product_id": product_id(run),
        "name": "Drive unit housing, die-cast",
        "recycled_mass_kg": CLAIMED_MASS_KG,
        "product_mass_kg": PRODUCT_MASS_KG,
        "period_start": today.date().isoformat(),
        "period_end": (today + timedelta(days=180)).date().isoformat(),
    }
