"""Who verified a footprint, in the words of Catena-X: its attestation of conformance and its shares."""

from __future__ import annotations

from services.footprints.domain.attestation import SHARES_SCHEMA
from services.footprints.domain.views import catenax_table as table
from services.footprints.domain.views import note_rules as rules
from services.footprints.domain.views.note import Notebook
from services.footprints.domain.views.tree import Json, decimal_of, get, put


def export_attestation(content: Json, document: Json, notes: Notebook) -> None:
    """Write the verification of a record as an attestation; what the model demands beyond it reads `not stated`."""
    at, place = "/pcf/verification", table.ATTESTATION
    verification = get(content, at)
    if verification is None:
        return
    coverage = verification.get("coverage")
    said = {
        "attestationType": table.COVERAGES.get(coverage or ""),
        "standardName": verification.get("standardName"),
        "attestationStandard": None,
        "attestationOfConformanceId": None,
        "providerName": verification.get("providerName"),
    }
    for name, value in said.items():
        put(document, f"{place}/{name}", value or table.NOT_STATED)
    if coverage:
        told = f"{coverage} -> {said['attestationType']}"
        notes.add(rules.COVERAGE, f"{at}/coverage", f"{place}/attestationType", value=told)
    if verification.get("completedAt"):
        put(document, f"{place}/completedAt", verification["completedAt"])
    gaps = ", ".join(name for name, value in said.items() if not value)
    notes.add(rules.ATTESTATION_GAPS, at, place, value=gaps)


def export_shares(content: Json, document: Json, notes: Notebook, model: str) -> None:
    """Write the shares that an attestation put into the record; any other extension has no place."""
    for number, extension in enumerate(content.get("extensions") or []):
        at = f"/extensions/{number}"
        if extension["dataSchema"] != SHARES_SCHEMA:
            notes.add(rules.NO_PLACE, at, format=model)
            continue
        notes.add(rules.SHARES_SHOWN, at, table.SHARES)
        for name in table.SHARE_NAMES:
            share = decimal_of(extension["data"].get(name))
            if share is not None:
                put(document, f"{table.SHARES}/{name}", share)
