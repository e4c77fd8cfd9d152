"""One interface for the layers above: code written once, as ``async def``, works with either build."""

from __future__ import annotations

from gatewright.auth.async_auth import AsyncAuth
from gatewright.auth.async_guard import AsyncGuard
from gatewright.auth.generated.auth import Auth
from gatewright.auth.generated.guard import Guard
from gatewright.auth.observed import observe


def async_facade_of(auth: Auth | AsyncAuth) -> AsyncAuth:
    """Return an asynchronous interface to an application's auth.

    With a blocking `Auth` its coroutines never suspend, so `run_to_completion` can drive them.
    """
    if isinstance(auth, AsyncAuth):
        return auth
    face = AsyncAuth.__new__(AsyncAuth)
    face._parts, face._mail_worker = auth._parts, auth._mail_worker
    return observe(face, face._parts.observer)


def blocking_guard_of(guard: AsyncGuard) -> Guard:
    """Return a blocking interface to a guard that was made from a blocking `Auth`; the two share their state."""
    face = Guard.__new__(Guard)
    face.__dict__ = guard.__dict__
    return observe(face, face._parts.observer)
