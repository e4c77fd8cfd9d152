"""The links of mails: good once, for two hours, for one purpose and one address; a look at them changes nothing."""

from __future__ import annotations

import pytest

from gatewright.errors import InvalidLinkError, InvalidParameterError, WeakPasswordError
from visitors import PASSWORD

MAIL = "carol@example.com"
NEW = "quiet lamp under seven hills"


class Verification:
    """The link that verifies an email address."""

    purpose = "email_verification"
    path = "/email_verification/"

    def prepare(self, auth):
        auth.create_user("carol", email=MAIL, password=PASSWORD)

    def request(self, auth, email=MAIL, **options):
        auth.request_email_verification(email, **options)

    def use(self, auth, token):
        return auth.verify_email(token)

    def is_used(self, auth):
        return auth.get_user("carol").is_verified


class Reset:
    """The link that sets a new password."""

    purpose = "password_reset"
    path = "/password-reset/"

    def prepare(self, auth):
        auth.create_user("carol", email=MAIL, password=PASSWORD, is_verified=True)

    def request(self, auth, email=MAIL, **options):
        auth.request_password_reset(email, **options)

    def use(self, auth, token):
        return auth.reset_password(token, NEW)

    def is_used(self, auth):
        return auth.list_audit(event="password_reset") != []


@pytest.fixture(params=[Verification(), Reset()], ids=lambda kind: kind.purpose)
def kind(request):
    return request.param


@pytest.fixture
def send(auth, mailboxes, kind):
    """Ask for a link, let the mail be sent, and return the secret in it."""

    def send(email=MAIL, **options):
        kind.request(auth, email, **options)
        assert auth.deliver_mails() == 1
        return mailboxes.token()

    return send


@pytest.fixture
def token(auth, kind, send):
    kind.prepare(auth)
    return send()


def refused(auth, kind, token):
    """Whether a link is of no use, neither to look at nor to use."""
    looks_good = auth.is_link_valid(token, purpose=kind.purpose)
    with pytest.raises(InvalidLinkError):
        kind.use(auth, token)
    return not looks_good


def test_a_link_works(auth, kind, token, mailboxes):
    """It leads where the page is, and does what it is for, for the user it is for."""
    assert mailboxes.links()[-1] == f"http://localhost:8000{kind.path}{token}"
    assert not kind.is_used(auth)
    user = kind.use(auth, token)
    assert (user.username, user.is_verified) == ("carol", True)
    assert kind.is_used(auth)


def test_a_link_works_once(auth, kind, token):
    """The second time it is like any unknown link."""
    kind.use(auth, token)
    assert refused(auth, kind, token)


def test_eight_use_a_link_at_once(auth, kind, token, at_once):
    """Exactly one of them does."""
    outcomes = at_once(auth, [lambda auth: kind.use(auth, token)] * 8)
    winners = [outcome for outcome in outcomes if not isinstance(outcome, InvalidLinkError)]
    assert [winner.username for winner in winners] == ["carol"]


def test_a_link_expires(auth, kind, token, clock):
    """It is good for two hours from its sending, to the second."""
    clock.advance(hours=2, seconds=-1)
    assert auth.is_link_valid(token, purpose=kind.purpose)
    clock.advance(seconds=1)
    assert refused(auth, kind, token)
    clock.advance(seconds=1)
    assert refused(auth, kind, token)


def test_a_link_of_a_clock_that_was_ahead_does_not_work(auth, kind, clock, send):
    """It would work for longer than it may. Accounts that are older than that clock are no exception."""
    kind.prepare(auth)
    clock.advance(days=1)
    token = send()
    clock.advance(hours=-1)
    assert auth.find_link(token, purpose=kind.purpose) is None
    with pytest.raises(InvalidLinkError):
        kind.use(auth, token)
    assert not kind.is_used(auth)


def test_a_link_knows_where_its_reader_wants_to_go(auth, kind, token, send):
    """After what it is for."""
    assert auth.find_link(send(next_path="/checkout?step=2"), purpose=kind.purpose).next_path == "/checkout?step=2"


def test_its_life_begins_when_it_is_sent(auth, kind, mailboxes, clock):
    """Not when it was asked for: a mail that had to wait is worth no less."""
    kind.prepare(auth)
    kind.request(auth)
    clock.advance(hours=5)
    auth.deliver_mails()
    clock.advance(hours=1, minutes=59)
    assert kind.use(auth, mailboxes.token()).username == "carol"


def test_only_the_newest_link_works(auth, kind, token, send):
    """The one before it is of no use from the moment the next one is sent."""
    newer = send()
    assert refused(auth, kind, token)
    assert kind.use(auth, newer).username == "carol"


def test_a_link_is_for_one_address(auth, kind, token, sql):
    """Whoever has moved to another address has no use for what was sent to the old one."""
    sql("UPDATE users SET email = 'moved@example.com' WHERE username = 'carol'")
    assert refused(auth, kind, token)
    sql("UPDATE users SET email = ? WHERE username = 'carol'", MAIL)
    assert kind.use(auth, token).username == "carol"


def test_a_link_is_for_an_active_account(auth, kind, token):
    """A deactivated account can neither be verified nor be given a new password."""
    auth.disable_user("carol")
    assert refused(auth, kind, token)


def test_a_link_is_for_one_purpose(auth, kind, token):
    """The other page does not take it."""
    other = Reset() if kind.purpose == "email_verification" else Verification()
    assert refused(auth, other, token)
    assert kind.use(auth, token).username == "carol"


def test_a_link_is_for_one_account(auth, kind, token, send, sql):
    """Dave's link does nothing to carol, nor hers to him."""
    auth.create_user("dave", email="dave@example.com", password=PASSWORD)
    before = carols_row(sql)
    daves = send("dave@example.com")
    assert kind.use(auth, daves).username == "dave"
    assert carols_row(sql) == before
    assert kind.use(auth, token).username == "carol"
    assert carols_row(sql) != before


def carols_row(sql):
    """Carol's row."""
    return sql("SELECT * FROM users WHERE username = 'carol'")


def test_a_look_changes_nothing(auth, kind, token, snapshot):
    """However often a mail scanner or a browser opens the page, the link stays good and no row changes."""
    before = snapshot()
    for _ in range(5):
        assert auth.is_link_valid(token, purpose=kind.purpose)
        assert not auth.is_link_valid(token + "x", purpose=kind.purpose)
    assert snapshot() == before
    assert kind.use(auth, token).username == "carol"


@pytest.mark.parametrize(
    "nonsense", [None, "", 5, b"x", [], {}, "\ud800", "x" * 10**6, "\0", "'; DROP TABLE links; --"]
)
def test_nonsense_is_no_link(auth, kind, token, nonsense):
    """Whatever it is made of."""
    assert refused(auth, kind, nonsense)
    assert not auth.is_link_valid(token.lower(), purpose=kind.purpose)
    assert not auth.is_link_valid(token + "=", purpose=kind.purpose)


def test_a_refusal_says_no_more_than_that(auth, kind, token, clock):
    """Unknown, used and expired links are refused in the same words."""
    answers = set()
    kind.use(auth, token)
    for link in (token, "unknown", None):
        with pytest.raises(InvalidLinkError) as refusal:
            kind.use(auth, link)
        answers.add((str(refusal.value), refusal.value.code, refusal.value.evidence["reason"]))
    assert len(answers) == 1


def test_only_the_digest_is_kept(auth, kind, token, snapshot):
    """Whoever reads the database, after the mail was sent or before, finds no link."""
    everything = repr(snapshot())
    assert token not in everything
    assert MAIL in everything
    kind.request(auth)
    assert "digest" not in repr(auth.list_queued_mails())
    auth.deliver_mails()
    assert token not in repr(snapshot())


def test_a_secret_is_long_and_fits_a_link(token):
    """256 bits, without a character that a mail program or a browser would change."""
    assert len(token) == 43
    assert set(token) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


def test_an_unknown_purpose_is_a_mistake(auth, token):
    """Of the caller's."""
    for purpose in ("", "login", None, 5):
        with pytest.raises(InvalidParameterError):
            auth.is_link_valid(token, purpose=purpose)


def test_a_weak_password_does_not_spend_the_link(auth, reset):
    """Another one may be chosen."""
    for password in ("short", "passwordpassword", "carol has a password"):
        with pytest.raises(WeakPasswordError):
            auth.reset_password(reset, password)
    assert auth.reset_password(reset, NEW).username == "carol"


def test_expired_links_are_cleaned_up(auth, kind, token, send, clock, count):
    """And good ones are not."""
    clock.advance(hours=1)
    auth.create_user("dave", email="dave@example.com", password=PASSWORD)
    daves = send("dave@example.com")
    clock.advance(hours=1)
    assert auth.cleanup_expired_links() == 1
    assert auth.cleanup_expired_links(at_most=5) == 0
    assert auth.is_link_valid(daves, purpose=kind.purpose)
