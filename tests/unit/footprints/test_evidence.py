"""Documents: their type by their bytes, safe names, chunks that come together again."""

from __future__ import annotations

import io
import zipfile
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.kernel import Refusal
from services.footprints.domain.document_types import (
    CSV,
    EXTENSIONS,
    JPEG,
    JSON,
    MAX_NAME_LENGTH,
    PDF,
    PNG,
    TXT,
    XLSX,
    kind_of_bytes,
    safe_name,
)
from services.footprints.domain.evidence import (
    CHUNK_BYTES,
    MAX_DOCUMENTS,
    EvidenceFolder,
    EvidenceLimits,
    chunks,
    put_document,
    take_document,
)
from tests.unit.footprints.given import NOW

LIMITS = EvidenceLimits(3 * CHUNK_BYTES, frozenset(EXTENSIONS))
PNG_BYTES = b"\x89PNG\r\n\x1a\n rest"
PDF_BYTES = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"


def package(*names: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, "<x/>" * 100)
    return file.getvalue()


WORKBOOK = package("[Content_Types].xml", "xl/workbook.xml", "xl/worksheets/sheet1.xml")


@pytest.mark.parametrize(
    ("content", "media_type", "fits"),
    [
        (PDF_BYTES, PDF, True),
        (b"\n" + PDF_BYTES, PDF, False),
        (PNG_BYTES, PNG, True),
        (PNG_BYTES, PDF, False),
        (b"\xff\xd8\xff\xe0rest", JPEG, True),
        (b"\xff\xd8", JPEG, False),
        (WORKBOOK, XLSX, True),
        (package("[Content_Types].xml", "word/document.xml"), XLSX, False),
        (package("[Content_Types].xml", "xl/workbook.xml", "xl/vbaProject.bin"), XLSX, False),
        (b"[Content_Types].xml xl/workbook.xml", XLSX, False),
        (b"a;b\r\n1,5;2\r\n", CSV, True),
        ("\ufeff料号,质量\n4711,8.46\n".encode(), CSV, True),
        ("料号,质量\n4711,8.46\n".encode("gb18030"), CSV, True),
        (WORKBOOK, CSV, False),
        (PDF_BYTES, TXT, False),
        (b"MZ\x90\x00\x03", TXT, False),
        (b"a\x00b", TXT, False),
        (b'{"a": [1, 2]}', JSON, True),
        (b'{"a": ', JSON, False),
        (b"[" * 200_000, JSON, False),
    ],
)
def test_the_type_is_what_the_bytes_say(content: bytes, media_type: str, fits: bool) -> None:
    assert kind_of_bytes(content, media_type) is fits


@given(st.binary(max_size=200), st.sampled_from(sorted(EXTENSIONS)))
def test_any_bytes_are_judged(content: bytes, media_type: str) -> None:
    assert kind_of_bytes(content, media_type) in (True, False)


@pytest.mark.parametrize(
    ("given_name", "safe"),
    [
        ("screening 2025.pdf", "screening 2025.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\evidence\\stack.PDF", "stack.pdf"),
        ("..", "document.pdf"),
        ("", "document.pdf"),
        (".pdf", "pdf.pdf"),
        ("a\u202efdp.exe", "afdp.exe.pdf"),
        ("CON.pdf", "_CON.pdf"),
        ("核查报告.pdf", "核查报告.pdf"),
        ('a"b<c>.pdf', "a_b_c_.pdf"),
        ("line\r\nbreak.pdf", "linebreak.pdf"),
    ],
)
def test_names_are_made_safe(given_name: str, safe: str) -> None:
    assert safe_name(given_name, PDF) == safe


@given(st.text(max_size=300), st.sampled_from(sorted(EXTENSIONS)))
def test_any_name_is_made_safe_once(name: str, media_type: str) -> None:
    safe = safe_name(name, media_type)
    assert safe.lower().endswith(EXTENSIONS[media_type])
    assert 1 <= len(safe) <= MAX_NAME_LENGTH
    assert not set(safe) & set('/\\<>:"|?*%;\x00\r\n')
    assert not safe.startswith(".")
    assert safe_name(safe, media_type) == safe


@pytest.mark.parametrize(
    ("content", "media_type", "limits", "code"),
    [
        (b"", PDF, LIMITS, "document_empty"),
        (PDF_BYTES, PNG, LIMITS, "document_type_refused"),
        (b"MZ", "application/x-msdownload", LIMITS, "document_type_refused"),
        (PDF_BYTES, PDF, EvidenceLimits(100, frozenset({PNG})), "document_type_refused"),
        (PDF_BYTES, PDF, EvidenceLimits(len(PDF_BYTES) - 1, frozenset({PDF})), "document_too_large"),
    ],
)
def test_what_is_not_taken(content: bytes, media_type: str, limits: EvidenceLimits, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        take_document(content, media_type, "x", limits, NOW)
    assert refused.value.code == code
    assert refused.value.remedy


def test_a_document_of_exactly_the_limit_is_taken() -> None:
    limits = EvidenceLimits(len(PDF_BYTES), frozenset({PDF}))
    assert take_document(PDF_BYTES, PDF, "x", limits, NOW).size_bytes == len(PDF_BYTES)


@pytest.mark.parametrize("size", [6, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES])
def test_chunks_come_together_again(size: int) -> None:
    content = (PDF_BYTES + bytes(range(256)) * (size // 256 + 1))[:size]
    document = take_document(content, PDF, "x.pdf", LIMITS, NOW)
    parts = dict(chunks("f", document, content))
    assert len(parts) == document.chunk_count
    assert all(len(each.content) <= CHUNK_BYTES for each in parts.values())
    assert b"".join(parts[key].content for key in sorted(parts)) == content
    assert document.sha256 == sha256(content).hexdigest()


def test_the_same_bytes_are_one_document() -> None:
    first = take_document(PDF_BYTES, PDF, "a.pdf", LIMITS, NOW)
    again = take_document(PDF_BYTES, PDF, "b.pdf", LIMITS, NOW)
    folder = put_document(EvidenceFolder("f", "o"), first)
    assert put_document(folder, again) is folder
    assert [each.name for each in folder.documents] == ["a.pdf"]


def test_a_folder_has_an_end() -> None:
    folder = EvidenceFolder("f", "o")
    for number in range(MAX_DOCUMENTS):
        folder = put_document(folder, take_document(PDF_BYTES + b"%d" % number, PDF, "x", LIMITS, NOW))
    with pytest.raises(Refusal) as refused:
        put_document(folder, take_document(PDF_BYTES, PDF, "x", LIMITS, NOW))
    assert refused.value.code == "too_many_documents"
    assert put_document(folder, folder.documents[7]) is folder
