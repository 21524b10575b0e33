"""A document of PACT 2.x as PACT 3. An extension of our own export restores what 2.3 has no words for.

Source: PACT Technical Specifications 2.3 and 3.0.3; 3.0 change log.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from services.footprints.domain.findings.exact import EXACT, ZERO
from services.footprints.domain.pact_v2 import (
    AMOUNTS,
    MASS,
    NOT_STATED,
    PERCENTAGES,
    PRODUCT_FIELDS,
    SAME,
    STANDARDS_USED,
    multiplied,
)
from services.footprints.domain.views import note_rules as rules
from services.footprints.domain.views.note import Notebook
from services.footprints.domain.views.reading import SPEC_VERSION, not_read, shortest
from services.footprints.domain.views.remainder import EXTENSION, digest, is_remainder, patched
from services.footprints.domain.views.tree import Json, Source, decimal_of, get, plain, put

_EXTENSIONS: Final = "/extensions"
_RATINGS: Final = "/pcf/dqi"
_LAND: Final = "/pcf/landManagementGhgEmissions"
_ASSURANCE: Final = "/pcf/assurance"


def import_pact_2(content: Any) -> tuple[Json, Notebook]:
    """Convert a document of PACT 2.x. Never fails: what PACT 3 demands and is not there is refused on submission."""
    extensions = get(content, _EXTENSIONS)
    ours = [each for each in extensions if is_remainder(each)] if isinstance(extensions, list) else []
    if not ours:
        return read_pact_2(content)
    rest: Json = dict(content)
    rest["extensions"] = [each for each in extensions if not is_remainder(each)]
    if not rest["extensions"]:
        del rest["extensions"]
    document, notes = read_pact_2(rest)
    data = ours[-1].get("data")
    patch = data.get("patch") if isinstance(data, Mapping) else None
    if not isinstance(patch, Mapping) or data.get("sha256") != digest(rest):
        notes.add(rules.STALE, _EXTENSIONS)
        return document, notes
    restored = Notebook()
    restored.add(rules.RESTORED, _EXTENSIONS, "", value=EXTENSION)
    restored.extend(note for note in notes.notes if note.rule_id == rules.NOT_READ.rule_id)
    return {**patched(document, patch), "status": document["status"]}, restored


def read_pact_2(content: Any) -> tuple[Json, Notebook]:
    """Convert by the properties alone, whatever the extensions hold."""
    reader = _Reader(content)
    return reader.run(), reader.notes


class _Reader:
    def __init__(self, content: Any) -> None:
        self.source = Source(content)
        self.document: Json = {"pcf": {}}
        self.notes = Notebook()
        stated = self.source.number("/pcf/unitaryProductAmount")
        self.amount = Decimal(1) if stated is None else stated
        if stated is not None:
            put(self.document, "/pcf/declaredUnitAmount", plain(stated))

    def run(self) -> Json:
        source = self.source
        for name in PRODUCT_FIELDS:
            self._set(f"/{name}", source.whole(f"/{name}"))
        for name in SAME:
            self._set(f"/pcf/{name}", source.whole(f"/pcf/{name}"))
        for name in PERCENTAGES:
            number = source.number(f"/pcf/{name}")
            self._set(f"/pcf/{name}", None if number is None else plain(number))
        self.document["specVersion"] = SPEC_VERSION
        self.notes.add(rules.SPEC_VERSION, "/specVersion", "/specVersion", value=str(source.text("/specVersion")))
        self.document["status"] = source.text("/status") or "Active"
        self._set("/comment", source.text("/comment"))
        self._amounts()
        self._methodology()
        self._assurance()
        if source.whole(_RATINGS) is not None:
            self.notes.add(rules.RATING_SCALE, _RATINGS)
        not_read(source, self.notes)
        return self.document

    def _amounts(self) -> None:
        source, pcf = self.source, self.document["pcf"]
        self._set("/pcf/declaredUnitOfMeasurement", source.text("/pcf/declaredUnit"))
        for new, old in AMOUNTS.items():
            number = source.number(f"/pcf/{old}")
            if number is not None:
                self._set(f"/pcf/{new}", multiplied(plain(number), self.amount))
                if self.amount != 1:
                    self.notes.add(rules.PER_UNIT, f"/pcf/{old}", f"/pcf/{new}", value=plain(self.amount))
        land = source.number(_LAND)
        if land is not None:
            value, kind = multiplied(plain(land), self.amount), "Removals" if land < 0 else "Emissions"
            target = f"/pcf/landManagementBiogenicCO2{kind}"
            self._set(target, value)
            self.notes.add(rules.LAND_USE_SIGN, _LAND, target, value=value)
        if MASS not in pcf and pcf.get("declaredUnitOfMeasurement") == "kilogram":
            self._set(f"/pcf/{MASS}", plain(self.amount))
            self.notes.add(rules.MASS_OF_KILOGRAMS, f"/pcf/{MASS}", f"/pcf/{MASS}", value=plain(self.amount))
        total, uptake = (decimal_of(pcf.get(name)) for name in ("pcfExcludingBiogenicUptake", "biogenicCO2Uptake"))
        if total is not None and "pcfIncludingBiogenicUptake" not in pcf:
            target, value = "/pcf/pcfIncludingBiogenicUptake", shortest(EXACT.add(total, uptake or ZERO))
            self._set(target, value)
            self.notes.add(rules.TOTAL_WITH_UPTAKE, "/pcf/pCfIncludingBiogenic", target, value=value)

    def _methodology(self) -> None:
        source = self.source
        sources = source.texts("/pcf/ipccCharacterizationFactorsSources")
        report = source.text("/pcf/characterizationFactors")
        self._set("/pcf/ipccCharacterizationFactors", sources or (None if report is None else [report]))
        old_names = {old: new for new, old in STANDARDS_USED.items()}
        used = source.texts("/pcf/crossSectoralStandardsUsed") or []
        if used and get(self.document, "/pcf/crossSectoralStandards") is None:
            self._set("/pcf/crossSectoralStandards", list(dict.fromkeys(old_names.get(each, each) for each in used)))
        code = source.text("/productCategoryCpc")
        if code and code != NOT_STATED and "productClassifications" not in self.document:
            urn = f"urn:pact:productclassification:un-cpc:{code}"
            self.document["productClassifications"] = [urn]
            self.notes.add(rules.CPC_URN, "/productCategoryCpc", "/productClassifications", value=f"{code} -> {urn}")

    def _assurance(self) -> None:
        source = self.source
        if not source.flag(f"{_ASSURANCE}/assurance"):
            return
        verification = {
            name: text
            for name in ("coverage", "providerName", "completedAt", "standardName", "comments")
            if (text := source.text(f"{_ASSURANCE}/{name}")) and text != NOT_STATED
        }
        self._set("/pcf/verification", verification)

    def _set(self, target: str, value: Any) -> None:
        if value is not None:
            put(self.document, target, value)
