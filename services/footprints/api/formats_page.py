"""Writes the page of all formats: `python -m services.footprints.api.formats_page [--check]`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from services.footprints.domain.pact_v2 import AMOUNTS, PERCENTAGES, PRODUCT_FIELDS, SAME
from services.footprints.domain.views import NOTE_RULES, catenax_7_import
from services.footprints.domain.views.catenax_table import COVERAGES, ROWS, SPECIALS, STANDARD_NAMES
from services.footprints.domain.views.remainder import EXTENSION

PAGE: Final = Path(__file__).parents[3] / "docs" / "formats.md"
COMMAND: Final = "python -m services.footprints.api.formats_page"
REMEDY: Final = f"Run `{COMMAND}` and commit what it writes."
HEAD: Final = f"""# Formats: one record, many views

Written by `{COMMAND}` from the tables in `services/footprints/domain/views/`: change them there, never here.

A footprint is stored as the PACT 3 document that the supplier sent. Everything else is a view of it, made when it is
asked for; every document of another format becomes such a document when it is taken in.

| format | out | in |
|---|---|---|
| `pact-3` | as stored, with the status as it stands | as `POST /v1/footprints` |
| `pact-2.3` | yes, with an extension for what 2.3 can't say | 2.x |
| `catenax-pcf-10`, `catenax-pcf-9` | yes | yes |
| `catenax-pcf-7` | no: the network retires it | yes |

    curl https://api.example/v1/footprints/$ID/views/catenax-pcf-10 -H "Authorization: Bearer $TOKEN"
    curl "https://api.example/v1/footprints/$ID/views/catenax-pcf-10?bare=true" \\
        -H "Authorization: Bearer $TOKEN" -o pcf.json
    curl -X POST "https://api.example/v1/footprints:import?format=catenax-pcf-10&dry_run=true" \\
        -H "Authorization: Bearer $TOKEN" -H "Idempotency-Key: $(uuidgen)" \\
        -H "Content-Type: application/json" -d @pcf.json
    curl "https://api.example/v1/footprints/$ID/report?format=pdf" -H "Authorization: Bearer $TOKEN" > report.pdf

## What is promised

- **Nothing in silence.** An export is read back before it is handed out, and whatever differs from the record gets a
  note, also a property that no table names. An import notes everything in the document that it did not read.
- **An import of an export is the same record**, but for what the export's notes name. Decimals are compared by value.
  Model 9 and 10 come over unchanged from the second time on. Under an id that is stored with other content an import is
  refused (409), like any submission: give it a new id and name the old one in precedingPfIds.
- **PACT 2.3 gives back the whole record**, to the character: what it has no words for travels in an extension
  (`dataSchema` `{EXTENSION}`): `{{"sha256", "patch"}}`, a JSON merge patch (RFC 7396) with the digest of the document
  it was made for. Once somebody changed the document the patch is not applied (`stale`). PACT's extensions are the
  standard's slot for this; Catena-X has none, so there the rest is lost, and told. Nothing is hidden in a comment.
- **An assumption is a note.** Where a model demands what PACT has no property for, the view says what the rulebook
  prescribes (`assumed`). Look at these before you send a view on: they are stated in the supplier's name.
- **A broken rule names the place in what was sent**, not in the PACT document made of it.

Effects: **lost** (stated, not in the result), **assumed** (in the result, stated by nobody), **derived** (computed or
translated), **kept** (travels in the extension), **unfit** (the result breaks a rule of its own format here).
"""


def render() -> str:
    """Return the page."""
    lines = [
        HEAD,
        "## PACT 3 and Catena-X 9, 10: copied both ways",
        "",
        *_table(("PACT 3", "Catena-X", "kind"), ((row.pact, row.catenax, row.kind.value) for row in ROWS)),
        "",
        "## PACT 3 and Catena-X 9, 10: converted",
        "",
        "An empty first cell: PACT has no such property, and the view states what stands in the third.",
        "",
        *_table(
            ("PACT 3", "Catena-X", "how", "notes"),
            ((each.pact, each.catenax, each.how, ", ".join(each.rules)) for each in SPECIALS),
        ),
        "",
        "Standards, in the order of precedence for the one that model 10 takes: "
        + ", ".join(f"{pact} = {name}" for pact, name in STANDARD_NAMES.items())
        + ". Any other is Other. Attestations: "
        + ", ".join(f"{coverage} = {name}" for coverage, name in COVERAGES.items())
        + ".",
        "",
        "## Catena-X 7 to PACT 3",
        "",
        "Amounts are per one unit of measurement there, and multiplied by unitaryProductAmount.",
        "",
        *_table(("Catena-X 7", "PACT 3", "kind"), _seven()),
        "",
        "## PACT 3 and PACT 2.3",
        "",
        "Amounts are divided by the declared unit amount on the way down, and multiplied on the way up.",
        "",
        *_table(("PACT 3", "PACT 2.3", "kind"), _two()),
        "",
        "## Notes",
        "",
        *_table(
            ("rule", "effect", "says", "source"),
            ((f"`{rule.rule_id}`", rule.effect.value, rule.text, rule.source) for rule in NOTE_RULES.values()),
        ),
    ]
    return "\n".join([*lines, ""])


def _seven() -> Iterator[tuple[str, str, str]]:
    tables = {
        "text": catenax_7_import.TEXTS,
        "list of texts": catenax_7_import.LISTS,
        "instant": catenax_7_import.INSTANTS,
        "percent": catenax_7_import.PERCENTAGES,
        "amount": catenax_7_import.AMOUNTS,
    }
    for kind, table in tables.items():
        yield from ((place, target, kind) for place, target in table.items())
    yield catenax_7_import.LAND_USE, "/pcf/landManagementBiogenicCO2Emissions or ...Removals", "amount, by its sign"
    yield catenax_7_import.RATING, "", "lost: another scale"


def _two() -> Iterator[tuple[str, str, str]]:
    yield from ((f"/{name}", f"/{name}", "the same") for name in PRODUCT_FIELDS)
    yield from ((f"/pcf/{name}", f"/pcf/{name}", "the same") for name in SAME)
    yield from ((f"/pcf/{name}", f"/pcf/{name}", "decimal string / JSON number") for name in PERCENTAGES)
    yield from ((f"/pcf/{new}", f"/pcf/{old}", "amount") for new, old in AMOUNTS.items())
    yield "/pcf/declaredUnitOfMeasurement, ...Amount", "/pcf/declaredUnit, unitaryProductAmount", "pieces: kilograms"
    yield "/pcf/verification", "/pcf/assurance", "without coverage, but for product level"
    yield "/pcf/dqi", "", "in the extension: another scale"


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    names = tuple(head)
    yield f"| {' | '.join(names)} |"
    yield f"|{'---|' * len(names)}"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|').replace('<', '&lt;') for cell in row)} |"


def main(argv: list[str] | None = None, page: Path = PAGE) -> int:
    """Write the page, or compare it with `--check`; exit status 1 where it has drifted."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, fail on drift")
    arguments = parser.parse_args(argv)
    wanted = render()
    drifted = not page.exists() or page.read_text(encoding="utf-8") != wanted
    if arguments.check and drifted:
        print(f"[formats] {page.name} differs from the tables. {REMEDY}", file=sys.stderr)
        return 1
    if drifted:
        page.write_text(wanted, encoding="utf-8")
    print(f"[formats] {page.name}: {'written' if drifted else 'nothing has drifted'}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
