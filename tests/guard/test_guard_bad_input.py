"""Nonsense in, a clear error or a plain no out: from every method of the guard, and never a row."""

from __future__ import annotations

from functools import partial

import pytest

from gatewright import User
from visitors import ODD_VALUES, OURS, PASSWORD, not_refused


class Nobodys(User):
    """A user of a class that no provider has."""


QUESTIONS = {
    "is_role": lambda guard, odd: guard.is_role(odd),
    "is_granted": lambda guard, odd: guard.is_granted(odd),
    "is_granted about": lambda guard, odd: guard.is_granted("x", subject=odd),
    "revoke_session": lambda guard, odd: guard.revoke_session(odd),
}
ACTS = {
    "store": lambda guard, odd: guard.store(odd),
    "store with a name": lambda guard, odd: guard.store(odd, OURS),
    "store by provider": lambda guard, odd: guard.store(Nobodys({"username": "carol"}), odd),
    "login name": lambda guard, odd: guard.login(odd, PASSWORD, OURS),
    "login password": lambda guard, odd: guard.login("carol", odd, OURS),
    "login provider": lambda guard, odd: guard.login("carol", PASSWORD, odd),
    "login_with_wallet address": lambda guard, odd: guard.login_with_wallet(odd, "challenge", "signature"),
    "login_with_wallet challenge": lambda guard, odd: guard.login_with_wallet(ADDRESS, odd, "signature"),
    "login_with_wallet signature": lambda guard, odd: guard.login_with_wallet(ADDRESS, "challenge", odd),
    "confirm_password of a guest": lambda guard, odd: guard.confirm_password(odd),
    "change_password of a guest": lambda guard, odd: guard.change_password(odd, odd),
    "remember a guest": lambda guard, odd: guard.remember(),
}
ACTS_ON_ONESELF = {
    "confirm_password": lambda guard, odd: guard.confirm_password(odd),
    # Right after the sign-in none is needed: None is no password, and no odd value.
    "change_password current": lambda guard, odd: guard.change_password(
        "" if odd is None else odd, "quiet lamp under seven hills"
    ),
    "change_password new": lambda guard, odd: guard.change_password(PASSWORD, odd),
}
ADDRESS = "EMu9RXeC4vTyTqNKHfgrTPWYZrDPtNGmT1"
RECORDS = ["attempts", "audit"]
"""Where it is written down that an attempt failed."""


@pytest.mark.parametrize("ask", QUESTIONS.values(), ids=QUESTIONS)
def test_questions_are_answered_no(auth, signed_in, snapshot, ask):
    """Roles, permissions and sessions that cannot exist do not exist."""
    before = snapshot()
    for guard in (signed_in.request(), auth.guard({})):
        assert [kind for kind, odd in ODD_VALUES.items() if ask(guard, odd) is not False] == []
    assert snapshot() == before


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_acts_are_refused(carol, visitor, snapshot, act):
    """An error of ours, no session, and nobody signed in; a failed sign-in leaves its line in the record."""
    before = snapshot(but=RECORDS)
    assert not_refused(lambda odd: act(visitor.request(), odd)) == []
    assert visitor.cookie == {}
    assert snapshot(but=RECORDS) == before


@pytest.mark.parametrize("act", ACTS_ON_ONESELF.values(), ids=ACTS_ON_ONESELF)
def test_acts_on_oneself_are_refused(signed_in, snapshot, act):
    """The visit stays what it was, and so does the password."""
    before, cookie = snapshot(but=RECORDS), signed_in.cookie
    assert not_refused(lambda odd: act(signed_in.request(), odd)) == []
    assert signed_in.cookie == cookie
    assert snapshot(but=RECORDS) == before


def test_odd_cookies_remember_nobody(visitor, snapshot):
    """Whatever lies in a cookie is worth nothing, or remembers somebody: it never is an error."""
    before = snapshot()
    assert [kind for kind, odd in ODD_VALUES.items() if visitor.request().recall(odd) is not None] == []
    for odd in ODD_VALUES.values():
        visitor.request().destroy(remembered=odd)
    assert visitor.cookie == {}
    assert snapshot() == before


def test_messages_are_texts(visitor):
    """A type and a code, of 1 to 255 characters each."""
    assert not_refused(lambda odd: visitor.request().add_message(odd, "CODE")) == []
    assert not_refused(lambda odd: visitor.request().add_message("danger", odd)) == []
    assert visitor.request().messages() == {}


def test_a_question_about_no_user_is_refused(signed_in):
    """Only None means the visitor; anything else that is no user is a mistake, and never answered for the visitor."""
    guard = signed_in.request()
    for ask in (partial(guard.is_role, "user"), partial(guard.is_granted, "x"), guard.sessions):
        assert not_refused(ask) == ["None"]


@pytest.mark.parametrize("part", ["ip_address", "user_agent"])
def test_a_device_is_acceptable_or_refused(auth, carol, part):
    """What a proxy or a browser sends is shortened and cleaned, or an error of ours."""

    def sign_in(odd):
        auth.guard({}, **{part: odd}).login("carol", PASSWORD, OURS)

    texts = [kind for kind, odd in ODD_VALUES.items() if isinstance(odd, str)]
    assert not_refused(sign_in) == (["None"] if part == "ip_address" else ["None", *texts])
    for session in auth.list_sessions():
        assert session.ip_address is None
        assert session.user_agent is None or (session.user_agent.isprintable() and len(session.user_agent) <= 512)


def test_session_values_have_a_name(visitor):
    """Names are texts; None asks for all."""
    texts = [kind for kind, odd in ODD_VALUES.items() if isinstance(odd, str)]
    assert not_refused(lambda odd: visitor.request().session(odd, 1)) == ["None", *texts]
    assert len(visitor.request().session()) == len(texts)


def test_session_values_are_kept_or_refused(visitor):
    """A value comes back equal on the next request, or is refused with an error of ours."""

    def keep(odd):
        visitor.request().session("name", odd)
        assert visitor.request().session("name") == odd

    assert not_refused(keep, fine=["None", "zero", "True", "a fraction", "a list", "a list of texts", "a mapping"]) == [
        kind for kind, odd in ODD_VALUES.items() if isinstance(odd, str)
    ]
