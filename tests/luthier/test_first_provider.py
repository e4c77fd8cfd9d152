"""The document's provider grows step by step, and each version does what the document says of it."""

from __future__ import annotations

from types import SimpleNamespace

import bcrypt
import pytest

from gatewright import User, UserProvider
from gatewright.errors import UserNotFoundError

HASHES = {
    "john@doe.com": "$2y$10$c1iqXvXuFKZ4hI4l.LhCvuacba1fR3OX.uPfPD29j4DkyayC6p4uu",
    "alice@brown.com": "$2y$10$xNHf.J7fbNdph2dy26JAdeQEA70aL/SG9ojrkpR3ocf1qph0Bafay",
}
PLAIN_USERS = {"john@doe.com": ("John Doe", "foo123"), "alice@brown.com": ("Alice Brown", "bar456")}


class MyUser(User):
    @property
    def username(self):
        return self.entity.email


class OfPlainPasswords(UserProvider):
    """The version that keeps passwords as they are."""

    user_class = MyUser

    def load_user_by_username(self, username, password=None):
        if username not in PLAIN_USERS:
            raise UserNotFoundError("Invalid user credentials!")
        name, known = PLAIN_USERS[username]
        if known != password:
            raise UserNotFoundError("Invalid user credentials!")
        return self.user_class(SimpleNamespace(name=name, email=username), ["user"], [])


class OfHashes(UserProvider):
    """The version that keeps hashes, makes and reads them itself, and always wants a password."""

    user_class = MyUser

    def load_user_by_username(self, username, password=None):
        if username not in HASHES or not self.verify_password(password, HASHES[username]):
            raise UserNotFoundError("Invalid user credentials!")
        return self.user_class(SimpleNamespace(email=username), ["user"], [])

    def hash_password(self, password):
        return bcrypt.hashpw(password.encode(), bcrypt.gensalt(4, prefix=b"2b")).decode()

    def verify_password(self, password, hash):  # noqa: A002 - the documented name
        return password is not None and bcrypt.checkpw(password.encode(), hash.replace("$2y$", "$2b$").encode())


def test_an_empty_provider_says_what_it_still_lacks():
    """The first version has no method yet: it cannot be made, and the error names the one that must be written."""

    class Empty(UserProvider):
        pass

    with pytest.raises(TypeError, match="load_user_by_username"):
        Empty()


def test_loading_is_all_that_must_be_written():
    """A provider of one method has hashing, both checks and the bypass already."""

    class Least(UserProvider):
        def load_user_by_username(self, username, password=None):
            return User({"username": username})

    provider = Least()
    assert provider.user_class is User
    assert provider.verify_password("foo123", provider.hash_password("foo123"))
    assert provider.bypass("anybody").username == "anybody"


def test_a_user_instance_returns_what_it_was_made_of():
    """Entity, roles and permissions come back as they were given, and the name is the one that the class chooses."""
    entity = SimpleNamespace(name="John Doe", email="john@doe.com")
    user = MyUser(entity, ["user", "admin"], ["general.read"])
    assert user.entity is entity
    assert user.username == "john@doe.com"
    assert list(user.roles) == ["user", "admin"]
    assert list(user.permissions) == ["general.read"]


@pytest.mark.parametrize("provider", [OfPlainPasswords(), OfHashes()], ids=["plain", "hashes"])
@pytest.mark.parametrize(("username", "password"), [("john@doe.com", "foo123"), ("alice@brown.com", "bar456")])
def test_the_right_password_gives_a_user_of_the_chosen_class(provider, username, password):
    """John and Alice load in the version with plain passwords and in the one with hashes."""
    user = provider.load_user_by_username(username, password)
    assert type(user) is MyUser
    assert (user.username, list(user.roles), list(user.permissions)) == (username, ["user"], [])


@pytest.mark.parametrize("provider", [OfPlainPasswords(), OfHashes()], ids=["plain", "hashes"])
@pytest.mark.parametrize(
    ("username", "password"),
    [("john@doe.com", "wrong123"), ("anderson@example.com", "test123"), ("john@doe.com", "bar456")],
)
def test_wrong_names_and_passwords_find_nobody(provider, username, password):
    """An unknown name, a wrong password and another user's password all end in "user not found"."""
    with pytest.raises(UserNotFoundError, match="Invalid user credentials!"):
        provider.load_user_by_username(username, password)


@pytest.mark.parametrize("provider", [OfPlainPasswords(), OfHashes()], ids=["plain", "hashes"])
def test_the_versions_before_the_optional_password_cannot_reload(provider):
    """Without a password nobody loads there, which is why the document then makes it optional."""
    with pytest.raises(UserNotFoundError):
        provider.load_user_by_username("john@doe.com")


def test_own_hashing_takes_the_place_of_ours():
    """A provider that overrides both methods reads the hashes that it makes."""
    provider = OfHashes()
    assert provider.hash_password("foo123").startswith("$2b$")
    assert provider.verify_password("foo123", provider.hash_password("foo123"))
    assert not provider.verify_password("foo124", provider.hash_password("foo123"))


@pytest.mark.parametrize(
    ("username", "password"), [("john@doe.com", "foo123"), ("alice@brown.com", "bar456")], ids=["john", "alice"]
)
def test_our_hashing_reads_the_documents_hashes(provider, username, password):
    """The default `verify_password` takes PHP's $2y$ hashes as they are, so that nothing must be overridden."""
    stored = next(row["password"] for row in provider.users if row["email"] == username)
    assert provider.verify_password(password, stored)
    assert not provider.verify_password(password.upper(), stored)
    assert provider.load_user_by_username(username, password).entity.password == stored


def test_our_hashing_makes_argon2id():
    """The default `hash_password` makes what is recommended today, another one each time."""

    class Least(UserProvider):
        def load_user_by_username(self, username, password=None):
            raise UserNotFoundError

    first, second = Least().hash_password("foo123"), Least().hash_password("foo123")
    assert first.startswith("$argon2id$")
    assert first != second


def test_the_last_version_loads_without_a_password(provider):
    """With the password optional, a session can reload its user; a wrong one is refused all the same."""
    assert provider.load_user_by_username("john@doe.com").entity.name == "John Doe"
    with pytest.raises(UserNotFoundError):
        provider.load_user_by_username("john@doe.com", "wrong123")
    with pytest.raises(UserNotFoundError):
        provider.load_user_by_username("anderson@example.com")


def test_an_empty_password_is_a_password(provider):
    """Only None skips the comparison: an empty text is compared, and wrong."""
    with pytest.raises(UserNotFoundError):
        provider.load_user_by_username("john@doe.com", "")
