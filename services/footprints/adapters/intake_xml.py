"""XML of a workbook as a stream of elements. A document type, and with it every entity of its own, is refused."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal
from xml.parsers import expat

from services.footprints.domain.intake.remarks import FileUnreadableError

MAX_TEXT_CHARACTERS: Final = 1024 * 1024
"""Of the text between two tags."""
MAX_DEPTH: Final = 64

_NONE: Final[Mapping[str, str]] = {}


@dataclass(slots=True)
class Element:
    """A start or an end; `text` is what stood before an end tag, back to the last tag."""

    kind: Literal["start", "end"]
    name: str
    """Without its namespace."""
    attributes: Mapping[str, str]
    """By name; one with a namespace has it, and a space, before its name."""
    text: str = ""


def elements(pieces: Iterable[bytes], part: str) -> Iterator[Element]:
    """Yield the elements of a part. Raises `FileUnreadableError`: `xlsx_malformed`."""
    reader = _Reader()
    try:
        for piece in pieces:
            reader.parser.Parse(piece, False)  # noqa: FBT003 - the parser's own signature
            yield from reader.take()
        reader.parser.Parse(b"", True)  # noqa: FBT003
        yield from reader.take()
    except expat.ExpatError as error:
        raise FileUnreadableError("xlsx_malformed", reason=f"{part}: {error}") from None


class _Reader:
    def __init__(self) -> None:
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters
        self.parser.StartDoctypeDeclHandler = _refuse
        self.parser.EntityDeclHandler = _refuse
        self._found: list[Element] = []
        self._text: list[str] = []
        self._length = 0
        self._depth = 0

    def take(self) -> list[Element]:
        found, self._found = self._found, []
        return found

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise FileUnreadableError("xlsx_malformed", reason="it nests too deep")
        if self._text:
            self._clear()
        self._found.append(Element("start", name.rpartition(" ")[2], attributes))

    def _end(self, name: str) -> None:
        self._depth -= 1
        if not self._text:
            self._found.append(Element("end", name.rpartition(" ")[2], _NONE))
            return
        self._found.append(Element("end", name.rpartition(" ")[2], _NONE, "".join(self._text)))
        self._clear()

    def _characters(self, text: str) -> None:
        self._length += len(text)
        if self._length > MAX_TEXT_CHARACTERS:
            raise FileUnreadableError("xlsx_malformed", reason="a text is too long")
        self._text.append(text)

    def _clear(self) -> None:
        self._text.clear()
        self._length = 0


def _refuse(*_: object) -> None:
    raise FileUnreadableError("xlsx_malformed", reason="it has a document type")
