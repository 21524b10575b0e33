"""The largest part event: every limit reached. It must fit into a message, or the part could never be decided."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from services.certification.adapters.translate import translate
from services.certification.domain.evaluation import evaluate
from services.certification.domain.profile import MAX_CERTIFICATE_TYPES, MAX_PROFILES, Requirements
from services.certification.domain.requirements.assessment import Evidence
from services.certification.domain.verdict import next_verdicts
from services.chassis.envelope import MAX_EVENT_BYTES
from services.chassis.kernel import Meta
from services.chassis.outbox import outbox_row
from tests.unit.certification.builders import AT, ceiling, certificate, claim, footprint, grant, listing, profile

LONGEST_ID = "x" * 128
LONGEST_NUMBER = Decimal("9" * 30 + ".9999")


def test_the_largest_part_event_fits_into_a_message() -> None:
    part = listing(name="件" * 500, part_number="n" * 128, product_id="urn:x:" + "p" * 490, site_id="s" * 64)
    types = tuple(f"{number:02}".ljust(40, "a") for number in range(MAX_CERTIFICATE_TYPES))
    evidence = Evidence(
        certificates=tuple(
            certificate(certificate_type=name, certificate_id=f"{number:02}".ljust(36, "c"))
            for number, name in enumerate(types)
        ),
        footprints=(
            footprint(
                str(LONGEST_NUMBER),
                str(LONGEST_NUMBER),
                footprint_id=LONGEST_ID,
                product_ids=(part.product_id,),
            ),
        ),
        grants=(grant(grant_id=LONGEST_ID),),
        claims=tuple(
            claim(
                str(LONGEST_NUMBER),
                str(LONGEST_NUMBER),
                claim_id=f"{number:03}" + "k" * 125,
                product_id=part.product_id,
            )
            for number in range(50)
        ),
    )
    asked = Requirements(types, ceiling(str(LONGEST_NUMBER), str(LONGEST_NUMBER)), Decimal("99.9999"))
    verdicts = [
        evaluate(
            part,
            profile(asked, profile_id=f"{number:03}".ljust(36, "p"), buyer_organisation_id=LONGEST_ID),
            evidence,
            AT,
        )
        for number in range(MAX_PROFILES)
    ]
    _, event = next_verdicts(part, None, verdicts, AT + timedelta(days=1))
    assert event is not None
    raw = outbox_row(translate(event), Meta("command", AT), "event-id").value
    assert raw is not None
    assert MAX_EVENT_BYTES / 4 < len(raw) < MAX_EVENT_BYTES
