"""Eight processes of eight threads do one thing at the same moment, and it happens once."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from gatewright.errors import GatewrightError
from gatewright.testing import Wallet
from mailboxes import Mailboxes
from stores_under_test import assert_sound

CROWD = 64
PASSWORD = "correct horse battery staple"
CHILD = Path(__file__).parent / "children" / "crowd.py"

pytestmark = pytest.mark.xdist_group("crowd")


@pytest.fixture(scope="module")
def crowd():
    """The processes, which wait for what to do."""
    with subprocess.Popen([sys.executable, CHILD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        try:
            yield child
        finally:
            child.kill()


@pytest.fixture
def race(crowd, store_settings):
    """Have everybody do one thing at once, and return how often each outcome came; the store breaks no rule."""

    def race(act, argument, **settings):
        print(json.dumps([act, store_settings | settings, argument]), file=crowd.stdin, flush=True)
        outcomes = json.loads(crowd.stdout.readline())
        assert len(outcomes) == CROWD
        assert_sound(store_settings)
        return Counter(outcomes)

    return race


@pytest.fixture
def mails():
    return Mailboxes()


@pytest.fixture
def auth(open_auth, mails):
    """An application on the store whose mails can be read, and that limits nothing itself."""
    generous = {"challenges_per_address": 1000, "mails_per_address": 1000, "enable_brute_force_protection": False}
    return mails.serve(open_auth(**generous))


@pytest.fixture
def anna(auth):
    """A verified account with a password."""
    return auth.create_user("anna", email="anna@example.com", password=PASSWORD, is_verified=True)


@pytest.fixture
def token_of(auth, mails):
    """Send what waits, and return the secret of the last mail's link."""

    def token_of():
        auth.deliver_mails()
        return mails.token()

    return token_of


def signed(auth, wallet, times=CROWD):
    """So many challenges of one wallet, with their signatures."""
    challenges = [auth.generate_challenge(wallet.address) for _ in range(times)]
    return [(challenge, wallet.sign(challenge)) for challenge in challenges]


@pytest.mark.parametrize("act", ["sign_in", "visit"])
def test_one_challenge_opens_one_session(auth, race, act):
    """Whoever comes second hears that the challenge has been used: by token and in a visit."""
    wallet = Wallet.new()
    outcomes = race(act, [wallet.address, *signed(auth, wallet, 1)[0]])
    (session,) = auth.list_sessions()

    assert outcomes == {session.id if act == "sign_in" else session.user_id: 1, "invalid_challenge": CROWD - 1}


def test_one_new_wallet_makes_one_account(auth, race):
    """64 challenges of one address, signed in with at once: everybody is let in, to one account."""
    wallet = Wallet.new()
    outcomes = race("first_sign_in", [wallet.address, signed(auth, wallet)])
    (user,) = auth.list_users()

    assert outcomes == {user.id: CROWD}
    assert len(auth.list_sessions(user.id)) == CROWD


def test_one_wallet_is_linked_to_one_account(auth, race):
    """Of two accounts that both link it, one has it; no challenge of the others is spent."""
    wallet, names = Wallet.new(), ["anna", "ben"]
    for name in names:
        auth.create_user(name, password=PASSWORD)
    attempts = signed(auth, wallet)
    (owner,) = (outcomes := race("link_wallet", [names, wallet.address, attempts])).keys() - {"taken"}

    assert outcomes == {owner: 1, "taken": CROWD - 1}
    assert auth.list_wallets(owner) == [wallet.address]
    assert sum(auth.get_challenge_details(challenge).used for challenge, _ in attempts) == 1


def test_one_mail_address_makes_one_account(auth, race, mails):
    """The answer is the same to all; the first password is the account's, and the owner's mails are limited."""
    assert race("sign_up", "carol@example.com", mails_per_address=3) == {"answered": CROWD}
    (user,) = auth.list_users()
    auth.deliver_mails()
    assert Counter(mails.kinds()) == {
        ("email_verification", "carol@example.com"): 1,
        ("already_registered", "carol@example.com"): 3,
    }
    auth.verify_user("carol@example.com")

    def lets_in(number):
        try:
            return auth.attempt("carol@example.com", f"{PASSWORD} {number}", "SQLUserProvider").id == user.id
        except GatewrightError:
            return False

    assert [lets_in(number) for number in range(CROWD)].count(True) == 1


def test_one_username_is_one_accounts(auth, race):
    """Of 64 who sign up under one name with addresses of their own, one has it."""
    assert race("sign_up_as", "carol") == {"answered": 1, "taken": CROWD - 1}
    assert [user.username for user in auth.list_users()] == ["carol"]


def test_one_username_is_taken_once(auth, race):
    """Of 64 accounts that are renamed to it, one is; the others have their names still."""
    ids = [auth.create_user(f"person-{number}").id for number in range(CROWD)]
    outcomes = race("rename", [ids, "carol"])
    carol = auth.get_user("carol").id

    assert outcomes == {carol: 1, "taken": CROWD - 1}
    assert sorted([*(f"person-{n}" for n in range(CROWD) if ids[n] != carol), "carol"]) == sorted(
        user.username for user in auth.list_users()
    )


def test_one_reset_link_changes_one_password(auth, race, anna, token_of):
    """One of 64 new passwords is the account's, and its owner is told once; no session is left."""
    auth.guard({}).login("anna", PASSWORD, "SQLUserProvider")
    auth.request_password_reset("anna@example.com")
    outcomes = race("reset", token_of())
    (winner,) = outcomes.keys() - {"invalid_link"}

    assert outcomes == {winner: 1, "invalid_link": CROWD - 1}
    assert auth.attempt("anna", f"{PASSWORD} {winner}", "SQLUserProvider").id == anna.id
    assert auth.list_sessions() == []
    assert [mail.kind for mail in auth.list_queued_mails()] == ["password_changed"]


def test_one_verification_link_is_used_once(auth, race, token_of):
    """Whoever comes second hears that it is no good any more."""
    auth.sign_up("carol@example.com", password=PASSWORD)
    outcomes = race("verify", token_of())

    assert outcomes == {auth.get_user("carol@example.com").id: 1, "invalid_link": CROWD - 1}


def test_one_mail_change_link_is_used_once(auth, race, anna, mails, token_of):
    """The account moves once, and its former address is told once."""
    auth.request_email_change(anna.id, email="anna@example.org")
    auth.deliver_mails()
    token = next(link for link in mails.links("email_change")).rpartition("/")[2]

    assert race("move", token) == {"anna@example.org": 1, "invalid_link": CROWD - 1}
    assert [mail.kind for mail in auth.list_queued_mails()] == ["email_changed"]


def test_one_mail_address_is_moved_to_once(auth, race, mails):
    """Of eight accounts that have links to one address, one moves there; the others keep theirs, and their links."""
    ids = [auth.create_user(email=f"person-{number}@example.com").id for number in range(8)]
    for user_id in ids:
        auth.request_email_change(user_id, email="carol@example.com")
    auth.deliver_mails()
    tokens = [link.rpartition("/")[2] for link in mails.links("email_change")]
    outcomes = race("move_to_one", tokens)
    carol = auth.get_user("carol@example.com").id

    assert outcomes == {carol: 1, "taken": 56, "invalid_link": 7}
    assert len(auth.list_users()) == 8


@pytest.mark.shows_secrets  # the crowd hands the tokens back
def test_one_remember_token_is_rotated_once(auth, race, anna):
    """Everybody is let in, one of them with a new token, and nobody is taken for a thief."""
    guard = auth.guard({})
    guard.login("anna", PASSWORD, "SQLUserProvider")
    cookie = guard.remember()
    outcomes = race("recall", cookie)
    (renewed,) = outcomes.keys() - {cookie}

    assert outcomes == {cookie: CROWD - 1, renewed: 1}
    assert auth.list_audit(event="remember_me_theft") == []
    assert auth.guard({}).recall(renewed) is not None


@pytest.mark.parametrize("name", ["anna", "nobody"])
def test_one_client_guesses_no_more_than_it_may(auth, race, anna, name):
    """Four guesses are verified, whoever makes them, whether or not there is such a user."""
    assert race("guess", name) == {"user_not_found": 4, "login_attempt_blocked": CROWD - 4}


def test_an_account_is_guessed_at_no_more_than_it_may_be(auth, race, anna):
    """From 64 addresses: the limit of the account holds exactly, and then slows everybody down."""
    outcomes = race("guess_from_everywhere", "anna", attempts_per_account=20, attempt_slow_seconds=600)

    assert outcomes == {"user_not_found": 20, "login_attempt_blocked": CROWD - 20}


def test_one_address_asks_for_no_more_challenges_than_it_may(auth, race):
    """Ten a minute, of 64."""
    assert race("ask", [Wallet.new().address]) == {"asked": 10, "rate_limited": CROWD - 10}


def test_one_client_asks_for_no_more_challenges_than_it_may(auth, race):
    """For whatever addresses: 20 a minute, of 64."""
    addresses = [Wallet.new(f"{number}").address for number in range(CROWD)]

    assert race("ask", addresses, challenges_per_client=20) == {"asked": 20, "rate_limited": CROWD - 20}


def test_one_address_is_sent_no_more_mails_than_it_may_be(auth, race, anna):
    """Three of a kind, of 64, and the answer is the same to all."""
    assert race("ask_for_mail", "anna@example.com", mails_per_address=3) == {"answered": CROWD}
    assert [mail.kind for mail in auth.list_queued_mails()] == ["password_reset"] * 3


@pytest.mark.long
@pytest.mark.parametrize("end", ["delete", "disable"])
def test_an_account_that_ends_while_people_sign_in_leaves_nobody_in(auth, race, anna, end):
    """Whoever was let in before is out, and whoever comes later is refused."""
    outcomes = race(f"{end}_or_sign_in", [anna.id, PASSWORD], enable_brute_force_protection=False)
    visits = outcomes.keys() - {"ended", "user_not_found", "inactive_user"}

    assert outcomes["ended"] == 1
    assert auth.list_sessions() == []
    assert all(auth.guard(json.loads(visit)).is_guest() for visit in visits)
