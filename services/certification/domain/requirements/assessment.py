"""What a requirement's rule returns: the outcome, and the instants at which dates alone may change it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Context, Inexact
from typing import Final

from services.certification.domain.certificate import Certificate
from services.certification.domain.facts import Claim, Footprint, Grant
from services.certification.domain.verdict import EvidenceKind, Outcome

EXACT: Final = Context(prec=250, traps=[Inexact])
"""Sums and products of decimals of 34 digits and 64 characters, never rounded: a rounding would raise."""
MAX_EVIDENCE_NAMED: Final = 10
"""Pieces of evidence one outcome names: with every limit reached the event still fits into a message."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that is known and could speak for a part; rules take from it what concerns them, in any order."""

    certificates: tuple[Certificate, ...] = ()
    footprints: tuple[Footprint, ...] = ()
    grants: tuple[Grant, ...] = ()
    claims: tuple[Claim, ...] = ()
    too_many: frozenset[EvidenceKind] = field(default_factory=frozenset)
    """Kinds of which more is known than one decision may load; none of that kind is loaded then."""


@dataclass(frozen=True, slots=True)
class Assessment:
    """An outcome with the instants (in any order, past ones included) that bound its truth."""

    outcome: Outcome
    boundaries: tuple[datetime, ...] = ()


def day_begins(day: date) -> datetime:
    """Return the first instant of a calendar date in UTC.

    Simplification: certificate dates are dates of the site's zone (CX-0135); here every site is taken to be in UTC.
    """
    return datetime.combine(day, time.min, UTC)


def day_is_over(day: date) -> datetime | None:
    """Return the first instant after an inclusive last day; None for 9999-12-31, which is open-ended (CX-0135)."""
    return None if day == date.max else day_begins(day + timedelta(days=1))


def known_instants(*instants: datetime | None) -> Iterable[datetime]:
    """Leave out what never comes."""
    return (instant for instant in instants if instant is not None)
