"""A certificate authority for this machine alone, and a server certificate of it: `python -m infra.local.certificates`.

For trying TLS with real certificates without a public name. The authority is made once and kept; a server certificate
is made anew at each run. Private keys are readable by their owner alone. Never for production: who has the authority's
key can be anybody to whoever trusts it.
"""

from __future__ import annotations

import argparse
import ipaddress
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from infra.local.errors import EngineError

FOLDER: Final = "tls"
DEFAULT_HOSTS: Final = ("localhost", "127.0.0.1", "::1")
AUTHORITY_DAYS: Final = 1_825
SERVER_DAYS: Final = 397
"""Clients refuse longer ones (CA/Browser Forum, Baseline Requirements 6.3.2)."""
SKEW: Final = timedelta(minutes=5)
"""A certificate is valid a little before now, for clocks that are behind."""


@dataclass(frozen=True, slots=True)
class Certificates:
    """PEM files."""

    authority: Path
    """What clients trust: `SSL_CERT_FILE`, `curl --cacert`."""
    certificate: Path
    key: Path


def make_certificates(state_dir: Path, hosts: Sequence[str] = DEFAULT_HOSTS) -> Certificates:
    """Make the authority where it is missing, and a server certificate for `hosts` (names and addresses).

    Raises `EngineError` where the kept authority can't be read.
    """
    folder = state_dir / FOLDER
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = Certificates(folder / "ca.pem", folder / "server.pem", folder / "server-key.pem")
    authority, authority_key = _authority(made.authority, folder / "ca-key.pem")
    key = ec.generate_private_key(ec.SECP256R1())
    names = [_general_name(host) for host in hosts]
    certificate = (
        _builder(hosts[0], authority.subject, key.public_key(), SERVER_DAYS)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    _write(made.key, _key_pem(key), mode=0o600)
    _write(made.certificate, certificate.public_bytes(serialization.Encoding.PEM), mode=0o644)
    return made


def _authority(path: Path, key_path: Path) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    if path.exists() and key_path.exists():
        try:
            key = serialization.load_pem_private_key(key_path.read_bytes(), None)
            certificate = x509.load_pem_x509_certificate(path.read_bytes())
        except (OSError, TypeError, ValueError) as error:
            raise EngineError(f"{path} and {key_path} can't be read ({error}). Remove both to make new ones.") from None
        if isinstance(key, ec.EllipticCurvePrivateKey) and certificate.not_valid_after_utc > datetime.now(UTC):
            return certificate, key
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _name("Tierloop local authority")
    certificate = (
        _builder("Tierloop local authority", subject, key.public_key(), AUTHORITY_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_signs_certificates(), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    _write(key_path, _key_pem(key), mode=0o600)
    _write(path, certificate.public_bytes(serialization.Encoding.PEM), mode=0o644)
    return certificate, key


def _builder(
    common_name: str, issuer: x509.Name, public_key: ec.EllipticCurvePublicKey, days: int
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(_name(common_name))
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - SKEW)
        .not_valid_after(now + timedelta(days=days))
    )


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _signs_certificates() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write(path: Path, content: bytes, *, mode: int) -> None:
    """Replace a file, which never exists with more rights than `mode`."""
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(content)
    fresh.replace(path)


def main(argv: list[str] | None = None) -> int:
    """Make them, and print the settings that use them."""
    parser = argparse.ArgumentParser(prog="python -m infra.local.certificates", description=__doc__)
    parser.add_argument("--state-dir", type=Path, default=Path(".local"))
    parser.add_argument("--host", action="append", help="name or address of the server; repeat it for more")
    arguments = parser.parse_args(argv)
    try:
        made = make_certificates(arguments.state_dir, arguments.host or DEFAULT_HOSTS)
    except EngineError as error:
        print(error, file=sys.stderr)
        return 2
    print(f"export TIERLOOP_TLS_CERTFILE={made.certificate.resolve()}")
    print(f"export TIERLOOP_TLS_KEYFILE={made.key.resolve()}")
    print(f"export SSL_CERT_FILE={made.authority.resolve()}  # clients: trust this authority")
    return 0


if __name__ == "__main__":
    sys.exit(main())
