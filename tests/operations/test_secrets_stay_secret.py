"""Tokens, signatures, keys and secrets are nowhere but with whom they belong: not in files, logs or ``repr``."""

from __future__ import annotations

import hashlib
import logging
import traceback
from base64 import b64encode
from contextlib import suppress
from pathlib import Path

import pytest

from gatewright.errors import GatewrightError
from gatewright.methods.wallet.authenticate import WalletAttempt
from gatewright.operations.sign_up import SignUpForm
from mailboxes import Mailboxes

OURS = "SQLUserProvider"
PASSWORD, OTHER_PASSWORD = "correct horse battery staple", "quiet lamp under seven hills"
WRONG_PASSWORD, WEAK_PASSWORD = "wrong horse battery staple", "qwertyuiop"
SALT = "somesalt"
PBKDF2_HASH = (
    "pbkdf2_sha256$1000$"
    + SALT
    + "$"
    + b64encode(hashlib.pbkdf2_hmac("sha256", b"opensesame1", SALT.encode(), 1000)).decode()
)


def meet_everything(auth, alice, bob):
    """Walk through every operation, well and badly, and return what must stay secret."""
    challenge, other = (
        auth.generate_challenge(alice.address, ip_address="192.0.2.1"),
        auth.generate_challenge(bob.address),
    )
    signature = alice.sign(challenge)
    errors = []
    for attempt in (
        (bob.address, challenge, signature),
        (alice.address, challenge, bob.sign(challenge)),
        (alice.address, signature, challenge),
        (signature, alice.address, challenge),
        (alice.wif, challenge, signature),
        (challenge, signature, alice.address),
        (alice.address, f"{challenge}\n", signature),
    ):
        with pytest.raises(GatewrightError) as refused:
            auth.authenticate(*attempt)
        errors.append(refused.value)
    session = auth.authenticate(alice.address, challenge, signature, user_agent="Browser")
    with pytest.raises(GatewrightError) as refused:
        auth.authenticate(alice.address, challenge, signature)
    errors.append(refused.value)
    for token in (session.token, session.token[:-2] + "AA", f"Bearer {session.token}"):
        auth.validate_token(token)
        auth.get_user_by_token(token)
    for wif in (f"{alice.wif} ", alice.wif[:-1], alice.address, session.token):
        with pytest.raises(GatewrightError) as refused:
            auth.sign_message(wif, challenge)
        errors.append(refused.value)
    records = [session, auth.get_user_by_token(session.token), *auth.list_sessions(), auth.get_challenge_details(other)]
    records += [auth.settings, alice, WalletAttempt(alice.address, challenge, signature), session.__class__]
    auth.invalidate_token(session.token)
    auth.invalidate_token(session.token)
    of_mails = meet_mails(auth, records, errors)
    of_passwords = meet_passwords(auth, records, errors)
    secrets = [session.token, session.token.rpartition(".")[2], signature, bob.sign(challenge), challenge, other]
    return [*secrets, alice.wif, auth.settings.jwt_secret.get_secret_value(), *of_mails, *of_passwords], records, errors


def meet_passwords(auth, records, errors):
    """The same for accounts with passwords and the visits that they open."""
    carol = auth.create_user("carol", email="carol@example.com", password=PASSWORD, is_verified=True)
    auth.create_user("idle", password=PASSWORD, is_active=False)
    imported = auth.create_user("dave", password_hash=PBKDF2_HASH, is_verified=True)
    for username, password in (("carol", WRONG_PASSWORD), ("idle", PASSWORD), ("nobody", PASSWORD), ("carol", "")):
        with pytest.raises(GatewrightError) as refused:
            auth.attempt(username, password, OURS)
        errors.append(refused.value)
    with pytest.raises(GatewrightError) as refused:
        auth.set_password("carol", WEAK_PASSWORD)
    errors.append(refused.value)
    cookie = {}
    guard = auth.guard(cookie, user_agent="Browser")
    records += [carol, imported, guard, guard.login("carol", PASSWORD, OURS), *guard.sessions()]
    records += [auth.attempt("dave", "opensesame1", OURS), auth.load_user_provider(OURS), *auth.list_audit()]
    secret = cookie[auth.settings.auth_session_var]["secret"]
    guard.destroy()
    auth.set_password("carol", OTHER_PASSWORD)
    return [PASSWORD, WRONG_PASSWORD, OTHER_PASSWORD, WEAK_PASSWORD, "opensesame1", PBKDF2_HASH, "$argon2", secret]


def meet_mails(auth, records, errors):
    """The same for mails, lost and delivered, and their links, used well and badly."""
    office = Mailboxes()
    office.serve(auth)
    auth.sign_up("ellen@example.com", password=PASSWORD, profile={"city": "Berne"})
    auth.deliver_mails()
    verification = office.token()
    auth.request_password_reset("ellen@example.com")
    office.close(OSError("not today"))
    auth.deliver_mails()
    lost = office.written[-1][1].rpartition("/")[2]
    records += [
        *auth.list_queued_mails(),
        *office.mails,
        auth.get_profile("ellen@example.com"),
        auth.verify_email(verification),
    ]
    office.open()
    auth.request_password_reset("ellen@example.com")
    auth.deliver_mails()
    reset = office.token()
    for token, password in ((lost, OTHER_PASSWORD), (verification, OTHER_PASSWORD), (reset, WEAK_PASSWORD)):
        with pytest.raises(GatewrightError) as refused:
            auth.reset_password(token, password)
        errors.append(refused.value)
    records += [auth.reset_password(reset, OTHER_PASSWORD), SignUpForm("ellen@example.com", password=PASSWORD)]
    return [verification, lost, reset]


def failing(**parameters):
    """A hook that puts all it has into its exception."""
    try:
        raise KeyError([parameters])
    except KeyError as error:
        failure = ValueError(" ".join(str(value) for value in parameters.values()))
        failure.add_note(repr(parameters))
        for value in parameters.values():
            failure.add_note(getattr(value, "token", None) or getattr(value, "challenge_text", None) or "")
        raise failure from error


@pytest.mark.parametrize("has_failing_hooks", [False, True])
def test_no_secret_reaches_a_log_or_a_stream(auth, alice, bob, caplog, capfd, has_failing_hooks):
    """Not at the lowest level, not from any logger, not where every hook fails with all it has in hand."""
    caplog.set_level(logging.DEBUG)
    if has_failing_hooks:
        for point in auth.hooks:
            point(failing)
    secrets, _, _ = meet_everything(auth, alice, bob)
    written = caplog.text + "".join(str(record.__dict__) for record in caplog.records) + "".join(capfd.readouterr())

    assert bool(caplog.records) >= has_failing_hooks
    assert ("failed; the operation goes on" in caplog.text) == has_failing_hooks
    assert [secret for secret in secrets if secret in written] == []


def test_no_secret_is_in_a_repr(auth, alice, bob):
    """Records, users, settings and attempts can be printed and logged as they are."""
    secrets, records, _ = meet_everything(auth, alice, bob)
    shown = "".join(f"{record!r} {record}" for record in records)

    assert [secret for secret in secrets if secret in shown] == []


def test_no_secret_is_in_an_error(auth, alice, bob):
    """Nor in its message, its evidence or the chain behind it."""
    secrets, _, errors = meet_everything(auth, alice, bob)
    shown = "".join(f"{error!r} {error} {error.evidence} {error.public_message}" for error in errors)
    shown += "".join(line for error in errors for line in traceback.format_exception_only(error))
    chained = [link for error in errors for link in (error.__cause__, error.__context__) if link is not None]
    shown += "".join(f"{link!r}" for link in chained)

    assert [secret for secret in secrets if secret in shown] == []


def test_no_secret_is_in_the_database(make_auth, gatewright_settings, alice, bob, tmp_path):
    """Neither tokens nor signatures, keys or the secret: the file and its log hold sessions by their id only."""
    auth = make_auth()
    secrets, _, _ = meet_everything(auth, alice, bob)
    token, signature_of_token, signature, *_ = secrets
    *_, secret_of_cookie = secrets
    files = {path.name: path.read_bytes() for path in tmp_path.glob("gatewright.db*")}

    assert {"gatewright.db", "gatewright.db-wal"} <= files.keys()
    assert any(alice.address.encode() in content for content in files.values())
    of_passwords = (PASSWORD, WRONG_PASSWORD, OTHER_PASSWORD, WEAK_PASSWORD, "opensesame1", secret_of_cookie)
    of_tokens = (token, signature_of_token, signature, gatewright_settings.jwt_secret.get_secret_value())
    for secret in (*of_passwords, *of_tokens, alice.wif):
        assert [name for name, content in files.items() if secret.encode() in content] == []


def test_a_token_is_on_the_fresh_session_only(auth, alice, sign_in, hooks):
    """Whatever else hands out the session hands it out without."""
    session = sign_in(auth, alice)
    listed = auth.list_sessions()
    auth.invalidate_token(session.token)

    assert session.token
    assert [each.token for each in listed] == [None]
    assert hooks.of("post_auth")[0]["session"].token == session.token
    assert hooks.of("post_token_invalidate")[0]["session"].token is None


def test_only_the_database_and_nothing_else_is_written(auth, alice, bob, tmp_path):
    """No file appears beside the database while a secret is configured."""
    with suppress(GatewrightError):
        meet_everything(auth, alice, bob)

    assert {path.name for path in Path(tmp_path).iterdir()} <= {
        "gatewright.db",
        "gatewright.db-wal",
        "gatewright.db-shm",
    }
