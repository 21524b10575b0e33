"""`python -m services.footprints api|worker|relay|courier|init|...`."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from services.chassis.cli import run
from services.footprints.bootstrap import PARTS, build_api
from services.footprints.settings import FootprintsSettings


def add_courier(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the role that no other service has."""
    commands.add_parser("courier", help="take answers and notices to partners").set_defaults(run=_courier)


def _courier(settings: FootprintsSettings, _: Any) -> None:
    from services.footprints.courier import run_courier  # noqa: PLC0415 - the API loads nothing of the courier

    run_courier(settings)


if __name__ == "__main__":
    sys.exit(run(PARTS, FootprintsSettings.load, build_api, extend=add_courier))
