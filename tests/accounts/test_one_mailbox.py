"""One mailbox, one account: however the domain of an email address is written."""

from __future__ import annotations

import pytest

from gatewright import MemoryUserProvider, UserProvider
from gatewright.errors import InvalidParameterError, TakenError, UserNotFoundError
from gatewright.model import User
from mailboxes import Mailboxes
from visitors import OURS, PASSWORD

SHOWN = "info@münchen.example"
ENCODED = "info@xn--mnchen-3ya.example"
SPELLINGS = [
    SHOWN,
    ENCODED,
    "Info@MÜNCHEN.Example.",
    "INFO@XN--MNCHEN-3YA.EXAMPLE",
    "info@mu\u0308nchen.example",
    "info@münchen\u3002example",
    "info\uff20xn--mnchen-3ya\uff0eexample",
    " info@xn--mnchen-3ya.example \n",
    "info@mün\u00adchen.example",
]
TWO_MAILBOXES = [("info@straße.example", "info@strasse.example"), ("info@ελλάς.example", "info@ελλάσ.example")]


@pytest.mark.parametrize("first", SPELLINGS)
def test_one_mailbox_has_one_account(auth, count, first):
    """It is shown as people read it, and nobody else can have it."""
    assert auth.create_user(email=first).email == SHOWN
    for spelling in SPELLINGS:
        with pytest.raises(TakenError):
            auth.create_user("mallory", email=spelling)
        with pytest.raises(InvalidParameterError):
            auth.create_user(spelling)  # an address for a username is one's own
    assert count("users") == 1


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_every_spelling_finds_the_account(auth, register, spelling):
    """To sign in, to be taken at one's word, and for whoever administers it."""
    carol = register(auth, None, email=ENCODED)
    found = auth.attempt(spelling, PASSWORD, OURS), auth.bypass(spelling, OURS), auth.get_user(spelling)
    assert {user.id for user in found} == {carol.id}
    auth.disable_user(spelling)
    assert not auth.get_user(SHOWN).is_active


@pytest.mark.parametrize("first", ["a@i\u2764.example", "a@i\u2764\ufe0f.example", "a@XN--I-7IQ.example"])
def test_a_domain_of_symbols_is_one_too(auth, count, first):
    """Some registries sell them, and mail gets there by the encoded name."""
    auth.sign_up(first, password=PASSWORD)
    for spelling in ("a@i\u2764.example", "a@xn--i-7iq.example"):
        assert auth.get_user(spelling).email == "a@i\u2764.example"
        auth.sign_up(spelling, password=PASSWORD)
    assert count("users") == 1


@pytest.mark.parametrize(("one", "other"), TWO_MAILBOXES)
def test_two_mailboxes_have_two_accounts(auth, register, one, other):
    """Letters that look or sound alike belong to two owners, and neither is taken for the other."""
    made = {address: register(auth, None, email=address).id for address in (one, other)}
    assert {address: auth.attempt(address, PASSWORD, OURS).id for address in made} == made
    assert [auth.get_user(address).email for address in made] == [one, other]


def test_whom_an_older_release_has_kept_by_the_encoded_domain_is_found_by_it(auth, register, sql):
    """Be there somebody with the same mailbox as people read it or not."""
    first = register(auth, "first", email=ENCODED)
    sql("UPDATE users SET email = ?", ENCODED)
    assert auth.attempt(ENCODED.upper(), PASSWORD, OURS).id == first.id
    second = register(auth, "second", email=SHOWN)
    assert auth.attempt(ENCODED.upper(), PASSWORD, OURS).id == first.id
    assert auth.get_user(SHOWN).id == second.id


@pytest.mark.parametrize(("one", "other"), TWO_MAILBOXES)
def test_nobody_is_found_by_anothers_mailbox(auth, register, one, other):
    """Not even on somebody's word."""
    register(auth, None, email=other)
    for find in (lambda: auth.bypass(one, OURS), lambda: auth.get_user(one), lambda: auth.attempt(one, PASSWORD, OURS)):
        with pytest.raises(UserNotFoundError):
            find()


@pytest.mark.parametrize("email", ["a@[127.0.0.1]", "a@b..c", "a@-b.example", "a@xn--a", "a@\u2764_.example", "a@b,c"])
def test_a_domain_that_cannot_be_is_refused(auth, count, email):
    """With the field's name, and nobody is made."""
    with pytest.raises(InvalidParameterError, match="domain of the email") as refused:
        auth.sign_up(email, password=PASSWORD)
    assert refused.value.evidence["parameter"] == "email"
    assert count("users") == 0


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_signing_up_again_writes_to_the_account_there_is(auth, count, spelling):
    """And resets and verifications are asked for in any spelling; the mails go to the one address."""
    mailboxes = Mailboxes()
    mailboxes.serve(auth)
    auth.sign_up(ENCODED, password=PASSWORD)
    auth.sign_up(spelling, password=PASSWORD)
    auth.request_email_verification(spelling)
    auth.request_password_reset(spelling)
    auth.deliver_mails()
    assert count("users") == 1
    kinds = ["email_verification", "already_registered", "email_verification", "password_reset"]
    assert sorted(mailboxes.kinds()) == sorted((kind, SHOWN) for kind in kinds)


@pytest.mark.parametrize("kind", ["account", "nobody", "two signs"])
def test_attempts_in_all_spellings_count_together(auth, register, kind):
    """Where there is no account, just the same, even if the name is one that only another system may know."""
    if kind == "account":
        register(auth, None, email=SHOWN)
    codes = []
    for spelling in SPELLINGS:
        name = f"a@{spelling.strip()}" if kind == "two signs" else spelling
        with pytest.raises(Exception) as refused:  # noqa: PT011 - which one is compared
            auth.attempt(name, "wrong", OURS, ip_address="192.0.2.1")
        codes.append(refused.value.code)
    assert codes == ["user_not_found"] * 4 + ["login_attempt_blocked"] * (len(SPELLINGS) - 4)


def test_mails_to_all_spellings_count_together(auth, register, gatewright_settings):
    """Nobody's mailbox is filled by writing its domain in another way."""
    mailboxes = Mailboxes()
    mailboxes.serve(auth)
    register(auth, None, email=SHOWN)
    for spelling in SPELLINGS:
        auth.request_password_reset(spelling)
    auth.deliver_mails()
    assert len(mailboxes.mails) <= gatewright_settings.mails_per_address < len(SPELLINGS)


def test_the_record_knows_one_spelling(auth, register):
    """And finds what is about a mailbox by any of them."""
    register(auth, None, email=SHOWN)
    for spelling in SPELLINGS:
        with pytest.raises(UserNotFoundError):
            auth.attempt(spelling, "wrong", OURS)
    lines = [line.username for _, line in auth.list_audit(event="sign_in_failed")]
    assert lines == [SHOWN] * len(SPELLINGS)
    assert [len(auth.list_audit(event="sign_in_failed", username=name)) for name in SPELLINGS] == [len(lines)] * len(
        lines
    )


class OwnUserProvider(UserProvider):
    """Knows one user by one name, and compares their password itself."""

    def __init__(self, name):
        self.name = name

    def load_user_by_username(self, username, password=None):
        if username != self.name or password not in (None, PASSWORD):
            raise UserNotFoundError
        return User({"id": "7", "username": username})


@pytest.mark.parametrize("kept", [SHOWN, ENCODED])
@pytest.mark.parametrize("typed", [*SPELLINGS[:2], "info@MÜNCHEN.example", "info@xn--mnchen-3YA.example."])
@pytest.mark.parametrize("before", ["", "a@"], ids=["email address", "two signs"])
def test_a_provider_of_ones_own_is_asked_for_every_spelling(make_auth, before, kept, typed):
    """Whichever it keeps, whichever is typed; a wrong password stays wrong, and sessions find their user again."""
    kept, typed = before + kept, before + typed
    auth = make_auth(providers=[OwnUserProvider(kept)])
    guard = auth.guard(visit := {})
    assert guard.login(typed, PASSWORD, "OwnUserProvider").username == kept
    assert auth.guard(visit).user().username == kept
    assert auth.bypass(typed, "OwnUserProvider").username == kept
    with pytest.raises(UserNotFoundError):
        auth.attempt(typed, "wrong", "OwnUserProvider")


@pytest.mark.parametrize(("kept", "typed"), [(SHOWN, ENCODED), (ENCODED, SHOWN)])
def test_a_provider_that_hands_out_hashes_keeps_the_renewed_one(make_auth, kept, typed):
    """Under the name that it knows."""
    auth = make_auth()
    old = "$2b$04$GJZ2YJN7KNhlU5pvEUITJeG5UTRJVdKBhrxtQhvU9zqLEgvgwbwjG"
    members = MemoryUserProvider([{"email": kept, "id": "7", "password": old}])
    assert auth.attempt(typed, "hunter2", members).username == kept
    assert members.find(kept)[1] != old
