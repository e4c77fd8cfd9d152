"""Every event of authentication is a line in the record: who, what, how, from where, why, and by whom."""

from __future__ import annotations

import pytest

from audit.audited_acts import ACTS, MARY
from gatewright.errors import GatewrightError
from visitors import OURS, PASSWORD

FIELDS = ("event", "user_id", "username", "provider", "method", "client", "reason", "actor")


def named(auth, world, value):
    """Write what differs from run to run by its meaning."""
    names = {
        world.carol.id: "carol's",
        world.fred.id: "fred's",
        world.third.address: "third's address",
        world.wallet.address: "the wallet's address",
    }
    for username in ("ellen", MARY.address):
        try:
            names[auth.get_user(username).id] = "ellen's" if username == "ellen" else "mary's"
        except GatewrightError:
            continue
    return names.get(value, value)


@pytest.mark.parametrize(("act", "expected"), ACTS.values(), ids=ACTS)
def test_an_event_is_one_line(auth, world, clock, act, expected):
    """Exactly one line, at the moment of the event, with these facts and no others."""
    last = max(number for number, _ in auth.list_audit())
    clock.advance(seconds=30)
    act(auth, world)
    ((_, entry),) = auth.list_audit(after_id=last)
    assert entry.at == clock.now()
    facts = {field: named(auth, world, getattr(entry, field)) for field in FIELDS}
    assert facts == dict.fromkeys(FIELDS) | expected


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        (lambda auth, name: auth.grant_permission(name, role="editor"), "x" * 255),
        (lambda auth, name: auth.create_user("ellen", roles=[name]), f"roles:{'x' * 249}"),
        (lambda auth, name: auth.create_user("ellen", roles=["editor", "chief"]), "roles:editor,chief"),
        (lambda auth, name: auth.create_user("ellen"), None),
    ],
    ids=["grant", "create", "two roles", "no role"],
)
def test_a_reason_is_as_long_as_fits(auth, world, act, reason):
    """What is longer is cut, and done all the same."""
    name = "x" * 255
    auth.create_permission(name)
    auth.create_role(name)
    act(auth, name)
    assert auth.list_audit(newest=True, at_most=1)[0][1].reason == reason


NOTHING = {
    "a guest signs out": lambda auth, world: auth.guard({}).destroy(),
    "an unknown session": lambda auth, world: auth.revoke_session("x"),
    "somebody else's session": lambda auth, world: world.visitor.request().revoke_session("x"),
    "an unknown token": lambda auth, world: auth.invalidate_token("x"),
    "no sessions": lambda auth, world: auth.invalidate_all_tokens("x"),
    "a permission not held": lambda auth, world: auth.revoke_permission("general.write", username="carol"),
    "a role not had": lambda auth, world: auth.unassign_role("chief", username="carol"),
    "an unlinked wallet": lambda auth, world: auth.unlink_wallet("carol", MARY.address),
    "a request": lambda auth, world: world.visitor.request().is_granted("general.read"),
    "a renewed hash": lambda auth, world: auth.attempt("carol", PASSWORD, OURS),
    "a look at a link": lambda auth, world: auth.is_link_valid(world.reset, purpose="password_reset"),
    "a look at a profile": lambda auth, world: auth.get_profile("carol"),
    "a list": lambda auth, world: (auth.list_users(), auth.list_sessions(), auth.list_audit()),
}


@pytest.mark.parametrize("act", NOTHING.values(), ids=NOTHING)
def test_what_changed_nothing_is_no_line(auth, world, count, act):
    """The record is of events, and not of questions."""
    before = count("audit")
    act(auth, world)
    assert count("audit") == before
