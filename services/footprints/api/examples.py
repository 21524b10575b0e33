"""Examples of the OpenAPI document. All names and figures are invented."""

from __future__ import annotations

from typing import Any, Final

PRODUCT_FOOTPRINT_EXAMPLE: Final[dict[str, Any]] = {
    "id": "0c7b2a51-6f1e-4b52-9d3a-5e8f10a4c2d7",
    "specVersion": "3.0.3",
    "created": "2026-02-16T09:30:00+08:00",
    "status": "Active",
    "companyName": "Liaodong Precision Casting Co., Ltd.",
    "companyIds": ["urn:pact:company:customcode:supplier-id:LPC-0417"],
    "productDescription": "Die-cast housing of an electric drive unit, EN AC-46000, machined and washed.",
    "productIds": ["urn:pact:liaodong-casting.example:product-id:EM-HSG-4711"],
    "productNameCompany": "Drive unit housing EM-HSG-4711",
    "pcf": {
        "declaredUnitOfMeasurement": "piece",
        "declaredUnitAmount": "1",
        "productMassPerDeclaredUnit": "8.460",
        "referencePeriodStart": "2025-01-01T00:00:00+08:00",
        "referencePeriodEnd": "2026-01-01T00:00:00+08:00",
        "geographyCountrySubdivision": "CN-LN",
        "pcfExcludingBiogenicUptake": "71.310",
        "pcfIncludingBiogenicUptake": "71.310",
        "fossilGhgEmissions": "71.310",
        "fossilCarbonContent": "0",
        "packagingEmissionsIncluded": False,
        "ipccCharacterizationFactors": ["AR6"],
        "crossSectoralStandards": ["ISO14067", "PACT-3.0"],
        "exemptedEmissionsPercent": "1.8",
        "primaryDataShare": "46.5",
    },
}
FINDING_EXAMPLE: Final[dict[str, Any]] = {
    "code": "data_quality_missing",
    "severity": "info",
    "title": "Data quality is rated",
    "field": "/pcf/dqi",
    "found": None,
    "expected": "data quality indicators: required for reference periods from 31 December 2027",
    "remedy": "Add technologicalDQR, geographicalDQR and temporalDQR.",
    "source": "PACT Technical Specifications 3.0.3: CarbonFootprint, dqi; DataQualityIndicators",
    "assumption": False,
}
FOOTPRINT_EXAMPLE: Final[dict[str, Any]] = {
    "footprint_id": PRODUCT_FOOTPRINT_EXAMPLE["id"],
    "owner_organisation_id": "liaodong-casting",
    "version": 1,
    "status": "Active",
    "valid_from": "2025-12-31T16:00:00.000Z",
    "valid_until": "2028-12-31T16:00:00.000Z",
    "accepted_at": "2026-02-16T01:30:02.417Z",
    "deprecated_at": None,
    "deprecated_by_footprint_id": None,
    "deprecation_reason": None,
    "document_sha256": "5b0c8a1f0f0b7c6d3a0e0c41f8f7e2d97a54b6c3e2f10d98c7b6a5f4e3d2c1b0",
    "findings": [FINDING_EXAMPLE],
    "document": PRODUCT_FOOTPRINT_EXAMPLE,
}
GRANT_REQUEST_EXAMPLES: Final[dict[str, Any]] = {
    "product": {
        "grantee_organisation_id": "tiexi-drive-systems",
        "scope": "product",
        "scope_value": "urn:pact:liaodong-casting.example:product-id:EM-HSG-4711",
        "valid_until": "2035-12-31T16:00:00Z",
    },
    "everything": {"grantee_organisation_id": "tiexi-drive-systems", "scope": "everything"},
}
GRANT_EXAMPLE: Final[dict[str, Any]] = {
    "grant_id": "01900000-0000-7000-8000-000000000001",
    "owner_organisation_id": "liaodong-casting",
    "grantee_organisation_id": "tiexi-drive-systems",
    "version": 1,
    "status": "active",
    "scope": "product",
    "scope_value": "urn:pact:liaodong-casting.example:product-id:EM-HSG-4711",
    "valid_from": "2026-02-16T01:40:00.000Z",
    "valid_until": "2035-12-31T16:00:00.000Z",
    "reason": None,
    "changed_at": "2026-02-16T01:40:00.000Z",
}
BATCH_LINE_EXAMPLE: Final[dict[str, Any]] = {
    "line": 1,
    "status": 201,
    "id": PRODUCT_FOOTPRINT_EXAMPLE["id"],
    "location": f"/v1/footprints/{PRODUCT_FOOTPRINT_EXAMPLE['id']}",
    "findings": [FINDING_EXAMPLE],
}
