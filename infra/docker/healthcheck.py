"""Health check of a container: `python -m infra.docker.healthcheck URL`.

Exit code 0 where the URL answers 200, 1 otherwise; the answer goes to stdout, where `docker inspect` keeps it. The
image has neither curl nor wget. A proxy that Docker puts into the environment is not asked.
"""

from __future__ import annotations

import sys
from http import HTTPStatus
from typing import Final
from urllib.error import HTTPError
from urllib.request import ProxyHandler, build_opener

TIMEOUT_S: Final = 4.0
MAX_ANSWER_BYTES: Final = 4_096


def check(url: str) -> tuple[bool, str]:
    """Ask; return whether the answer was 200, and what it was."""
    try:
        with build_opener(ProxyHandler({})).open(url, timeout=TIMEOUT_S) as answer:
            return answer.status == HTTPStatus.OK, answer.read(MAX_ANSWER_BYTES).decode("utf-8", "replace")
    except HTTPError as error:
        with error:
            return False, f"{error.code} {error.read(MAX_ANSWER_BYTES).decode('utf-8', 'replace')}"
    except OSError as error:
        return False, f"{url}: {error}"


def main(argv: list[str]) -> int:
    """Check the URL given."""
    if len(argv) != 1:
        print("usage: python -m infra.docker.healthcheck URL", file=sys.stderr)
        return 2
    healthy, answer = check(argv[0])
    print(answer)
    return 0 if healthy else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
