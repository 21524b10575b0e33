"""Who may call a route: nobody without a token, unless the route says `@public` (RFC 6750).

Two guards stand in one line: a dependency on every FastAPI route, and a gate behind it that lets no success pass
for a route the dependency never saw (a mount, a bare Starlette route).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from typing import Annotated, Any, Final, TypeVar

from fastapi import Depends, FastAPI, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.chassis.keys import KeysUnavailableError
from services.chassis.problems import HttpProblem, ProblemItem, instance_of, problem_response
from services.chassis.tokens import ExpiredTokenError, InvalidTokenError, Principal, TokenVerifier

F = TypeVar("F", bound=Callable[..., Any])

Standing = Callable[[str], Awaitable[bool]]
"""Tells whether an organisation may act (True) or is suspended (False); asked at every request."""

REALM: Final = "tierloop"
RETRY_AFTER_SECONDS: Final = 5
EXPIRED_RULE: Final = "token_expired"
"""Rule of the problem that an expired token gets: some standards have a code of their own for it."""
_PUBLIC: Final = "__tierloop_public__"
_ACCESS: Final = "tierloop.access"
_MAX_AUTHORIZATION_PARTS: Final = 2


@dataclass(slots=True)
class Access:
    """What the guard found out about one request."""

    granted: bool = False
    principal: Principal | None = None


def public(endpoint: F) -> F:
    """Mark a route that needs no token. Write it under the route decorator: `@router.get(...)`, then `@public`."""
    setattr(endpoint, _PUBLIC, True)
    return endpoint


def is_public(endpoint: object) -> bool:
    """Tell whether a route's function carries the mark."""
    return getattr(endpoint, _PUBLIC, False) is True


class Guard:
    """Dependency of the whole application: a valid token of an organisation in good standing, or 401 / 403."""

    def __init__(self, verifier: TokenVerifier, standing: Standing) -> None:
        self._verifier = verifier
        self._standing = standing

    async def __call__(self, request: Request) -> None:
        """Raise `HttpProblem` 401, 403 or 503 unless the caller may go on."""
        access = request.scope.setdefault(_ACCESS, Access())
        if not is_public(getattr(request.scope.get("route"), "endpoint", None)):
            principal = await self._authenticate(request)
            if not await self._standing(principal.organisation_id):
                raise _suspended()
            access.principal = principal
        access.granted = True

    async def _authenticate(self, request: Request) -> Principal:
        headers = request.headers.getlist("authorization")
        if not headers:
            raise unauthenticated()
        scheme, _, token = headers[0].partition(" ")
        if len(headers) > 1 or scheme.lower() != "bearer" or not token.strip():
            raise unauthenticated("the Authorization header must be `Bearer` and one token")
        try:
            return await self._verifier.verify(token.strip())
        except ExpiredTokenError as error:
            raise unauthenticated(str(error), rule=EXPIRED_RULE) from None
        except InvalidTokenError as error:
            raise unauthenticated(str(error)) from None
        except KeysUnavailableError:
            raise HttpProblem(
                503,
                "keys-unavailable",
                "Tokens can't be checked now",
                "The issuer's keys can't be read. Try again; your token may be right.",
                headers={"Retry-After": str(RETRY_AFTER_SECONDS)},
            ) from None


class GateMiddleware:
    """Lets a success pass only for what the guard granted."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        access = scope[_ACCESS] = Access()
        refused = False

        async def guarded_send(message: Message) -> None:
            nonlocal refused
            if message["type"] == "http.response.start" and message["status"] < 400:  # noqa: PLR2004 - success
                refused = not access.granted
            if not refused:
                await send(message)

        await self.app(scope, receive, guarded_send)
        if refused:
            problem = unauthenticated()
            response = problem_response(problem.problem(instance_of(scope)), problem.headers, scope)
            await response(scope, receive, send)


def install_auth(app: FastAPI, verifier: TokenVerifier, standing: Standing) -> None:
    """Close the application: every route added from now on needs a token unless it is `@public`.

    Raises `ValueError` when there are routes already: the guard would not stand before them.
    """
    if app.routes:
        raise ValueError("install_auth: the application has routes already; call it before they are added")
    app.router.dependencies.insert(0, Depends(Guard(verifier, standing)))
    app.add_middleware(GateMiddleware)


async def current_principal(request: Request) -> Principal:
    """Dependency: who asks. Raises `HttpProblem` 401 on a public route, where nobody was asked."""
    access: Access | None = request.scope.get(_ACCESS)
    if access is None or access.principal is None:
        raise unauthenticated()
    return access.principal


Caller = Annotated[Principal, Depends(current_principal)]
"""Parameter type of a route: `async def parts(caller: Caller)`."""


def require(
    *, role: str | Collection[str] | None = None, scope: str | None = None
) -> Callable[[Principal], Awaitable[Principal]]:
    """Return a dependency that lets only a role (one of several) and a scope pass; 403 otherwise.

    `caller: Annotated[Principal, Depends(require(role="supplier"))]`.
    """
    roles = frozenset((role,) if isinstance(role, str) else role or ())

    async def check(caller: Caller) -> Principal:
        if roles and not roles & caller.roles:
            needed = " or ".join(sorted(roles))
            raise _forbidden("role", f"the organisation needs the role {needed}.", "Ask the operator for the role.")
        if scope is not None and scope not in caller.scopes:
            challenge = f'Bearer realm="{REALM}", error="insufficient_scope", scope="{scope}"'
            raise _forbidden(
                "scope", f"the token needs the scope {scope}.", f"Ask for a token with {scope}.", challenge
            )
        return caller

    return check


def unauthenticated(reason: str | None = None, *, rule: str = "access_token") -> HttpProblem:
    """Return 401 with its challenge (RFC 6750, section 3); without `reason` there were no credentials at all."""
    challenge = f'Bearer realm="{REALM}"'
    if reason is not None:
        quoted = reason.replace('"', "'").replace("\\", "/")
        challenge += f', error="invalid_token", error_description="{quoted}"'
    detail = f"{reason[0].upper()}{reason[1:]}." if reason else "This resource needs an access token."
    remedy = "Get one from the token endpoint and send it as Authorization: Bearer."
    return HttpProblem(
        401,
        "unauthenticated",
        "A valid access token is needed",
        f"{detail} {remedy}",
        errors=(ProblemItem(field="/headers/Authorization", rule=rule, message=detail, remedy=remedy),),
        headers={"WWW-Authenticate": challenge},
    )


def _suspended() -> HttpProblem:
    return HttpProblem(
        403,
        "organisation-suspended",
        "The organisation is suspended",
        "A suspended organisation may not act here. Ask the operator of the platform.",
        errors=(
            ProblemItem(
                field="/headers/Authorization",
                rule="organisation_suspended",
                message="the token's organisation must be in good standing.",
                remedy="Ask the operator of the platform.",
            ),
        ),
    )


def _forbidden(rule: str, message: str, remedy: str, challenge: str | None = None) -> HttpProblem:
    item = ProblemItem(field="/headers/Authorization", rule=rule, message=message, remedy=remedy)
    return HttpProblem(
        403,
        f"missing-{rule}",
        "The caller may not do this",
        f"{message[0].upper()}{message[1:]} {remedy}",
        errors=(item,),
        headers={"WWW-Authenticate": challenge} if challenge else None,
    )
