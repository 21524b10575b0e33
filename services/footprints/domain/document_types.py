"""What a document is, by its bytes, and a name for it that is safe on every system.

Signatures: ISO 32000-1, 7.5.2 (PDF); ISO/IEC 15948, 5.2 (PNG); ISO/IEC 10918-1, B.1.1.3 (JPEG: SOI and a marker);
ECMA-376 part 2 (XLSX: a ZIP package with a workbook). CSV, JSON and plain text have none: they must be text.
"""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Final

PDF: Final = "application/pdf"
PNG: Final = "image/png"
JPEG: Final = "image/jpeg"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV: Final = "text/csv"
JSON: Final = "application/json"
TXT: Final = "text/plain"
EXTENSIONS: Final = {
    PDF: (".pdf",),
    PNG: (".png",),
    JPEG: (".jpg", ".jpeg"),
    XLSX: (".xlsx",),
    CSV: (".csv",),
    JSON: (".json",),
    TXT: (".txt",),
}
"""Media types that can be told from bytes, and the endings of their files; the first one is given where none fits."""
SIGNATURES: Final = {PDF: b"%PDF-", PNG: b"\x89PNG\r\n\x1a\n", JPEG: b"\xff\xd8\xff"}
ZIP_SIGNATURE: Final = b"PK\x03\x04"
WORKBOOK_PARTS: Final = (b"[Content_Types].xml", b"xl/workbook.xml")
MACROS: Final = b"vbaproject.bin"
TEXT_ENCODINGS: Final = ("utf-8", "gb18030")
"""GB 18030 is what spreadsheets in China write."""
MAX_NAME_LENGTH: Final = 120
"""Characters of a file name, its ending included."""
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_RESERVED: Final = re.compile(r'[<>:"|?*%;]')
_DEVICES: Final = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)
"""Names that Windows gives to devices."""


def kind_of_bytes(content: bytes, media_type: str) -> bool:
    """Tell whether the bytes are of this media type, one of `EXTENSIONS`."""
    signature = SIGNATURES.get(media_type)
    if signature is not None:
        return content.startswith(signature)
    if media_type == XLSX:
        return _is_workbook(content)
    if any(content.startswith(each) for each in (*SIGNATURES.values(), ZIP_SIGNATURE)):
        return False
    return _is_json(content) if media_type == JSON else _is_text(content)


def _is_workbook(content: bytes) -> bool:
    """Look for the names of a workbook's parts; a package stores names as they are, and nothing is unpacked.

    A workbook with macros is none of ours.
    """
    return (
        content.startswith(ZIP_SIGNATURE)
        and WORKBOOK_PARTS[0] in content
        and WORKBOOK_PARTS[1] in content
        and (MACROS not in content.lower())
    )


def _is_json(content: bytes) -> bool:
    try:
        json.loads(content)
    except (ValueError, RecursionError):
        return False
    return True


def _is_text(content: bytes) -> bool:
    for encoding in TEXT_ENCODINGS:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return _CONTROL.search(text) is None
    return False


def safe_name(name: str, media_type: str) -> str:
    """Return a file name without folders, invisible or reserved characters, with the ending of its media type."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    visible = "".join(each for each in last if unicodedata.category(each)[0] != "C")
    kept = _RESERVED.sub("_", visible).strip(". \u3000")
    if _DEVICES.fullmatch(kept):
        kept = f"_{kept}"
    endings = EXTENSIONS[media_type]
    ending = next((each for each in endings if kept.lower().endswith(each)), "")
    stem = kept[: len(kept) - len(ending)].strip(". ")
    return f"{stem[: MAX_NAME_LENGTH - len(ending or endings[0])].strip('. ') or 'document'}{ending or endings[0]}"
