"""Whatever lies in the mapping, it is a guest's, and never an exception."""

from __future__ import annotations

import pytest

from gatewright.testing import Wallet
from visitors import OURS, PASSWORD, Visitor

ODD = {
    "None": None,
    "a number": 5,
    "a text": "x",
    "bytes": b"x",
    "a list": [1, 2],
    "an empty mapping": {},
    "another release's mapping": {"user": "carol", "roles": ["admin"], "validated": True, "id": 1},
    "a deep list": [[[[[[[]]]]]]],
    "a lone surrogate": "\ud800",
    "a million letters": "x" * 1_000_000,
    "a huge number": 10**5000,
    "an object": object(),
    "a NUL": "\0",
    "keys of many kinds": {1: 2, None: 3, ("a",): 4, b"x": 5},
}


def assert_harmless(auth, mapping):
    guard = auth.guard(mapping)
    assert guard.is_guest()
    assert guard.user() is None
    assert not guard.is_fully_authenticated()
    assert not guard.is_role("user")
    assert not guard.is_granted("general.read")
    assert guard.sessions() == []
    assert guard.revoke_session("x") is False
    assert guard.revoke_other_sessions() == guard.revoke_all_sessions() == 0
    assert isinstance(guard.session(), dict)
    assert isinstance(guard.messages(), dict)
    assert guard.session("name") is None
    auth.guard(mapping).session("name", 1)
    assert auth.guard(mapping).session("name") == 1
    auth.guard(mapping).login("carol", PASSWORD, OURS)
    assert auth.guard(mapping).user().username == "carol"
    auth.guard(mapping).destroy()
    assert mapping == {}


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_odd_contents_are_a_guests(auth, carol, odd):
    """What somebody else left under the key, or as a part of it, counts as nothing; everything can still be done."""
    assert_harmless(auth, {"auth": odd})
    for part in ("secret", "data", "messages"):
        assert_harmless(auth, {"auth": {part: odd}})


@pytest.mark.parametrize(
    "forge",
    [
        lambda secret: secret[:-1],
        lambda secret: secret + "A",
        lambda secret: secret + "=",
        lambda secret: secret.swapcase(),
        lambda secret: f" {secret}",
        lambda secret: secret.encode(),
        lambda secret: [secret],
        lambda secret: {"secret": secret},
        lambda secret: secret[::-1],
    ],
    ids=["shorter", "longer", "padded", "other case", "space", "bytes", "list", "mapping", "reversed"],
)
def test_a_tampered_secret_is_a_guests(signed_in, auth, forge):
    """Only the exact secret names the session."""
    assert auth.guard({"auth": {"secret": forge(signed_in.secret)}}).is_guest()
    assert not signed_in.request().is_guest()


def test_other_names_of_a_session_do_not_open_it(signed_in, auth, sql):
    """Neither the session's id, nor the user's, nor the digest in the database, nor a token is the secret."""
    (session,) = auth.list_sessions()
    digest = sql("SELECT secret_digest FROM sessions")[0][0]
    for name in (session.id, session.user_id, session.username, digest.hex(), digest.decode("latin-1")):
        assert auth.guard({"auth": {"secret": name}}).is_guest()


def test_a_wallets_token_is_no_secret_of_a_cookie(auth, sign_in):
    """A token names its session by a signature; as a cookie's secret it is nothing, whole or in parts."""
    token = sign_in(auth, Wallet.new("alice")).token
    for secret in (token, *token.split("."), ""):
        assert auth.guard({"auth": {"secret": secret}}).is_guest()


def test_two_visitors_do_not_mix(auth, register):
    """Each secret is one visitor's; a mapping under another key is nobody's."""
    ann, ben = Visitor(auth), Visitor(auth)
    for name, visitor in (("ann", ann), ("ben", ben)):
        register(auth, name)
        visitor.request().login(name, PASSWORD, OURS)
    assert (ann.request().user().username, ben.request().user().username) == ("ann", "ben")
    assert auth.guard({"somebody else's key": ann.cookie["auth"]}).is_guest()
