"""Makes `.env` for `docker compose up`: `python3 -m infra.docker.make_env`. Needs the standard library alone.

Every variable that `env.example` leaves empty gets a fresh random key. A `.env` that exists is never changed.
"""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path
from typing import Final

EXAMPLE: Final = Path(__file__).with_name("env.example")
TARGET: Final = Path(__file__).resolve().parents[2] / ".env"
KEY_BYTES: Final = 32


def fill(example: str) -> str:
    """Return the text with a fresh key for every variable that has no value."""
    lines = (line + secrets.token_urlsafe(KEY_BYTES) if _is_empty(line) else line for line in example.splitlines())
    return "\n".join(lines) + "\n"


def missing(example: str, present: str) -> list[str]:
    """Return the variables of the example that a `.env` lacks or leaves empty."""
    given = {name for name, value in map(_pair, present.splitlines()) if value}
    return [name for name, _ in map(_pair, example.splitlines()) if name and name not in given]


def make(target: Path = TARGET, example: Path = EXAMPLE) -> int:
    """Write the file, readable by its owner alone; exit code 1 where one exists that lacks a variable."""
    wanted = example.read_text(encoding="utf-8")
    try:
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        lacking = missing(wanted, target.read_text(encoding="utf-8"))
        if lacking:
            print(f"{target} is kept as it is, but lacks {', '.join(lacking)}: see {example}", file=sys.stderr)
            return 1
        print(f"{target} is there already and is kept")
        return 0
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(fill(wanted))
    print(f"{target} made, with fresh keys; keep it out of version control")
    return 0


def _is_empty(line: str) -> bool:
    name, value = _pair(line)
    return bool(name) and not value


def _pair(line: str) -> tuple[str, str]:
    if line.lstrip().startswith("#") or "=" not in line:
        return "", ""
    name, _, value = line.partition("=")
    return name.strip(), value.strip()


if __name__ == "__main__":
    sys.exit(make())
