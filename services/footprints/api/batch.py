"""Route of the batch: NDJSON in, NDJSON out, each line stored whole or refused whole.

Lines are taken as they arrive and stored a window at a time; the answer is sent when the body is read, because a client
that writes first and reads later would block a server that does both at once. Every line stands for itself: whatever
ends the request early, the lines before it are stored, and a repeat answers 200 for them.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any, Final

import orjson
import structlog
from fastapi import APIRouter, Request
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from services.chassis.http import (
    NDJSON,
    Line,
    TooManyLinesError,
    depth_limit_of,
    ndjson_content,
    ndjson_lines,
    ndjson_request_body,
    require_media_type,
)
from services.chassis.idempotency import Reply
from services.chassis.kernel import Refusal
from services.chassis.problem_handlers import defect_problem
from services.chassis.problems import HttpProblem, Problem, from_status, instance_of
from services.chassis.store import TransientStoreError
from services.chassis.tokens import Principal
from services.chassis.unit import OverloadedError
from services.footprints.api.edge import Edge
from services.footprints.api.examples import BATCH_LINE_EXAMPLE, PRODUCT_FOOTPRINT_EXAMPLE
from services.footprints.api.findings import finding_view, refusal_problem
from services.footprints.api.footprints import Supplier
from services.footprints.api.pact_v3 import ProductFootprint, read_submission
from services.footprints.api.render import footprint_path
from services.footprints.api.resources import BatchLine
from services.footprints.application.commands import SubmitFootprint
from services.footprints.application.handlers import Submitted

Result = dict[str, Any]

_log = structlog.get_logger(__name__)

MAX_LINES: Final = 1_000
MAX_LINE_BYTES: Final = 1024 * 1024
WINDOW_LINES: Final = 100
"""Lines under way at a time: they share transactions."""
WINDOW_BYTES: Final = 4 * 1024 * 1024


def batch_router(edge: Edge) -> APIRouter:
    """Return the route `/v1/footprints:batch`."""
    router = APIRouter(tags=["footprints"])

    @router.post(
        "/v1/footprints:batch",
        operation_id="submit_footprints",
        summary="Submit many product footprints",
        description=(
            f"One ProductFootprint a line, {MAX_LINES} at most, each {MAX_LINE_BYTES} bytes at most. The answer has a"
            " line for each of them, in order: 201 stored, 200 known with the same content, otherwise a problem. A bad"
            " line never harms the others. A repeat is safe, because the footprints' own ids tell it from a new one."
            " A body that goes over a limit ends with a line that names the first line that was not read."
        ),
        openapi_extra=ndjson_request_body(ProductFootprint, orjson.dumps(PRODUCT_FOOTPRINT_EXAMPLE).decode() + "\n"),
        response_model=None,
        responses={
            200: {
                "description": "A result a line",
                "content": ndjson_content(BatchLine, orjson.dumps(BATCH_LINE_EXAMPLE).decode() + "\n"),
            }
        },
    )
    async def submit_batch(request: Request, caller: Supplier) -> Response:
        require_media_type(request, *NDJSON)
        batch = _Batch(edge, request, caller)
        results = await batch.run()
        headers = {} if batch.complete else {"Connection": "close"}
        body = b"".join(orjson.dumps(result) + b"\n" for result in results)
        return Response(body, headers=headers, media_type=NDJSON[0])

    return router


class _Batch:
    """One request: its lines, its results."""

    def __init__(self, edge: Edge, request: Request, caller: Principal) -> None:
        self._edge = edge
        self._request = request
        self._caller = caller
        self._instance = instance_of(request.scope)
        self._depth_limit = depth_limit_of(request)
        self.complete = False
        """Whether the body was read to its end."""

    async def run(self) -> list[Result]:
        """Store the lines; return their results in order."""
        results: list[Result] = []
        last = 0
        lines = ndjson_lines(self._request.stream(), max_lines=MAX_LINES, max_line_bytes=MAX_LINE_BYTES)
        try:
            async for window in _windows(lines):
                results.extend(await asyncio.gather(*(self._submit(line) for line in window)))
                last = window[-1].number
            self.complete = True
        except TooManyLinesError as error:
            over = self._over(f"line {error.line} is over the limit of {MAX_LINES} footprints")
            results.append(_failed(error.line, None, over))
        except HttpProblem as error:  # the limits of size and time, met while the body was read
            results.append(_failed(last + 1, None, error.problem(self._instance)))
        except ClientDisconnect:
            _log.info("batch.disconnect", line=last + 1)  # what is stored stays stored, nobody reads the answer
        return results

    async def _submit(self, line: Line) -> Result:
        """Store one line; whatever goes wrong is its result and nobody else's."""
        if line.raw is None:
            return _failed(line.number, None, self._over(f"line {line.number} has more than {MAX_LINE_BYTES} bytes"))
        footprint_id: str | None = None
        try:
            submission = read_submission(line.raw, depth_limit=self._depth_limit, instance=self._instance)
            footprint_id = submission.footprint_id
            command = SubmitFootprint(self._edge.meta(self._caller), submission)
            reply = await self._edge.bus.execute(command, line_reply)
        except HttpProblem as error:
            return _failed(line.number, None, error.problem(self._instance))
        except Refusal as refusal:
            return _failed(line.number, footprint_id, refusal_problem(refusal, self._instance))
        except (OverloadedError, TransientStoreError):
            return _failed(line.number, footprint_id, self._busy())
        except Exception as error:  # noqa: BLE001 - a defect met by one line must not hide the others' results
            _log.error("batch.defect", exc_info=error, line=line.number)
            return _failed(line.number, footprint_id, defect_problem(self._instance))
        known: Result = orjson.loads(reply.body)
        return {"line": line.number, "status": reply.status} | known

    def _over(self, detail: str) -> Problem:
        return from_status(413, self._instance, f"{detail[0].upper()}{detail[1:]}. Send the rest in another batch.")

    def _busy(self) -> Problem:
        return from_status(503, self._instance, "The service can't take this line now. Send it again later.")


async def _windows(lines: AsyncIterator[Line]) -> AsyncIterator[list[Line]]:
    """Gather lines into windows, the last ones also when the reading ends with an error."""
    window: list[Line] = []
    size = 0
    error: Exception | None = None
    try:
        async for line in lines:
            window.append(line)
            size += len(line.raw or b"")
            if len(window) >= WINDOW_LINES or size >= WINDOW_BYTES:
                yield window
                window, size = [], 0
    except (TooManyLinesError, HttpProblem) as caught:
        error = caught
    if window:
        yield window
    if error is not None:
        raise error


def line_reply(result: Submitted) -> Reply:
    """Render the result of a line; it is kept as the command's own record."""
    footprint = result.footprint
    body = {
        "id": footprint.footprint_id,
        "location": footprint_path(footprint.footprint_id),
        "findings": [finding_view(finding) for finding in footprint.findings],
    }
    return Reply(201 if result.created else 200, orjson.dumps(body))


def _failed(line: int, footprint_id: str | None, problem: Problem) -> Result:
    return {
        "line": line,
        "status": problem.status,
        "id": footprint_id,
        "problem": problem.model_dump(mode="json"),
    }
