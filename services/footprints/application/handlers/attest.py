"""Attesting: the engagement ends, and a successor with equal figures carries the attestation."""

from __future__ import annotations

from collections.abc import Iterable

from services.chassis.kernel import Decision, Key, Loaded, Match, Need
from services.footprints.application.handlers.succeeding import succession_needs, take_in
from services.footprints.application.handlers.verifications import (
    acting_id,
    engagement_needs,
    moved_on,
    standing_engagement,
    step,
)
from services.footprints.application.ports import FOOTPRINTS, ORGANISATIONS
from services.footprints.application.verifications import PROGRAMME_CERTIFICATES, VERIFICATIONS, AttestFootprint
from services.footprints.domain.attestation import Attestation, check_terms
from services.footprints.domain.attested_successor import attested_successor
from services.footprints.domain.events import VerificationAttested
from services.footprints.domain.footprint import Footprint
from services.footprints.domain.programme_certificate import ProgrammeCertificate
from services.footprints.domain.trust import Subject, programme_covers
from services.footprints.domain.verification import Verification
from services.footprints.domain.verification_steps import attest, check_active


class AttestFootprintHandler:
    """Decides `AttestFootprint`; its result is the engagement."""

    def needs(self, command: AttestFootprint, loaded: Loaded) -> Iterable[Need]:
        """Ask for the engagement, then for its record, the successor's place, and the supplier's programmes."""
        yield from engagement_needs(command, loaded)
        known = _known(loaded, command)
        if known is not None:
            yield from succession_needs(known.supplier_organisation_id, command.successor_id, (known.footprint_id,))
            yield _programmes(known)

    def decide(self, loaded: Loaded, command: AttestFootprint) -> Decision:
        """Attest the record and store its successor."""
        known = standing_engagement(loaded, command)
        attestation = _attestation(loaded, command)
        attested = attest(known, step(command), attestation, command.successor_id)
        record = _record(loaded, attested)
        check_active(record, "/path/verification_id")
        has_programme = programme_covers(Subject.of(record), _certificates(loaded, attested))
        check_terms(command.terms, record.validity, command.meta.at, has_programme=has_programme)
        taken = take_in(loaded, attested_successor(record, command.successor_id, attestation, command.meta.at))
        ended = moved_on(VerificationAttested(attested))
        return Decision((*ended.changes, *taken.changes), (*ended.events, *taken.events), result=attested)


def _known(loaded: Loaded, command: AttestFootprint) -> Verification | None:
    key = Key(VERIFICATIONS, command.verification_id)
    return loaded.get(VERIFICATIONS, command.verification_id) if loaded.has(key) else None


def _attestation(loaded: Loaded, command: AttestFootprint) -> Attestation:
    verifier_id = acting_id(command)
    verifier = loaded.get(ORGANISATIONS, verifier_id)
    name = verifier_id if verifier is None else verifier.name
    return Attestation(command.verification_id, verifier_id, name, command.terms, command.meta.at)


def _record(loaded: Loaded, verification: Verification) -> Footprint:
    """Return the record; it is there, for nothing removes one."""
    record = loaded.get(FOOTPRINTS, verification.footprint_id)
    if record is None:
        raise LookupError(f"the record {verification.footprint_id} of an engagement is missing")
    return record


def _programmes(verification: Verification) -> Match:
    return Match(PROGRAMME_CERTIFICATES, "supplier_id", verification.supplier_organisation_id)


def _certificates(loaded: Loaded, verification: Verification) -> tuple[ProgrammeCertificate, ...]:
    need = _programmes(verification)
    return () if loaded.overflows(need) else tuple(loaded.match(PROGRAMME_CERTIFICATES, need.field, need.value))
