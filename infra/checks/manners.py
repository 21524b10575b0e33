"""Small manners: tests don't sleep, services don't print, and a switched-off rule says which and why."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator, Sequence
from typing import Final

from infra.checks.source import Finding, Source, calls, imports, python_files

WAITING: Final = "tests/support/wait.py"
_OFF: Final = re.compile(r"#\s*(ruff:\s*)?noqa\b|#\s*type:\s*ignore|#\s*mypy:", re.IGNORECASE)
_NOQA: Final = re.compile(r"# (ruff: )?noqa: (?P<codes>[A-Z]+[0-9]+(, [A-Z]+[0-9]+)*)(?P<reason> - \S)?")
_IGNORE: Final = re.compile(r"# type: ignore\[(?P<codes>[a-z-]+(, ?[a-z-]+)*)\](?P<reason> +# \S)?")


def no_sleep_in_tests(sources: Sequence[Source]) -> Iterator[Finding]:
    """Find tests that wait by the clock. `asyncio.sleep(0)` is not waiting: it lets other tasks run once."""
    for source in python_files(sources, "tests/"):
        if source.path == WAITING:
            continue
        imported = {name.split(".")[-1] for name, _ in imports(source.tree) if name in ("asyncio.sleep", "time.sleep")}
        for name, call in calls(source.tree):
            if name in imported | {"asyncio.sleep", "time.sleep"} and not _is_zero(call):
                yield Finding(source.path, call.lineno, f"{name}: wait for a condition, with a deadline ({WAITING})")


def no_print_in_services(sources: Sequence[Source]) -> Iterator[Finding]:
    """Find prints outside commands: a service tells its log."""
    for source in python_files(sources, "services/"):
        if _is_command(source):
            continue
        for name, call in calls(source.tree):
            if name == "print":
                yield Finding(source.path, call.lineno, "print: write to the log (structlog), or return it")


def switched_off_rules_say_why(sources: Sequence[Source]) -> Iterator[Finding]:
    """Find `noqa` and `type: ignore` without code or reason; one reason for a code is enough in a file."""
    for source in python_files(sources, "services/", "schemas/", "infra/", "tests/"):
        explained: set[str] = set()
        for line, comment in _comments(source.text):
            if _OFF.search(comment) is None:
                continue
            found = _NOQA.search(comment) or _IGNORE.search(comment)
            codes = set(found["codes"].replace(" ", "").split(",")) if found else set()
            if found and found["reason"]:
                explained |= codes
            if not codes or codes - explained:
                yield Finding(source.path, line, "write `# noqa: CODE - reason` or `# type: ignore[code]  # reason`")


def _is_zero(call: ast.Call) -> bool:
    return len(call.args) == 1 and isinstance(call.args[0], ast.Constant) and call.args[0].value == 0


def _is_command(source: Source) -> bool:
    """Tell whether a file is started by hand, or reads a command line's arguments."""
    by_hand = (isinstance(node, ast.If) and "__name__" in ast.unparse(node.test) for node in source.tree.body)
    return source.parts[-1] == "__main__.py" or any(by_hand) or any(n == "argparse" for n, _ in imports(source.tree))


def _comments(text: str) -> Iterator[tuple[int, str]]:
    """Yield comments as they are written, never text inside strings; one after another on a line are one comment."""
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string
