from __future__ import annotations

import pytest

from services.chassis.settings import ServiceSettings, SettingsError, markdown_table, variable


class Thing(ServiceSettings):
    service = "things"

    shelf: str = "a"


def test_defaults_are_enough_for_a_developer() -> None:
    settings = Thing.load({})
    assert settings.database == "tierloop_things"
    assert settings.body_limit_bytes == 1024 * 1024
    assert settings.otlp_endpoint is None


def test_the_variable_of_the_service_wins_over_the_one_for_all() -> None:
    environ = {"TIERLOOP_HTTP_PORT": "9000", "TIERLOOP_THINGS_HTTP_PORT": "9001", "TIERLOOP_LOG_LEVEL": "error"}
    settings = Thing.load(environ)
    assert (settings.http_port, settings.log_level) == (9001, "error")


def test_a_service_has_fields_of_its_own() -> None:
    assert Thing.load({"TIERLOOP_THINGS_SHELF": "b"}).shelf == "b"


def test_an_empty_variable_counts_as_unset() -> None:
    assert Thing.load({"TIERLOOP_OTLP_ENDPOINT": "", "TIERLOOP_THINGS_HTTP_PORT": ""}).http_port == 8000


def test_the_machine_does_not_leak_into_direct_construction(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIERLOOP_HTTP_PORT", "9000")
    assert Thing().http_port == 8000
    assert Thing.load().http_port == 9000


@pytest.mark.parametrize(
    ("environ", "told"),
    [
        ({"TIERLOOP_HTTP_PORT": "0"}, ["TIERLOOP_HTTP_PORT", "greater than or equal to 1", "8000"]),
        ({"TIERLOOP_HTTP_PORT": "x"}, ["TIERLOOP_HTTP_PORT", "valid integer"]),
        ({"TIERLOOP_THINGS_MONGO_URI": "http://x"}, ["TIERLOOP_THINGS_MONGO_URI", "mongodb"]),
        ({"TIERLOOP_KAFKA_BOOTSTRAP": "no-port"}, ["TIERLOOP_KAFKA_BOOTSTRAP", "host:port"]),
        ({"TIERLOOP_MONGO_DRIVER": "odbc"}, ["TIERLOOP_MONGO_DRIVER", "'motor' or 'pymongo'"]),
        ({"TIERLOOP_THINGS_HTPP_PORT": "1"}, ["TIERLOOP_THINGS_HTPP_PORT", "did you mean TIERLOOP_THINGS_HTTP_PORT"]),
        ({"TIERLOOP_TLS_CERTFILE": "/c.pem"}, ["tls_certfile", "tls_keyfile", "both or neither"]),
        ({"TIERLOOP_HTTP_PORT": "x", "TIERLOOP_JSON_DEPTH_LIMIT": "0"}, ["TIERLOOP_HTTP_PORT", "TIERLOOP_JSON_DEPTH"]),
    ],
)
def test_a_wrong_value_names_variable_rule_and_remedy(environ: dict[str, str], told: list[str]) -> None:
    with pytest.raises(SettingsError) as caught:
        Thing.load(environ)
    text = str(caught.value)
    assert "\n" not in text
    for part in told:
        assert part in text


def test_secrets_stay_out_of_errors_and_repr() -> None:
    with pytest.raises(SettingsError) as caught:
        Thing.load({"TIERLOOP_MONGO_URI": "x://user:hunter2@db"})
    assert "hunter2" not in str(caught.value)
    assert "hunter2" not in repr(Thing(mongo_uri="mongodb://user:hunter2@db"))


def test_other_services_variables_are_none_of_ours() -> None:
    Thing.load({"TIERLOOP_OTHER_MONGO_URI": "nonsense", "PATH": "/bin"})


def test_the_table_has_a_row_with_a_meaning_for_every_field() -> None:
    lines = markdown_table(Thing).splitlines()[2:]
    assert len(lines) == len(Thing.model_fields)
    for field in ServiceSettings.model_fields:
        row = next(line for line in lines if f"`{variable(field)}`" in line)
        assert len(row.split("|")[3].strip()) > 10, field
