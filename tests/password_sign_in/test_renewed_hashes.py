"""Old and foreign hashes become today's when their owners sign in."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import inspect
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import bcrypt
import pytest

from gatewright import MemoryUserProvider, User
from gatewright.errors import UserNotFoundError
from gatewright.passwords import PasswordHasher
from gatewright.providers import CredentialsUserProvider
from visitors import OURS, PASSWORD, Visitor


def django_hash(password):
    digest = base64.b64encode(hashlib.pbkdf2_hmac("sha256", password.encode(), b"salt", 1000)).decode()
    return f"pbkdf2_sha256$1000$salt${digest}"


def bcrypt_hash(password, *, prefix):
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt(4)).decode().replace("$2b$", prefix)


OLD = {
    "bcrypt of PHP": bcrypt_hash(PASSWORD, prefix="$2y$"),
    "bcrypt": bcrypt_hash(PASSWORD, prefix="$2b$"),
    "bcrypt of old": bcrypt_hash(PASSWORD, prefix="$2a$"),
    "Django": django_hash(PASSWORD),
    "argon2id of other parameters": PasswordHasher(memory_kib=64, iterations=3).hash(PASSWORD),
}


@pytest.fixture
def stored(sql):
    return lambda username="carol": sql("SELECT password_hash FROM users WHERE username = ?", username)[0][0]


@pytest.mark.parametrize("old", OLD.values(), ids=OLD)
def test_the_first_sign_in_renews_the_hash(auth, register, stored, old):
    """A hash of another kind or of older parameters becomes argon2id by today's, of the same password."""
    register(auth, password=None, password_hash=old)
    assert stored() == old
    auth.attempt("carol", PASSWORD, OURS)
    renewed = stored()
    assert renewed.startswith("$argon2id$v=19$m=8,t=1,p=1$")
    auth.attempt("carol", PASSWORD, OURS)
    assert stored() == renewed


class Backwards(CredentialsUserProvider):
    """Keeps passwords backwards, and says itself how they are compared."""

    class own_hasher:  # noqa: N801 - an attribute
        @staticmethod
        def verify(password, *, against):
            return SimpleNamespace(is_valid=against == password[::-1], new_hash=None, unreadable=None)

    def find(self, username):
        return (User(SimpleNamespace(id="7", username="erin")), PASSWORD[::-1]) if username == "erin" else None

    def save_hash(self, username, *, old_hash, new_hash):
        raise NotImplementedError


def test_a_provider_may_have_hashes_of_its_own_kind(make_auth):
    """Who signs in by one stays signed in."""
    visitor = Visitor(make_auth(providers=[Backwards()]))
    with pytest.raises(UserNotFoundError):
        visitor.request().login("erin", PASSWORD[::-1], "Backwards")
    visitor.request().login("erin", PASSWORD, "Backwards")
    assert visitor.request().user().username == "erin"


@pytest.mark.parametrize("old", OLD.values(), ids=OLD)
def test_a_wrong_password_renews_nothing(auth, register, stored, old):
    """Only who knows the password changes the hash."""
    register(auth, password=None, password_hash=old)
    with pytest.raises(UserNotFoundError):
        auth.attempt("carol", PASSWORD + "!", OURS)
    assert stored() == old


@pytest.mark.parametrize("ending", ["the end of it", "", "quite another end", "!" * 1000])
def test_nobody_is_locked_out_by_a_password_that_begins_alike(auth, register, stored, ending):
    """Bcrypt knows 72 bytes of a password. Whoever has these is let in, and the owner still is afterwards."""
    beginning = "every word of this sentence is a part of the password, and the rest of it"[:72]
    old = bcrypt_hash(beginning, prefix="$2y$")
    register(auth, password=None, password_hash=old)
    auth.attempt("carol", beginning + ending, OURS)
    assert stored() == old
    auth.attempt("carol", beginning + "the end of it", OURS)


def test_the_policy_moves_on(make_auth, gatewright_settings, register, stored):
    """Stronger settings act at the next sign-in, and so do weaker ones."""
    register(make_auth())
    for memory in (32, 8):
        make_auth(settings=gatewright_settings.with_values(argon2_memory_kib=memory)).attempt("carol", PASSWORD, OURS)
        assert f"$m={memory}," in stored()


def test_renewing_ends_no_session_and_is_no_change_of_password(auth, signed_in, sql):
    """The password is the same, so the user stays signed in elsewhere and nothing is on record."""
    sql("UPDATE users SET password_hash = ?", OLD["Django"])
    auth.attempt("carol", PASSWORD, OURS)
    assert signed_in.request().user().username == "carol"
    assert auth.list_audit(event="password_changed") == []


def test_a_list_of_users_is_renewed_as_well(make_auth):
    """Every provider that hands out hashes is told the new one."""
    provider = MemoryUserProvider([{"email": "carol", "password": OLD["bcrypt of PHP"]}])
    make_auth(providers=[provider]).attempt("carol", PASSWORD, provider)
    assert provider.find("carol")[1].startswith("$argon2id$v=19$m=8,")


def test_a_password_changed_meanwhile_stays_changed(auth, register, monkeypatch):
    """A sign-in with the old password that is just being verified does not bring the old password back."""
    register(auth, password=None, password_hash=OLD["bcrypt"])
    verify = PasswordHasher.verify
    application = getattr(auth, "_target", auth)
    new = "quite another sentence of hers"

    def verify_slowly(self, password, *, against):
        verified = verify(self, password, against=against)
        monkeypatch.undo()
        with_another_thread(lambda: change_password(application, new))
        return verified

    monkeypatch.setattr(PasswordHasher, "verify", verify_slowly)
    with contextlib.suppress(UserNotFoundError):  # refusing the old password at once is as good
        auth.attempt("carol", PASSWORD, OURS)
    with pytest.raises(UserNotFoundError):
        auth.attempt("carol", PASSWORD, OURS)
    auth.attempt("carol", new, OURS)


def with_another_thread(work):
    """Run something in a thread of its own, as another request would."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(work).result(timeout=30)


def change_password(application, new):
    changing = application.set_password("carol", new)
    if inspect.iscoroutine(changing):
        asyncio.run(changing)
