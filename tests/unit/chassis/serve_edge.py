"""Serves the edge on the port it is given; run by `test_serve`."""

from __future__ import annotations

import sys
from typing import Any

from services.chassis.logging import configure_logging
from services.chassis.serve import run_api
from services.chassis.testing.tokens import TokenMint
from tests.unit.chassis.edge_app import make_app, settings

if __name__ == "__main__":
    mint = TokenMint()
    print(mint.token("org-1"), flush=True)
    configure_logging("things", "api")
    values: dict[str, Any] = {"http_port": int(sys.argv[1]), "body_limit_bytes": 2048, "shutdown_limit_seconds": 5}
    run_api(make_app(mint, **values), settings(**values))
    print("cleaned up", flush=True)
