"""What a check reads and what it says."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath


@dataclass(frozen=True)
class Source:
    """A text file of the repository."""

    path: str
    """Below the repository's root, with slashes."""
    text: str

    @property
    def parts(self) -> tuple[str, ...]:
        """The path, split: `services/identity/api/token.py` has four parts."""
        return PurePosixPath(self.path).parts

    @property
    def service(self) -> str | None:
        """The service it belongs to; None for the chassis and everything outside `services/`."""
        is_service = len(self.parts) > 2 and self.parts[0] == "services" and self.parts[1] != "chassis"  # noqa: PLR2004 - services/<name>/<file>
        return self.parts[1] if is_service else None

    @property
    def is_python(self) -> bool:
        """Whether there is a tree to read."""
        return self.path.endswith(".py")

    @cached_property
    def tree(self) -> ast.Module:
        """The syntax tree, parsed once."""
        return ast.parse(self.text, self.path)


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """A broken rule: where, and what to do about it."""

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        """Write it as compilers do, so that editors find the place."""
        return f"{self.path}:{self.line}: {self.message}"


Check = Callable[[Sequence[Source]], Iterable[Finding]]


def read_repository(root: Path) -> list[Source]:
    """Read every text file that git tracks or would track. Raises CalledProcessError outside a git repository."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        check=True,
        capture_output=True,
    )
    names = sorted(set(listed.stdout.decode().split("\0")) - {""})
    return [source for name in names if (source := _read(root, name)) is not None]


def python_files(sources: Iterable[Source], *folders: str) -> Iterator[Source]:
    """Yield the Python files below one of the folders, such as `services/`."""
    return (source for source in sources if source.is_python and source.path.startswith(folders))


def dotted(node: ast.AST) -> str:
    """Write a name or an attribute chain as text (`datetime.now`); empty for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return f"{before}.{node.attr}" if before else ""
    return ""


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    """Yield every call by the name it is written with."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield dotted(node.func), node


def imports(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Yield every imported module and its line; `from a import b` yields `a.b`, a module or a name in one."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for name in node.names:
                yield name.name, node.lineno
        elif isinstance(node, ast.ImportFrom):
            for name in node.names:
                yield f"{node.module}.{name.name}", node.lineno


def _read(root: Path, name: str) -> Source | None:
    path = root / name
    if not path.is_file():  # deleted, but not yet for git
        return None
    try:
        return Source(name, path.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        return None
