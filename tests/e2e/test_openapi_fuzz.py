"""Every operation of every OpenAPI document, fuzzed on the running processes with three organisations' tokens.

What holds for every answer: no 5xx, no undocumented status or content type, a body and headers that keep their schema,
nothing without a token. TIERLOOP_FUZZ_SEED and TIERLOOP_FUZZ_EXAMPLES choose another or a longer run.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

import httpx
import pytest
import requests
import schemathesis
from fastapi import FastAPI
from schemathesis import Case, Response
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import FailureGroup
from schemathesis.openapi.checks import IgnoredAuth
from starlette.responses import JSONResponse

from services.footprints.api.resources import BatchLine
from tests.support import openapi
from tests.support.stack import Stack
from tests.support.tenant import Tenant

SEED: Final = int(os.environ.get("TIERLOOP_FUZZ_SEED", "20261122"))
EXAMPLES: Final = int(os.environ.get("TIERLOOP_FUZZ_EXAMPLES", "8"))
"""Random examples of an operation, besides those of the document and the systematic ones around its limits."""
REQUEST_LIMIT_S: Final = 30.0
DEFAULT_ISSUER: Final = "http://127.0.0.1:8001"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PDF: Final = "application/pdf"
NDJSON: Final = "application/x-ndjson"
BATCH: Final = "/v1/footprints:batch"

ROLES: Final = {
    "supplier": ("supplier",),
    "another": ("buyer", "recycler", "verifier"),
    "operator": ("operator",),
}

CHECKS: Final[dict[str, Any]] = {
    "seed": SEED,
    "generation": {
        "deterministic": True,
        "max-examples": EXAMPLES,
        "database": "none",
        "with-security-parameters": False,  # the tokens are ours; `ignored_auth` sends requests without them
    },
    # Ids and keys of answers are not used again: the operator would suspend the organisations the others speak for.
    "phases": {phase: {"extra-data-sources": {"responses": False}} for phase in ("examples", "coverage", "fuzzing")},
    "checks": {
        # A schema can't say that an end lies after its begin, that a cursor is one of ours, or that a mass is enough:
        # a valid body may break a rule of the domain, and 422 with that rule's name is then the right answer.
        "positive_data_acceptance": {"enabled": False},
        # RFC 6585, section 3: a change without If-Match is 428.
        "missing_required_header": {"expected-statuses": ["400", "401", "403", "415", "422", "428"]},
    },
    "operations": [
        {
            # `/v1/lots/x:withdraw` is also the path of a lot called `x:withdraw`, so that GET is answered (no such id)
            # where 405 is expected, and Allow names both routes' methods.
            "include-path-regex": "}:[a-z-]+$",
            "checks": {"unsupported_method": {"enabled": False}, "allow_header_conformance": {"enabled": False}},
        },
        {
            # PACT: a filter without a value is no filter (`validOn=`), though it is no instant either.
            "include-path": "/3/footprints",
            "checks": {"negative_data_rejection": {"expected-statuses": ["200", "400", "401", "403"]}},
        },
        {
            # An event may hold a hundred footprints: a wrong one can also be larger than a body may be.
            "include-path": "/3/events",
            "checks": {"negative_data_rejection": {"expected-statuses": ["400", "401", "403", "413", "415"]}},
        },
        {
            # Every line of a batch has its own result: the request is right, whatever is in its lines. The limits of
            # a line are those of `POST /v1/footprints`, which tries them all.
            "include-path": BATCH,
            "checks": {"negative_data_rejection": {"enabled": False}},
            "phases": {"coverage": {"enabled": False}},
        },
    ],
}

answers: Counter[tuple[str, str, int]] = Counter()
"""How often a tenant got a status from a service."""


def readable(service: str) -> dict[str, Any]:
    """Return the document in words that the tool understands: what it means is the same."""
    document = openapi.document(service)
    # The tool tries no request without a token where the scheme is oauth2; our tokens are bearer tokens (RFC 6750).
    document["components"]["securitySchemes"] = {"oauth2": {"type": "http", "scheme": "bearer"}}
    for path, item in document["paths"].items():
        for parameter in item.get("get", {}).get("parameters", ()) if path == "/3/footprints" else ():
            if parameter["schema"].get("type") == "array":
                # Twenty long values a criterion make an address of more than 64 KiB, which no application sees.
                parameter["schema"]["maxItems"] = 2
    if BATCH in document["paths"]:
        body = document["paths"][BATCH]["post"]["requestBody"]["content"][NDJSON]
        # OpenAPI 3.1 has no word for lines; the serialiser below writes one for each item.
        body["schema"] = {"type": "array", "items": {"$ref": "#/components/schemas/ProductFootprint"}, "maxItems": 3}
        body.pop("example", None)
    return document


@schemathesis.serializer(NDJSON)
def lines_of(_: Any, value: Any) -> bytes:
    """Write one line for each item."""
    items = value if isinstance(value, list) else [value]
    return b"".join(httpx.Request("POST", "http://line", json=item).content + b"\n" for item in items)


@schemathesis.serializer(PDF, XLSX)
def write_file(_: Any, value: Any) -> bytes:
    """Write a body of bytes: any bytes are a file, and what is in it shows when it is read."""
    return value if isinstance(value, bytes) else str(value).encode()


@schemathesis.deserializer(NDJSON)
def text_of(_: Any, response: Response) -> str:
    """Read lines as the text that the document says they are; `batch_lines_conform` looks into them."""
    return response.content.decode()


@schemathesis.check
def batch_lines_conform(_: Any, response: Response, case: Case[Any]) -> None:
    """Every line of the batch's answer keeps its model, in order."""
    if case.path != BATCH or response.status_code != httpx.codes.OK:
        return
    lines = [BatchLine.model_validate_json(line) for line in response.content.splitlines()]
    assert [line.line for line in lines] == sorted({line.line for line in lines})


SCHEMAS: Final = {
    service: schemathesis.openapi.from_dict(readable(service), config=SchemathesisConfig.from_dict(CHECKS))
    for service in openapi.documents()
}


@pytest.fixture(scope="module")
def tenants(stack: Stack) -> Iterator[dict[str, Tenant]]:
    opened = {name: stack.newcomer(f"Fuzz {name}", roles) for name, roles in ROLES.items()}
    yield opened
    for tenant in opened.values():
        tenant.close()


@pytest.fixture(autouse=True)
def _print_seed() -> None:
    print(f"TIERLOOP_FUZZ_SEED={SEED} TIERLOOP_FUZZ_EXAMPLES={EXAMPLES}")


@pytest.fixture(scope="module")
def session() -> Iterator[requests.Session]:
    with requests.Session() as opened:
        opened.trust_env = False
        yield opened


@pytest.mark.parametrize("who", ["supplier", "another"])
@schemathesis.pytest.parametrize(**SCHEMAS)
def test_every_answer_is_documented(
    case: Case[Any], who: str, stack: Stack, tenants: dict[str, Tenant], session: requests.Session
) -> None:
    try_out(case, who, stack, tenants, session)


@schemathesis.pytest.parametrize(identity=SCHEMAS["identity"])
def test_every_answer_to_an_operator_is_documented(
    case: Case[Any], stack: Stack, tenants: dict[str, Tenant], session: requests.Session
) -> None:
    """Elsewhere an operator may do no more than the others."""
    try_out(case, "operator", stack, tenants, session)


def try_out(case: Case[Any], who: str, stack: Stack, tenants: dict[str, Tenant], session: requests.Session) -> None:
    service = service_of(case)
    answer = case.call_and_validate(
        base_url=stack.urls[service],
        session=session,
        headers={"Authorization": f"Bearer {tenants[who].token()}"},
        timeout=REQUEST_LIMIT_S,
    )
    answers[who, service, answer.status_code] += 1


def service_of(case: Case[Any]) -> str:
    title: str = case.operation.schema.raw_schema["info"]["title"]
    return title.removeprefix("Tierloop ")


@pytest.mark.parametrize("service", SCHEMAS)
def test_the_running_process_serves_the_document_that_was_fuzzed(stack: Stack, service: str) -> None:
    text = httpx.get(f"{stack.urls[service]}/openapi.json").text
    served = json.loads(text.replace(stack.urls["identity"], DEFAULT_ISSUER))
    made = openapi.document(service)
    del served["servers"], made["servers"]
    assert served == made


def test_the_requests_reached_the_inside(stack: Stack, tenants: dict[str, Tenant]) -> None:
    assert answers, "nothing was fuzzed: this looks at what the tests above got, so run the whole file"
    for service in SCHEMAS:
        assert sum(count for (_, name, status), count in answers.items() if name == service and status < 300) > 0
    owned = {"owner_organisation_id": tenants["supplier"].organisation_id}
    assert stack.database("footprints")["footprints"].count_documents(owned) > 0
    assert answers["operator", "identity", httpx.codes.CREATED] > 0


def test_an_open_door_would_be_found() -> None:
    document = readable("recycling")
    document["paths"] = {"/v1/lots": {"get": document["paths"]["/v1/lots"]["get"]}}
    app = FastAPI()

    @app.get("/openapi")
    async def openapi_document() -> JSONResponse:
        return JSONResponse(document)

    @app.get("/v1/lots")
    async def lots() -> JSONResponse:
        return JSONResponse({"items": []})

    schema = schemathesis.openapi.from_asgi("/openapi", app, config=SchemathesisConfig.from_dict(CHECKS))
    case = schema["/v1/lots"]["GET"].Case()
    with pytest.raises(FailureGroup) as failure:
        case.call_and_validate(headers={"Authorization": "Bearer any"})
    assert [type(found) for found in failure.value.exceptions] == [IgnoredAuth]
