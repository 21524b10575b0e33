"""JSON logs: one event per line, with service, role, trace and correlation id, and without secrets.

The standard library's loggers (uvicorn, aiokafka, faust, pymongo) go through the same processors.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any, Final, TextIO

import orjson
import structlog
from opentelemetry import trace
from structlog.typing import EventDict, Processor, WrappedLogger

REDACTED: Final = "[redacted]"
MAX_DEPTH: Final = 5
_SECRET_NAMES: Final = frozenset(
    (
        "authorization",
        "proxy_authorization",
        "cookie",
        "set_cookie",
        "password",
        "passwd",
        "secret",
        "token",
        "client_assertion",
        "private_key",
        "api_key",
        "x_api_key",
        "mongo_uri",
    )
)
_SECRET_SUFFIXES: Final = ("_secret", "_password", "_token", "_private_key")
_CHATTY: Final = ("httpx", "httpcore", "pymongo", "aiokafka", "kafka", "faust", "mode", "services.chassis.consumer")
"""Libraries whose `info` is our `debug`; the last is mode's voice about our consumer service."""
_SECRET_TEXT: Final = re.compile(
    r"(?P<url>[a-zA-Z][a-zA-Z0-9+.-]*://)[^/\s@]+@|(?P<scheme>\b(?:Bearer|Basic)\s+)[A-Za-z0-9._~+/=-]{8,}"
    r"|\beyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*"
)


def configure_logging(
    service: str, role: str, *, level: str = "info", form: str = "json", stream: TextIO | None = None
) -> None:
    """Set up structlog and the root logger for this process; `form` is `json` or `console`. Lines go to stderr."""
    output = stream or sys.stderr
    number = logging.getLevelNamesMapping()[level.upper()]
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
        _Origin(service, role),
        add_trace,
        structlog.processors.format_exc_info,
        redact,
    ]
    renderer: Processor = (
        render_json
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=output.isatty(), exception_formatter=structlog.dev.plain_traceback)
    )
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.WriteLoggerFactory(file=output),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(output)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.ExtraAdder(), structlog.stdlib.add_logger_name, _drop_colours, *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(number)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers = []
        logging.getLogger(name).propagate = name != "uvicorn.access"  # one line per request is ours
    for name in _CHATTY:
        logging.getLogger(name).setLevel(max(number, logging.WARNING))


class _Origin:
    """Adds who speaks."""

    def __init__(self, service: str, role: str) -> None:
        self.service = service
        self.role = role

    def __call__(self, _logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        event["service"] = self.service
        event["role"] = self.role
        return event


def _drop_colours(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    event.pop("color_message", None)  # uvicorn's second copy of its text
    return event


def add_trace(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Add the ids of the current span, in the form of W3C Trace Context."""
    context = trace.get_current_span().get_span_context()
    if context.is_valid:
        event["trace_id"] = f"{context.trace_id:032x}"
        event["span_id"] = f"{context.span_id:016x}"
    return event


def redact(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Take secrets out: fields by name, credentials in URLs, bearer tokens and JWTs by their form."""
    for name, value in event.items():
        event[name] = REDACTED if _is_secret(name) else _clean(value, 1)
    return event


def redact_text(text: str) -> str:
    """Take credentials in URLs, bearer tokens and JWTs out of a text."""
    return _SECRET_TEXT.sub(_replacement, text)


def render_json(_logger: WrappedLogger, _method: str, event: EventDict) -> str:
    """Write one line; a value JSON doesn't know is written as text."""
    return orjson.dumps(event, default=str, option=orjson.OPT_NON_STR_KEYS).decode()


def _replacement(found: re.Match[str]) -> str:
    if found["url"]:
        return f"{found['url']}{REDACTED}@"
    return f"{found['scheme'] or ''}{REDACTED}"


def _is_secret(name: str) -> bool:
    plain = name.lower().replace("-", "_")
    return plain in _SECRET_NAMES or plain.endswith(_SECRET_SUFFIXES)


def _clean(value: Any, depth: int) -> Any:
    if isinstance(value, str):
        return redact_text(value)
    if depth > MAX_DEPTH:
        return value if isinstance(value, int | float | None) else "..."
    if isinstance(value, MutableMapping | Mapping):
        return {
            key: REDACTED if isinstance(key, str) and _is_secret(key) else _clean(item, depth + 1)
            for key, item in value.items()
        }
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean(item, depth + 1) for item in value]
    return redact_text(str(value)) if isinstance(value, Exception) else value
