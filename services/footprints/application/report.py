"""A footprint as a report: bilingual sections of plain data, whatever they are printed on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Said(StrEnum):
    """How a particular got into the report."""

    STATED = "stated"
    """As the supplier wrote it."""
    COMPUTED = "computed"
    """By Tierloop, out of what is stated."""
    BY_DEFINITION = "by definition"
    """True of every footprint of this kind."""
    MISSING = "missing"
    """The record does not say it."""


@dataclass(frozen=True, slots=True)
class Words:
    """A text in both languages of the report."""

    english: str
    chinese: str


@dataclass(frozen=True, slots=True)
class Particular:
    """One line of a report."""

    name: Words
    values: tuple[str, ...]
    """Paragraphs; empty where it is missing."""
    said: Said
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A chapter. `source_at_hand` is False where we could not read the clause that asks for it."""

    heading: Words
    source: str
    source_at_hand: bool
    particulars: tuple[Particular, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """A footprint as a report."""

    title: str
    company: str
    subtitle: Words
    status: Words
    is_active: bool
    headline: tuple[Particular, ...]
    """The figures that a reader looks for first."""
    sections: tuple[Section, ...]
    printed_at: datetime


class ReportPrinter(Protocol):
    """Puts a report on paper."""

    def html(self, report: Report) -> bytes:
        """Return a page of HTML that loads nothing from anywhere."""

    def pdf(self, report: Report) -> bytes:
        """Return a PDF, A4."""

    @property
    def content_security_policy(self) -> str:
        """Return the policy under which the page of HTML shows as meant."""
