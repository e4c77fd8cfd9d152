"""An unknown name, a user without a password and a wrong password look the same and cost the same work."""

from __future__ import annotations

import bcrypt
import pytest

from gatewright import MemoryUserProvider
from gatewright.errors import AttemptBlockedError, InactiveUserError, UserNotFoundError
from gatewright.providers import ChainUserProvider
from gatewright.testing import HookRecorder, Wallet
from visitors import OURS, PASSWORD, Visitor

CHEAP = "m=8,t=1,p=1"


@pytest.fixture
def failure(auth):
    """Attempt and return everything that a caller can see of the refusal."""

    def fail(username, password, provider=OURS):
        with pytest.raises(UserNotFoundError) as raised:
            auth.attempt(username, password, provider)
        error = raised.value
        return type(error), error.code, str(error), error.public_message, error.evidence

    return fail


@pytest.fixture
def everybody(auth, register, link, sql):
    """A user with a password, one without, one of a wallet, an inactive and an unverified one, and a broken hash."""
    register(auth, "carol")
    register(auth, "no-password", password=None)
    register(auth, "wallet-only", password=None)
    link(auth, "wallet-only", Wallet.new("alice"))
    register(auth, "inactive", is_active=False)
    register(auth, "unverified", is_verified=False)
    for username, stored in [("broken", "$argon2id$v=19$m=8,t=1,p=1$broken"), ("foreign", "5f4dcc3b5aa765d61d8327")]:
        register(auth, username, password=None)
        sql("UPDATE users SET password_hash = ? WHERE username = ?", stored, username)
    return auth


NAMES = [
    "carol",
    "nobody",
    "no-password",
    "wallet-only",
    "inactive",
    "unverified",
    "broken",
    "foreign",
    "\u200b",
    "a b",
]
POSSIBLE = [name for name in NAMES if name != "\u200b"]
"""Without the one that no account can have, and that is looked up nowhere."""


@pytest.mark.parametrize("username", NAMES)
def test_every_refusal_is_the_same_refusal(everybody, failure, username):
    """Class, code, messages and evidence: nothing in the error tells why."""
    assert failure(username, "a wrong password") == failure("nobody at all", "a wrong password")


@pytest.mark.parametrize("username", NAMES)
@pytest.mark.parametrize("password", ["a wrong password", "x" * 5000, "\ud800"], ids=["wrong", "too long", "no text"])
def test_every_refusal_hashes_exactly_once(everybody, failure, computations, username, password):
    """Whatever the reason, one hash with today's parameters is computed, neither more nor less."""
    failure(username, password)
    assert computations == [CHEAP]


CLIENT = "192.0.2.7"
WAYS = {
    "attempt": lambda auth, username, password: auth.attempt(username, password, OURS),
    "attempt of a known client": lambda auth, username, password: auth.attempt(
        username, password, OURS, ip_address=CLIENT
    ),
    "login": lambda auth, username, password: Visitor(auth).request().login(username, password, OURS),
    "login of a known client": lambda auth, username, password: (
        Visitor(auth, ip_address=CLIENT).request().login(username, password, OURS)
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_every_refusal_runs_the_same_statements(make_auth, gatewright_settings, everybody, work, way):
    """In the same order, whoever is named, and by whichever way in; so the store answers alike, however far it is."""
    auth = make_auth(settings=gatewright_settings.with_values(attempts_per_client_and_account=1000))
    act = WAYS[way]
    work(lambda: act(auth, "nobody at all", "a wrong password"))  # opens connections
    expected, hashes = work(lambda: act(auth, "nobody at all", "a wrong password"))
    assert len(expected) > 5
    assert hashes == [CHEAP]
    for username in POSSIBLE:
        assert work(lambda name=username: act(auth, name, "a wrong password")) == (expected, hashes), username


@pytest.mark.parametrize("domain", ["b\u00fccher.example", "xn--bcher-kva.example"], ids=["as read", "in ASCII"])
def test_an_address_of_several_spellings_costs_as_many_questions_known_or_not(work, auth, register, domain):
    """However its domain was typed: each spelling is asked for, whichever of them is known."""
    register(auth, "ingrid", email="ingrid@b\u00fccher.example")
    work(lambda: auth.attempt(f"nobody@{domain}", "a wrong password", OURS))
    unknown, known = (
        work(lambda n=n: auth.attempt(f"{n}@{domain}", "a wrong password", OURS)) for n in ("nobody", "ingrid")
    )
    assert unknown == known
    assert sum(statement.startswith("SELECT users.id") for statement in known[0]) > 1


@pytest.mark.parametrize("way", ["attempt of a known client", "login of a known client"])
def test_whoever_is_locked_out_is_refused_by_the_same_work(make_auth, gatewright_settings, everybody, work, way):
    """Nothing is hashed, and the right password changes nothing."""
    auth = make_auth(settings=gatewright_settings.with_values(attempts_per_client_and_account=2))
    seen = []
    for username in ("nobody at all", *POSSIBLE):
        for password in ("a wrong password", "a wrong password", PASSWORD, "a wrong password"):
            seen.append(work(lambda name=username, typed=password: WAYS[way](auth, name, typed)))
        with pytest.raises(AttemptBlockedError):
            WAYS[way](auth, username, PASSWORD)
        assert seen[-1] == seen[-2] == seen[2], username
    assert seen[2][1] == []


@pytest.mark.parametrize("provider", ["MemoryUserProvider", "ChainUserProvider"])
def test_providers_of_an_application_cost_the_same_work_for_every_name(make_auth, work, provider):
    """Where they hand out hashes: the core does the rest."""
    users = [
        {"email": "known@example.com", "password": "$2b$04$broken"},
        {"email": "bare@example.com"},
        {"email": "inactive@example.com", "password": PASSWORD, "active": False},
    ]
    memory = MemoryUserProvider(users)
    auth = make_auth(
        providers=[memory, ChainUserProvider(MemoryUserProvider([{"email": "other@example.com"}]), memory)]
    )
    names = ["nobody", "known", "bare", "inactive", "nobody"]
    seen = [
        work(lambda name=name: auth.attempt(f"{name}@example.com", "a wrong password", provider, ip_address=CLIENT))
        for name in names
    ]
    assert seen[1:] == [seen[-1]] * 4
    assert seen[-1][1] == [CHEAP]
    assert len(seen[-1][0]) > 5


def test_only_the_right_password_tells_of_an_accounts_state(auth, everybody, work):
    """Whoever knows the password is told why it does not help them; that costs one hash, too."""
    _, hashes = work(lambda: auth.attempt("inactive", PASSWORD, OURS))
    assert hashes == [CHEAP]
    with pytest.raises(InactiveUserError):
        auth.attempt("inactive", PASSWORD, OURS)


def test_a_success_hashes_once_too(everybody, auth, computations):
    """So does the right password."""
    auth.attempt("carol", PASSWORD, OURS)
    assert computations == [CHEAP]


@pytest.mark.parametrize("username", ["known@example.com", "bare@example.com", "nobody@example.com"])
def test_a_provider_with_credentials_has_equal_cost_for_nothing(make_auth, computations, username):
    """A list of users costs the same for known and unknown names as well, without its author's doing."""
    users = [{"email": "known@example.com", "password": "$2b$04$broken"}, {"email": "bare@example.com"}]
    auth = make_auth(providers=[MemoryUserProvider(users)])
    with pytest.raises(UserNotFoundError):
        auth.attempt(username, "a wrong password", "MemoryUserProvider")
    assert computations == [CHEAP]


def test_the_stored_wallet_address_is_no_name_here(auth, sign_in, computations):
    """Somebody who signs in with a wallet only has no password, by the address either: same error, same work."""
    wallet = Wallet.new("alice")
    sign_in(auth, wallet)
    with pytest.raises(UserNotFoundError):
        auth.attempt(wallet.address, "a wrong password", OURS)
    assert computations == [CHEAP]


def test_all_refusals_fire_the_same_events(everybody, auth):
    """An application that listens learns no more than the visitor."""
    hooks = HookRecorder(auth)
    seen = set()
    for username in NAMES:
        with pytest.raises(UserNotFoundError):
            auth.attempt(username, "a wrong password", OURS)
        seen.add((tuple(hooks.names), hooks.of("auth_failed")[0]["reason"]))
        hooks.clear()
    assert seen == {(("login_failed", "auth_failed"), "user_not_found")}


def test_an_expensive_foreign_hash_costs_its_own_work_until_it_is_renewed(auth, register, computations):
    """A bcrypt user's refusal costs one argon2 computation beside bcrypt's own: never less than an unknown name."""
    register(auth, password=None, password_hash=bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode())
    with pytest.raises(UserNotFoundError):
        auth.attempt("carol", "a wrong password", OURS)
    assert computations == [CHEAP]
