"""A user who is signed in, in Starlette's own words."""

from __future__ import annotations

from typing import Any

from starlette.authentication import BaseUser, UnauthenticatedUser

from gatewright.model import User


class SignedInUser(BaseUser):
    """What ``request.user`` is for somebody who is signed in. It has every attribute of the `User` in it, too.

    Args:
        user: The user, as their provider gave it.
    """

    def __init__(self, user: User) -> None:
        self.user = user

    @property
    def is_authenticated(self) -> bool:
        """True: who is not signed in is a `GuestUser`."""
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
        if name == "user":  # not there yet, while the object is being copied
            raise AttributeError(name)
        return getattr(self.user, name)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.user!r})"


class GuestUser(UnauthenticatedUser):
    """What ``request.user`` is for a guest. It has the attributes that pages ask a `User` for, empty."""

    id = ""
    username = ""
    identity = ""
    email = None
    evrmore_address = None
    is_verified = False
    is_active = False
    roles: tuple[str, ...] = ()
    permissions: tuple[str, ...] = ()
