"""Files stay short: whoever opens one can hold it in mind. There is no list of exceptions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from infra.checks.source import Finding, Source, python_files

CODE_LINES: Final = {"services/": 250, "schemas/": 250, "infra/": 250, "tests/": 400}
"""By folder: as many lines of code are too many. Blank lines and lines of comment alone don't count."""


def file_size(sources: Sequence[Source]) -> Iterator[Finding]:
    """Find files that have grown too long."""
    for folder, limit in CODE_LINES.items():
        for source in python_files(sources, folder):
            lines = code_lines(source.text)
            if lines >= limit:
                yield Finding(source.path, 1, f"{lines} lines of code, {limit - 1} at most here: split it by concept")


def code_lines(text: str) -> int:
    """Count the lines that are neither blank nor only a comment."""
    return sum(1 for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#"))
