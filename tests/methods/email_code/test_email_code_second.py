"""A mailed code as the second factor: never for whoever has shown nothing but the mailbox."""

from __future__ import annotations

import pytest

from gatewright.errors import InvalidParameterError, RateLimitError, SecondFactorRequiredError
from gatewright.proofs import Kind
from visitors import OURS, PASSWORD, Visitor

CAROL = "carol@example.com"
NEW = f"another {PASSWORD}"


@pytest.fixture
def reset(mailboxes):
    """Replace carol's password by the link of a mail."""

    def reset(auth):
        auth.request_password_reset(CAROL)
        auth.deliver_mails()
        auth.reset_password(mailboxes.links("password_reset")[-1].rpartition("/")[2], NEW)

    return reset


def test_password_and_code_sign_in(strict, give_password, receive):
    """Until the code has come, nobody is signed in. The account's own address may be named, and need not be."""
    visitor = give_password(strict)
    assert visitor.request().is_guest()
    assert visitor.request().methods() == ["email_code"]
    begun = visitor.request().begin("email_code", {"email": "Carol@Example.com"})
    code, _ = receive(strict)
    assert visitor.request().prove("email_code", {"code": code}).username == "carol"

    assert begun["email"] == "c…@example.com"
    session = visitor.request().current_session()
    assert {kind for proof in session.proofs for kind in proof.kinds} == {Kind.KNOWLEDGE, Kind.MAILBOX}
    assert session.aal == 1


def test_a_link_is_a_second_factor_too(strict, give_password, receive):
    """In the same browser."""
    visitor = give_password(strict)
    visitor.request().begin("email_code")
    _, token = receive(strict)

    assert visitor.request().prove("email_code", {"token": token}).username == "carol"


def test_one_mailbox_is_not_two_factors(strict, ask):
    """Where it was the first, it cannot be the second, by whatever code."""
    visitor, code, _ = ask(strict)
    with pytest.raises(SecondFactorRequiredError) as more:
        visitor.request().prove("email_code", {"code": code})
    assert more.value.evidence["methods"] == ["password"]
    again, code, _ = ask(strict)
    again.cookie = visitor.cookie
    again.request().begin("email_code")
    assert again.request().methods() == ["password"]
    assert again.request().is_guest()


def test_a_second_code_of_the_same_mailbox_opens_nothing(strict, ask, receive):
    """Not even when it is right."""
    visitor, code, _ = ask(strict)
    with pytest.raises(SecondFactorRequiredError):
        visitor.request().prove("email_code", {"code": code})
    visitor.request().begin("email_code")
    code, _ = receive(strict)
    with pytest.raises(SecondFactorRequiredError):
        visitor.request().prove("email_code", {"code": code})
    assert visitor.request().is_guest()


def test_not_after_a_password_that_the_mailbox_has_set(strict, give_password, reset, clock):
    """However long ago: whoever reads the mail alone would be let in."""
    reset(strict)
    clock.advance(days=3)
    visitor = give_password(strict, NEW)

    assert visitor.request().methods() == []
    for act, given in ((visitor.request().begin, {}), (visitor.request().prove, {"code": "12345678"})):
        with pytest.raises(InvalidParameterError):
            act("email_code", given)


def test_not_the_other_way_round_either(strict, ask, reset, clock):
    """A code first, and then the password that the mailbox has set: in the second step, or by a login."""
    reset(strict)
    for give in (
        lambda guard: guard.prove("password", {"password": NEW}),
        lambda guard: guard.login("carol", NEW, OURS),
    ):
        visitor, code, _ = ask(strict)
        with pytest.raises(SecondFactorRequiredError) as more:
            visitor.request().prove("email_code", {"code": code})
        assert more.value.evidence["methods"] == []
        with pytest.raises(SecondFactorRequiredError):
            give(visitor.request())
        assert visitor.request().is_guest()
        clock.advance(minutes=5)


def test_again_once_the_password_was_set_in_another_way(strict, give_password, reset, receive):
    """By an administrator, say."""
    reset(strict)
    strict.set_password("carol", PASSWORD, actor="root")
    visitor = give_password(strict)
    visitor.request().begin("email_code")
    code, _ = receive(strict)

    assert visitor.request().prove("email_code", {"code": code}).username == "carol"


@pytest.mark.parametrize("email_code", ["off", "first"])
def test_only_where_the_setting_says_so(mailing, give_password, email_code):
    """Nothing is mailed."""
    auth = mailing(email_code, settings={"second_factor": "required"})
    visitor = give_password(auth)

    assert visitor.request().methods() == []
    with pytest.raises(InvalidParameterError) as refused:
        visitor.request().begin("email_code")
    assert refused.value.evidence == {"parameter": "method"}
    assert auth.list_queued_mails() == []


@pytest.mark.parametrize("account", [{"email": None}, {"is_verified": False}], ids=["without address", "unverified"])
def test_only_for_a_verified_address(mailing, account):
    """Whoever made the account may have named somebody else's."""
    auth = mailing(settings={"second_factor": "required", "enforce_email_verification": False})
    auth.create_user("dave", **{"password": PASSWORD, "email": "dave@example.com", "is_verified": True} | account)
    visitor = Visitor(auth)
    with pytest.raises(SecondFactorRequiredError) as more:
        visitor.request().login("dave", PASSWORD, "SQLUserProvider")

    assert more.value.evidence["methods"] == []


def test_a_code_of_somebody_else_is_none(strict, give_password, ask, refusal):
    """Who begins as one user and goes on as another has not begun."""
    strict.create_user("dave", email="dave@example.com", password=PASSWORD, is_verified=True)
    visitor, code, token = ask(strict, "dave@example.com")
    with pytest.raises(SecondFactorRequiredError):
        visitor.request().login("carol", PASSWORD, "SQLUserProvider")

    assert refusal(visitor, {"code": code}) == "email_code_not_begun"
    assert refusal(visitor, {"token": token}) == "email_code_not_begun"


def test_a_user_is_told_of_the_limit(strict, give_password):
    """They have given their password: there is nothing to hide from them."""
    visitor = give_password(strict)
    for _ in range(3):
        visitor.request().begin("email_code")
    with pytest.raises(RateLimitError) as refused:
        visitor.request().begin("email_code")

    assert refused.value.retry_after == 600
    assert refused.value.evidence == {"reason": "email_code_rate_limited"}
    assert len(strict.list_queued_mails()) == 3


def test_a_second_only_code_confirms_no_remembered_browser(mailing, receive):
    """It would be signed in by a mailbox alone."""
    auth = mailing("second")
    visitor = Visitor(auth)
    visitor.request().login("carol", PASSWORD, "SQLUserProvider")
    cookie = visitor.request().remember()
    returning = Visitor(auth)
    returning.request().recall(cookie)

    assert "email_code" in visitor.request().methods(is_confirmation=True)
    assert "email_code" not in returning.request().methods(is_confirmation=True)
    with pytest.raises(InvalidParameterError):
        returning.request().begin("email_code", is_confirmation=True)


def test_a_code_confirms_who_is_signed_in(strict, mailing, give_password, receive, clock):
    """A fresh proof; the session is a new one."""
    visitor = give_password(strict)
    visitor.request().begin("email_code")
    code, _ = receive(strict)
    visitor.request().prove("email_code", {"code": code})
    clock.advance(minutes=20)
    assert not visitor.request().is_fresh(10)
    visitor.request().begin("email_code", is_confirmation=True)
    code, _ = receive(strict)
    visitor.request().prove("email_code", {"code": code}, is_confirmation=True)

    assert visitor.request().is_fresh(10)
