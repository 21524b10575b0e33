"""Words that don't belong into the repository: notes to oneself, paths of one machine, hosts of package registries."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from infra.checks.source import Finding, Source

# Each is written in pieces, so that this file does not hold what it looks for.
_NOTES: Final = ("TO" + "DO", "FIX" + "ME", "X" * 3)
_FOLDERS: Final = ("work", "root", "home", "Users")
_HOSTS: Final = (
    ("pypi", "org"),
    ("files", "pythonhosted", "org"),
    ("repo1", "maven", "org"),
    ("repo", "maven", "apache", "org"),
    ("registry", "npmjs", "org"),
    ("proxy", "golang", "org"),
)
RULES: Final = (
    (re.compile(rf"\b({'|'.join(_NOTES)})\b"), "a note to oneself: do it, or open an issue"),
    (
        re.compile(rf"(?<![\w.}}\])*/-])/({'|'.join(_FOLDERS)})/\w"),
        "a path of one machine: write it relative to the repository, or take it from a setting",
    ),
    (
        re.compile("|".join(re.escape(".".join(parts)) for parts in _HOSTS)),
        "a package registry's host: the tool's own configuration says where packages come from",
    ),
)


def no_unwelcome_words(sources: Sequence[Source]) -> Iterator[Finding]:
    """Find them in every text file, code or not."""
    for source in sources:
        for number, line in enumerate(source.text.splitlines(), 1):
            for pattern, message in RULES:
                if found := pattern.search(line):
                    yield Finding(source.path, number, f"{found[0]}: {message}")
