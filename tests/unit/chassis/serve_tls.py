"""Serves the edge over TLS on the port it is given, with the certificate and key it is given; run by `test_tls`."""

from __future__ import annotations

import sys
from typing import Any

from services.chassis.logging import configure_logging
from services.chassis.serve import run_api
from services.chassis.testing.tokens import TokenMint
from tests.unit.chassis.edge_app import make_app, settings

if __name__ == "__main__":
    configure_logging("things", "api")
    values: dict[str, Any] = {
        "http_port": int(sys.argv[1]),
        "tls_certfile": sys.argv[2],
        "tls_keyfile": sys.argv[3],
        "shutdown_limit_seconds": 5,
    }
    run_api(make_app(TokenMint(), **values), settings(**values))
