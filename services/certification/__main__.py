"""`python -m services.certification api|worker|relay|init|...`."""

from __future__ import annotations

import sys

from services.certification.bootstrap import PARTS, build_api
from services.certification.settings import CertificationSettings
from services.chassis.cli import run

if __name__ == "__main__":
    sys.exit(run(PARTS, CertificationSettings.load, build_api))
