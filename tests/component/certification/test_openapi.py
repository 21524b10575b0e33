from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import BaseModel

from services.certification.api import bodies, examples, part_views, views
from services.certification.api.problems import PROBLEMS
from services.certification.bootstrap import build_api
from services.certification.domain import errors
from services.certification.settings import CertificationSettings
from services.chassis.kernel import Refusal
from tests.component.certification.desk import Desk


@pytest.mark.parametrize(
    ("model", "example"),
    [
        (bodies.SupplierBody, examples.NEW_SUPPLIER),
        (bodies.NewCertificate, examples.NEW_CERTIFICATE),
        (bodies.CertificateMove, examples.MOVE),
        (bodies.ProfileBody, examples.NEW_PROFILE),
        (bodies.NewPart, examples.NEW_PART),
        (views.SupplierView, examples.SUPPLIER),
        (views.CertificateView, examples.CERTIFICATE),
        (views.CertificateView, examples.MOVED),
        (views.ProfileView, examples.PROFILE),
        (part_views.PartAnswer, examples.PART),
        (part_views.PartAnswer, examples.LISTED),
        (part_views.VerdictAnswer, examples.VERDICT),
        (part_views.TrailAnswer, examples.TRAIL),
    ],
)
def test_examples_keep_their_models(model: type[BaseModel], example: dict[str, Any]) -> None:
    read = model.model_validate_json(json.dumps(example))
    assert json.loads(read.model_dump_json()) == example


def test_every_refusal_of_the_domain_has_its_status() -> None:
    codes = {
        error.code
        for error in vars(errors).values()
        if isinstance(error, type) and issubclass(error, Refusal) and error is not Refusal
    }
    assert codes <= set(PROBLEMS.entries)


async def test_every_operation_says_what_it_answers(desk: Desk) -> None:
    for path, item in desk.app.openapi()["paths"].items():
        for method, operation in item.items():
            if path.startswith("/health"):
                continue
            success = next(iter(operation["responses"]))
            assert success in ("200", "201")
            assert "example" in operation["responses"][success]["content"]["application/json"], (path, method)
            assert operation["security"]
            if method in ("post", "put"):
                headers = {parameter["name"] for parameter in operation["parameters"]}
                assert headers & {"If-Match", "Idempotency-Key"}, path
                assert operation["requestBody"]["content"]["application/json"]["examples"]


def test_the_service_is_composed_on_mongodb_without_connecting() -> None:
    assert build_api(CertificationSettings.load({})).title == "Tierloop certification"
