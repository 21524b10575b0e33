from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from infra.local import certificates
from infra.local.certificates import main, make_certificates
from infra.local.errors import EngineError


def test_the_authority_is_kept_and_the_server_certificate_is_new(tmp_path: Path) -> None:
    first = make_certificates(tmp_path)
    authority, server = first.authority.read_bytes(), first.certificate.read_bytes()
    second = make_certificates(tmp_path, ["api.test", "10.0.0.1"])
    assert second.authority.read_bytes() == authority
    assert second.certificate.read_bytes() != server
    certificate = x509.load_pem_x509_certificate(second.certificate.read_bytes())
    certificate.verify_directly_issued_by(x509.load_pem_x509_certificate(authority))
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["api.test"]
    assert [str(address) for address in names.get_values_for_type(x509.IPAddress)] == ["10.0.0.1"]
    assert certificate.not_valid_after_utc - datetime.now(UTC) < timedelta(days=398)


def test_private_keys_are_private(tmp_path: Path) -> None:
    make_certificates(tmp_path)
    rights = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "tls").iterdir()}
    assert rights == {"ca.pem": 0o644, "server.pem": 0o644, "ca-key.pem": 0o600, "server-key.pem": 0o600}


def test_an_expired_authority_is_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(certificates, "AUTHORITY_DAYS", 0)
    before = make_certificates(tmp_path).authority.read_bytes()
    monkeypatch.undo()
    assert make_certificates(tmp_path).authority.read_bytes() != before


def test_a_broken_authority_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make_certificates(tmp_path).authority.write_text("broken", encoding="utf-8")
    with pytest.raises(EngineError, match="Remove both"):
        make_certificates(tmp_path)
    assert main(["--state-dir", str(tmp_path)]) == 2
    assert "Remove both" in capsys.readouterr().err


def test_the_command_prints_the_settings(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--state-dir", str(tmp_path), "--host", "api.test"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition("=")[0] for line in lines] == [
        "export TIERLOOP_TLS_CERTFILE",
        "export TIERLOOP_TLS_KEYFILE",
        "export SSL_CERT_FILE",
    ]
