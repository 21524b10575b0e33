"""The same file names in every service: who knows one finds the way in all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from infra.checks.source import Finding, Source

FILES: Final = (
    "README.md",
    "__main__.py",
    "adapters/memory_queries.py",
    "adapters/mongo_indexes.py",
    "adapters/mongo_queries.py",
    "adapters/translate.py",
    "api/edge.py",
    "api/problems.py",
    "application/commands.py",
    "application/handlers/__init__.py",
    "application/ports.py",
    "application/queries.py",
    "bootstrap.py",
    "domain/errors.py",
    "domain/events.py",
    "settings.py",
    "stream/routes.py",
)


def same_files(sources: Sequence[Source]) -> Iterator[Finding]:
    """Find services that lack one of the files, and folders of Python files that are no package."""
    paths = {source.path for source in sources}
    for service in sorted({source.service for source in sources if source.service is not None}):
        for name in FILES:
            if f"services/{service}/{name}" not in paths:
                yield Finding(f"services/{service}/{name}", 1, "every service has this file")
    for folder in sorted({source.path.rpartition("/")[0] for source in sources if source.is_python}):
        if f"{folder}/__init__.py" not in paths:
            yield Finding(f"{folder}/__init__.py", 1, "every folder of Python files is a package")
