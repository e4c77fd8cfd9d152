"""No secret is ever in the record, nor anywhere else in the database in the clear, nor in the log."""

from __future__ import annotations

import logging

import pytest

from gatewright.errors import GatewrightError
from gatewright.testing import Wallet
from visitors import OURS, Visitor

PASSWORD = "a canary in the password"
NEW = "another canary, a new one"
WRONG = "a canary that sings wrong"


def test_a_life_of_a_user_leaves_no_secret(auth, sql, caplog, capsys, clock):
    """Passwords right, wrong and new, cookies, tokens, challenges, signatures and keys: none is in any row or line."""
    caplog.set_level(logging.DEBUG)
    alice, eve = Wallet.new("alice"), Wallet.new("eve")
    secrets = [PASSWORD, NEW, WRONG, alice.wif, eve.wif]
    visitor = Visitor(auth)

    def attempts():
        challenge = auth.generate_challenge(alice.address)
        good, bad = alice.sign(challenge), eve.sign(challenge)
        secrets.extend([good, bad])
        yield lambda: auth.create_user("carol", password=PASSWORD, is_verified=True)
        yield lambda: visitor.request().login("carol", WRONG, OURS)
        yield lambda: visitor.request().login("carol", PASSWORD, OURS)
        yield lambda: secrets.append(visitor.secret)
        yield lambda: auth.attempt("nobody", WRONG, OURS)
        yield lambda: auth.link_wallet("carol", evrmore_address=alice.address, challenge=challenge, signature=bad)
        yield lambda: auth.link_wallet("carol", evrmore_address=alice.wif, challenge=challenge, signature=good)
        yield lambda: auth.link_wallet("carol", evrmore_address=alice.address, challenge=good, signature=challenge)
        yield lambda: auth.link_wallet("carol", evrmore_address=alice.address, challenge=challenge, signature=good)
        yield lambda: auth.authenticate(alice.wif, challenge, good)
        yield lambda: auth.authenticate(good, challenge, alice.address)
        yield lambda: auth.unlink_wallet("carol", alice.wif)
        yield lambda: auth.set_password("carol", WRONG[:10])
        yield lambda: auth.set_password("carol", NEW)
        yield lambda: visitor.request().login("carol", NEW, OURS)
        yield lambda: secrets.append(visitor.secret)
        yield lambda: sign_in_by_wallet()
        yield lambda: visitor.request().revoke_session(visitor.secret)
        yield lambda: auth.invalidate_token(visitor.secret)
        yield lambda: visitor.request().destroy()

    def sign_in_by_wallet():
        challenge = auth.generate_challenge(alice.address)
        signature = alice.sign(challenge)
        token = auth.authenticate(alice.address, challenge, signature).token
        secrets.extend([signature, token])
        auth.invalidate_token(token)

    errors = []
    for attempt in attempts():
        try:
            attempt()
        except GatewrightError as error:
            errors.append(f"{error!r} {error.public_message}")
    assert len(errors) >= 8
    tables = [name for (name,) in sql("SELECT name FROM sqlite_master WHERE type = 'table'")]
    rows = "\n".join(repr(row) for table in tables for row in sql(f"SELECT * FROM {table}"))
    output = capsys.readouterr()
    everything = "\n".join([rows, caplog.text, output.out, output.err, *errors])
    assert "carol" in rows
    for secret in secrets:
        assert secret.casefold() not in everything.casefold()


@pytest.mark.parametrize("propagate", [False, True])
def test_what_hooks_are_given_at_sign_in(make_auth, propagate):
    """No event of a password sign-in passes the password on, except `post_auth`, which passes the session's secret."""
    auth = make_auth(propagate_hook_errors=propagate)
    auth.create_user("carol", password=PASSWORD, is_verified=True)
    seen = []
    for point in auth.hooks:
        point(lambda **parameters: seen.append(parameters))
    visitor = Visitor(auth)
    visitor.request().login("carol", PASSWORD, OURS)
    with pytest.raises(GatewrightError):
        visitor.request().login("carol", WRONG, OURS)
    auth.set_password("carol", NEW)
    assert len(seen) >= 4
    for secret in (PASSWORD, WRONG, NEW, "argon2"):
        assert secret not in repr(seen)
    assert visitor.secret not in repr(seen)
