"""How many sign-ins may fail: 4 of one client on one account, 100 of one client, 50 on one account, in 30 minutes."""

from __future__ import annotations

import pytest

from gatewright import MemoryUserProvider, UserProvider
from gatewright.errors import (
    AttemptBlockedError,
    BusyError,
    GatewrightError,
    InactiveUserError,
    ProviderUnavailableError,
    UnverifiedUserError,
    UserNotFoundError,
)
from gatewright.providers.user_provider import default_hasher
from visitors import OURS, PASSWORD

HERE, ELSEWHERE = "192.0.2.1", "198.51.100.1"
HALF_AN_HOUR = 30 * 60


def guess(auth, username="carol", *, password="wrong", client=HERE, provider=OURS):
    """Try to sign in, and return the code of what came of it."""
    try:
        auth.attempt(username, password, provider, ip_address=client)
    except GatewrightError as error:
        return error.code
    return "proven"


def guess_often(auth, times, username="carol", **options):
    return [guess(auth, username, **options) for _ in range(times)]


def clients(count):
    return [f"203.0.{number // 250}.{number % 250}" for number in range(count)]


def audited(auth):
    return [entry.reason for _, entry in auth.list_audit(event="sign_in_failed")]


def test_the_fifth_attempt_is_blocked(auth, carol):
    """Four failures of one client on one account are answered, and then not even the right password is."""
    assert guess_often(auth, 4) == ["user_not_found"] * 4
    assert guess(auth) == "login_attempt_blocked"
    assert guess(auth, password=PASSWORD) == "login_attempt_blocked"


def test_who_is_blocked_is_told_when_to_come_back(auth, carol, clock):
    """`retry_after` counts the seconds until the first of the four failures is half an hour old."""
    guess(auth)
    clock.advance(minutes=10)
    guess_often(auth, 3)
    with pytest.raises(AttemptBlockedError) as caught:
        auth.attempt("carol", PASSWORD, OURS, ip_address=HERE)
    assert caught.value.retry_after == 20 * 60
    assert caught.value.evidence["client"] == HERE
    assert PASSWORD not in str(caught.value)

    clock.advance(seconds=20 * 60 - 1)
    assert guess(auth, password=PASSWORD) == "login_attempt_blocked"
    clock.advance(seconds=1)
    assert guess(auth, password=PASSWORD) == "proven"


def test_who_is_blocked_is_recorded_and_told_to_hooks(auth, carol, hooks):
    """As a failed authentication of its own reason. Nobody was found wanting, so `login_failed` stays silent."""
    guess_often(auth, 4)
    hooks.clear()
    guess(auth, password=PASSWORD)
    assert hooks.events == [("auth_failed", {"username": "carol", "method": "password", "reason": "attempt_blocked"})]
    _, entry = auth.list_audit(event="sign_in_failed")[-1]
    assert (entry.username, entry.client, entry.method, entry.reason) == (
        "carol",
        HERE,
        "password",
        "attempt_blocked",
    )


def test_being_blocked_puts_nothing_off(auth, carol, clock):
    """Whoever goes on trying is let through no later for it."""
    guess_often(auth, 4)
    for _ in range(29):
        clock.advance(minutes=1)
        guess_often(auth, 3)
    clock.advance(minutes=1)
    assert guess(auth, password=PASSWORD) == "proven"


def test_another_client_and_another_account_are_not_concerned(auth, carol, register):
    """A client that is blocked from one account may try another, and the account's owner comes from elsewhere."""
    register(auth, "dave")
    guess_often(auth, 5)
    assert guess(auth, client=ELSEWHERE, password=PASSWORD) == "proven"
    assert guess(auth, "dave", password=PASSWORD) == "proven"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("2001:db8:0:1::1", "2001:db8:0:1:ffff::2"),
        ("192.0.2.1", "::ffff:192.0.2.1"),
        ("2001:DB8:0:1:0:0:0:1", "2001:db8:0:1::1%eth0"),
    ],
    ids=["a /64 is one client", "IPv4 in IPv6", "spellings"],
)
def test_one_client_in_two_clothes(auth, carol, first, second):
    """Who changes within their own network, or the spelling of their address, is the same client."""
    guess_often(auth, 2, client=first)
    guess_often(auth, 2, client=second)
    assert [guess(auth, client=client) for client in (first, second)] == ["login_attempt_blocked"] * 2


def test_another_network_is_another_client(auth, carol):
    """The next /64 belongs to somebody else."""
    guess_often(auth, 5, client="2001:db8:0:1::1")
    assert guess(auth, client="2001:db8:0:2::1", password=PASSWORD) == "proven"


@pytest.mark.parametrize(
    "spelling",
    [
        "CAROL",
        "  carol ",
        "\uff43\uff41\uff52\uff4f\uff4c",
        "carol.",
        "Carol@Example.COM",
        "ca\u200brol",
        "c\u00adarol",
        "carol\u3164",
        "carol\ufe0f",
    ],
)
@pytest.mark.parametrize("exists", [True, False], ids=["carol", "nobody"])
def test_one_account_under_many_names(auth, register, spelling, exists):
    """A name in another case, width or with what nobody sees, and the email address, count as the account that they
    name. Where there is none, the spellings of the name do just the same.
    """
    if exists:
        register(auth, "carol", email="carol@example.com")
    is_alias = "@" in spelling
    guess_often(auth, 2)
    guess_often(auth, 2, spelling)
    expected = "user_not_found" if is_alias and not exists else "login_attempt_blocked"
    assert [guess(auth), guess(auth, spelling)] == [expected] * 2


def test_unknown_names_are_limited_exactly_alike(auth, carol, hooks):
    """Nobody learns from a limit whether there is an account."""
    outcomes = {name: guess_often(auth, 6, name) for name in ("carol", "nobody")}
    assert outcomes["carol"] == outcomes["nobody"]
    assert [*map(len, (hooks.of("login_failed"), hooks.of("auth_failed")))] == [8, 12]


@pytest.mark.parametrize("name", ["x" * 255, "\u200b", "\ufdfa" * 255, "'; DROP TABLE attempts; --", "%"])
def test_nonsense_is_counted_in_little_room(auth, sql, name):
    """Whatever is typed for a name is limited like one, and takes no more than a name's room."""
    assert guess_often(auth, 5, name) == ["user_not_found"] * 4 + ["login_attempt_blocked"]
    assert max(len(kept) for (kept,) in sql("SELECT name FROM attempts")) <= 512


def test_a_success_is_forgiven_and_washes_nothing(auth, carol):
    """The owner may sign in as often as they like; the failures before still count."""
    guess_often(auth, 3)
    assert guess_often(auth, 10, password=PASSWORD) == ["proven"] * 10
    assert guess(auth) == "user_not_found"
    assert guess(auth, password=PASSWORD) == "login_attempt_blocked"


def test_an_attackers_own_success_washes_nothing(auth, carol, register):
    """Signing in to an account of one's own between guesses clears neither the victim's counter nor the client's."""
    register(auth, "mallory")
    outcomes = []
    for _ in range(6):
        outcomes.append(guess(auth))
        assert guess(auth, "mallory", password=PASSWORD) == "proven"
    assert outcomes == ["user_not_found"] * 4 + ["login_attempt_blocked"] * 2


@pytest.mark.parametrize(
    ("state", "error"), [({"is_active": False}, InactiveUserError), ({"is_verified": False}, UnverifiedUserError)]
)
def test_who_is_not_admitted_counts(auth, register, state, error):
    """The right password of an inactive or unverified user is no success: it is answered four times."""
    register(auth, **state)
    assert guess_often(auth, 5, password=PASSWORD) == [error.code] * 4 + ["login_attempt_blocked"]


def test_what_cannot_be_a_password_is_not_counted(auth, carol):
    """An empty password is no guess."""
    assert guess_often(auth, 6, password="") == ["invalid_parameter"] * 6
    assert guess_often(auth, 6, password=None) == ["invalid_parameter"] * 6
    assert guess(auth, password=PASSWORD) == "proven"


def test_a_hundred_failures_block_a_client(auth, carol, clock):
    """One password tried on many accounts: the client is blocked from all, until the first is half an hour old."""
    outcomes = [guess(auth, f"user {number}") for number in range(102)]
    assert outcomes == ["user_not_found"] * 100 + ["login_attempt_blocked"] * 2
    assert guess(auth, password=PASSWORD) == "login_attempt_blocked"
    assert guess(auth, password=PASSWORD, client=ELSEWHERE) == "proven"
    clock.advance(minutes=30)
    assert guess(auth, password=PASSWORD) == "proven"


def test_fifty_failures_slow_an_account_down(auth, carol, clock):
    """Whoever attacks from many places cannot lock the owner out: every five seconds one attempt is let through."""
    assert {guess(auth, client=client) for client in clients(50)} == {"user_not_found"}
    with pytest.raises(AttemptBlockedError) as caught:
        auth.attempt("carol", PASSWORD, OURS, ip_address=ELSEWHERE)
    assert caught.value.retry_after == 5

    clock.advance(seconds=5)
    assert guess(auth, password=PASSWORD, client=ELSEWHERE) == "proven"
    assert guess_often(auth, 2, client=ELSEWHERE) == ["user_not_found", "login_attempt_blocked"]
    clock.advance(seconds=5)
    assert guess(auth, password=PASSWORD, client=ELSEWHERE) == "proven"


def test_a_slow_account_is_slow_for_each_alike(auth, carol, clock):
    """A client that is blocked gets none of the moments at which one is let through."""
    guess_often(auth, 4)
    for client in clients(46):
        guess(auth, client=client)
    clock.advance(seconds=5)
    assert guess(auth, password=PASSWORD) == "login_attempt_blocked"
    assert guess(auth, password=PASSWORD, client=ELSEWHERE) == "proven"


def test_an_unknown_client_is_slowed_down_only(auth, carol, clock):
    """Where nobody says where an attempt comes from, only the account's own limit can be kept."""
    assert guess_often(auth, 50, client=None) == ["user_not_found"] * 50
    assert guess(auth, password=PASSWORD, client=None) == "login_attempt_blocked"
    assert guess(auth, password=PASSWORD) == "login_attempt_blocked"
    clock.advance(seconds=5)
    assert guess_often(auth, 10, password=PASSWORD, client=None) == ["proven"] * 10
    assert guess(auth, client=None) == "user_not_found"
    assert guess(auth, password=PASSWORD, client=None) == "login_attempt_blocked"


def test_the_limits_are_settings(make_auth, gatewright_settings, register):
    """Each number and the window can be another one."""
    settings = gatewright_settings.with_values(
        attempts_per_client_and_account=2, attempts_per_client=3, attempt_window_minutes=1
    )
    auth = make_auth(settings=settings)
    register(auth)
    assert guess_often(auth, 3) == ["user_not_found"] * 2 + ["login_attempt_blocked"]
    assert guess_often(auth, 2, "nobody") == ["user_not_found", "login_attempt_blocked"]
    auth._parts.clock.advance(minutes=1)
    assert guess(auth, password=PASSWORD) == "proven"


def test_the_protection_can_be_switched_off(make_auth, gatewright_settings, register, count):
    """Then nothing is counted."""
    auth = make_auth(settings=gatewright_settings.with_values(enable_brute_force_protection=False))
    register(auth)
    assert guess_often(auth, 8) == ["user_not_found"] * 8
    assert guess(auth, password=PASSWORD) == "proven"
    assert count("attempts") == 0


def test_a_provider_of_ones_own_is_limited_too(make_auth):
    """It verifies the password itself, and is not asked once too many failed; its users are others than ours."""
    asked = []

    class Own(UserProvider):
        def load_user_by_username(self, username, password=None):
            asked.append(username)
            raise UserNotFoundError

    auth = make_auth(providers=[Own()])
    assert guess_often(auth, 4, provider="Own") == ["user_not_found"] * 4
    assert guess_often(auth, 2, " Carol", provider="Own") == ["login_attempt_blocked"] * 2
    assert asked == ["carol"] * 4
    assert guess(auth) == "user_not_found"


@pytest.mark.parametrize("error", [ProviderUnavailableError, BusyError])
@pytest.mark.parametrize("client", [HERE, None])
def test_what_was_not_decided_is_not_counted(make_auth, error, client):
    """Nobody is blocked because the users' place could not be reached, or too many waited."""

    class Out(UserProvider):
        def load_user_by_username(self, username, password=None):
            raise error

    auth = make_auth(providers=[Out()])
    assert guess_often(auth, 60, client=client, provider="Out") == [error.code] * 60
    assert audited(auth) == []


def test_an_error_of_a_hook_forgives_nothing(make_auth, register):
    """Where a hook's error takes the place of the failure, the failure counts all the same."""
    for client in (HERE, None):
        auth = make_auth(propagate_hook_errors=True)
        register(auth, f"carol {client}")

        @auth.hooks.login_failed
        def fail():
            raise RuntimeError("a hook failed")

        for _ in range(4 if client else 50):
            with pytest.raises(RuntimeError):
                auth.attempt(f"carol {client}", "wrong", OURS, ip_address=client)
        assert guess(auth, f"carol {client}", password=PASSWORD, client=client) == "login_attempt_blocked"


def test_a_client_that_is_none_is_refused(auth, carol):
    """An address that cannot be read limits nobody, so nobody is proven by it."""
    assert guess(auth, password=PASSWORD, client="not an address") == "invalid_parameter"


def test_the_guard_counts_its_visitor(visitor, carol, auth):
    """A login page's attempts are those of the visit's address."""
    visitor._device = {"ip_address": HERE}
    for _ in range(4):
        with pytest.raises(UserNotFoundError):
            visitor.request().login("carol", "wrong", OURS)
    with pytest.raises(AttemptBlockedError):
        visitor.request().login("carol", PASSWORD, OURS)
    assert visitor.cookie == {}
    assert guess(auth, password=PASSWORD) == "login_attempt_blocked"


def test_a_bypass_is_no_attempt(auth, carol):
    """Nobody guesses there: it is on somebody's word."""
    guess_often(auth, 5)
    assert auth.bypass("carol", OURS, actor="root").username == "carol"


def test_users_in_memory_are_limited(make_auth):
    """A ready provider is limited like our own users."""
    users = [{"email": "carol", "password": default_hasher().hash(PASSWORD)}]
    auth = make_auth(providers=[MemoryUserProvider(users)])
    assert guess_often(auth, 5, provider="MemoryUserProvider") == ["user_not_found"] * 4 + ["login_attempt_blocked"]
    assert guess(auth, client=ELSEWHERE, password=PASSWORD, provider="MemoryUserProvider") == "proven"


def test_what_no_limit_counts_is_purged(auth, carol, clock, count):
    """Failures go with the longest window that counts any, and no sooner: that of the mails, by default."""
    guess_often(auth, 4)
    clock.advance(hours=2, seconds=-1)
    assert auth.cleanup_expired_attempts() == 0
    clock.advance(seconds=1)
    assert auth.cleanup_expired_attempts() == 4
    assert count("attempts") == 0
