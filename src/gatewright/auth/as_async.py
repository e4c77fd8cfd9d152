"""One dress for the layers above: what is written once, as ``async def``, works over either class."""

from __future__ import annotations

from gatewright.auth.async_auth import AsyncAuth
from gatewright.auth.async_guard import AsyncGuard
from gatewright.auth.auth import Auth
from gatewright.auth.guard import Guard


def as_async(auth: Auth | AsyncAuth) -> AsyncAuth:
    """Return the asynchronous face of an application's auth.

    Over a blocking `Auth` its coroutines never suspend, so `run_to_completion` drives them.
    """
    if isinstance(auth, AsyncAuth):
        return auth
    face = AsyncAuth.__new__(AsyncAuth)
    face._parts, face._postman = auth._parts, auth._postman
    return face


def as_blocking(guard: AsyncGuard) -> Guard:
    """Return the blocking face of a visit's guard, made over a blocking `Auth`; the two share their state."""
    face = Guard.__new__(Guard)
    face.__dict__ = guard.__dict__
    return face
