"""Dates as people and spreadsheets write them, to RFC 3339 instants. What could mean two days is refused.

A date without time is the midnight that begins it, at the UTC offset declared for the file.
Excel: ECMA-376 part 1, section 18.17.4 (serial dates; the 1900 system counts a 29 February 1900 that never was).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from services.footprints.domain.intake.remarks import CellUnreadableError

MAX_OFFSET_MINUTES: Final = 14 * 60
MONTHS: Final = 12
PHANTOM_DAY: Final = 60
"""Serial of 29 February 1900 in the 1900 system."""
LAST_SERIAL: Final = 2_958_465
"""31 December 9999."""
SECONDS_A_DAY: Final = 86_400

_TIME: Final = r"(?:[T ](?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?P<fraction>\.\d{1,9})?)?)?"
_YEAR_FIRST: Final = re.compile(r"(?P<y>\d{4})(?P<mark>[-/.])(?P<m>\d{1,2})(?P=mark)(?P<d>\d{1,2})" + _TIME, re.ASCII)
_CHINESE: Final = re.compile(r"(?P<y>\d{4})年(?P<m>\d{1,2})月(?P<d>\d{1,2})日" + _TIME, re.ASCII)
_DOTTED: Final = re.compile(r"(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.(?P<y>\d{4})" + _TIME, re.ASCII)
_YEAR_LAST: Final = re.compile(r"(?P<a>\d{1,2})(?P<mark>[-/])(?P<b>\d{1,2})(?P=mark)(?P<y>\d{4})" + _TIME, re.ASCII)
_RFC_3339: Final = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?([Zz]|[+-]\d{2}:\d{2})", re.ASCII)


def read_instant(text: str, utc_offset_minutes: int) -> str:
    """Return an RFC 3339 instant.

    Raises `CellUnreadableError`: `date_ambiguous` (`03/04/2026`: both could be the month), `date_not_read`,
    `date_not_in_calendar`. Dates with points have the day first; those with another mark and the year last are taken
    where one number can't be a month.
    """
    cleaned = unicodedata.normalize("NFKC", text).strip()
    if _RFC_3339.fullmatch(cleaned):
        return _checked(cleaned)
    for pattern in (_YEAR_FIRST, _CHINESE, _DOTTED):
        if found := pattern.fullmatch(cleaned):
            return _instant(found.groupdict(), int(found["m"]), int(found["d"]), utc_offset_minutes)
    found = _YEAR_LAST.fullmatch(cleaned)
    if found is None:
        raise CellUnreadableError("date_not_read")
    first, second = int(found["a"]), int(found["b"])
    if first != second and max(first, second) <= MONTHS:
        year = found["y"]
        raise CellUnreadableError(
            "date_ambiguous",
            day_first=f"{year}-{second:02}-{first:02}",
            month_first=f"{year}-{first:02}-{second:02}",
        )
    month, day = (second, first) if first > MONTHS else (first, second)
    return _instant(found.groupdict(), month, day, utc_offset_minutes)


def excel_instant(serial: Decimal, utc_offset_minutes: int, *, since_1904: bool) -> str:
    """Return the instant of a serial date, to the second. Raises `CellUnreadableError`: `date_not_in_calendar`."""
    days = int(serial // 1)
    seconds = int(((serial - days) * SECONDS_A_DAY).to_integral_value(ROUND_HALF_UP))
    if since_1904:
        if not 0 <= serial <= LAST_SERIAL:
            raise CellUnreadableError("date_not_in_calendar")
        start = date(1904, 1, 1)
    else:
        if not 1 <= serial <= LAST_SERIAL or days == PHANTOM_DAY:
            raise CellUnreadableError("date_not_in_calendar")
        start = date(1899, 12, 31) if days < PHANTOM_DAY else date(1899, 12, 30)
    try:
        moment = datetime(start.year, start.month, start.day) + timedelta(days=days, seconds=seconds)  # noqa: DTZ001 - its offset is added as text
    except OverflowError:
        raise CellUnreadableError("date_not_in_calendar") from None
    return moment.isoformat() + offset_text(utc_offset_minutes)


def offset_text(minutes: int) -> str:
    """Write a UTC offset as RFC 3339 does: `Z`, `+08:00`."""
    if minutes == 0:
        return "Z"
    hours, rest = divmod(abs(minutes), 60)
    return f"{'-' if minutes < 0 else '+'}{hours:02}:{rest:02}"


def _instant(parts: Mapping[str, str | None], month: int, day: int, utc_offset_minutes: int) -> str:
    hour, minute, second = (int(parts[name] or 0) for name in ("hour", "minute", "second"))
    text = f"{parts['y']}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{parts['fraction'] or ''}"
    return _checked(text + offset_text(utc_offset_minutes))


def _checked(text: str) -> str:
    """Return the text in the one form of RFC 3339, if there is such an instant."""
    whole = text.upper().replace(" ", "T")
    clock = whole[11:].split("Z")[0].split("+")[0].split("-")[0]
    if clock.count(":") == 1:
        whole = whole.replace(clock, f"{clock}:00", 1)
    try:
        datetime.fromisoformat(whole)
    except ValueError:
        raise CellUnreadableError("date_not_in_calendar") from None
    return whole
