"""Which encoding a text file has: UTF-8, or GB18030 as Chinese spreadsheets write it. Told apart by rules, not by luck.

Bytes that are UTF-8 are UTF-8. Others are GB18030 only if they read like Chinese: each character in the plane of
GB 2312 (both bytes from A1), most of them in its first level of frequent characters or its punctuation. Western 8-bit
text decodes as GB18030 too (`ü` and a letter make one character), and would be taken in as nonsense: it is refused,
unless the encoding is declared. Source: GB 18030-2022; GB/T 2312-1980, rows 1-3 and 16-55.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Final

from services.footprints.domain.intake.remarks import FileUnreadableError

UTF_8_BOM: Final = codecs.BOM_UTF8
_OTHER_BOMS: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_PLANE_START: Final = 0xA1
_FREQUENT: Final = (*range(0xA1, 0xA4), *range(0xB0, 0xD8))
FREQUENT_SHARE_PERCENT: Final = 80
"""Of the characters; running Chinese text has more than 95 % (assumption of ours)."""


class TextEncoding(StrEnum):
    """Encodings that are read."""

    UTF_8 = "utf-8"
    GB_18030 = "gb18030"


def find_encoding(read: Callable[[], Iterable[bytes]]) -> TextEncoding:
    """Find the encoding of a whole file, which `read` reads from its start.

    Raises `FileUnreadableError`: `encoding_unsupported`, `encoding_unknown`.
    """
    if next(iter(read()), b"").startswith(_OTHER_BOMS):
        raise FileUnreadableError("encoding_unsupported", "UTF-16")
    if _decodes(read(), TextEncoding.UTF_8):
        return TextEncoding.UTF_8
    chinese = _ChineseText()
    for chunk in read():
        chinese.feed(chunk)
    if chinese.plausible:
        return TextEncoding.GB_18030
    raise FileUnreadableError("encoding_unknown")


def check_encoding(read: Callable[[], Iterable[bytes]], declared: TextEncoding) -> None:
    """Hold a file to its declared encoding. Raises `FileUnreadableError`: `encoding_contradicts`."""
    if not _decodes(read(), declared):
        raise FileUnreadableError("encoding_contradicts", encoding=declared.value)


def _decodes(chunks: Iterable[bytes], encoding: TextEncoding) -> bool:
    decoder = codecs.getincrementaldecoder(encoding.value)()
    try:
        for chunk in chunks:
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


class _ChineseText:
    """Counts characters of two bytes, across chunks."""

    def __init__(self) -> None:
        self._lead: int | None = None
        self._characters = 0
        self._frequent = 0
        self._broken = False

    def feed(self, chunk: bytes) -> None:
        """Look at the next bytes."""
        if self._broken:
            return
        for byte in chunk if not (chunk.isascii() and self._lead is None) else b"":
            if self._lead is None:
                if byte >= 0x80:  # noqa: PLR2004 - not ASCII
                    self._lead = byte
                continue
            if self._lead < _PLANE_START or byte < _PLANE_START:
                self._broken = True
                return
            self._characters += 1
            self._frequent += self._lead in _FREQUENT
            self._lead = None

    @property
    def plausible(self) -> bool:
        """Whether it reads like Chinese, and ends with a whole character."""
        enough = self._frequent * 100 >= self._characters * FREQUENT_SHARE_PERCENT
        return not self._broken and self._lead is None and self._characters > 0 and enough
