"""Writes the page of all rules: `python -m services.footprints.api.rules_page [--check]`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Final

from services.footprints.api.messages import CATALOGUES, texts_of
from services.footprints.domain.findings import CATENAX_RULES, RULES, Rule

ROOT: Final = Path(__file__).parents[3]
PAGE: Final = ROOT / "docs" / "rules" / "footprint-validation.md"
COMMAND: Final = "python -m services.footprints.api.rules_page"
REMEDY: Final = f"Run `{COMMAND}` and commit what it writes."
HEAD: Final = f"""# Rules that footprints are graded by

Written by `{COMMAND}` from `services/footprints/domain/findings/`: change a rule there, never here.

A submitted footprint meets two kinds of rules. Those of the **schema** (required properties, units, decimals in strings
and their signs, URNs, one geography) refuse it. Those of the **methodology**, below, come back as findings: code,
severity, field, found and expected value, and how to mend it. An organisation may choose `strict`
(`PUT /v1/validation-policy`): then a finding of severity error refuses, too. `POST /v1/footprints:check` grades without
storing and reports both kinds.

- **error**: the document contradicts a rule of its specification, or itself.
- **warning**: a figure is likely not what is meant, or something that readers count on (SHALL) is undefined.
- **info**: something recommended, or asked for later, is undefined; or a hint.

Tags are the reporting tags of PACT; a severity "from 2027" holds for reference periods that touch 31 December 2027 or a
later day. *Ours* marks a rule, or a bound in a rule, that no standard states. Words in braces are filled in a finding.
The same list as JSON: `GET /v1/validation-rules`. Texts: `services/footprints/api/messages/` ({{languages}}).
"""


def render() -> str:
    """Return the page."""
    lines = [HEAD.format(languages=", ".join(sorted(CATALOGUES)))]
    lines += [f"{len(RULES)} rules.", ""]
    for module, rules in groupby(RULES, key=lambda each: each.check.__module__):
        lines += [f"## {_heading(module)}", "", *_table(rules), ""]
    lines += ["## Rules 1 to 18 for Catena-X footprints", "", "What stands for each of them in a PACT record.", ""]
    lines += ["| rule | here |", "|---|---|"]
    lines += [f"| {number} | {_cell(text)} |" for number, text in CATENAX_RULES.items()]
    return "\n".join([*lines, ""])


def _heading(module: str) -> str:
    """Return the first sentence of a module's docstring: it says what its rules are about."""
    return (sys.modules[module].__doc__ or module).split(".")[0].split(":")[0].strip()


def _table(rules: Iterator[Rule]) -> Iterator[str]:
    yield "| rule | severity | what it asks for | expected | how to mend it | source |"
    yield "|---|---|---|---|---|---|"
    for rule in rules:
        texts = texts_of(rule.rule_id)
        marks = " ".join([*(tag.value for tag in rule.tags), *(["*ours*"] if rule.is_assumption else [])])
        severity = rule.severity.value
        if rule.later_severity is not None:
            severity += f", {rule.later_severity.value} from 2027"
        cells = (
            f"`{rule.rule_id}`",
            f"{severity} {marks}".strip(),
            texts.title,
            texts.expected,
            texts.remedy,
            f"{rule.source.standard}: {rule.source.section}",
        )
        yield f"| {' | '.join(_cell(cell) for cell in cells)} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


def main(argv: list[str] | None = None, page: Path = PAGE) -> int:
    """Write the page, or compare it with `--check`; exit status 1 where it has drifted."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, fail on drift")
    arguments = parser.parse_args(argv)
    wanted = render()
    drifted = not page.exists() or page.read_text(encoding="utf-8") != wanted
    if arguments.check and drifted:
        print(f"[rules] {page.name} differs from the rules. {REMEDY}", file=sys.stderr)
        return 1
    if drifted:
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(wanted, encoding="utf-8")
    print(f"[rules] {page.name}: {'written' if drifted else 'nothing has drifted'}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
