"""The import contracts hold, and each of them is able to fail: a forbidden import is drawn into the graph."""

from copy import deepcopy
from functools import cache

import pytest
from grimp import ImportGraph, build_graph
from importlinter import Contract
from importlinter.api import read_configuration
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports
from importlinter.domain.contract import registry

from infra.checks.__main__ import ROOT

CONFIGURATION = str(ROOT / ".importlinter")

FORBIDDEN_IMPORTS = [
    ("independence", "services.recycling.application.ports", "services.certification.application.ports"),
    ("independence", "services.footprints.settings", "services.identity.settings"),
    ("layers", "services.identity.domain.events", "services.identity.application.ports"),
    ("layers", "services.identity.application.ports", "services.identity.adapters.translate"),
    ("layers", "services.identity.adapters.translate", "services.identity.api.edge"),
    ("layers", "services.identity.api.edge", "services.identity.stream.routes"),
    ("layers", "services.identity.stream.routes", "services.identity.bootstrap"),
    ("layers", "services.identity.api.edge", "services.identity.settings"),
    ("domain", "services.footprints.domain.events", "pydantic"),
    ("domain", "services.footprints.domain.events", "services.chassis.decimals"),
    ("domain", "services.footprints.domain.events", "schemas.topics"),
    ("application", "services.certification.application.ports", "services.chassis.unit"),
    ("application", "services.certification.application.ports", "fastapi"),
    ("edges", "services.recycling.api.edge", "services.recycling.adapters.mongo_queries"),
    ("edges", "services.recycling.stream.routes", "services.chassis.mongo_store"),
    ("chassis", "services.chassis.worker", "services.identity.bootstrap"),
    ("schemas", "schemas.topics", "services.chassis.kernel"),
    ("contracts", "schemas.contracts.types", "schemas.topics"),
    ("kernel", "services.chassis.kernel", "services.chassis.ids"),
    ("infra", "infra.local.engines", "services.identity.domain.events"),
    ("infra", "infra.local.engines", "services.chassis.mongo"),
    ("motor", "services.chassis.mongo_store", "motor"),
    ("mongo", "services.identity.api.edge", "pymongo"),
    ("mongo", "services.footprints.adapters.translate", "bson"),
    ("kafka", "services.chassis.unit", "aiokafka"),
    ("kafka", "services.identity.bootstrap", "kafka"),
    ("api-process", "services.chassis.unit", "services.chassis.relay"),
    ("api-process", "services.identity.bootstrap", "faust"),
    ("testing", "services.chassis.unit", "services.chassis.testing.ids"),
]
ALLOWED_IMPORTS = [
    ("layers", "services.identity.api.edge", "services.identity.domain.events"),
    ("domain", "services.footprints.domain.events", "services.chassis.kernel"),
    ("application", "services.certification.application.ports", "services.certification.domain.events"),
    ("edges", "services.recycling.api.edge", "services.chassis.unit"),
    ("infra", "infra.local.engines", "services.identity.bootstrap"),
    ("infra", "infra.local.engines", "services.chassis.settings"),
    ("mongo", "services.footprints.adapters.mongo_queries", "bson"),
    ("api-process", "services.identity.bootstrap", "services.chassis.parts"),
    ("testing", "services.recycling.adapters.memory_queries", "services.chassis.testing.ids"),
]


@cache
def graph() -> ImportGraph:
    return build_graph("services", "schemas", "infra", include_external_packages=True, cache_dir=None)


@cache
def contracts() -> dict[str, Contract]:
    configuration = read_configuration(CONFIGURATION)
    return {
        options["id"]: registry.get_contract_class(options["type"])(
            options["name"], configuration["session_options"], options
        )
        for options in configuration["contracts_options"]
    }


def is_kept(contract: str, *drawn: tuple[str, str]) -> bool:
    """Check one contract on the graph as it is, with further imports drawn into it."""
    changed = deepcopy(graph())
    for importer, imported in drawn:
        assert {importer, imported} <= changed.modules, f"there is no {importer} or no {imported} any more"
        changed.add_import(importer=importer, imported=imported)
    return contracts()[contract].check(changed, verbose=False).kept


def test_every_contract_holds(capsys: pytest.CaptureFixture[str]) -> None:
    assert lint_imports(config_filename=CONFIGURATION, no_cache=True, no_logo=True) == EXIT_STATUS_SUCCESS, (
        capsys.readouterr().out
    )


@pytest.mark.parametrize(("contract", "importer", "imported"), FORBIDDEN_IMPORTS)
def test_a_forbidden_import_breaks_it(contract: str, importer: str, imported: str) -> None:
    assert not is_kept(contract, (importer, imported))


@pytest.mark.parametrize(("contract", "importer", "imported"), ALLOWED_IMPORTS)
def test_an_allowed_import_does_not(contract: str, importer: str, imported: str) -> None:
    assert is_kept(contract, (importer, imported))


def test_every_contract_is_shown_to_fail() -> None:
    assert set(contracts()) == {contract for contract, _, _ in FORBIDDEN_IMPORTS}


def test_a_framework_behind_another_module_is_found_too() -> None:
    assert not is_kept(
        "domain",
        ("services.footprints.domain.events", "services.footprints.domain.errors"),
        ("services.footprints.domain.errors", "schemas.contracts.types"),
    )


def test_nothing_under_services_is_left_out() -> None:
    services = {path.parent.name for path in (ROOT / "services").glob("*/__init__.py")} - {"chassis"}
    for name in ("independence", "layers"):
        [options] = [item for item in read_configuration(CONFIGURATION)["contracts_options"] if item["id"] == name]
        listed = options["modules"] if name == "independence" else options["containers"]
        assert {module.removeprefix("services.") for module in listed} == services
