"""Domain events on the wire, checked against the contracts and back."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.contracts import certification_v1 as wire_v1
from services.certification.adapters.translate import translate
from services.certification.application.handlers.work import decide_part, fan_out
from services.certification.domain import certificate as certificates
from services.certification.domain import supplier as suppliers
from services.certification.domain.certificate import CertificateStatus
from services.certification.domain.evaluation import evaluate
from services.certification.domain.requirements.assessment import Evidence
from services.certification.domain.selection import Selection, SelectionKind
from services.certification.domain.verdict import Result, Verdict, next_verdicts
from services.chassis.outbox import Outgoing
from tests.unit.certification.builders import (
    AT,
    PRODUCT,
    SUPPLIER,
    certificate,
    claim,
    footprint,
    grant,
    listing,
    profile,
    supplier,
)

DAY = AT.date()


def sent(fact: Any) -> tuple[Outgoing, dict[str, Any]]:
    outgoing = translate(fact)
    assert outgoing.type in wire_v1.TOPICS[outgoing.topic]
    data = outgoing.data.model_dump(mode="json")
    assert wire_v1.EVENT_TYPES[outgoing.type].model_validate(data) == outgoing.data
    return outgoing, data


def test_a_suppliers_events() -> None:
    _, registered = suppliers.register(SUPPLIER, "Castings", supplier().sites, AT)
    outgoing, data = sent(registered)
    assert (outgoing.topic, outgoing.type) == ("certification.supplier.v1", "certification.supplier.registered.v1")
    assert (outgoing.key, outgoing.version, data["sites"][0]["site_id"]) == (SUPPLIER, 1, "tiexi-1")
    _, changed = suppliers.change(supplier(), 1, "Castings", supplier().sites, AT)
    assert sent(changed)[0].type == "certification.supplier.changed.v1"


def test_a_certificates_events() -> None:
    suspended = certificate(status=CertificateStatus.SUSPENDED)
    facts = {
        "recorded": certificates.record(certificate(), supplier())[1],
        "suspended": certificates.suspend(certificate(), 1, DAY, "why", AT)[1],
        "reinstated": certificates.reinstate(suspended, 1, DAY, "why", AT)[1],
        "withdrawn": certificates.withdraw(certificate(), 1, DAY, "why", AT)[1],
    }
    assert {f"certification.certificate.{name}.v1" for name in facts} == set(wire_v1.CERTIFICATE_TYPES)
    for name, fact in facts.items():
        outgoing, data = sent(fact)
        assert outgoing.type == f"certification.certificate.{name}.v1"
        assert (outgoing.key, data["certificate_type"], data["valid_until"]) == ("cert-1", "iso14001", "2028-02-29")
    assert sent(facts["suspended"])[1]["reason"] == "why"


def test_a_parts_event_names_results_and_evidence() -> None:
    evidence = Evidence((certificate(),), (footprint(),), (grant(),), (claim(),))
    _, event = next_verdicts(listing(), None, [evaluate(listing(), profile(), evidence, AT)], AT)
    outgoing, data = sent(event)
    assert (outgoing.topic, outgoing.key, outgoing.version) == ("certification.part.v1", "part-1", 1)
    [verdict] = data["verdicts"]
    assert (verdict["verdict"], verdict["verdict_version"], verdict["profile_version"]) == ("certified", 1, 1)
    assert verdict["requirements"][1]["evidence"] == [
        {"kind": "footprint", "id": "footprint-1", "version": 1},
        {"kind": "grant", "id": "grant-1", "version": 1},
    ]
    assert "holds_until" not in verdict


def test_work_for_a_part_and_for_a_page() -> None:
    outgoing, data = sent(decide_part("part-1", "why"))
    assert (outgoing.topic, outgoing.type) == ("certification.part-work.v1", "certification.part-work.requested.v1")
    assert (outgoing.key, outgoing.version, data) == (
        "part-1",
        0,
        {"reason": "why", "part_id": "part-1", "fan_out": None},
    )
    selection = Selection.of_product(SUPPLIER, PRODUCT)
    outgoing, data = sent(fan_out(selection, "why", after="part-9"))
    assert outgoing.key == selection.work_key
    assert data["fan_out"] == {"kind": "product", "supplier_id": SUPPLIER, "product_id": PRODUCT, "after": "part-9"}


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (Result, wire_v1.RequirementResult),
        (Verdict, wire_v1.Verdict),
        (CertificateStatus, wire_v1.CertificateStatus),
        (SelectionKind, wire_v1.SelectionKind),
    ],
)
def test_the_domains_words_are_the_contracts(ours: Any, theirs: Any) -> None:
    assert {item.value for item in ours} == {item.value for item in theirs}


def test_what_is_not_published_is_a_defect() -> None:
    with pytest.raises(TypeError, match="publishes nothing"):
        translate(object())  # type: ignore[arg-type]  # that is the point
