"""A partner's system on a free port of this machine: real sockets, answers as the test says, every request kept."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DISCOVERY = "/.well-known/openid-configuration"
TOKEN = "/auth/token"
EVENTS = "/3/events"


@dataclass(frozen=True, slots=True)
class Received:
    """One request."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Answer:
    """What to answer with."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


Handle = Callable[[Received], Awaitable[Answer]]


class Partner:
    """Answers tokens and events as a PACT host does; `handle` may be replaced for one path."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.port = 0
        self.scheme = "http"
        self.tokens = 0
        self.handlers: dict[str, Handle] = {TOKEN: self._token, EVENTS: self._accept}

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"

    def of(self, path: str) -> list[Received]:
        return [each for each in self.received if each.path == path]

    @property
    def events(self) -> list[Any]:
        """The events that came in, refused ones too."""
        return [each.json for each in self.of(EVENTS)]

    def answer(self, path: str, *answers: Answer) -> None:
        """Answer with these in order, the last one for ever."""
        waiting = list(answers)

        async def handle(_: Received) -> Answer:
            return waiting.pop(0) if len(waiting) > 1 else waiting[0]

        self.handlers[path] = handle

    async def handle(self, request: Received) -> Answer:
        handler = self.handlers.get(request.path)
        return Answer(404) if handler is None else await handler(request)

    async def _token(self, _: Received) -> Answer:
        self.tokens += 1
        body = {"access_token": f"token-{self.tokens}", "token_type": "Bearer", "expires_in": 300}
        return Answer(200, json.dumps(body).encode(), {"Content-Type": "application/json"})

    async def _accept(self, _: Received) -> Answer:
        return Answer(200)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one request of a connection, then close it."""
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            first, *lines = head.rstrip().split("\r\n")
            method, path, _ = first.split(" ")
            headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            request = Received(method, path, headers, body)
            self.received.append(request)
            answer = await self.handle(request)
            told = {"Content-Length": str(len(answer.body)), "Connection": "close"} | answer.headers
            text = "".join(f"{name}: {value}\r\n" for name, value in told.items())
            writer.write(f"HTTP/1.1 {answer.status} Told\r\n{text}\r\n".encode() + answer.body)
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the caller went away
        finally:
            writer.close()


@asynccontextmanager
async def serving(partner: Partner, certificate: tuple[Path, Path] | None = None) -> AsyncIterator[Partner]:
    """Serve on a free port of 127.0.0.1, with TLS where a certificate (chain, key) is given."""
    context = None
    if certificate is not None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*certificate)
        partner.scheme = "https"
    server = await asyncio.start_server(partner.serve, "127.0.0.1", 0, ssl=context)
    partner.port = server.sockets[0].getsockname()[1]
    try:
        yield partner
    finally:
        server.close()
        await server.wait_closed()


def make_certificate(folder: Path, *names: str) -> tuple[Path, Path]:
    """Make a self-signed certificate for these names and addresses; return its file and its key's."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
    now = datetime.now(UTC)
    alternatives: list[x509.GeneralName] = [
        x509.IPAddress(ip_address(name)) if name[0].isdigit() else x509.DNSName(name) for name in names
    ]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    chain, private = folder / f"{names[0]}.pem", folder / f"{names[0]}.key"
    chain.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return chain, private
