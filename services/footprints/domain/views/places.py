"""Where a property of PACT 3 stands in the other formats: so that a refusal names the place in what was sent."""

from __future__ import annotations

from typing import Final

from services.footprints.domain.pact_v2 import AMOUNTS
from services.footprints.domain.views import catenax_7_import as seven
from services.footprints.domain.views.catenax_table import GEOGRAPHY, ROWS, SPECIALS

_GEOGRAPHY: Final = ("geographyRegionOrSubregion", "geographyCountry", "geographyCountrySubdivision")
_NOT_A_PLACE: Final = "..."

CATENAX: Final = (
    {each.pact: each.catenax for each in SPECIALS if each.pact and _NOT_A_PLACE not in each.catenax}
    | {row.pact: row.catenax for row in ROWS}
    | {f"/pcf/{name}": f"{GEOGRAPHY}/{name}" for name in _GEOGRAPHY}
)
CATENAX_7: Final = {
    target: place
    for table in (seven.TEXTS, seven.LISTS, seven.INSTANTS, seven.PERCENTAGES, seven.AMOUNTS)
    for place, target in table.items()
} | {
    "/status": "/extWBCSD_pfStatus",
    "/pcf/declaredUnitAmount": "/pcf/unitaryProductAmount",
    "/pcf/ipccCharacterizationFactors": "/pcf/extWBCSD_characterizationFactors",
    "/pcf/crossSectoralStandards": "/pcf/crossSectoralStandardsUsed",
}
PACT_2: Final = {f"/pcf/{new}": f"/pcf/{old}" for new, old in AMOUNTS.items()} | {
    "/pcf/declaredUnitOfMeasurement": "/pcf/declaredUnit",
    "/pcf/declaredUnitAmount": "/pcf/unitaryProductAmount",
    "/pcf/ipccCharacterizationFactors": "/pcf/characterizationFactors",
    "/pcf/verification": "/pcf/assurance",
}


def place_in(places: dict[str, str], pointer: str) -> str:
    """Return where a property came from; one that no table names stands at the same place, or nowhere."""
    outer, rest = pointer, ""
    while outer:
        if outer in places:
            return places[outer] + rest
        outer, _, last = outer.rpartition("/")
        rest = f"/{last}{rest}"
    return pointer
