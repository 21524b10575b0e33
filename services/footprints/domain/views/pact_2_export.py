"""A record in PACT 2.3: the converter of the PACT host, with a note for everything, and the remainder as an extension.

Source: PACT Technical Specifications 2.3 and 3.0.3; 3.0 change log.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from services.footprints.domain.pact_v2 import DEMANDED, NOT_STATED, PERCENTAGES, STANDARDS_USED, to_v2
from services.footprints.domain.views import note_rules as rules
from services.footprints.domain.views.catenax_table import DECIMALS
from services.footprints.domain.views.note import Notebook
from services.footprints.domain.views.pact_2_import import read_pact_2
from services.footprints.domain.views.remainder import EXTENSION, patch_between, remainder
from services.footprints.domain.views.tree import Json, differing, get

_NOT_STATED_AS: Final = {
    "/productCategoryCpc": "/productClassifications",
    "/pcf/assurance/providerName": "/pcf/verification/providerName",
}
"""What 2.3 demands as a text -> what it is made of."""


def export_pact_2(content: Json, *, version: int, status: str, updated: str | None) -> tuple[Json, Notebook] | None:
    """Convert a record; None where 2.3 has no words for its unit. `content` has no null members."""
    converted = to_v2(content, version=version, status=status, updated=updated)
    if converted is None:
        return None
    document, notes = converted.document, Notebook()
    _note_unit(content["pcf"], document, notes)
    _note_demanded(content["pcf"], document, notes)
    _note_lists(content["pcf"], notes)
    back, _ = read_pact_2(document)
    back["status"] = content["status"]
    for at in differing(content, back, DECIMALS):
        notes.add(rules.TRAVELS, at, "/extensions", value=EXTENSION)
    for name in PERCENTAGES:  # JSON numbers in 2.3: whoever passes them on may write them anew
        back["pcf"].pop(name, None)
    patch = patch_between(back, content)
    if patch:
        document["extensions"] = [*(document.get("extensions") or []), remainder(document, patch)]
    return document, notes


def _note_unit(pcf: Json, document: Json, notes: Notebook) -> None:
    amount = pcf["declaredUnitAmount"]
    if document["pcf"]["declaredUnit"] != pcf["declaredUnitOfMeasurement"]:
        notes.add(rules.PIECES, "/pcf/declaredUnitOfMeasurement", "/pcf/declaredUnit")
    elif Decimal(amount) != 1:
        notes.add(rules.PER_ONE_UNIT, "/pcf/declaredUnitAmount", "/pcf/unitaryProductAmount", value=amount)


def _note_demanded(pcf: Json, document: Json, notes: Notebook) -> None:
    for name, value in DEMANDED.items():
        if name not in pcf:
            notes.add(rules.DEMANDED, f"/pcf/{name}", f"/pcf/{name}", value=repr(value))
    for target, at in _NOT_STATED_AS.items():
        if get(document, target) == NOT_STATED:
            notes.add(rules.DEMANDED, at, target, value=NOT_STATED)


def _note_lists(pcf: Json, notes: Notebook) -> None:
    unnamed = [each for each in pcf["crossSectoralStandards"] if each not in STANDARDS_USED]
    if unnamed:
        at, target = "/pcf/crossSectoralStandards", "/pcf/crossSectoralStandardsUsed"
        notes.add(rules.NO_OLD_NAME, at, target, value=", ".join(unnamed))
    if "dqi" in pcf:
        notes.add(rules.RATING_SCALE, "/pcf/dqi")
    reports = pcf["ipccCharacterizationFactors"]
    if len(reports) > 1:
        at, target = "/pcf/ipccCharacterizationFactors", "/pcf/characterizationFactors"
        notes.add(rules.EARLIEST_REPORT, at, target, value=", ".join(reports))
