"""Signing in by a mailed code alone: once, in the browser that asked, within ten minutes, in five tries."""

from __future__ import annotations

from itertools import product

import pytest

from gatewright.errors import (
    AttemptBlockedError,
    GatewrightError,
    InvalidParameterError,
    InvalidProofError,
    RateLimitError,
    SignInOverError,
)
from gatewright.proofs import Kind
from gatewright.testing import HookRecorder
from visitors import OURS, PASSWORD, Visitor, not_refused

CAROL = "carol@example.com"


def wrong(code):
    return code[:-1] + ("1" if code[-1] == "0" else "0")


def test_a_code_signs_in(auth, ask):
    """As the account's user, by one proof of a mailbox, at the lowest level."""
    visitor, code, _ = ask(ip_address="192.0.2.7")
    user = visitor.request().prove("email_code", {"code": code})
    session = visitor.request().current_session()

    assert user.username == visitor.request().user().username == "carol"
    assert [(proof.method, proof.kinds) for proof in session.proofs] == [("email_code", {Kind.MAILBOX})]
    assert (session.provider, session.aal, session.amr) == (OURS, 1, ("mca",))
    assert len(code) == 8
    assert code.isdecimal()


def test_a_link_signs_in_in_the_browser_that_asked(auth, ask, mailboxes):
    """It leads to the page of links."""
    visitor, _, token = ask()

    assert mailboxes.links()[-1] == f"http://localhost:8000/login/link/email_code.{token}"
    assert len(token) == 43
    assert visitor.request().prove("email_code", {"token": token}).username == "carol"


def test_a_link_is_nothing_in_another_browser(auth, ask, refusal):
    """Neither in one that has asked for nothing, nor in one that has asked for a code of its own; it stays good."""
    visitor, code, token = ask()
    other, _, _ = ask()

    assert refusal(Visitor(auth), {"token": token}) == "email_code_not_begun"
    assert refusal(Visitor(auth), {"code": code}) == "email_code_not_begun"
    assert refusal(other, {"token": token}) == "email_code_wrong"
    assert refusal(other, {"code": code}) == "email_code_wrong"
    assert visitor.request().prove("email_code", {"token": token}).username == "carol"


@pytest.mark.parametrize("kinds", list(product(("code", "token"), repeat=2)), ids="-".join)
def test_code_and_link_work_once_together(auth, ask, refusal, kinds):
    """Whichever was used, neither works again."""
    visitor, code, token = ask()
    given = [{"code": code} if kind == "code" else {"token": token} for kind in kinds]
    visitor.request().prove("email_code", given[0])
    visitor.request().destroy()

    assert refusal(visitor, given[1]) == "email_code_not_begun"


@pytest.mark.parametrize("typed", ["{}", " {} ", "{:.4}-{}", "{:.4} {}"], ids=["plain", "spaces", "dash", "gap"])
def test_a_code_is_read_as_people_type_it(auth, ask, typed):
    """With spaces and dashes."""
    visitor, code, _ = ask()
    written = typed.format(code) if typed.count("{") == 1 else f"{code[:4]}{typed[5]}{code[4:]}"

    assert visitor.request().prove("email_code", {"code": written}).username == "carol"


def test_ten_minutes(auth, ask, refusal, clock):
    """A second before they are over it works; then it does not, and a mail that waits is not sent."""
    early, code, _ = ask()
    late, late_code, _ = ask()
    clock.advance(seconds=599)
    assert early.request().prove("email_code", {"code": code}).username == "carol"
    clock.advance(seconds=1)
    assert refusal(late, {"code": late_code}) == "email_code_not_begun"
    Visitor(auth).request().begin("email_code", {"email": CAROL})
    clock.advance(minutes=10)
    assert auth.deliver_mails() == 0
    assert auth.list_queued_mails() == []
    (discarded,) = [entry for _, entry in auth.list_audit(event="mail_discarded")]
    assert discarded.reason == "email_code expired"


def test_five_tries(mailing, ask, refusal):
    """The sixth is refused though it is right: for whoever has no client address that would be blocked sooner."""
    auth = mailing(settings={"attempts_per_account": 1000})
    visitor, code, token = ask(auth)
    assert [refusal(visitor, {"code": wrong(code)}) for _ in range(5)] == ["email_code_wrong"] * 5
    assert refusal(visitor, {"code": code}) == "email_code_too_many_tries"
    assert refusal(visitor, {"token": token}) == "email_code_too_many_tries"
    again, code, _ = ask(auth)
    assert again.request().prove("email_code", {"code": code}).username == "carol"


def test_wrong_codes_count_like_wrong_passwords(auth, ask):
    """Of one client on one account, however many browsers it uses; another client is let in."""
    for _ in range(2):
        visitor, code, _ = ask(ip_address="192.0.2.7")
        for _ in range(2):
            with pytest.raises(InvalidProofError):
                visitor.request().prove("email_code", {"code": wrong(code)})
    with pytest.raises(AttemptBlockedError):
        visitor.request().prove("email_code", {"code": code})
    visitor._device["ip_address"] = "198.51.100.7"
    assert visitor.request().prove("email_code", {"code": code}).username == "carol"


def test_links_in_wrong_browsers_block_no_office(auth, ask, refusal):
    """A few of its people have clicked where they had not asked; the others still sign in from that address."""
    _, _, token = ask(ip_address="192.0.2.7")
    for _ in range(6):
        assert refusal(Visitor(auth, ip_address="192.0.2.7"), {"token": token}) == "email_code_not_begun"
    visitor, code, _ = ask(ip_address="192.0.2.7")
    assert visitor.request().prove("email_code", {"code": code}).username == "carol"


def test_the_last_code_of_a_browser_counts(auth, ask, receive, refusal):
    """The one before is wrong."""
    visitor, first, _ = ask()
    visitor.request().begin("email_code", {"email": CAROL})
    second, _ = receive(auth)

    assert first != second
    assert refusal(visitor, {"code": first}) == "email_code_wrong"
    assert visitor.request().prove("email_code", {"code": second}).username == "carol"


@pytest.mark.parametrize("digits", [6, 7, 8])
def test_as_many_digits_as_the_setting_says(mailing, ask, digits):
    """Zeros in front included."""
    auth = mailing(digits=digits)
    visitor, code, _ = ask(auth)

    assert visitor.request().begin("email_code", {"email": CAROL})["digits"] == len(code) == digits


def test_one_code_is_one_session(auth, ask, at_once):
    """However many requests bring it at once, in copies of the browser."""
    visitor, code, token = ask()
    thieves = [visitor.thief() for _ in range(4)]
    given = [{"code": code}, {"token": token}] * 2
    calls = [
        lambda auth, mapping=thief.cookie, what=what: auth.guard(mapping).prove("email_code", what)
        for thief, what in zip(thieves, given, strict=True)
    ]
    results = at_once(auth, calls)

    assert [isinstance(each, GatewrightError) for each in results].count(False) == 1
    assert len(auth.list_sessions()) == 1


def test_whoever_is_changed_meanwhile_is_not_signed_in(auth, ask, refusal):
    """Deactivated, or deleted, or with another password."""
    visitor, code, _ = ask()
    auth.disable_user("carol")
    assert refusal(visitor, {"code": code}) == "email_code_not_begun"
    auth.enable_user("carol")
    visitor, code, _ = ask()
    auth.set_password("carol", f"another {PASSWORD}")
    assert refusal(visitor, {"code": code}) == "email_code_not_begun"


def test_whose_address_is_no_longer_verified_is_not_signed_in(mailing, ask, refusal, sql):
    """Even where unverified users may sign in: it is not known any more whose mailbox it is."""
    auth = mailing(settings={"enforce_email_verification": False})
    visitor, code, _ = ask(auth)
    sql("UPDATE users SET is_verified = false")
    assert refusal(visitor, {"code": code}) == "email_code_wrong"


def test_a_code_survives_another_name(auth, ask):
    """The step goes on under it."""
    visitor, code, _ = ask()
    auth.change_username(auth.get_user("carol").id, username="caroline")

    assert visitor.request().prove("email_code", {"code": code}).username == "caroline"


def test_nonsense_is_refused(auth, mailing):
    """As what it is, by errors of ours."""
    assert not_refused(lambda odd: Visitor(auth).request().begin("email_code", {"email": odd})) == []
    unlimited = mailing(settings={"enable_brute_force_protection": False})

    def prove(key, odd):
        visitor = Visitor(unlimited)
        visitor.request().begin("email_code", {"email": CAROL})
        visitor.request().prove("email_code", {key: odd})

    for key in ("code", "token"):
        assert not_refused(lambda odd, key=key: prove(key, odd)) == []


@pytest.mark.parametrize("email_code", ["off", "second"])
def test_only_where_the_setting_says_so(mailing, email_code):
    """Nobody begins a sign-in with it."""
    auth = mailing(email_code)
    guard = Visitor(auth).request()

    assert "email_code" not in guard.methods()
    for act, given in ((guard.begin, {"email": CAROL}), (guard.prove, {"code": "1"})):
        with pytest.raises(SignInOverError, match="cannot begin with email_code, and none is waiting"):
            act("email_code", given)
        with pytest.raises(InvalidParameterError, match="cannot begin with email_code"):
            act("email_code", given, is_anew=True)
    assert auth.list_queued_mails() == []


def test_hooks_and_record_know_of_it(auth, ask):
    """Of what was used, and of what was refused."""
    recorder = HookRecorder(auth)
    visitor, code, _ = ask()
    with pytest.raises(InvalidProofError):
        visitor.request().prove("email_code", {"code": wrong(code)})
    visitor.request().prove("email_code", {"code": code})
    (failed,) = [entry for _, entry in auth.list_audit(event="sign_in_failed")]

    assert [name for name in recorder.names if name in ("auth_failed", "post_method_use", "login_success")] == [
        "auth_failed",
        "post_method_use",
        "login_success",
    ]
    assert (failed.username, failed.method, failed.reason) == (CAROL, "email_code", "email_code_wrong")
    assert [entry.method for _, entry in auth.list_audit(event="signed_in")] == ["email_code"]


def test_a_code_that_another_request_uses_at_that_moment_is_refused(auth, ask, sql):
    """It finds the step taken, and says so."""
    visitor, code, _ = ask()
    sql("CREATE TRIGGER used BEFORE DELETE ON pending_steps BEGIN SELECT RAISE(IGNORE); END")
    with pytest.raises(InvalidProofError) as refused:
        visitor.request().prove("email_code", {"code": code})
    assert refused.value.evidence["reason"] == "email_code_used"


def test_a_client_asks_for_so_many_in_the_life_of_a_code(mailing, clock):
    """For whomever; then again."""
    visitor = Visitor(mailing(settings={"challenges_per_client": 100}), ip_address="192.0.2.7")
    for number in range(20):
        visitor.request().begin("email_code", {"email": f"{number}@example.com"})
    with pytest.raises(RateLimitError) as limited:
        visitor.request().begin("email_code", {"email": CAROL})
    clock.advance(seconds=limited.value.retry_after)
    visitor.request().begin("email_code", {"email": CAROL})
    assert limited.value.retry_after == 10 * 60


def test_what_was_begun_and_never_finished_is_cleared_away(auth, ask, clock):
    """Once it cannot be finished any more, as much at once as is asked for."""
    for _ in range(3):
        ask()
    assert auth.cleanup_expired_pending_steps() == 0
    clock.advance(hours=1)
    assert [auth.cleanup_expired_pending_steps(at_most=2) for _ in range(3)] == [2, 1, 0]


def test_a_site_without_the_links_page_mails_the_code_alone(mailing, mailboxes):
    """Which signs in as before."""
    auth = mailing(settings={"page_paths": {"login_link": ""}})
    visitor = Visitor(auth)
    visitor.request().begin("email_code", {"email": CAROL})
    auth.deliver_mails()
    assert mailboxes.links() == [None]
    assert visitor.request().prove("email_code", {"code": mailboxes.codes[-1]}).username == "carol"
