"""Granting access tokens to clients (RFC 6749, section 4.4)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from services.identity.application.ports import Client, Queries, SecretHasher, TokenSigner
from services.identity.application.rate_limit import RateLimiter
from services.identity.application.signing_keys import SigningKeys
from services.identity.application.verified_secrets import VerifiedSecrets
from services.identity.domain.access_token import AccessToken, TokenRules, grant
from services.identity.domain.errors import ClientRejected


class TooManyRequestsError(Exception):
    """The client asks too often; `retry_after_s` says when it may again, in whole seconds."""

    def __init__(self, wait_s: float) -> None:
        super().__init__(f"try again in {ceil(wait_s)} s")
        self.retry_after_s = ceil(wait_s)


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """A client that shows its secret; `repr` leaves the secret out."""

    client_id: str
    secret: str
    scopes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"TokenRequest(client_id={self.client_id!r}, scopes={self.scopes!r})"


@dataclass(frozen=True, slots=True)
class SignedToken:
    """A token ready to be handed out; `repr` leaves the signed text out."""

    content: AccessToken
    text: str

    def __repr__(self) -> str:
        return f"SignedToken({self.content!r})"


@dataclass(frozen=True, slots=True)
class Throttles:
    """Two budgets per client id, so that guessing at a client doesn't use up the one of its owner."""

    guesses: RateLimiter
    """Secrets that cost a hash: wrong ones, and the first right one of a while."""
    tokens: RateLimiter
    """Tokens for a secret that was right lately."""


class TokenOffice:
    """Proves clients and signs their tokens."""

    def __init__(
        self,
        queries: Queries,
        keys: SigningKeys,
        hasher: SecretHasher,
        signer: TokenSigner,
        rules: TokenRules,
        verified: VerifiedSecrets,
        throttles: Throttles,
        *,
        clock: Callable[[], datetime],
        new_id: Callable[[], str],
    ) -> None:
        """`rules` hold issuer, audience and lifetime; `new_id` gives token ids."""
        self._queries = queries
        self._keys = keys
        self._hasher = hasher
        self._signer = signer
        self._rules = rules
        self._verified = verified
        self._throttles = throttles
        self._clock = clock
        self._new_id = new_id

    async def grant(self, request: TokenRequest) -> SignedToken:
        """Return a token.

        Raises `ClientRejected`, `ScopeRefused`, `TooManyRequestsError`, `HashersBusyError`.
        """
        client = await self._queries.client(request.client_id)
        await self._prove(request, client)
        if client is None:
            raise ClientRejected
        token = grant(
            client.credential,
            client.organisation,
            request.scopes,
            self._rules,
            token_id=self._new_id(),
            at=self._clock(),
        )
        ring = await self._keys.ring()  # after the token's instant: no key signs beyond the end it is published for
        return SignedToken(token, self._signer.sign(token, ring.current))

    async def _prove(self, request: TokenRequest, client: Client | None) -> None:
        """Return if the secret is right. An unknown client costs the same time as a wrong secret."""
        secret_hash = client.credential.secret_hash if client else None
        if secret_hash is not None and self._verified.knows(request.client_id, secret_hash, request.secret):
            _pass(self._throttles.tokens, request.client_id)
            return
        _pass(self._throttles.guesses, request.client_id)
        if not await self._hasher.matches(secret_hash, request.secret) or secret_hash is None:
            raise ClientRejected
        self._verified.remember(request.client_id, secret_hash, request.secret)


def _pass(limiter: RateLimiter, client_id: str) -> None:
    wait_s = limiter.take(client_id)
    if wait_s > 0:
        raise TooManyRequestsError(wait_s)
