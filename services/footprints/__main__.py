"""`python -m services.footprints api|worker|relay|init|...`."""

from __future__ import annotations

import sys

from services.chassis.cli import run
from services.footprints.bootstrap import PARTS, build_api
from services.footprints.settings import FootprintsSettings

if __name__ == "__main__":
    sys.exit(run(PARTS, FootprintsSettings.load, build_api))
