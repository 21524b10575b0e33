"""Domain events and work put into their wire contracts."""

from __future__ import annotations

from typing import Final

from schemas.contracts import certification_v1 as wire
from services.certification.application.handlers.work import FAN_OUT
from services.certification.domain.certificate import Certificate
from services.certification.domain.events import CertificateEvent, PartVerdictChanged, SupplierEvent
from services.certification.domain.supplier import Supplier
from services.certification.domain.verdict import Outcome, PartVerdicts, ProfileVerdict
from services.chassis.kernel import Work
from services.chassis.outbox import Outgoing, work_topic, work_type

SERVICE: Final = "certification"


def translate(fact: SupplierEvent | CertificateEvent | PartVerdictChanged | Work) -> Outgoing:
    """Return the fact as it is published. Raises `TypeError` for anything certification does not publish."""
    if isinstance(fact, Work):
        return Outgoing(work_topic(SERVICE, fact), work_type(SERVICE, fact), fact.key, 0, work_contract(fact))
    if isinstance(fact, SupplierEvent):
        return _outgoing("supplier", fact, supplier_contract(fact.supplier))
    if isinstance(fact, CertificateEvent):
        return _outgoing("certificate", fact, certificate_contract(fact.certificate))
    if isinstance(fact, PartVerdictChanged):
        return _outgoing("part", fact, part_contract(fact.part))
    raise TypeError(f"certification publishes nothing like {type(fact).__name__}")


def work_contract(work: Work) -> wire.PartWorkV1:
    """Return a work item: a page of a fan-out, or one part (then the key is its id)."""
    page = work.data.get(FAN_OUT)
    if page is not None:
        return wire.PartWorkV1(reason=work.reason, fan_out=wire.FanOut.model_validate(page))
    return wire.PartWorkV1(reason=work.reason, part_id=work.key)


def supplier_contract(supplier: Supplier) -> wire.SupplierV1:
    """Return a supplier's public state."""
    return wire.SupplierV1(
        version=supplier.version,
        supplier_id=supplier.supplier_id,
        name=supplier.name,
        sites=[
            wire.Site(site_id=site.site_id, name=site.name, country=site.country, identifiers=list(site.identifiers))
            for site in supplier.sites
        ],
        changed_at=supplier.changed_at,
    )


def certificate_contract(certificate: Certificate) -> wire.CertificateV1:
    """Return a certificate's public state."""
    return wire.CertificateV1(
        version=certificate.version,
        certificate_id=certificate.certificate_id,
        supplier_id=certificate.supplier_id,
        certificate_type=certificate.certificate_type,
        number=certificate.number,
        issuer=certificate.issuer,
        site_ids=list(certificate.site_ids),
        valid_from=certificate.valid_from,
        valid_until=certificate.valid_until,
        status=wire.CertificateStatus(certificate.status),
        effective_on=certificate.effective_on,
        reason=certificate.reason,
        changed_at=certificate.changed_at,
    )


def part_contract(part: PartVerdicts) -> wire.PartV1:
    """Return a part with its verdicts. `holds_until` stays here: it is the clock's book-keeping, no fact."""
    return wire.PartV1(
        version=part.version,
        part_id=part.part_id,
        supplier_id=part.supplier_id,
        site_id=part.site_id,
        part_number=part.part_number,
        name=part.name,
        product_id=part.product_id,
        verdicts=[_verdict(verdict) for verdict in part.verdicts],
        changed_at=part.changed_at,
    )


def _verdict(verdict: ProfileVerdict) -> wire.ProfileVerdict:
    return wire.ProfileVerdict(
        profile_id=verdict.profile_id,
        profile_version=verdict.profile_version,
        buyer_organisation_id=verdict.buyer_organisation_id,
        verdict_version=verdict.verdict_version,
        verdict=wire.Verdict(verdict.verdict),
        requirements=[_outcome(outcome) for outcome in verdict.outcomes],
        decided_at=verdict.decided_at,
    )


def _outcome(outcome: Outcome) -> wire.RequirementOutcome:
    return wire.RequirementOutcome(
        requirement=outcome.requirement,
        result=wire.RequirementResult(outcome.result),
        detail=outcome.detail,
        evidence=[wire.Evidence(kind=ref.kind, id=ref.id, version=ref.version) for ref in outcome.evidence],
    )


def _outgoing(
    aggregate: str,
    fact: SupplierEvent | CertificateEvent | PartVerdictChanged,
    contract: wire.SupplierV1 | wire.CertificateV1 | wire.PartV1,
) -> Outgoing:
    topic = f"{SERVICE}.{aggregate}.v1"
    return Outgoing(topic, f"{SERVICE}.{aggregate}.{fact.name}.v1", fact.aggregate_id, fact.version, contract)
