"""A signed-in user, with Starlette's interface."""

from __future__ import annotations

from typing import Any

from starlette.authentication import BaseUser, UnauthenticatedUser

from gatewright.model import User


class SignedInUser(BaseUser):
    """``request.user`` for a signed-in visitor. It also has every attribute of its `User`.

    Args:
        user: The user, as their provider returned it.
    """

    def __init__(self, user: User) -> None:
        self.user = user

    @property
    def is_authenticated(self) -> bool:
        """True: a visitor who is not signed in is a `GuestUser`."""
        return True

    @property
    def display_name(self) -> str:
        """The name that the provider knows the user by."""
        return self.user.username

    @property
    def identity(self) -> str:
        """The user's id."""
        return self.user.id

    def __getattr__(self, name: str) -> Any:
        if name == "user":  # not set yet, while the object is being copied
            raise AttributeError(name)
        return getattr(self.user, name)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.user!r})"


class GuestUser(UnauthenticatedUser):
    """``request.user`` for a guest. Falsy, with the attributes of a `User`, but empty."""

    id = ""
    username = ""
    identity = ""
    email = None
    evrmore_address = None
    entity = None
    provider_name = None
    id_scope = None
    credential_digest = None
    proof = None
    created_at = None
    last_login = None
    is_verified = False
    is_active = False
    roles: tuple[str, ...] = ()
    permissions: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Return False, so that ``if request.user:`` lets no guest in."""
        return False
