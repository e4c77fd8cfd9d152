"""The visitor, as a dependency of an endpoint."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import HTTPException, WebSocketException
from fastapi.requests import HTTPConnection
from fastapi.security import SecurityScopes
from fastapi.security.base import SecurityBase
from starlette.status import WS_1008_POLICY_VIOLATION

from gatewright.adapters.fastapi.schemes import COOKIE, stand_in_for
from gatewright.adapters.starlette import visit_of
from gatewright.errors import ConfigurationError, GatewrightError
from gatewright.model import User
from gatewright.web import Response, Visit
from gatewright.web.access import answer_to, failure, what_is_lacking


class _Called:
    """Marks a factory that is no dependency itself: FastAPI would call it for every request, and let everybody in."""

    def __get_pydantic_core_schema__(self, *_: object) -> Any:
        """Refuse to be read from a request.

        Raises:
            ConfigurationError: Always: FastAPI calls this if the parentheses were forgotten.
        """
        raise ConfigurationError(
            "The parentheses are missing, so everybody would be let in. Write Depends(auth.current_user()), not "
            "Depends(auth.current_user)."
        )


CALLED = _Called()


@dataclass(frozen=True)
class CurrentUser(SecurityBase):
    """The visiting user. Created by `FastAPIAuth.current_user`; two with the same requirements are equal.

    For HTTP endpoints and WebSockets. The scopes of a ``Security(...)`` around it are required permissions, too.

    Args:
        is_optional: Whether to allow everybody, with None for a visitor who does not meet a requirement.
        is_verified: Whether the account must be verified.
        roles: Roles, all of which are required.
        permissions: Permissions, all of which are required.
        is_fully_authenticated: Whether a visitor who is merely remembered must authenticate again.
        fresh: Maximum age of the last proof, in minutes; True for the setting.
        aal: The minimum authentication assurance level of their session.
    """

    is_optional: Annotated[bool, CALLED] = False
    is_verified: bool = False
    roles: tuple[str, ...] = ()
    permissions: tuple[str, ...] = ()
    is_fully_authenticated: bool = False
    fresh: float | bool = False
    aal: int = 0
    _is_setting: bool = field(init=False, repr=False)
    """Whether ``fresh`` is True: True equals 1, and FastAPI calls only one of two equal dependencies."""
    _hash: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # What FastAPI describes. It stands for several schemes, which would cost more as dependencies than the answer.
        object.__setattr__(self, "scheme_name", stand_in_for(self._needed(), is_optional=self.is_optional))
        object.__setattr__(self, "model", COOKIE)
        object.__setattr__(self, "_is_setting", self.fresh is True)
        asked = (self.is_optional, self.is_verified, self.roles, self.permissions, self.is_fully_authenticated)
        object.__setattr__(
            self, "_hash", hash((*asked, self.fresh, self.aal))
        )  # FastAPI asks for it several times per request

    def __hash__(self) -> int:
        return self._hash

    async def __call__(self, connection: HTTPConnection, scopes: SecurityScopes) -> User | None:
        """Return the user.

        Raises:
            HTTPException: If the visitor is refused. Whatever an application makes of it, the middleware replaces the
                response, so that it is the same in every router and every mounted application.
            WebSocketException: The same, for a WebSocket.
        """
        visit = visit_of(connection)
        asked: dict[str, Any] = {
            "is_verified": self.is_verified,
            "roles": self.roles,
            "permissions": (*self.permissions, *scopes.scopes),
            "is_fully_authenticated": self.is_fully_authenticated,
            "fresh": self.fresh,
            "aal": self.aal,
        }
        try:
            lacking = await what_is_lacking(visit, **asked)
        except GatewrightError as error:
            raise _stop(visit, connection, await failure(visit, error)) from error
        if lacking is None:
            return await visit.user()
        if self.is_optional:
            return None
        raise _stop(visit, connection, await answer_to(visit, lacking))

    def _needed(self) -> Iterator[str]:
        """Yield what is required beyond signing in, for the description (OpenAPI 3.1, Security Requirement Object)."""
        if self.is_verified:
            yield "verified"
        yield from (f"role:{role}" for role in self.roles)
        yield from self.permissions
        if self.is_fully_authenticated:
            yield "fully_authenticated"
        if self.fresh is not False:
            yield "fresh"
        if self.aal:
            yield f"aal{self.aal}"


def _stop(visit: Visit, connection: HTTPConnection, response: Response) -> Exception:
    if connection.scope["type"] == "websocket":
        return WebSocketException(WS_1008_POLICY_VIOLATION)
    visit.refused = response
    return HTTPException(response.status)
