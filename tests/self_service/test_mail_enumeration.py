"""Asking for a mail tells nobody whose address it is, or that it is nobody's; and nobody is flooded."""

from __future__ import annotations

import pytest

from gatewright.errors import InvalidParameterError, RateLimitError
from gatewright.testing import HookRecorder, Wallet
from run_statements import shapes_of
from visitors import PASSWORD

REQUESTS = {
    "email_verification": lambda auth, email, **options: auth.request_email_verification(email, **options),
    "password_reset": lambda auth, email, **options: auth.request_password_reset(email, **options),
}
ADDRESSES = ["known", "unverified", "inactive", "wallet", "unknown"]
SENT = {"email_verification": ["unverified"], "password_reset": ["known", "unverified", "wallet"]}


@pytest.fixture(params=REQUESTS)
def kind(request):
    return request.param


@pytest.fixture
def everybody(auth, link):
    """An account of each sort, each by its own address, and one address that is nobody's."""
    auth.create_user("known", email="known@example.com", password=PASSWORD, is_verified=True)
    auth.create_user("unverified", email="unverified@example.com", password=PASSWORD)
    auth.create_user("inactive", email="inactive@example.com", password=PASSWORD, is_active=False)
    auth.create_user(email="wallet@example.com", is_verified=True)
    link(auth, "wallet@example.com", Wallet.new("alice"))


@pytest.mark.parametrize("client", [None, "192.0.2.7"])
def test_every_address_gets_the_same_answer_and_the_same_work(statements, auth, everybody, kind, count, client):
    """None, by the same statements, with one line written, and no hook fired; a mail only where it is due."""
    REQUESTS[kind](auth, "first@example.com")  # opens connections
    recorder, seen = HookRecorder(auth), []
    for name in ADDRESSES:
        lines = count("audit")
        statements.clear()
        assert REQUESTS[kind](auth, f"{name}@example.com", ip_address=client) is None
        seen.append(shapes_of(statements))
        assert count("audit") == lines + 1, name
    assert len(seen[0]) > 5
    assert seen[1:] == [seen[0]] * 4
    assert recorder.names == []
    assert {mail.email for mail in auth.list_queued_mails()} == {f"{name}@example.com" for name in SENT[kind]}


def test_why_nothing_was_sent_is_recorded(auth, everybody, kind):
    """For the operator."""
    for name in ADDRESSES:
        REQUESTS[kind](auth, f"{name}@example.com", ip_address="192.0.2.7")
    lines = [entry for _, entry in auth.list_audit(event=f"{kind}_requested")]
    reasons = {"email_verification": ["user_verified", None, "inactive_user", "user_verified", "user_not_found"]}
    expected = reasons.get(kind, [None, None, "inactive_user", None, "user_not_found"])
    assert [entry.reason for entry in lines] == expected
    assert {entry.client for entry in lines} == {"192.0.2.7"}
    assert lines[-1].username == "unknown@example.com"


@pytest.mark.parametrize("name", ADDRESSES)
def test_more_than_three_in_two_hours_are_not_sent(auth, everybody, kind, clock, name):
    """Known or not, the fourth gets the same answer; after two hours it is counted anew."""
    for _ in range(6):
        assert REQUESTS[kind](auth, f"{name}@example.com") is None
    is_due = name in SENT[kind]
    assert len(auth.list_queued_mails()) == 3 * is_due
    reasons = [entry.reason for _, entry in auth.list_audit(event=f"{kind}_requested")]
    assert reasons[3:] == ["rate_limited"] * 3
    clock.advance(hours=2)
    REQUESTS[kind](auth, f"{name}@example.com")
    assert len(auth.list_queued_mails()) == 4 * is_due


def test_spellings_of_one_address_share_its_limit(auth, everybody):
    """Nobody is flooded by another case."""
    for email in ("known@example.com", "KNOWN@example.com", "Known@Example.com", "known@example.com.") * 2:
        auth.request_password_reset(email)
    assert len(auth.list_queued_mails()) == 3


def test_the_kinds_are_counted_apart(auth, everybody):
    """Three of each."""
    for _ in range(5):
        for request in REQUESTS.values():
            request(auth, "unverified@example.com")
    kinds = [mail.kind for mail in auth.list_queued_mails()]
    assert sorted(kinds) == ["email_verification"] * 3 + ["password_reset"] * 3


def test_a_sign_ups_mail_is_one_of_the_three(auth):
    """An address gets at most three of a kind, whatever they follow from."""
    auth.sign_up("carol@example.com", password=PASSWORD)
    for _ in range(5):
        auth.request_email_verification("carol@example.com")
    assert len(auth.list_queued_mails()) == 3


def test_nobody_keeps_a_newcomer_from_signing_up(auth):
    """Who asks for mails to a free address does not take from its owner the one that they need."""
    for _ in range(5):
        auth.request_email_verification("carol@example.com")
    auth.sign_up("carol@example.com", password=PASSWORD)
    assert [mail.kind for mail in auth.list_queued_mails()] == ["email_verification"]


def test_a_client_asks_twenty_times(auth, kind, clock):
    """For whatever addresses; then it is told to wait, and how long. Others are not."""
    for number in range(20):
        REQUESTS[kind](auth, f"{number}@example.com", ip_address="192.0.2.7")
        clock.advance(minutes=1)
    for email in ("20@example.com", "0@example.com"):
        with pytest.raises(RateLimitError) as limited:
            REQUESTS[kind](auth, email, ip_address="192.0.2.7")
        assert limited.value.retry_after == 100 * 60
    assert REQUESTS[kind](auth, "20@example.com", ip_address="192.0.2.8") is None
    clock.advance(minutes=100)
    assert REQUESTS[kind](auth, "20@example.com", ip_address="192.0.2.7") is None


def test_an_ipv6_network_is_one_client(auth, kind):
    """Its customer has more addresses than one."""
    for number in range(20):
        REQUESTS[kind](auth, f"{number}@example.com", ip_address=f"2001:db8::{number:x}")
    with pytest.raises(RateLimitError):
        REQUESTS[kind](auth, "20@example.com", ip_address="2001:db8::ffff")
    assert REQUESTS[kind](auth, "20@example.com", ip_address="2001:db8:0:1::1") is None


@pytest.mark.parametrize("email", ["", "carol", "@example.com", "a b@example.com", None, 5, "x" * 300])
def test_what_is_no_address_is_said(auth, kind, count, email):
    """Its shape is no secret; and nothing is counted."""
    with pytest.raises(InvalidParameterError):
        REQUESTS[kind](auth, email, ip_address="192.0.2.7")
    assert count("attempts") == 0
