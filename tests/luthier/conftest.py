"""Fixtures of this folder: those that the tests of users, guards and rights share."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from gatewright import User, UserProvider
from gatewright.errors import InactiveUserError, UnverifiedUserError, UserNotFoundError
from visitors import *  # noqa: F403 - fixtures are found by their presence

JOHN = {
    "name": "John Doe",
    "email": "john@doe.com",
    "password": "$2y$10$c1iqXvXuFKZ4hI4l.LhCvuacba1fR3OX.uPfPD29j4DkyayC6p4uu",  # foo123
    "active": 1,
    "verified": 1,
}
ALICE = {
    "name": "Alice Brown",
    "email": "alice@brown.com",
    "password": "$2y$10$xNHf.J7fbNdph2dy26JAdeQEA70aL/SG9ojrkpR3ocf1qph0Bafay",  # bar456
    "active": 1,
    "verified": 1,
}
ALEX = {
    "name": "Alex Rodriguez",
    "email": "alex@rodriguez.com",
    "password": "$2y$10$2nXHy1LyNL217hfyINGKy.Ef5uhxa1FdmlMDw.nbGOkSEJtT6IJWy",  # bar456, whatever the document says
    "active": 0,
    "verified": 1,
}
JESSICA = {
    "name": "Jessica Hudson",
    "email": "jessica@example.com",
    "password": "$2y$10$IpNrG1VG53DrborE4Tl6LevtVgVfoO9.Ef9TBVgH9I10DLRnML9gi",  # foo123
    "active": 1,
    "verified": 1,
}


class MyUser(User):
    """The document's user instance: its name is its email address."""

    @property
    def username(self):
        return self.entity.email


class MyUserProvider(UserProvider):
    """The document's provider in its last version, with the users of the two first chapters."""

    user_class = MyUser
    users = (JOHN, ALICE)

    def load_user_by_username(self, username, password=None):
        row = next((row for row in self.users if row["email"] == username), None)
        if row is None:
            raise UserNotFoundError("Invalid user credentials!")
        user = SimpleNamespace(**row)
        if password is not None and not self.verify_password(password, user.password):
            raise UserNotFoundError("Invalid user credentials!")
        return self.user_class(user, ["user"], [])

    def check_user_is_active(self, user):
        if user.entity.active == 0:
            raise InactiveUserError

    def check_user_is_verified(self, user):
        if user.entity.verified == 0:
            raise UnverifiedUserError


@pytest.fixture
def provider():
    """The provider, with John and Alice."""
    return MyUserProvider()


@pytest.fixture
def advanced_provider():
    """The provider with the users of "Advanced login": Alex is inactive, Alice is unverified."""
    provider = MyUserProvider()
    provider.users = (ALEX, ALICE | {"verified": 0}, JESSICA)
    return provider
