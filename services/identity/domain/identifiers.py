"""Identifiers that organisations bring along, and the checks of the schemes that have one.

Sources: CX-0010 (BPN), GB 32100-2015 (unified social credit code), D&B (DUNS), GS1 General Specifications 7.9 (GLN),
ISO 17442-1 with ISO/IEC 7064 MOD 97-10 (LEI). A BPN is checked for its form alone: numbers in circulation follow
two generations of check digits, or none.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from services.identity.domain.errors import IdentifierMalformed, IdentifierRepeated, TooMany

MAX_IDENTIFIERS: Final = 20
"""Most identifiers of one organisation."""
MAX_VALUE_LENGTH: Final = 128
"""Characters."""

_SCHEME: Final = re.compile(r"[a-z0-9_]{2,20}")
_BPN: Final = re.compile(r"BPNL[0-9A-Z]{12}")
_USCC: Final = re.compile(r"[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}")
_DUNS: Final = re.compile(r"[0-9]{9}")
_GLN: Final = re.compile(r"[0-9]{13}")
_LEI: Final = re.compile(r"[0-9A-Z]{18}[0-9]{2}")

USCC_ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""GB 32100-2015, table 2: 31 characters, without I, O, S, V and Z."""
USCC_WEIGHT_BASE: Final = 3
LEI_MODULUS: Final = 97


@dataclass(frozen=True, slots=True, order=True)
class ExternalIdentifier:
    """A checked identifier; make it with `read_identifier`."""

    scheme: str
    """`bpn`, `uscc`, `duns`, `gln`, `lei`, `vat` or another registry's name."""
    value: str

    @property
    def claim_key(self) -> str:
        """Key of its guarding document: what looks alike is alike, so that no twin slips in by case or width."""
        return f"{self.scheme}:{unicodedata.normalize('NFKC', self.value).casefold()}"


@dataclass(frozen=True, slots=True)
class Scheme:
    """How a scheme's values are checked, and the sentence that says so."""

    is_valid: Callable[[str], bool]
    rule: str


def is_bpn(value: str) -> bool:
    """Tell whether the value has the form of a legal entity's business partner number."""
    return _BPN.fullmatch(value) is not None


def is_uscc(value: str) -> bool:
    """Tell whether the value is a unified social credit code with the right check character."""
    return _USCC.fullmatch(value) is not None and value[17] == uscc_check_character(value[:17])


def uscc_check_character(body: str) -> str:
    """Return the 18th character for the first 17 (GB 32100-2015, annex A): weights 3^i mod 31."""
    total = sum(USCC_ALPHABET.index(char) * pow(USCC_WEIGHT_BASE, i, 31) for i, char in enumerate(body))
    return USCC_ALPHABET[-total % 31]


def is_duns(value: str) -> bool:
    """Tell whether the value has the form of a DUNS number (its check digit was given up in 2006)."""
    return _DUNS.fullmatch(value) is not None


def is_gln(value: str) -> bool:
    """Tell whether the value is a global location number with the right check digit."""
    return _GLN.fullmatch(value) is not None and value[12] == gln_check_digit(value[:12])


def gln_check_digit(body: str) -> str:
    """Return the 13th digit for the first 12: weights 1 and 3 in turn from the left."""
    total = sum(int(digit) * (3 if i % 2 else 1) for i, digit in enumerate(body))
    return str(-total % 10)


def is_lei(value: str) -> bool:
    """Tell whether the value is a legal entity identifier with the right check digits."""
    return _LEI.fullmatch(value) is not None and _base36_number(value) % LEI_MODULUS == 1


def lei_check_digits(body: str) -> str:
    """Return the last two digits for the first 18 characters."""
    return f"{LEI_MODULUS + 1 - _base36_number(body + '00') % LEI_MODULUS:02d}"


def _base36_number(text: str) -> int:
    return int("".join(str(int(char, 36)) for char in text))


def _is_plain_text(value: str) -> bool:
    return bool(value.strip()) and value == value.strip() and value.isprintable()


FREE_TEXT: Final = Scheme(_is_plain_text, "must be printable text without spaces at its ends")
SCHEMES: Final[Mapping[str, Scheme]] = {
    "bpn": Scheme(is_bpn, "must be BPNL and 12 capital letters or digits (CX-0010)"),
    "uscc": Scheme(is_uscc, "must be 18 characters with the check character of GB 32100-2015"),
    "duns": Scheme(is_duns, "must be 9 digits, without hyphens"),
    "gln": Scheme(is_gln, "must be 13 digits with the check digit of GS1"),
    "lei": Scheme(is_lei, "must be 20 capital letters and digits with the check digits of ISO 17442"),
}


def read_identifier(scheme: str, value: str, field: str) -> ExternalIdentifier:
    """Check one identifier; `field` is its JSON pointer. Raises `IdentifierMalformed`."""
    if _SCHEME.fullmatch(scheme) is None:
        raise IdentifierMalformed(
            "a scheme is 2 to 20 small letters, digits or underscores",
            field=f"{field}/scheme",
            remedy=f"use {', '.join(SCHEMES)} or the short name of another registry, such as vat",
        )
    checked = SCHEMES.get(scheme, FREE_TEXT)
    if len(value) > MAX_VALUE_LENGTH or not checked.is_valid(value):
        raise IdentifierMalformed(
            f"{scheme}: the value {checked.rule}, at most {MAX_VALUE_LENGTH} characters",
            field=f"{field}/value",
            remedy="copy the identifier from the registry's own document",
        )
    return ExternalIdentifier(scheme, value)


def read_identifiers(pairs: Sequence[tuple[str, str]], field: str = "/identifiers") -> tuple[ExternalIdentifier, ...]:
    """Check the identifiers of one organisation and order them by scheme and value.

    Raises `IdentifierMalformed`, `IdentifierRepeated`, `TooMany`.
    """
    if len(pairs) > MAX_IDENTIFIERS:
        raise TooMany(
            f"an organisation has at most {MAX_IDENTIFIERS} identifiers", field=field, remedy="leave out the others"
        )
    seen: dict[str, ExternalIdentifier] = {}
    for index, (scheme, value) in enumerate(pairs):
        identifier = read_identifier(scheme, value, f"{field}/{index}")
        if identifier.claim_key in seen:
            raise IdentifierRepeated(
                f"{scheme} {value} stands twice in the list", field=f"{field}/{index}", remedy="name it once"
            )
        seen[identifier.claim_key] = identifier
    return tuple(sorted(seen.values()))


@dataclass(frozen=True, slots=True)
class IdentifierClaim:
    """Guarding document: whoever writes it owns the identifier. One for each identifier in use."""

    scheme: str
    value: str
    organisation_id: str
