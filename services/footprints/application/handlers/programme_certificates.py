"""Following certification: programme certificates, version by version, and what their ends raise."""

from __future__ import annotations

from collections.abc import Iterable

from services.chassis.kernel import NOTHING, Change, Decision, Key, Loaded, Need, is_newer
from services.footprints.application.verifications import (
    PROGRAMME_CERTIFICATES,
    TRUST_FINDINGS,
    RecordProgrammeCertificate,
)
from services.footprints.domain.programme_certificate import PROGRAMME_TYPES, apply, finding_key, finding_of


class RecordProgrammeCertificateHandler:
    """Decides `RecordProgrammeCertificate`: a duplicate, an older version or another type changes nothing."""

    def needs(self, command: RecordProgrammeCertificate, _: Loaded) -> Iterable[Need]:
        """Ask for what is known so far."""
        if command.certificate_type in PROGRAMME_TYPES:
            certificate = command.certificate
            yield Key(PROGRAMME_CERTIFICATES, certificate.certificate_id)
            yield Key(TRUST_FINDINGS, finding_key(certificate.certificate_id, certificate.version))

    def decide(self, loaded: Loaded, command: RecordProgrammeCertificate) -> Decision:
        """Keep the newer version beside the former ones, and a finding where it is not active."""
        if command.certificate_type not in PROGRAMME_TYPES:
            return NOTHING
        newer = command.certificate
        known = loaded.get(PROGRAMME_CERTIFICATES, newer.certificate_id)
        if not is_newer(None if known is None else known.version, newer.version):
            return NOTHING
        changes = [Change(PROGRAMME_CERTIFICATES, newer.certificate_id, apply(known, newer))]
        finding = finding_of(newer)
        if finding is not None:
            changes.append(Change(TRUST_FINDINGS, finding.key, finding))
        return Decision(tuple(changes))
