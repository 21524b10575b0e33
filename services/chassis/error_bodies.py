"""Error bodies of standard APIs: under a standard's paths its own body takes the place of `application/problem+json`.

Whatever refuses a request (route, router, guard, limits, a defect) makes a `Problem`; who answers it is decided here,
by path, so that nothing of ours and nothing of the framework leaks into a standard's API.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import BaseModel

if TYPE_CHECKING:
    from services.chassis.problems import Problem


@dataclass(frozen=True, slots=True)
class ErrorBody:
    """How a standard says an error. A service hands it over with its `ProblemTable`."""

    prefix: str
    """Path prefix without a slash at its end: `/3` covers `/3` and everything under `/3/`."""
    model: type[BaseModel]
    """The body, for OpenAPI."""
    render: Callable[[Problem], tuple[int, BaseModel]]
    """Turns a problem into the status and the body of the answer; for every status from 400 to 599."""
    media_type: str = "application/json"

    def covers(self, path: str) -> bool:
        """Tell whether a path belongs to the standard."""
        return path == self.prefix or path.startswith(f"{self.prefix}/")


def error_body_of(path: str, bodies: Sequence[ErrorBody]) -> ErrorBody | None:
    """Return the body that speaks under a path, None where problems are said as they are."""
    return next((body for body in bodies if body.covers(path)), None)
