"""A workbook's archive, opened so that it can't cost more than it may: entries, directory, sizes, ratio.

The directory's own size is looked at before it is read, because reading it is what a crafted archive makes costly.
Source: ECMA-376 part 2 (packages); PKWARE APPNOTE 6.3, sections 4.3.15 and 4.3.16.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Final
from zipfile import BadZipFile, ZipFile, ZipInfo

from services.footprints.domain.intake.remarks import FileUnreadableError

MAX_ENTRIES: Final = 2_000
MAX_DIRECTORY_BYTES: Final = 512 * 1024
MAX_RATIO: Final = 200
"""Unpacked to packed. Sheets of equal rows reach 100; what is meant to hurt goes beyond 1,000."""
RATIO_FROM_BYTES: Final = 1024 * 1024
"""A small part may have any ratio."""
MAX_UNPACKED_BYTES: Final = 2 * 1024 * 1024 * 1024
"""Of one part. It is read as a stream: the limit is for the time it takes."""
READ_BYTES: Final = 64 * 1024
ENCRYPTED_FLAG: Final = 0x1

_END: Final = b"PK\x05\x06"
_END_BYTES: Final = 22
_ZIP_64_LOCATOR: Final = b"PK\x06\x07"
_ZIP_64_LOCATOR_BYTES: Final = 20
_LONGEST_COMMENT: Final = 65_535
_OLE: Final = b"\xd0\xcf\x11\xe0"
"""Begins an old .xls file, and one that is protected by a password."""


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """Bounds of one part; settings of tests, constants else."""

    ratio: int = MAX_RATIO
    unpacked_bytes: int = MAX_UNPACKED_BYTES


class Archive:
    """The parts of a workbook by name."""

    def __init__(self, file: io.RawIOBase, limits: ArchiveLimits | None = None) -> None:
        """Open it. Raises `FileUnreadableError`: `xlsx_malformed`, `xlsx_protected`, `xlsx_too_large`."""
        self._limits = limits or ArchiveLimits()
        _check_directory(file)
        try:
            self._zip = ZipFile(io.BufferedReader(file, READ_BYTES))
        except (BadZipFile, NotImplementedError, ValueError, struct.error, OSError) as error:
            raise FileUnreadableError("xlsx_malformed", reason=str(error)) from None
        entries = self._zip.infolist()
        if len(entries) > MAX_ENTRIES:
            raise FileUnreadableError("xlsx_too_large", limit=f"{MAX_ENTRIES} parts")
        self._entries = {entry.filename.lower(): entry for entry in entries}
        if len(self._entries) != len(entries):
            raise FileUnreadableError("xlsx_malformed", reason="two parts have one name")
        if any(entry.flag_bits & ENCRYPTED_FLAG for entry in entries):
            raise FileUnreadableError("xlsx_protected")

    def __contains__(self, name: str) -> bool:
        """Tell whether there is such a part."""
        return name.lower() in self._entries

    def names(self) -> Iterator[str]:
        """Yield the parts' names in lower case."""
        return iter(self._entries)

    def read(self, name: str) -> Iterator[bytes]:
        """Yield a part, unpacked, piece by piece. Raises `FileUnreadableError`: `xlsx_malformed`, `xlsx_too_large`."""
        entry = self._entries.get(name.lower())
        if entry is None:
            raise FileUnreadableError("xlsx_malformed", reason=f"{name} is missing")
        unpacked = 0
        try:
            with self._zip.open(entry) as part:
                for piece in _pieces(part):
                    unpacked += len(piece)
                    self._check(entry, unpacked)
                    yield piece
        except (BadZipFile, NotImplementedError, EOFError, zlib.error, RuntimeError, OSError) as error:
            raise FileUnreadableError("xlsx_malformed", reason=f"{name}: {error}") from None

    def _check(self, entry: ZipInfo, unpacked: int) -> None:
        if unpacked > self._limits.unpacked_bytes:
            raise FileUnreadableError("xlsx_too_large", limit=f"{self._limits.unpacked_bytes} bytes unpacked")
        if unpacked > RATIO_FROM_BYTES and unpacked > entry.compress_size * self._limits.ratio:
            raise FileUnreadableError("xlsx_too_large", limit=f"{self._limits.ratio} times its packed size")


def _pieces(part: IO[bytes]) -> Iterator[bytes]:
    while piece := part.read(READ_BYTES):
        yield piece


def _check_directory(file: io.RawIOBase) -> None:
    """Look at the end record alone. Archives of the 64-bit form are refused: no upload is as large."""
    size = file.seek(0, io.SEEK_END)
    start = max(0, size - _END_BYTES - _LONGEST_COMMENT - _ZIP_64_LOCATOR_BYTES)
    head = _read(file, 0, len(_OLE))
    if head == _OLE:
        raise FileUnreadableError("xlsx_protected")
    tail = _read(file, start, size - start)
    at = tail.rfind(_END)
    if at < 0 or len(tail) < at + _END_BYTES:
        raise FileUnreadableError("xlsx_malformed", reason="it is no zip archive")
    entries, directory_bytes = struct.unpack_from("<HI", tail, at + 10)
    locator = tail[max(0, at - _ZIP_64_LOCATOR_BYTES) : at]
    if entries > MAX_ENTRIES or directory_bytes > MAX_DIRECTORY_BYTES or locator.startswith(_ZIP_64_LOCATOR):
        raise FileUnreadableError("xlsx_too_large", limit=f"{MAX_ENTRIES} parts")


def _read(file: io.RawIOBase, start: int, length: int) -> bytes:
    file.seek(start)
    parts = []
    while length > 0:
        piece = file.read(length)
        if not piece:
            break
        parts.append(piece)
        length -= len(piece)
    return b"".join(parts)
