"""The printer of reports. Whatever a supplier wrote is text in them, never markup."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from typing import Final

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from services.footprints.adapters.report.pdf import pdf_of
from services.footprints.adapters.report.words import SAID
from services.footprints.application.report import Report
from services.footprints.application.report_sections import instant
from services.footprints.application.report_words import MISSING, NOT_AT_HAND

_FOLDER: Final = Path(__file__).parent
_STYLE: Final = (_FOLDER / "report.css").read_text(encoding="utf-8")
_TEMPLATE: Final = Environment(
    autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
).from_string((_FOLDER / "report.html.j2").read_text(encoding="utf-8"))


class Printer:
    """Implements `ReportPrinter`."""

    @property
    def content_security_policy(self) -> str:
        """Allow the page's own style, named by its digest, and nothing else."""
        digest = b64encode(sha256(_STYLE.encode()).digest()).decode()
        return f"default-src 'none'; style-src 'sha256-{digest}'; frame-ancestors 'none'; base-uri 'none'"

    def html(self, report: Report) -> bytes:
        """Return the page."""
        style = Markup(_STYLE)  # noqa: S704 - our own file: no word of a supplier is in it
        page = _TEMPLATE.render(
            report=report,
            style=style,
            said=SAID,
            missing=MISSING,
            not_at_hand=NOT_AT_HAND,
            printed_at=instant(report.printed_at),
        )
        return page.encode()

    def pdf(self, report: Report) -> bytes:
        """Return the PDF."""
        return pdf_of(report)
