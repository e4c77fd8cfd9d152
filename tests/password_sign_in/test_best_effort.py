"""Only what proves somebody decides a sign-in: no other write does, whatever becomes of it."""

from __future__ import annotations

import bcrypt
import pytest

from gatewright import MemoryUserProvider
from gatewright.errors import InvalidSignatureError, ProviderUnavailableError, StoreUnavailableError, UserNotFoundError
from gatewright.storage.sql import SQLStore
from visitors import OURS, PASSWORD

OLD = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode()


class NoUserProvider(MemoryUserProvider):
    """Keeps no hash, for whatever reason."""

    def __init__(self, error):
        super().__init__([{"email": "carol", "password": OLD}])
        self.error = error

    def save_hash(self, username, *, old_hash, new_hash):
        raise self.error


def fail(self, *args, **kwargs):
    raise StoreUnavailableError("The database is read-only.")


@pytest.mark.parametrize(
    "error",
    [
        ProviderUnavailableError("It may only be read."),
        RuntimeError(f"value too long: {OLD}"),
        OSError("network"),
        TimeoutError(),
        NotImplementedError(),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_hash_that_is_not_renewed_keeps_nobody_out(make_auth, caplog, error):
    """Today and tomorrow. The log and the audit record say so; a foreign error's words may be a secret."""
    provider = NoUserProvider(error)
    auth = make_auth(providers=[provider])
    users = [auth.attempt("carol", PASSWORD, provider) for _ in range(2)]
    assert [user.username for user in users] == ["carol", "carol"]
    recorded = [
        (entry.user_id, entry.username, entry.provider, entry.reason)
        for _, entry in auth.list_audit(event="hash_not_renewed")
    ]

    assert recorded == [(users[0].id, "carol", "NoUserProvider", type(error).__name__)] * 2
    assert provider.find("carol")[1] == OLD
    said = ": It may only be read." if isinstance(error, ProviderUnavailableError) else "\n"
    about = f"The hash of user {users[0].id!r} of NoUserProvider was not renewed."
    assert f"{about} {type(error).__name__}{said}" in caplog.text
    assert "$2b$" not in caplog.text
    assert PASSWORD not in caplog.text


@pytest.mark.parametrize("write", ["renew_password_hash", "remove_attempt", "touch_session"])
def test_our_own_database_is_no_exception(auth, register, monkeypatch, caplog, write):
    """A success is forgotten by the limits later, a last-seen is missed: the visitor is in."""
    register(auth, password=None, password_hash=OLD)
    monkeypatch.setattr(SQLStore, write, fail)

    assert auth.attempt("carol", PASSWORD, OURS, ip_address="192.0.2.7").username == "carol"
    assert ("was not" in caplog.text) == (write != "touch_session")


def test_when_a_session_was_last_seen_decides_nothing(signed_in, clock, monkeypatch, caplog):
    """Whoever is signed in stays so, until the session has been idle for too long by what is known."""
    clock.advance(minutes=5)
    monkeypatch.setattr(SQLStore, "touch_session", fail)

    assert signed_in.request().user().username == "carol"
    assert "last request was not written" in caplog.text


def test_a_failure_is_told_as_one_though_it_cannot_be_recorded(auth, register, monkeypatch, caplog):
    """The password is wrong all the same."""
    register(auth)
    monkeypatch.setattr(SQLStore, "add_audit", fail)

    with pytest.raises(UserNotFoundError):
        auth.attempt("carol", "a wrong password", OURS)
    assert "record of a failed sign-in was not written" in caplog.text


@pytest.mark.parametrize("write", ["add_audit", "add_attempt"])
def test_so_is_that_of_a_wallet(auth, alice, monkeypatch, hooks, write):
    """The signature is wrong all the same, and the hook hears of it."""
    guard = auth.guard({}, ip_address="192.0.2.7")
    challenge = guard.begin("wallet", {"evrmore_address": alice.address})["challenge"]
    monkeypatch.setattr(SQLStore, write, fail)

    with pytest.raises(InvalidSignatureError):
        guard.prove("wallet", {"evrmore_address": alice.address, "challenge": challenge, "signature": alice.sign("x")})
    assert "auth_failed" in hooks.names


@pytest.mark.parametrize("write", ["open_session", "add_attempt"])
def test_what_a_sign_in_consists_of_is_written_or_it_fails(auth, register, monkeypatch, write):
    """A session that nobody could end, or a guess that nobody has counted, must not be."""
    register(auth)
    monkeypatch.setattr(SQLStore, write, fail)

    with pytest.raises(StoreUnavailableError):
        auth.guard({}, ip_address="192.0.2.7").login("carol", PASSWORD, OURS)


UNREADABLE = {
    "yescrypt": ("$y$j9T$F5Jx5fExrKuPp53xLKQ..1$X3DX6M94c7o.9agCG9G317fhZg9SqC.5i5rd.RhAtQ7", "$y$"),
    "MD5": ("5f4dcc3b5aa765d61d8327deb882cf99", "32 hexadecimal digits"),
    "too costly": ("$2b$20$" + OLD[7:], "$2b$"),
    "not text": (b"\xff\xfe", "bytes"),
}


@pytest.mark.parametrize(("stored", "kind"), UNREADABLE.values(), ids=UNREADABLE)
def test_a_hash_that_cannot_be_read_is_told_to_the_operator_alone(make_auth, caplog, stored, kind):
    """By its kind and its row in the log, and by a reason in the audit record; to a visitor it is a wrong password."""
    provider = MemoryUserProvider([{"email": "carol", "id": "row-17", "password": stored}])
    auth = make_auth(providers=[provider])
    with pytest.raises(UserNotFoundError) as refused:
        auth.attempt("carol", PASSWORD, provider)
    with pytest.raises(UserNotFoundError) as unknown:
        auth.attempt("nobody", PASSWORD, provider)

    assert [entry.reason for _, entry in auth.list_audit(event="sign_in_failed")] == [
        "unreadable_hash",
        "user_not_found",
    ]
    assert str(refused.value) == str(unknown.value)
    assert refused.value.evidence == unknown.value.evidence
    assert refused.value.code == unknown.value.code
    assert "'row-17' of MemoryUserProvider cannot be read" in caplog.text
    assert kind in caplog.text
    assert str(stored)[-12:] not in caplog.text


def test_a_user_without_a_password_is_no_trouble(make_auth, caplog):
    """Django's and the shadow file's marks are not unreadable hashes."""
    provider = MemoryUserProvider([{"email": "carol", "password": "!locked"}])
    auth = make_auth(providers=[provider])
    with pytest.raises(UserNotFoundError):
        auth.attempt("carol", PASSWORD, provider)

    assert [entry.reason for _, entry in auth.list_audit(event="sign_in_failed")] == ["user_not_found"]
    assert caplog.text == ""
