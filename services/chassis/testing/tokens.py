"""An issuer in memory: keys, tokens and a verifier that trusts them, for tests."""

from __future__ import annotations

from typing import Any

import httpx
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from services.chassis.clock import Clock, system_clock
from services.chassis.tokens import TokenVerifier

ISSUER = "https://issuer.test"
AUDIENCE = "tierloop"
JWKS_URL = f"{ISSUER}/auth/jwks"
LIFETIME_SECONDS = 300


class TokenMint:
    """Signs tokens; `rotate` brings a new key. `requests` counts how often the keys were read."""

    def __init__(self, clock: Clock = system_clock, *, issuer: str = ISSUER, audience: str = AUDIENCE) -> None:
        self.clock = clock
        self.issuer = issuer
        self.audience = audience
        self.keys: list[ECKey | RSAKey] = []
        self.requests = 0
        self.broken = False
        self.rotate()

    def rotate(self, *, keep_old: bool = True, rsa: bool = False) -> None:
        """Sign with a new key from now on; `keep_old` leaves the former ones in the key set."""
        number = len(self.keys) + 1
        parameters: Any = {"kid": f"key-{number}", "use": "sig", "alg": "RS256" if rsa else "ES256"}
        key = (
            RSAKey.generate_key(2048, parameters=parameters)
            if rsa
            else ECKey.generate_key("P-256", parameters=parameters)
        )
        self.keys = [*self.keys, key] if keep_old else [key]

    def jwks(self) -> dict[str, Any]:
        """Return the public key set."""
        return {"keys": [key.as_dict(private=False) for key in self.keys]}

    def token(
        self,
        organisation_id: str,
        *,
        client_id: str = "client-1",
        roles: tuple[str, ...] = (),
        scopes: tuple[str, ...] = (),
        **claims: Any,
    ) -> str:
        """Mint a token; `claims` overwrite what is in it, and None leaves a claim out."""
        now = int(self.clock().timestamp())
        content = {
            "iss": self.issuer,
            "aud": self.audience,
            "sub": client_id,
            "org": organisation_id,
            "roles": list(roles),
            "scope": " ".join(scopes),
            "jti": f"{organisation_id}-{now}",
            "iat": now,
            "exp": now + LIFETIME_SECONDS,
        } | claims
        key = self.keys[-1]
        header = {"alg": key.get("alg"), "kid": key.kid, "typ": "at+jwt"}
        kept = {name: value for name, value in content.items() if value is not None}
        return jwt.encode(header, kept, key, algorithms=["ES256", "RS256"])

    def bearer(self, organisation_id: str, **rest: Any) -> dict[str, str]:
        """Return the headers of a request with a fresh token."""
        return {"Authorization": f"Bearer {self.token(organisation_id, **rest)}"}

    def client(self) -> httpx.AsyncClient:
        """Return an HTTP client that reaches nothing but this issuer's key set."""

        def answer(request: httpx.Request) -> httpx.Response:
            self.requests += 1
            if self.broken or str(request.url) != f"{self.issuer}/auth/jwks":
                return httpx.Response(503)
            return httpx.Response(200, json=self.jwks())

        return httpx.AsyncClient(transport=httpx.MockTransport(answer))

    def verifier(self) -> TokenVerifier:
        """Return a verifier that trusts this issuer."""
        return TokenVerifier(
            issuer=self.issuer,
            audience=self.audience,
            jwks_url=f"{self.issuer}/auth/jwks",
            client=self.client(),
            clock=self.clock,
        )
