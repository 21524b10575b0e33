"""The record that carries an attestation: equal figures, a new id, the old one as its predecessor."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from services.footprints.domain.access import access_keys
from services.footprints.domain.attestation import Attestation, attested_document
from services.footprints.domain.footprint import Footprint


def attested_successor(before: Footprint, successor_id: str, attestation: Attestation, at: datetime) -> Footprint:
    """Return the successor of an Active record; earlier attestations of the same figures stay, their shares too.

    Nothing is read or graded anew: parsed view, validity and findings are those of the record that was verified.
    """
    attestations = (*before.attestations, attestation)
    return replace(
        before,
        footprint_id=successor_id,
        version=1,
        preceding_ids=(before.footprint_id,),
        access_keys=access_keys(before.owner_organisation_id, successor_id, before.product_ids),
        document=attested_document(before.document, successor_id, attestations),
        accepted_at=at,
        attestations=attestations,
    )
