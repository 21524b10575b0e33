"""`python -m services.recycling api|worker|relay|init|...`."""

from __future__ import annotations

import sys

from services.chassis.cli import run
from services.recycling.bootstrap import PARTS, build_api
from services.recycling.settings import RecyclingSettings

if __name__ == "__main__":
    sys.exit(run(PARTS, RecyclingSettings.load, build_api))
