"""An administrator's removal of factors that waits: announced, called off by whoever still has them, or done."""

from __future__ import annotations

import json

import pytest

from gatewright import MemoryUserProvider
from gatewright.errors import Denied, InvalidParameterError, SecondFactorRequiredError
from gatewright.methods import Enrolled, Method, Proven
from gatewright.proofs import Kind
from gatewright.providers.user_provider import default_hasher
from visitors import OURS, PASSWORD, Visitor


class Token(Method):
    """Something that a user has, and that is always right."""

    name = "token"
    title = "Token"
    kinds = frozenset({Kind.POSSESSION})
    is_demanded = True
    at_most = 3

    async def verify(self, step, given):
        return Proven(step.require_user(), self.proof(step))

    async def enrol(self, step, given):
        return Enrolled([self.authenticator(step, key=step.parts.new_id().encode())])


class Other(Token):
    """Another, which nobody has."""

    name = "other"
    title = "Other"
    is_demanded = False


@pytest.fixture
def auth(make_auth, gatewright_settings, register):
    """An application where a removal waits for a day, and carol, who has a token."""
    settings = gatewright_settings.with_values(factor_reset_hours=24, notify_new_devices=False)
    auth = make_auth(settings=settings, methods=[Token(), Other()])
    register(auth, email="carol@example.com")
    visitor = Visitor(auth)
    visitor.request().login("carol", PASSWORD, OURS)
    visitor.request().enrol("token")
    return auth


@pytest.fixture
def sign_in(auth):
    """Give carol's password in a new browser, and say whether that was enough."""

    def sign_in():
        visitor = Visitor(auth)
        try:
            visitor.request().login("carol", PASSWORD, OURS)
        except SecondFactorRequiredError:
            return visitor, False
        return visitor, True

    return sign_in


def events(auth):
    return [entry.event for _, entry in auth.list_audit() if entry.event.startswith("method_remov")]


@pytest.mark.parametrize("method", [None, "token"])
def test_it_is_announced_and_happens_at_the_first_sign_in_after_it(auth, sign_in, clock, sql, method):
    """Before that the factor is still asked for, and not giving it calls nothing off."""
    assert auth.remove_authenticators("carol", method, actor="root", reason="called us") == []
    kept = sql("SELECT user_id, username, provider FROM pending_steps WHERE kind = 'factor_reset'")
    assert kept == [(auth.get_user("carol").id, "carol", OURS)]
    (mail,) = [each for each in auth.list_queued_mails() if each.kind == "method_removal_announced"]
    clock.advance(hours=23)
    assert sign_in()[1] is False
    assert len(auth.list_authenticators("carol")) == 1
    clock.advance(hours=1)
    assert sign_in()[1] is True

    assert auth.list_authenticators("carol") == []
    (gone,) = [json.loads(each.details) for each in auth.list_queued_mails() if each.kind == "method_removed"]
    assert (gone["method"], gone["ended"]) == (method and "Token", None)
    details = json.loads(mail.details)
    assert (details.get("method"), details["due_at"]) == (method and "Token", "2030-01-02T12:00:00+00:00")
    assert events(auth) == ["method_removal_announced", "method_removed"]
    ((_, announced),) = auth.list_audit(event="method_removal_announced")
    assert (announced.method, announced.actor, announced.reason) == (method, "root", "called us")
    (removed,) = [entry for _, entry in auth.list_audit(event="method_removed")]
    assert (removed.actor, removed.reason) == ("root", "called us")


def test_users_of_other_providers_are_not_told_and_it_happens_all_the_same(auth, clock):
    """There is no address of ours to write to."""
    members = MemoryUserProvider([{"email": "dora", "password": default_hasher().hash(PASSWORD)}])
    visitor = Visitor(auth)
    visitor.request().login("dora", PASSWORD, members)
    visitor.request().enrol("token")
    mails = auth.list_queued_mails()
    assert auth.remove_authenticators("dora", provider=members, actor="root", reason="called us") == []
    assert auth.list_queued_mails() == mails
    clock.advance(days=1)
    assert Visitor(auth).request().login("dora", PASSWORD, members).username == "dora"
    assert auth.list_authenticators("dora", provider=members) == []


@pytest.mark.parametrize("method", [None, "token"])
def test_whoever_still_has_it_calls_it_off(auth, sign_in, clock, method):
    """By signing in with it; it happens neither then nor later."""
    auth.remove_authenticators("carol", method, actor="root", reason="called us")
    visitor, _ = sign_in()
    visitor.request().prove("token", {})
    clock.advance(days=2)

    assert sign_in()[1] is False
    assert len(auth.list_authenticators("carol")) == 1
    assert events(auth) == ["method_removal_announced", "method_removal_called_off"]
    ((_, called_off),) = auth.list_audit(event="method_removal_called_off")
    assert called_off.method == method


def test_what_is_not_announced_stays(auth, sign_in, clock):
    """The removal is of one method, when it is due as when it was announced."""
    auth.remove_authenticators("carol", "other", actor="root", reason="called us")
    clock.advance(days=2)
    assert sign_in()[1] is False
    assert len(auth.list_authenticators("carol")) == 1


@pytest.mark.parametrize("method", [None, "token"])
def test_what_was_enrolled_since_stays(auth, clock, sign_in, method):
    """Whoever has set up something new in the place of what they have lost goes on to be asked for it."""
    visitor, _ = sign_in()
    visitor.request().prove("token", {})
    (lost,) = auth.list_authenticators("carol")
    auth.remove_authenticators("carol", method, actor="root", reason="called us")
    clock.advance(minutes=1)
    visitor.request().enrol("token")
    clock.advance(days=1)
    assert sign_in()[1] is False

    (kept,) = auth.list_authenticators("carol")
    assert kept.id != lost.id
    assert events(auth)[-1] == "method_removed"


def test_a_method_that_there_is_not_is_an_error(auth):
    with pytest.raises(InvalidParameterError) as refused:
        auth.remove_authenticators("carol", "tokn", actor="root", reason="called us")
    assert refused.value.evidence["parameter"] == "method"


def test_a_new_password_calls_it_off(auth, sign_in, clock):
    """Whatever was begun about the account is over."""
    auth.remove_authenticators("carol", actor="root", reason="called us")
    auth.set_password("carol", PASSWORD)
    clock.advance(days=2)
    assert sign_in()[1] is False


def test_it_is_not_good_for_ever(auth, sign_in, clock):
    """After a month it has to be asked for again."""
    auth.remove_authenticators("carol", actor="root", reason="called us")
    clock.advance(days=32)
    assert sign_in()[1] is False


def test_a_hook_that_refuses_keeps_everything(auth, sign_in, clock):
    """And the sign-in goes on to the second factor."""

    def refuse():
        raise Denied("not here")

    auth.remove_authenticators("carol", actor="root", reason="called us")
    auth.add_hook("pre_method_removal", refuse)
    clock.advance(days=2)
    assert sign_in()[1] is False
    assert len(auth.list_authenticators("carol")) == 1


def test_a_hook_that_refuses_once_only_puts_it_off(auth, sign_in, clock):
    """The next sign-in carries it out: nobody has to ask for it again."""
    refusals = [Denied("not now")]

    def refuse_once():
        if refusals:
            raise refusals.pop()

    auth.remove_authenticators("carol", actor="root", reason="called us")
    auth.add_hook("pre_method_removal", refuse_once)
    clock.advance(days=2)

    assert (sign_in()[1], len(auth.list_authenticators("carol"))) == (False, 1)
    assert (sign_in()[1], len(auth.list_authenticators("carol"))) == (True, 0)


@pytest.mark.parametrize("method", ["other", None])
def test_where_there_is_nothing_nothing_is_announced(auth, register, method):
    """No mail that alarms, and no line in the record."""
    register(auth, "dave", email="dave@example.com")

    assert auth.remove_authenticators("dave", method, actor="root", reason="called us") == []
    assert [mail.kind for mail in auth.list_queued_mails() if mail.email == "dave@example.com"] == []
    assert auth.list_audit(event="method_removal_announced") == []


def test_an_enrolment_is_recorded_and_told(auth):
    """Who it was, of which method, and from where; the mail says so, too."""
    visitor = Visitor(auth, ip_address="192.0.2.7", user_agent="Phone/1.0")
    with pytest.raises(SecondFactorRequiredError):
        visitor.request().login("carol", PASSWORD, OURS)
    visitor.request().prove("token", {})
    visitor.request().enrol("other")
    user = auth.get_user("carol")
    told = [(mail.kind, mail.email, json.loads(mail.details)) for mail in auth.list_queued_mails()]
    ((kind, email, details),) = [each for each in told if each[2].get("method") == "Other"]
    assert (kind, email) == ("method_enrolled", "carol@example.com")
    assert (details["ip_address"], details["user_agent"]) == ("192.0.2.7", "Phone/1.0")
    enrolled = [line for _, line in auth.list_audit(event="method_enrolled") if line.method == "other"]
    assert [(line.user_id, line.username, line.client) for line in enrolled] == [(user.id, "carol", "192.0.2.7")]
