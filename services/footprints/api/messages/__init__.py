"""Texts of the rules, a file for each language (`en.json`, ...): rule id -> title, expectation, remedy.

Code, field and found value are the same in every language. Texts have placeholders; a finding's values fill them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

DEFAULT_LANGUAGE: Final = "en"


@dataclass(frozen=True, slots=True)
class Texts:
    """What is said of one rule, with placeholders."""

    title: str
    expected: str
    remedy: str

    def filled(self, values: Mapping[str, str]) -> Texts:
        """Put values into the placeholders."""
        return Texts(*(text.format_map(_Kept(values)) for text in (self.title, self.expected, self.remedy)))


class _Kept(dict[str, str]):
    """Leaves a placeholder without value as it is: a finding of an older release may not know it."""

    def __missing__(self, name: str) -> str:
        return f"{{{name}}}"


Catalogue = Mapping[str, Texts]


def load_catalogues(folder: Path = Path(__file__).parent) -> dict[str, Catalogue]:
    """Read every language there is: a new file is a new language."""
    return {path.stem: _read(path) for path in sorted(folder.glob("*.json"))}


def _read(path: Path) -> Catalogue:
    content = json.loads(path.read_text(encoding="utf-8"))
    return {rule_id: Texts(**texts) for rule_id, texts in content.items()}


CATALOGUES: Final = load_catalogues()


def texts_of(rule_id: str, language: str = DEFAULT_LANGUAGE) -> Texts:
    """Return the texts of a rule, in English where the language lacks it; a rule of an older release has none."""
    for each in (language, DEFAULT_LANGUAGE):
        texts = CATALOGUES.get(each, {}).get(rule_id)
        if texts is not None:
            return texts
    return Texts(rule_id, "", "See the list of validation rules of the release that graded the footprint.")
