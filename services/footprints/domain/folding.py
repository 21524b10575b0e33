"""One way to compare text without regard to letter case: ids, codes and names are matched by their folded form.

Source: PACT Technical Specifications 3.0.3, ListFootprints: the filters compare "case-insensitive". What is stored and
shown stays as it was written; only what is compared is folded.
"""

from __future__ import annotations


def fold(text: str) -> str:
    """Return the form under which texts that differ in letter case alone are equal (Unicode full case folding).

    Folding twice changes nothing. It may lengthen a text, up to threefold.
    """
    return text.casefold()
