"""Domain events to their wire contracts, `footprints.*.v1`."""

from __future__ import annotations

from typing import Any, Final

from schemas.contracts.footprints_v1 import FootprintV1, Geography, GrantV1, NoticeWorkV1, RequestV1
from services.chassis.kernel import Work
from services.chassis.outbox import Outgoing, work_topic, work_type
from services.footprints.adapters.verification_contract import verification_v1
from services.footprints.application.handlers import notices as handlers
from services.footprints.domain.events import FootprintEvent, GrantEvent, RequestEvent, VerificationEvent
from services.footprints.domain.footprint import Footprint
from services.footprints.domain.grant import Grant
from services.footprints.domain.request import Request
from services.footprints.domain.terms import Geography as DomainGeography
from services.footprints.domain.terms import GeographyLevel

SERVICE: Final = "footprints"
FOOTPRINT_TOPIC: Final = "footprints.footprint.v1"
GRANT_TOPIC: Final = "footprints.grant.v1"
REQUEST_TOPIC: Final = "footprints.request.v1"
VERIFICATION_TOPIC: Final = "footprints.verification.v1"
MAX_EMBEDDED_BYTES: Final = 400_000
"""A larger document is left out of its event: the event repeats the document's lists, so it could pass 900 kB."""


def translate(fact: object) -> Outgoing:
    """Put a domain event into its contract. Raises TypeError for anything else."""
    match fact:
        case FootprintEvent(footprint=footprint):
            event_type = f"footprints.footprint.{fact.name}.v1"
            return Outgoing(FOOTPRINT_TOPIC, event_type, fact.aggregate_id, fact.version, footprint_v1(footprint))
        case GrantEvent(grant=grant):
            event_type = f"footprints.grant.{fact.name}.v1"
            return Outgoing(GRANT_TOPIC, event_type, fact.aggregate_id, fact.version, grant_v1(grant))
        case RequestEvent(request=request):
            event_type = f"footprints.request.{fact.name}.v1"
            return Outgoing(REQUEST_TOPIC, event_type, fact.aggregate_id, fact.version, request_v1(request))
        case VerificationEvent(verification=verification):
            event_type = f"footprints.verification.{fact.name}.v1"
            data = verification_v1(verification)
            return Outgoing(VERIFICATION_TOPIC, event_type, fact.aggregate_id, fact.version, data)
        case Work(root=handlers.NOTICE_ROOT):
            return Outgoing(work_topic(SERVICE, fact), work_type(SERVICE, fact), fact.key, 0, notice_work_v1(fact))
        case _:
            raise TypeError(f"no contract for {type(fact).__name__}")


def footprint_v1(footprint: Footprint) -> FootprintV1:
    """Return the public state of a footprint."""
    carbon, amounts = footprint.carbon, footprint.carbon.amounts
    embedded = footprint.document.size_bytes <= MAX_EMBEDDED_BYTES
    content: dict[str, Any] = {
        "version": footprint.version,
        "footprint_id": footprint.footprint_id,
        "owner_organisation_id": footprint.owner_organisation_id,
        "status": footprint.status.value,
        "spec_version": footprint.spec_version,
        "company_name": footprint.company_name,
        "company_ids": list(footprint.company_ids),
        "product_ids": list(footprint.product_ids),
        "product_classifications": list(footprint.product_classifications),
        "product_name": footprint.product_name,
        "preceding_footprint_ids": list(footprint.preceding_ids),
        "declared_unit_of_measurement": carbon.unit_of_measurement.value,
        "declared_unit_amount": carbon.declared_unit_amount,
        "product_mass_kg_per_declared_unit": carbon.product_mass_kg,
        "pcf_excluding_biogenic_uptake_kgco2e": amounts.pcf_excluding_biogenic_uptake_kgco2e,
        "pcf_including_biogenic_uptake_kgco2e": amounts.pcf_including_biogenic_uptake_kgco2e,
        "fossil_ghg_emissions_kgco2e": amounts.fossil_ghg_emissions_kgco2e,
        "primary_data_share_percent": carbon.primary_data_share_percent,
        "geography": _geography(carbon.geography),
        "reference_period_start": carbon.reference_period.start,
        "reference_period_end": carbon.reference_period.end,
        "valid_from": footprint.validity.start,
        "valid_until": footprint.validity.end,
        "document": footprint.document.content if embedded else None,
        "document_sha256": footprint.document.sha256,
        "accepted_at": footprint.accepted_at,
        "deprecated_at": footprint.deprecated_at,
        "deprecated_by_footprint_id": footprint.deprecated_by_id,
        "deprecation_reason": footprint.deprecation_reason,
        "verification_ids": [each.verification_id for each in footprint.attestations],
        "changed_at": footprint.changed_at,
    }
    return FootprintV1.model_validate(content)


def _geography(geography: DomainGeography) -> Geography:
    match geography.level:
        case GeographyLevel.REGION:
            return Geography(region_or_subregion=geography.code)
        case GeographyLevel.COUNTRY:
            return Geography(country=geography.code)
        case GeographyLevel.SUBDIVISION:
            return Geography(country_subdivision=geography.code)
        case _:
            return Geography()


def grant_v1(grant: Grant) -> GrantV1:
    """Return the public state of a grant."""
    content: dict[str, Any] = {
        "version": grant.version,
        "grant_id": grant.grant_id,
        "owner_organisation_id": grant.owner_organisation_id,
        "grantee_organisation_id": grant.grantee_organisation_id,
        "scope": grant.scope.value,
        "scope_value": grant.scope_value,
        "valid_from": grant.valid_from,
        "valid_until": grant.valid_until,
        "status": grant.status.value,
        "reason": grant.reason,
        "changed_at": grant.changed_at,
    }
    return GrantV1.model_validate(content)


def request_v1(request: Request) -> RequestV1:
    """Return the state of a request; why an owner said no is left out, it is the owner's own."""
    question, criteria = request.question, request.question.criteria
    content: dict[str, Any] = {
        "version": request.version,
        "request_id": request.request_id,
        "requester_organisation_id": question.requester_organisation_id,
        "event_id": question.event_id,
        "criteria": {
            "product_ids": list(criteria.product_ids),
            "company_ids": list(criteria.company_ids),
            "geographies": list(criteria.geographies),
            "classifications": list(criteria.classifications),
            "valid_on": criteria.valid_on,
            "valid_after": criteria.valid_after,
            "valid_before": criteria.valid_before,
            "statuses": list(criteria.statuses),
        },
        "comment": question.comment,
        "state": request.state.value,
        "footprint_ids": list(request.footprint_ids),
        "answers": [
            {
                "owner_organisation_id": entry.owner_organisation_id,
                "version": entry.version,
                "state": entry.state.value,
                "footprint_ids": list(entry.footprint_ids),
                "answered_at": entry.answered_at,
            }
            for entry in request.entries
        ],
        "received_at": request.received_at,
        "changed_at": request.changed_at,
    }
    return RequestV1.model_validate(content)


def notice_work_v1(work: Work) -> NoticeWorkV1:
    """Return a page of notices that is still to be made."""
    return NoticeWorkV1.model_validate({"reason": work.reason, **work.data})
