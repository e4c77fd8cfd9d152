"""Nonsense in, a clear error or a plain no out, and never a row."""

from __future__ import annotations

import pytest

from gatewright import MemoryUserProvider
from gatewright.testing import Wallet
from visitors import ODD_VALUES, OURS, PASSWORD, WALLETS, not_refused

ALICE = Wallet.new("alice")
ACTS = {
    "create_user": lambda auth, odd: auth.create_user(odd),
    "create email": lambda auth, odd: auth.create_user("new", email=odd),
    "create password": lambda auth, odd: auth.create_user("new", password=odd),
    "create hash": lambda auth, odd: auth.create_user("new", password_hash=odd),
    "create active": lambda auth, odd: auth.create_user("new", is_active=odd),
    "create verified": lambda auth, odd: auth.create_user("new", is_verified=odd),
    "create roles": lambda auth, odd: auth.create_user("new", roles=odd),
    "create by": lambda auth, odd: auth.create_user("new", actor=odd),
    "get_user": lambda auth, odd: auth.get_user(odd),
    "list_users after": lambda auth, odd: auth.list_users(after=odd),
    "list_users at_most": lambda auth, odd: auth.list_users(at_most=odd),
    "set_password whose": lambda auth, odd: auth.set_password(odd, PASSWORD),
    "set_password": lambda auth, odd: auth.set_password("carol", odd),
    "set_password keeping": lambda auth, odd: auth.set_password("carol", PASSWORD, keep_session=odd),
    "set_password by": lambda auth, odd: auth.set_password("carol", PASSWORD, actor=odd),
    "enable_user": lambda auth, odd: auth.enable_user(odd),
    "enable_user by": lambda auth, odd: auth.enable_user("carol", actor=odd),
    "disable_user": lambda auth, odd: auth.disable_user(odd),
    "verify_user": lambda auth, odd: auth.verify_user(odd),
    "list_wallets": lambda auth, odd: auth.list_wallets(odd),
    "link whose": lambda auth, odd: auth.link_wallet(odd, evrmore_address=ALICE.address, challenge="x", signature="x"),
    "link address": lambda auth, odd: auth.link_wallet("carol", evrmore_address=odd, challenge="x", signature="x"),
    "link challenge": lambda auth, odd: auth.link_wallet(
        "carol", evrmore_address=ALICE.address, challenge=odd, signature="x"
    ),
    "unlink whose": lambda auth, odd: auth.unlink_wallet(odd, ALICE.address),
    "attempt": lambda auth, odd: auth.attempt(odd, PASSWORD, OURS),
    "attempt password": lambda auth, odd: auth.attempt("carol", odd, OURS),
    "attempt provider": lambda auth, odd: auth.attempt("carol", PASSWORD, odd),
    "bypass": lambda auth, odd: auth.bypass(odd, OURS),
    "bypass wallet": lambda auth, odd: auth.bypass(odd, WALLETS),
    "bypass provider": lambda auth, odd: auth.bypass("carol", odd),
    "bypass by": lambda auth, odd: auth.bypass("carol", OURS, actor=odd),
    "bypass why": lambda auth, odd: auth.bypass("carol", OURS, reason=odd),
    "load_user_provider": lambda auth, odd: auth.load_user_provider(odd),
    "list users": lambda auth, odd: MemoryUserProvider(odd),
    "list name": lambda auth, odd: MemoryUserProvider([{"email": odd}]),
    "list load": lambda auth, odd: MemoryUserProvider([]).load_user_by_username(odd),
    "ours load": lambda auth, odd: auth.load_user_provider(OURS).load_user_by_username(odd),
    "ours load password": lambda auth, odd: auth.load_user_provider(OURS).load_user_by_username("carol", odd),
    "wallets load": lambda auth, odd: auth.load_user_provider(WALLETS).load_user_by_username(odd),
}
OPTIONAL = ["create email", "create password", "create hash", "create by", "set_password keeping", "set_password by"]
OPTIONAL += ["enable_user by", "bypass by", "bypass why", "ours load password"]
FINE = {name: ["None"] for name in OPTIONAL} | {
    "create roles": ["a list", "a mapping"],
    "create active": ["True"],
    "create verified": ["True"],
    "list_users after": ["None", "nothing"],
    "list users": ["a list", "a mapping", "nothing"],
    "list name": [kind for kind, value in ODD_VALUES.items() if isinstance(value, str)],
}
"""What is odd elsewhere, and means something here."""


@pytest.mark.parametrize("name", [name for name in ACTS if name not in FINE])
def test_acts_are_refused(auth, carol, snapshot, name):
    """An error of ours for each odd value, and nothing changed but the record of the failures."""
    before = snapshot(but=["attempts", "audit"])
    assert not_refused(lambda odd: ACTS[name](auth, odd)) == []
    assert snapshot(but=["attempts", "audit"]) == before


@pytest.mark.parametrize("name", FINE)
def test_acts_with_something_optional_are_refused(auth, carol, count, name):
    """What may be left out may be left out, and whatever else is odd is refused."""
    assert not_refused(lambda odd: ACTS[name](auth, odd), fine=FINE[name]) == []
    assert count("users") <= 2


def test_no_wallet_is_unlinked_by_nonsense(auth, carol):
    """What is no address is nobody's wallet."""
    assert [kind for kind, odd in ODD_VALUES.items() if auth.unlink_wallet("carol", odd) is not False] == []


def test_a_nonsensical_signature_is_a_wrong_one(auth, carol):
    """Whatever it is, the challenge is not spent by it."""
    challenge = auth.generate_challenge(ALICE.address)

    def link(signature):
        auth.link_wallet("carol", evrmore_address=ALICE.address, challenge=challenge, signature=signature)

    assert not_refused(link) == []
    assert auth.list_wallets("carol") == []
    link(ALICE.sign(challenge))
    assert auth.list_wallets("carol") == [ALICE.address]


@pytest.mark.shows_secrets
def test_verify_password_never_raises(auth):
    """Neither an odd password nor an odd hash is right, and neither is an exception."""
    provider = auth.load_user_provider(OURS)
    stored = "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$" + "A" * 43
    for odd in ODD_VALUES.values():
        assert provider.verify_password(odd, stored) is False
        assert provider.verify_password("password", odd) is False
