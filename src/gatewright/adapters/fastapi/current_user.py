"""Who is visiting, as a dependency of an endpoint."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from inspect import Parameter, Signature
from typing import Annotated, Any

from fastapi import HTTPException, Security, WebSocketException
from fastapi.requests import HTTPConnection
from fastapi.security import SecurityScopes
from starlette.status import WS_1008_POLICY_VIOLATION

from gatewright.adapters.fastapi.schemes import BEARER, COOKIE, NOBODY
from gatewright.adapters.starlette import visit_of
from gatewright.errors import GatewrightError
from gatewright.model import User
from gatewright.web import Response, Visit
from gatewright.web.access import failure, refusal, what_is_lacking


@dataclass(frozen=True)
class CurrentUser:
    """The user who is visiting. Made by `FastAPIAuth.current_user`; two with the same arguments are equal.

    For HTTP endpoints and for WebSockets. The scopes of a ``Security(...)`` around it are permissions that are needed,
    too.

    Args:
        is_optional: Whether everybody is let in, with None for a visitor who lacks something.
        is_verified: Whether the account must be verified.
        roles: Roles, every one of which is needed.
        permissions: Permissions, every one of which is needed.
        is_fully_authenticated: Whether a visitor who is merely remembered must prove once more who they are.
    """

    is_optional: bool = False
    is_verified: bool = False
    roles: tuple[str, ...] = ()
    permissions: tuple[str, ...] = ()
    is_fully_authenticated: bool = False

    def __post_init__(self) -> None:
        # What FastAPI reads: the schemes are dependencies, so that it describes them.
        needed = list(self._needed())
        schemes = (COOKIE, BEARER, NOBODY) if self.is_optional else (COOKIE, BEARER)
        annotations: dict[str, Any] = {"connection": HTTPConnection, "scopes": SecurityScopes}
        annotations |= {each.scheme_name: Annotated[None, Security(each, scopes=needed)] for each in schemes}
        parameters = [Parameter(name, Parameter.KEYWORD_ONLY, annotation=kind) for name, kind in annotations.items()]
        object.__setattr__(self, "__signature__", Signature(parameters))

    async def __call__(self, connection: HTTPConnection, scopes: SecurityScopes, **_schemes: None) -> User | None:
        """Return the user.

        Raises:
            HTTPException: If the visitor may not go on. Whatever an application makes of it, the middleware puts the
                answer in its place, so that it is the same in every router and every application that is mounted.
            WebSocketException: The same, for a socket.
        """
        visit = visit_of(connection)
        asked: dict[str, Any] = {
            "is_verified": self.is_verified,
            "roles": self.roles,
            "permissions": (*self.permissions, *scopes.scopes),
            "is_fully_authenticated": self.is_fully_authenticated,
        }
        if not self.is_optional:
            response = await refusal(visit, **asked)
            if response is not None:
                raise _stop(visit, connection, response)
            return await visit.user()
        try:
            lacking = await what_is_lacking(visit, **asked)
        except GatewrightError as error:
            raise _stop(visit, connection, await failure(visit, error)) from error
        return await visit.user() if lacking is None else None

    def _needed(self) -> Iterator[str]:
        """Yield what is needed beyond signing in, for the description (OpenAPI 3.1, Security Requirement Object)."""
        if self.is_verified:
            yield "verified"
        yield from (f"role:{role}" for role in self.roles)
        yield from self.permissions
        if self.is_fully_authenticated:
            yield "fully_authenticated"


def _stop(visit: Visit, connection: HTTPConnection, response: Response) -> Exception:
    if connection.scope["type"] == "websocket":
        return WebSocketException(WS_1008_POLICY_VIOLATION)
    visit.refused = response
    return HTTPException(response.status)
