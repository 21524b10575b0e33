"""Print `client_id:client_secret` of a demo organisation, for curl: `python -m infra.demo.credentials supplier`."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Final

DEFAULT_STATE: Final = Path(".local")


def main(argv: list[str] | None = None) -> int:
    """Read what `make run` keeps in the state directory; exit 1 with the remedy where it isn't there."""
    parser = argparse.ArgumentParser(prog="python -m infra.demo.credentials", description=__doc__)
    parser.add_argument("organisation", help="park, supplier, buyer, recycler or verifier")
    parser.add_argument("--state-dir", type=Path, default=DEFAULT_STATE)
    given = parser.parse_args(argv)
    path = given.state_dir / "secrets" / "demo-credentials.json"
    if not path.exists():
        print(f"{path} does not exist: run `make run` (or `make demo`) first", file=sys.stderr)
        return 1
    known = json.loads(path.read_text(encoding="utf-8"))
    if given.organisation not in known:
        print(f"no demo organisation {given.organisation!r}: there are {', '.join(known)}", file=sys.stderr)
        return 1
    found = known[given.organisation]
    print(f"{found['client_id']}:{found['client_secret']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
