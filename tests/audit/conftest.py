"""Fixtures of this folder: those that the tests of users, guards and rights share."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from gatewright.testing import Wallet
from mailboxes import Mailboxes
from visitors import *  # noqa: F403 - fixtures are found by their presence
from visitors import OURS, PASSWORD, Visitor


@pytest.fixture
def world(auth, register, link, sign_in):
    """Carol with a password, two wallets, a role, a permission, a cookie and a token; and things to give her.

    She has been sent a link, and so has Fred, who is new; one more mail to her waits.
    """
    mailboxes = Mailboxes()
    mailboxes.serve(auth)
    for permission in ("general.read", "general.write"):
        auth.create_permission(permission)
    for role in ("editor", "chief"):
        auth.create_role(role)
    carol = register(auth, email="carol@example.com", roles=["editor"])
    auth.grant_permission("general.read", username="carol")
    wallet, second, third = (Wallet.new(seed) for seed in ("alice", "bob", "eve"))
    link(auth, "carol", wallet)
    link(auth, "carol", second)
    visitor, elsewhere = (
        Visitor(auth, ip_address="192.0.2.7", user_agent=name) for name in ("Phone/1.0", "Laptop/1.0")
    )
    visitor.request().login("carol", PASSWORD, OURS)
    elsewhere.request().login("carol", PASSWORD, OURS)
    session = sign_in(auth, wallet)
    fred = register(auth, None, email="fred@example.com", is_verified=False)
    auth.request_email_verification("fred@example.com")
    auth.deliver_mails()
    verification = mailboxes.token()
    auth.request_password_reset("carol@example.com")
    auth.deliver_mails()
    reset = mailboxes.token()
    auth.request_email_change(carol.id, email="moved@example.com")
    auth.deliver_mails()
    move = next(link.rpartition("/")[2] for link in mailboxes.links("email_change"))
    auth.sign_up("carol@example.com", password=PASSWORD)
    challenge = auth.generate_challenge(third.address)
    return SimpleNamespace(
        carol=carol,
        visitor=visitor,
        elsewhere=elsewhere,
        session=session,
        fred=fred,
        verification=verification,
        reset=reset,
        move=move,
        wallet=wallet,
        third=third,
        challenge=challenge,
        signature=third.sign(challenge),
    )
