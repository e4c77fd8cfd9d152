"""The ways to authenticate, as OpenAPI describes them. The middleware has read them before any endpoint runs."""

from __future__ import annotations

from fastapi.openapi.models import APIKey, APIKeyIn, HTTPBearer
from fastapi.openapi.models import SecurityBase as Description
from fastapi.security.base import SecurityBase

from gatewright.settings import Settings


class Scheme(SecurityBase):
    """A security scheme. It refuses no request by itself: what an endpoint demands decides.

    Args:
        name: Its name in the description.
        model: What OpenAPI says of it.
    """

    def __init__(self, name: str, model: Description) -> None:
        self.scheme_name = name
        self.model = model

    async def __call__(self) -> None:
        """Read nothing."""


def describe_cookie(name: str) -> dict[str, str]:
    """Return what OpenAPI says of the visit's cookie, which each application names."""
    described = f"The visit's cookie, set by a sign-in. On https its name is __Host-{name}."
    return {"in": APIKeyIn.cookie.value, "name": name, "description": described}


_NAME: str = Settings.model_fields["session_cookie"].default

COOKIE = Scheme("cookie", APIKey.model_validate(describe_cookie(_NAME)))
BEARER = Scheme(
    "bearer",
    HTTPBearer.model_validate({"bearerFormat": "JWT", "description": "A token, in the header Authorization."}),
)
NOBODY = Scheme("nobody", APIKey.model_validate({"in": APIKeyIn.cookie, "name": _NAME}))
"""That authentication is optional. OpenAPI writes it as an empty requirement, which FastAPI cannot express."""
