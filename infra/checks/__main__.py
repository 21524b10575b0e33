"""Runs every house check over the repository: `python -m infra.checks [name ...]`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from infra.checks.http_routes import applications_are_guarded, routes_name_their_caller
from infra.checks.kinds import kinds_have_one_writer
from infra.checks.layout import same_files
from infra.checks.manners import no_print_in_services, no_sleep_in_tests, switched_off_rules_say_why
from infra.checks.purity import no_float, no_outside_world
from infra.checks.refusals import refusals_have_codes
from infra.checks.rooms import room_imports
from infra.checks.size import file_size
from infra.checks.source import Check, Finding, Source, read_repository
from infra.checks.words import no_unwelcome_words

ROOT: Final = Path(__file__).parents[2]
CHECKS: Final[dict[str, Check]] = {
    check.__name__.replace("_", "-"): check
    for check in (
        applications_are_guarded,
        file_size,
        kinds_have_one_writer,
        no_float,
        no_outside_world,
        no_print_in_services,
        no_sleep_in_tests,
        no_unwelcome_words,
        refusals_have_codes,
        room_imports,
        routes_name_their_caller,
        same_files,
        switched_off_rules_say_why,
    )
}


def run(names: Sequence[str], sources: Sequence[Source]) -> list[Finding]:
    """Return what the named checks find, in order of path and line."""
    return sorted(finding for name in names for finding in CHECKS[name](sources))


def main(argv: list[str] | None = None) -> int:
    """Run the checks named, or all; exit status 1 for findings."""
    parser = argparse.ArgumentParser(prog="python -m infra.checks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=f"one of {', '.join(CHECKS)}; all without one")
    names = parser.parse_args(argv).names or list(CHECKS)
    if unknown := [name for name in names if name not in CHECKS]:
        parser.error(f"no such check: {', '.join(unknown)}; there are {', '.join(CHECKS)}")
    findings = run(names, read_repository(ROOT))
    sys.stderr.writelines(f"{finding}\n" for finding in findings)
    sys.stderr.write(f"[checks] {len(names)} checks, {len(findings)} findings\n")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
