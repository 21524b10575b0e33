from __future__ import annotations

import io
import json
import logging
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from opentelemetry.sdk.trace import TracerProvider

from services.chassis.logging import configure_logging, redact, redact_text


@pytest.fixture
def output() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    configure_logging("things", "api", stream=stream)
    structlog.configure(cache_logger_on_first_use=False)
    yield stream
    root.handlers, root.level = handlers, level


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_is_json_and_says_who_speaks(output: io.StringIO) -> None:
    with structlog.contextvars.bound_contextvars(correlation_id="c-1"):
        structlog.get_logger("x").info("stored", rows=3, odd={1: object}, huge=[b"x"])
    [line] = lines(output)
    assert line["event"] == "stored"
    assert (line["service"], line["role"], line["level"], line["rows"]) == ("things", "api", "info", 3)
    assert line["correlation_id"] == "c-1"
    assert line["time"].endswith("Z")


def test_a_line_carries_the_span(output: io.StringIO) -> None:
    tracer = TracerProvider().get_tracer("t")
    with tracer.start_as_current_span("s") as span:
        structlog.get_logger().warning("inside")
    structlog.get_logger().warning("outside")
    inside, outside = lines(output)
    assert inside["trace_id"] == f"{span.get_span_context().trace_id:032x}"
    assert inside["span_id"] == f"{span.get_span_context().span_id:016x}"
    assert "trace_id" not in outside


def test_the_standard_library_speaks_the_same_way(output: io.StringIO) -> None:
    logging.getLogger("a.library").warning("lost %s", "mongodb://u:hunter2@h", extra={"token": "t"})
    logging.getLogger("a.library").debug("quiet")
    logging.getLogger("uvicorn.access").info("double")
    [line] = lines(output)
    assert line["event"] == "lost mongodb://[redacted]@h"
    assert (line["logger"], line["service"], line["token"]) == ("a.library", "things", "[redacted]")


def test_an_exception_is_text_without_its_secrets(output: io.StringIO) -> None:
    structlog.get_logger().error("failed", exc_info=RuntimeError("at mongodb://u:hunter2@h"))
    [line] = lines(output)
    assert "RuntimeError" in line["exception"]
    assert "hunter2" not in output.getvalue()


def test_the_console_form_is_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    stream = io.StringIO()
    configure_logging("things", "api", form="console", stream=stream)
    structlog.configure(cache_logger_on_first_use=False)
    structlog.get_logger().error("failed", password="hunter2", exc_info=RuntimeError("boom"))
    assert "RuntimeError: boom" in stream.getvalue()
    assert "hunter2" not in stream.getvalue()
    logging.getLogger().handlers = []
    assert sys.stderr is not stream


@pytest.mark.parametrize(
    "name",
    [
        "authorization",
        "Authorization",
        "client_secret",
        "password",
        "token",
        "access_token",
        "DB_PASSWORD",
        "x-api-key",
    ],
)
def test_fields_are_redacted_by_name_at_any_depth(name: str) -> None:
    event = redact(None, "info", {name: "hunter2", "deep": [{"er": {name: "hunter2"}}]})
    assert "hunter2" not in str(event)


@pytest.mark.parametrize("name", ["token_id", "organisation_id", "tokens", "path"])
def test_other_fields_stay(name: str) -> None:
    assert redact(None, "info", {name: "kept"}) == {name: "kept"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mongodb://user:pw@host:1/db", "mongodb://[redacted]@host:1/db"),
        ("got Bearer abcdefgh.ijkl", "got Bearer [redacted]"),
        ("Basic dXNlcjpwYXNz!", "Basic [redacted]!"),
        ("eyJhbGciOi.eyJzdWIi.abc_-", "[redacted]"),
        ("see https://example.test/a@b", "see https://example.test/a@b"),
        ("a Bearer of news", "a Bearer of news"),
    ],
)
def test_secrets_are_found_by_their_form(text: str, expected: str) -> None:
    assert redact_text(text) == expected
