"""`python -m services.identity api|worker|relay|init|seed|...`."""

from __future__ import annotations

import sys

from services.chassis.cli import run
from services.identity.bootstrap import PARTS, build_api
from services.identity.seed import add_seed_command
from services.identity.settings import IdentitySettings

if __name__ == "__main__":
    sys.exit(run(PARTS, IdentitySettings.load, build_api, extend=add_seed_command))
