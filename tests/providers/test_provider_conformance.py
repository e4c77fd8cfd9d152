"""The published suite notices what is wrong with a provider."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from gatewright import User
from gatewright.errors import UserNotFoundError
from gatewright.providers import MemoryUserProvider
from gatewright.testing.provider_conformance import ProviderConformance

PASSWORD = "correct horse battery staple"
USERS = [
    {"email": "alice", "password": MemoryUserProvider([]).hash_password(PASSWORD), "roles": ["editor"]},
    {"email": "bob", "password": MemoryUserProvider([]).hash_password(PASSWORD), "active": False},
    {"email": "carol", "password": MemoryUserProvider([]).hash_password(PASSWORD), "verified": False},
]


class Suite(ProviderConformance):
    username = "alice"
    inactive_username = "bob"
    unverified_username = "carol"
    outdated_username = "alice"


class Trusting(MemoryUserProvider):
    """Compares no passwords."""

    def load_user_by_username(self, username, password=None):
        return super().load_user_by_username(username)


class EmptyIsEnough(MemoryUserProvider):
    """Takes an empty password for none."""

    def load_user_by_username(self, username, password=None):
        return super().load_user_by_username(username, password or None)


class Careless(MemoryUserProvider):
    """Takes what comes before a NUL, asks for words, and tells an unknown name by another error."""

    def load_user_by_username(self, username, password=None):
        if "nobody" in username:
            raise LookupError(username)
        return super().load_user_by_username(username.partition("\0")[0], password)


class Forgetful(MemoryUserProvider):
    """Needs the password every time."""

    def load_user_by_username(self, username, password=None):
        if password is None:
            raise UserNotFoundError
        return super().load_user_by_username(username, password)


class Nameless(MemoryUserProvider):
    """Its users carry another name than the one that finds them."""

    class user_class(User):  # noqa: N801 - named by the base class
        @property
        def username(self):
            return "somebody"


class Talkative(MemoryUserProvider):
    """Shows hashes, and quotes passwords in errors."""

    def load_user_by_username(self, username, password=None):
        try:
            user = super().load_user_by_username(username, password)
        except UserNotFoundError as error:
            raise UserNotFoundError(f"{username} is not {password}") from error
        user.entity.account = [SimpleNamespace(row=self._users[username])]
        return user


class Lenient(MemoryUserProvider):
    """Lets everybody in whatever their state."""

    def check_user_is_active(self, user):
        """Never mind."""

    check_user_is_verified = check_user_is_active


class Foreign(MemoryUserProvider):
    """Returns users of a class that it does not name, and hashes that fit anything."""

    def load_user_by_username(self, username, password=None):
        user = super().load_user_by_username(username, password)
        self.user_class = type("Other", (User,), {})
        return user

    def verify_password(self, password, hash):  # noqa: A002
        return True


class Overwriting(MemoryUserProvider):
    """Keeps a renewed hash whatever it replaces."""

    def save_hash(self, username, *, old_hash, new_hash):
        self._users[username]["password"] = new_hash


@pytest.mark.parametrize(
    ("provider", "test", "arguments"),
    [
        (Trusting, "test_a_wrong_password_finds_nobody", ["{}x"]),
        (Trusting, "test_an_odd_password_finds_nobody", [" "]),
        (EmptyIsEnough, "test_an_odd_password_finds_nobody", [""]),
        (Careless, "test_an_odd_name_finds_nobody", ["KNOWN\0x"]),
        (Careless, "test_an_odd_name_finds_nobody", ["nobody"]),
        (Careless, "test_bypass_refuses_the_unknown", []),
        (Forgetful, "test_no_password_loads_without_comparing", []),
        (Forgetful, "test_bypass_loads_whoever_may_sign_in", []),
        (Nameless, "test_the_right_password_loads_the_user", []),
        (Nameless, "test_a_user_carries_the_name_that_loads_it_again", []),
        (Talkative, "test_a_user_shows_neither_password_nor_hash", []),
        pytest.param(Talkative, "test_a_refusal_shows_no_password", [], marks=pytest.mark.shows_secrets),
        (Lenient, "test_bypass_refuses_the_inactive", []),
        (Lenient, "test_bypass_refuses_the_unverified", []),
        (Foreign, "test_a_user_is_of_the_providers_class", []),
        (Foreign, "test_a_hash_fits_its_password_only", []),
        (Overwriting, "test_a_renewed_hash_never_undoes_a_change", []),
    ],
)
def test_a_broken_provider_fails(provider, test, arguments):
    """Each mistake is found by the test that is about it, which a sound provider passes."""
    run = getattr(Suite(), test)
    run(MemoryUserProvider(USERS), *arguments)

    with pytest.raises((AssertionError, pytest.fail.Exception, UserNotFoundError, LookupError)):
        run(provider(USERS), *arguments)
