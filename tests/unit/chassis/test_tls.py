"""TLS on a real server, with certificates of a local authority; and what is said about files that can't be used."""

from __future__ import annotations

import socket
import ssl
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives import serialization

from infra.local.certificates import Certificates, make_certificates
from services.chassis.serve import check_tls, server_config
from services.chassis.settings import ServiceSettings, SettingsError
from services.chassis.testing.tokens import TokenMint
from tests.support.wait import wait_until
from tests.unit.chassis.edge_app import make_app, settings


@pytest.fixture
def made(tmp_path: Path) -> Certificates:
    return make_certificates(tmp_path)


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def with_tls(certificate: Path, key: Path) -> ServiceSettings:
    return settings(tls_certfile=str(certificate), tls_keyfile=str(key))


def test_a_server_with_a_certificate_speaks_tls_alone(made: Certificates, tmp_path: Path, port: int) -> None:
    trusting = ssl.create_default_context(cafile=str(made.authority))
    other = ssl.create_default_context(cafile=str(make_certificates(tmp_path / "other").authority))
    command = [sys.executable, "-m", "tests.unit.chassis.serve_tls", str(port), str(made.certificate), str(made.key)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as running:
        try:

            def answers() -> bool:
                try:
                    return httpx.get(f"https://127.0.0.1:{port}/health/live", verify=trusting).is_success
                except httpx.TransportError:
                    return False

            wait_until(answers, 20, "the server answers over TLS")
            answer = httpx.get(f"https://localhost:{port}/v1/things", verify=trusting)
            assert answer.status_code == 401
            with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
                httpx.get(f"https://127.0.0.1:{port}/health/live", verify=other)
            with pytest.raises(httpx.TransportError):
                httpx.get(f"http://127.0.0.1:{port}/health/live")
            old = ssl.create_default_context(cafile=str(made.authority))
            old.maximum_version = ssl.TLSVersion.TLSv1_2
            assert httpx.get(f"https://127.0.0.1:{port}/health/live", verify=old).is_success
        finally:
            running.kill()


def test_what_cannot_be_used_is_named(made: Certificates, tmp_path: Path) -> None:
    check_tls(settings())
    check_tls(with_tls(made.certificate, made.key))
    missing, garbage, encrypted = (tmp_path / name for name in ("missing.pem", "garbage.pem", "encrypted.pem"))
    garbage.write_text("no certificate", encoding="utf-8")
    key = serialization.load_pem_private_key(made.key.read_bytes(), None)
    encrypted.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"secret"),
        )
    )
    foreign = make_certificates(tmp_path / "other").key
    for certificate, private, told in [
        (missing, made.key, "TIERLOOP_TLS_CERTFILE: .*missing.pem can't be read"),
        (tmp_path, made.key, "TIERLOOP_TLS_CERTFILE: .* can't be read"),
        (made.certificate, missing, "TIERLOOP_TLS_KEYFILE: .*missing.pem can't be read"),
        (garbage, made.key, "don't go together"),
        (made.certificate, foreign, "don't go together"),
        (made.certificate, encrypted, "encrypted"),
    ]:
        with pytest.raises(SettingsError, match=told):
            server_config(make_app(TokenMint()), with_tls(certificate, private))


def test_one_without_the_other_is_refused(made: Certificates) -> None:
    for one in ("TIERLOOP_TLS_CERTFILE", "TIERLOOP_TLS_KEYFILE"):
        with pytest.raises(SettingsError, match="set both or neither"):
            ServiceSettings.load({one: str(made.key)})
