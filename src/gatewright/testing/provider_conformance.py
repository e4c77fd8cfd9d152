"""What every user provider must do, as tests: subclass `ProviderConformance` and run them against yours.

::

    class TestStaffProvider(ProviderConformance):
        username = "alice@example.com"
        password = "correct horse battery staple"
        inactive_username = "bob@example.com"

        def make_provider(self):
            return StaffProvider(...)
"""

from __future__ import annotations

import asyncio
import inspect
import re
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest

from gatewright.auth import AsyncAuth, Auth
from gatewright.errors import InactiveUserError, InvalidParameterError, UnverifiedUserError, UserNotFoundError
from gatewright.model import User
from gatewright.passwords import PasswordHasher
from gatewright.ports import hands_out_hashes, own_hasher_of
from gatewright.providers import UserProvider

_HASH = re.compile(r"\$2[abxy]\$|\$argon2|pbkdf2_sha256\$|\{(CRYPT|MD5|SMD5|SHA\d*|SSHA\d*|PBKDF2[^}]*|ARGON2)\}")

_ODD_NAMES = (
    "",
    " ",
    "nobody",
    "\0",
    "KNOWN\0",
    "KNOWN\0x",
    "\ud800",
    "KNOWN\udfff",
    "a" * 2**20,
    "\N{SNOWMAN}\N{PILE OF POO}\N{COMBINING ACUTE ACCENT}\N{RIGHT-TO-LEFT OVERRIDE}",
    "KNOWN' --",
    "' OR '1'='1",
    '" OR ""="',
    "'; DROP TABLE users; --",
    "%",
    "_%",
    ":name",
    "*",
    "KNOWN)(uid=*",
    "*)(objectClass=*",
    "KNOWN,ou=people",
    "#KNOWN",
    "\\",
    "KNOWN\\",
    "{username}",
    "{0.__class__}",
    "%(name)s",
    ".",
    "..",
    "../KNOWN",
    "KNOWN/.",
    "KNOWN/",
    "x/../KNOWN",
    "KNOWN?x=1",
    "KNOWN#x",
    "%2e%2e",
    "KNOWN%00",
    "KNOWN\r\nX-Odd: yes",
    '{"username": "KNOWN"}',
)
"""KNOWN stands for the name of an existing user."""

_ODD_PASSWORDS = ("", " ", "\0", "\ud800", "x" * 2**20, "*", "' OR '1'='1", "\N{SOFT HYPHEN}", "\N{SNOWMAN}")


def _short(value: str) -> str:
    """Name a test after an arbitrary text; without backslashes, with which pytest would not find it again."""
    return ascii(value)[1:-1].replace("\\", "/")[:20] or "empty"


@dataclass(frozen=True, slots=True)
class Build:
    """An `Auth` or an `AsyncAuth` around the provider.

    Args:
        auth: One or the other.
        run: Turns what one of its methods returns into the result: ``build.run(build.auth.attempt(...))``.
    """

    auth: Any
    run: Callable[[Any], Any]


class ProviderConformance:
    """The tests. Describe your source's users, and return a provider that has them.

    Users other than ``username`` have the same password.
    """

    username: str
    """A user who may sign in, by exactly the name that the user carries."""

    password: str | None = "correct horse battery staple"  # noqa: S105 - for users created by these tests
    """The password of every user; None if nobody has one."""

    inactive_username: str | None = None
    """A user who has been deactivated; None if the source does not support this."""

    unverified_username: str | None = None
    """A user who is not verified; None if the source does not support this."""

    outdated_username: str | None = None
    """A user whose hash is outdated by the current policy; None if the source does not store renewed hashes."""

    database_url = "sqlite://"
    """Where the `Auth` around the provider stores its own records."""

    def make_provider(self) -> UserProvider:
        """Return the provider under test."""
        raise NotImplementedError("Write make_provider: it returns the provider under test.")

    @pytest.fixture
    def provider(self) -> UserProvider:
        """The provider under test."""
        return self.make_provider()

    @pytest.fixture(params=["blocking", "async"])
    def build(self, request: pytest.FixtureRequest, provider: UserProvider) -> Iterator[Build]:
        """The provider in both builds; one written with ``async def`` only in the build that it needs."""
        if request.param == "async":
            with asyncio.Runner() as runner:
                asynchronous = AsyncAuth(self.database_url, providers=[provider])
                yield Build(asynchronous, runner.run)
                asynchronous.close()
        elif inspect.iscoroutinefunction(provider.load_user_by_username):
            pytest.skip("does not apply: the provider is asynchronous")
        else:
            with Auth(self.database_url, providers=[provider]) as blocking:
                yield Build(blocking, lambda result: result)

    def test_the_right_password_loads_the_user(self, provider: UserProvider) -> None:
        """A user is loaded by name and password."""
        user = _load(provider, self.username, self._password())

        assert self.username == user.username

    @pytest.mark.parametrize("change", ["x{}", "{}x", "{} ", " {}", "{}\0", "{}\0x"])
    def test_a_wrong_password_finds_nobody(self, provider: UserProvider, change: str) -> None:
        """A wrong password is `UserNotFoundError`, however close it is."""
        with pytest.raises(UserNotFoundError):
            _load(provider, self.username, change.format(self.password or "some password"))

    @pytest.mark.parametrize("password", _ODD_PASSWORDS, ids=_short)
    def test_an_odd_password_finds_nobody(self, provider: UserProvider, password: str) -> None:
        """A password that is empty or impossible is simply wrong, and no other error."""
        with pytest.raises(UserNotFoundError):
            _load(provider, self.username, password)

    @pytest.mark.parametrize("name", _ODD_NAMES, ids=_short)
    def test_an_odd_name_finds_nobody(self, provider: UserProvider, name: str) -> None:
        """An unknown name is `UserNotFoundError`, whatever it consists of, with a password and without."""
        odd = name.replace("KNOWN", self.username)

        with pytest.raises(UserNotFoundError):
            _load(provider, odd)
        with pytest.raises(UserNotFoundError):
            _load(provider, odd, self.password or "some password")

    def test_no_password_loads_without_comparing(self, provider: UserProvider) -> None:
        """Without a password the user is loaded by name alone, as for sessions."""
        assert self.username == _load(provider, self.username).username

    def test_a_user_is_of_the_providers_class(self, provider: UserProvider) -> None:
        """What is loaded is an instance of ``user_class``, with names of roles and permissions."""
        user = _load(provider, self.username)

        assert isinstance(user, provider.user_class)
        assert all(isinstance(name, str) for name in (user.id, *user.roles, *user.permissions))

    def test_a_user_carries_the_name_that_loads_it_again(self, provider: UserProvider) -> None:
        """``user.username`` loads the same user again, since it is all that a session stores."""
        user = _load(provider, self.username)
        again = _load(provider, user.username)

        assert (user.username, user.id) == (again.username, again.id)

    def test_bypass_loads_whoever_may_sign_in(self, provider: UserProvider) -> None:
        """`bypass` needs no password."""
        assert self.username == _settled(provider.bypass(self.username)).username

    def test_bypass_refuses_the_inactive(self, provider: UserProvider) -> None:
        """`bypass` refuses a deactivated user."""
        name = _fact(self.inactive_username, "inactive user")

        with pytest.raises(InactiveUserError):
            _settled(provider.bypass(name))

    def test_bypass_refuses_the_unverified(self, provider: UserProvider) -> None:
        """`bypass` refuses a user who is not verified."""
        name = _fact(self.unverified_username, "unverified user")

        with pytest.raises(UnverifiedUserError):
            _settled(provider.bypass(name))

    def test_bypass_refuses_the_unknown(self, provider: UserProvider) -> None:
        """`bypass` does not invent users."""
        with pytest.raises(UserNotFoundError):
            _settled(provider.bypass("nobody"))

    def test_a_user_shows_neither_password_nor_hash(self, provider: UserProvider) -> None:
        """Neither can be reached through the user: not in the entity, not in ``repr``, not in any attribute."""
        user = _load(provider, self.username)
        secrets = [self.password] if self.password else []
        if hands_out_hashes(provider):
            secrets += [_settled(provider.find(self.username))[1]]

        shown = [text for text in _texts_in(user) if _HASH.search(text) or any(secret in text for secret in secrets)]

        assert shown == []

    def test_a_refusal_shows_no_password(self, provider: UserProvider) -> None:
        """The error for a wrong password may be logged as it is, with its causes and evidence."""
        typed = "what somebody typed elsewhere"

        with pytest.raises(UserNotFoundError) as refusal:
            _load(provider, self.username, typed)

        logged = "".join(traceback.format_exception(refusal.value)) + repr(refusal.value.evidence)
        assert typed not in logged.replace(f'typed = "{typed}"', "")

    def test_a_hash_fits_its_password_only(self, provider: UserProvider) -> None:
        """`hash_password` and `verify_password` belong together."""
        made = provider.hash_password("a password")

        assert provider.verify_password("a password", made)
        assert not provider.verify_password("another password", made)
        assert "a password" not in made

    def test_threads_share_a_provider(self, provider: UserProvider) -> None:
        """Eight threads load the same user at once."""
        with ThreadPoolExecutor(8) as pool:
            users = list(pool.map(lambda _: _load(provider, self.username), range(16)))

        assert {self.username} == {user.username for user in users}

    def test_attempt_proves_a_user(self, build: Build, provider: UserProvider) -> None:
        """`attempt` returns the user and the provider that they come from."""
        user = build.run(build.auth.attempt(self.username, self._password(), provider))

        assert (self.username, type(provider).__name__) == (user.username, user.provider_name)

    def test_attempt_refuses_a_wrong_password(self, build: Build, provider: UserProvider) -> None:
        """A wrong password and an unknown name are the same error."""
        for name, password in ((self.username, "wrong"), ("nobody", self.password or "wrong")):
            with pytest.raises(UserNotFoundError):
                build.run(build.auth.attempt(name, password, provider))

    def test_attempt_needs_a_password(self, build: Build, provider: UserProvider) -> None:
        """An empty password is an error, never a bypass."""
        with pytest.raises(InvalidParameterError):
            build.run(build.auth.attempt(self.username, "", provider))

    def test_attempt_refuses_the_inactive(self, build: Build, provider: UserProvider) -> None:
        """A deactivated user is told so only with the right password."""
        name = _fact(self.inactive_username, "inactive user")

        with pytest.raises(InactiveUserError):
            build.run(build.auth.attempt(name, self._password(), provider))
        with pytest.raises(UserNotFoundError):
            build.run(build.auth.attempt(name, "wrong", provider))

    def test_attempt_refuses_the_unverified(self, build: Build, provider: UserProvider) -> None:
        """A user who is not verified is told so only with the right password."""
        name = _fact(self.unverified_username, "unverified user")

        with pytest.raises(UnverifiedUserError):
            build.run(build.auth.attempt(name, self._password(), provider))
        with pytest.raises(UserNotFoundError):
            build.run(build.auth.attempt(name, "wrong", provider))

    def test_an_outdated_hash_is_renewed_once(self, build: Build, provider: UserProvider) -> None:
        """A sign-in replaces an outdated hash; the password stays the same."""
        name = _fact(self.outdated_username, "outdated hash")
        assert hands_out_hashes(provider)
        before = _settled(provider.find(name))[1]

        for _ in range(2):
            build.run(build.auth.attempt(name, self._password(), provider))

        after = _settled(provider.find(name))[1]
        verified = (own_hasher_of(provider) or PasswordHasher()).verify(self._password(), against=after)
        assert before != after
        assert (verified.is_valid, verified.new_hash) == (True, None)

    def test_a_renewed_hash_never_undoes_a_change(self, provider: UserProvider) -> None:
        """A renewed hash replaces only the hash that was compared."""
        name = _fact(self.outdated_username, "outdated hash")
        assert hands_out_hashes(provider)
        before = _settled(provider.find(name))[1]

        _settled(provider.save_hash(name, old_hash="another hash", new_hash=PasswordHasher().hash("other")))

        assert before == _settled(provider.find(name))[1]

    def test_a_session_reloads_its_user(self, build: Build, provider: UserProvider) -> None:
        """A user who is stored is the same user on the next request."""
        mapping: dict[str, Any] = {}
        user = build.run(build.auth.bypass(self.username, provider))

        build.run(build.auth.guard(mapping).store(user))

        reloaded = build.run(build.auth.guard(mapping).user())
        assert (user.username, user.id, user.roles) == (reloaded.username, reloaded.id, reloaded.roles)

    def test_a_login_lasts_until_the_session_is_destroyed(self, build: Build, provider: UserProvider) -> None:
        """`login` signs in by password; `destroy` signs out."""
        mapping: dict[str, Any] = {}

        build.run(build.auth.guard(mapping).login(self.username, self._password(), provider))
        is_guest_before = build.run(build.auth.guard(mapping).is_guest())
        build.run(build.auth.guard(mapping).destroy())

        assert (is_guest_before, build.run(build.auth.guard(mapping).is_guest())) == (False, True)

    def _password(self) -> str:
        return _fact(self.password, "password")


def _fact(value: str | None, what: str) -> str:
    if value is None:
        pytest.skip(f"does not apply: this source has no {what}")
    return value


def _load(provider: UserProvider, *arguments: str) -> User:
    user: User = _settled(provider.load_user_by_username(*arguments))
    return user


def _settled(answer: Any) -> Any:
    """Return the result of a plain method, or the awaited result of an asynchronous one."""

    async def wait() -> Any:
        return await answer

    return asyncio.run(wait()) if inspect.isawaitable(answer) else answer


def _texts_in(thing: Any, *, depth: int = 8) -> Iterator[str]:
    """Yield every string reachable from an object through its attributes and items."""
    yield repr(thing)
    if depth and not isinstance(thing, str | bytes | int | type):
        within = list(thing.items()) if isinstance(thing, dict) else []
        within += list(thing) if isinstance(thing, list | tuple | set | frozenset) else []
        within += list(getattr(thing, "__dict__", {}).items())
        for part in within:
            yield from _texts_in(part, depth=depth - 1)
