"""Route of the printable report."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query
from starlette.responses import Response

from services.chassis.auth import Caller
from services.chassis.http import etag, header_docs, respond
from services.chassis.idempotency import Reply
from services.chassis.problems import problem_responses
from services.footprints.api.edge import Edge
from services.footprints.api.findings import finding_view
from services.footprints.application.report import Particular, ReportPrinter, Said, Section, Words
from services.footprints.application.report_sections import report_of
from services.footprints.domain.errors import FootprintNotFound
from services.footprints.domain.findings import Finding

READ: Final = "read_footprint_report"
HTML: Final = "text/html; charset=utf-8"
PDF: Final = "application/pdf"
MAX_PRINTING: Final = 2
"""PDFs made at a time: each takes a thread and up to seconds of CPU, and everybody else wants an answer too."""
SEVERITIES: Final = {"error": "错误", "warning": "警告", "info": "提示"}
_BINARY: Final[dict[str, Any]] = {"schema": {"type": "string", "contentMediaType": PDF}}
_PAGE: Final[dict[str, Any]] = {"schema": {"type": "string", "contentMediaType": "text/html"}}


def report_router(edge: Edge, printer: ReportPrinter) -> APIRouter:
    """Return the route `/v1/footprints/{footprint_id}/report`."""
    router = APIRouter(tags=["views"])
    printing = asyncio.Semaphore(MAX_PRINTING)

    @router.get(
        "/v1/footprints/{footprint_id}/report",
        operation_id=READ,
        summary="Read a footprint as a report",
        description=(
            "For whoever may read the footprint. English and Chinese, in the order of ISO 14067:2018, with what GB/T"
            " 24067-2024 adds. A particular that the record lacks reads as missing; a clause whose text was not at hand"
            " is marked as such. Figures stand as the supplier wrote them."
        ),
        response_model=None,
        responses={
            200: {
                "description": "The report",
                "content": {"text/html": _PAGE, PDF: _BINARY},
                "headers": header_docs("ETag"),
            },
            **problem_responses(409),
        },
    )
    async def report(
        footprint_id: str,
        caller: Caller,
        format: Annotated[Literal["html", "pdf"], Query(description="Page or PDF.")] = "html",  # noqa: A002 - as in the query
    ) -> Response:
        now = edge.clock()
        found = await edge.queries.footprint(footprint_id.lower(), reader=caller.organisation_id, at=now)
        if found is None:
            raise FootprintNotFound("no footprint with this id is visible to you")
        made = report_of(found, checks(found.findings), now)
        await edge.disclose(caller, READ, [found], now)
        headers = {"ETag": etag(found.version)}
        if format == "pdf":
            name = f'inline; filename="footprint-{found.footprint_id}.pdf"'
            async with printing:
                paper = await asyncio.to_thread(printer.pdf, made)
            return respond(Reply(200, paper, headers | {"Content-Disposition": name}, PDF))
        headers["Content-Security-Policy"] = printer.content_security_policy
        return respond(Reply(200, printer.html(made), headers, HTML))

    return router


def checks(findings: tuple[Finding, ...]) -> Section:
    """Return the chapter on the rules that the record does not keep."""
    lines = []
    for finding in findings:
        view = finding_view(finding)
        severity = view["severity"]
        found = "undefined 未定义" if view["found"] is None else view["found"]
        texts = (f"{view['title']}.", f"{view['field']}: {found}", view["remedy"])
        lines.append(Particular(Words(f"{severity}: {view['code']}", SEVERITIES[severity]), texts, Said.COMPUTED))
    return Section(Words("Checks", "校核结果"), "docs/rules/footprint-validation.md", True, tuple(lines))  # noqa: FBT003 - a field
