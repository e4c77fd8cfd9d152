"""Every notice leads to the list of sessions by one click."""

from __future__ import annotations

import pytest

from gatewright.operations.outbox import ABOUT_SESSIONS
from visitors import OURS, PASSWORD, Visitor

SESSIONS = "http://localhost:8000/account?show=sessions"
ELSEWHERE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


def enrol(auth, guard):
    return guard().enrol("recovery_codes")["codes"]


def use(auth, guard):
    guard().prove("recovery_codes", {"code": enrol(auth, guard)[0]}, is_confirmation=True)


def remove(auth, guard):
    enrol(auth, guard)
    guard().remove_authenticator(guard().authenticators()[0].id)


def announce(auth, guard):
    enrol(auth, guard)
    auth.remove_authenticators("carol", actor="root", reason="called us")


def come_from_elsewhere(auth, guard):
    Visitor(auth, user_agent=ELSEWHERE).request().login("carol", PASSWORD, OURS)


ACTS = {
    "method_enrolled": enrol,
    "method_removed": remove,
    "method_removal_announced": announce,
    "recovery_code_used": use,
    "new_device": come_from_elsewhere,
}


@pytest.fixture
def auth(make_auth, gatewright_settings, register):
    """An application where an administrator's removal waits, and carol."""
    auth = make_auth(settings=gatewright_settings.with_values(factor_reset_hours=24))
    register(auth, email="carol@example.com")
    return auth


@pytest.mark.parametrize("kind", ACTS)
def test_a_notice_leads_to_the_sessions(auth, mailboxes, kind):
    """Whatever has happened to what somebody proves themselves by."""
    visitor = Visitor(auth)
    visitor.request().login("carol", PASSWORD, OURS)
    ACTS[kind](auth, visitor.request)
    auth.deliver_mails()
    assert mailboxes.links(kind) == [SESSIONS]


@pytest.mark.parametrize(("path", "leads_to"), [("/mine", "/mine"), ("", "/account")], ids=["moved", "switched off"])
def test_a_notice_leads_to_where_the_page_is(make_auth, gatewright_settings, register, mailboxes, path, leads_to):
    """Or to where the application has one of its own, if ours is switched off."""
    auth = make_auth(settings=gatewright_settings.with_values(page_paths={"account": path}))
    register(auth, email="carol@example.com")
    visitor = Visitor(auth)
    visitor.request().login("carol", PASSWORD, OURS)
    enrol(auth, visitor.request)
    auth.deliver_mails()
    assert mailboxes.links() == [f"http://localhost:8000{leads_to}?show=sessions"]


def test_no_notice_is_left_out():
    assert set(ACTS) == set(ABOUT_SESSIONS)
