"""Golden messages and their manifest: an example that was once entered is never edited and never removed.

`examples/<topic>/<event type>/<name>.json` is a whole CloudEvent; without its whitespace it is what a topic holds.
Facts are kept for ever, so a reader of any release must take every example of every earlier one.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Final

EXAMPLES: Final = Path(__file__).parent / "examples"
MANIFEST_NAME: Final = "MANIFEST"
REMEDY: Final = (
    "An example never changes: put the old bytes back and show the new form in a file beside it. "
    "(Only an example that was never released may be taken out of the manifest and entered anew.)"
)


class ExampleError(ValueError):
    """A golden message was edited or removed."""


def example_files(root: Path = EXAMPLES) -> dict[str, Path]:
    """Return the examples by their path below `root`."""
    return {path.relative_to(root).as_posix(): path for path in sorted(root.rglob("*.json"))}


def read_manifest(path: Path = EXAMPLES / MANIFEST_NAME) -> dict[str, str]:
    """Return name and SHA-256 of each entered example; the file's form is that of `sha256sum`."""
    if not path.exists():
        return {}
    lines = path.read_text(encoding="utf-8").splitlines()
    return {name: digest for digest, name in (line.split("  ", 1) for line in lines if line)}


def manifest_bytes(entries: dict[str, str]) -> bytes:
    """Render a manifest, in order of names."""
    return "".join(f"{entries[name]}  {name}\n" for name in sorted(entries)).encode()


def edited(root: Path = EXAMPLES) -> list[str]:
    """Name the entered examples that are gone or have other bytes now."""
    files = example_files(root)
    entered = read_manifest(root / MANIFEST_NAME)
    gone = [f"{name}: was removed" for name in entered if name not in files]
    changed = [
        f"{name}: was edited" for name, digest in entered.items() if name in files and _digest(files[name]) != digest
    ]
    return gone + changed


def not_entered(root: Path = EXAMPLES) -> list[str]:
    """Name the examples that the manifest doesn't know yet."""
    entered = read_manifest(root / MANIFEST_NAME)
    return [name for name in example_files(root) if name not in entered]


def add_examples(root: Path = EXAMPLES) -> list[str]:
    """Enter new examples; return what was entered. Raises `ExampleError` if an older one was edited or removed."""
    if broken := edited(root):
        raise ExampleError("; ".join(broken) + f". {REMEDY}")
    new = not_entered(root)
    if new:
        files = example_files(root)
        entries = read_manifest(root / MANIFEST_NAME) | {name: _digest(files[name]) for name in new}
        (root / MANIFEST_NAME).write_bytes(manifest_bytes(entries))
    return [f"{name}: entered" for name in new]


def _digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()
