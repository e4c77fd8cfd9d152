"""Remember-me: a browser that is known beyond its session, without being trusted with everything."""

from __future__ import annotations

import re

import pytest

from gatewright import MemoryUserProvider
from gatewright.errors import AuthenticationError, ProviderUnavailableError, UserNotFoundError
from gatewright.model import User
from gatewright.proofs import Kind, Proof
from visitors import OURS, PASSWORD, WALLETS, Visitor

ANOTHER = "quiet lamp under seven hills"


@pytest.fixture
def browser(signed_in):
    """A visitor who is remembered; the cookie is beside their session."""
    signed_in.remembered = signed_in.request().remember()
    return signed_in


@pytest.fixture
def come_back():
    """Come with the cookie only, as after the browser was closed; return the visitor and what the cookie is now."""

    def come_back(browser, cookie=None):
        later = Visitor(browser.auth)
        return later, later.request().recall(cookie or browser.remembered)

    return come_back


def test_who_comes_back_is_signed_in_but_not_fully(browser, come_back, hooks, carol):
    """The visit knows the user, in a session of its own that opened the way every session does."""
    hooks.clear()
    later, cookie = come_back(browser)
    guard = later.request()
    assert guard.user().id == carol.id
    assert not guard.is_guest()
    assert not guard.is_fully_authenticated()
    assert cookie not in (None, browser.remembered)
    assert hooks.names == ["post_auth"]
    assert hooks.of("post_auth")[0]["session"].id == guard.current_session().id
    assert browser.request().is_fully_authenticated()


def test_the_session_is_recorded_listed_and_revoked_like_any(browser, come_back, auth):
    """With its device, as `remember_me`."""
    later = Visitor(auth, ip_address="192.0.2.7", user_agent="Browser")
    later.request().recall(browser.remembered)
    _, entry = auth.list_audit(event="signed_in")[-1]
    assert (entry.username, entry.provider, entry.method, entry.client) == ("carol", OURS, "remember_me", "192.0.2.7")
    (session,) = [one for one in browser.request().sessions() if one.user_agent == "Browser"]
    assert session == later.request().current_session()
    assert browser.request().revoke_session(session.id)
    assert later.request().is_guest()


def test_each_use_replaces_the_cookie(browser, come_back, clock):
    """The series goes on; the latest value is the one that works."""
    cookie = browser.remembered
    seen = {cookie}
    for _ in range(5):
        clock.advance(days=1)
        later, cookie = come_back(browser, cookie)
        assert not later.request().is_guest()
        seen.add(cookie)
    assert len(seen) == 6
    assert len({value.partition(".")[0] for value in seen}) == 1


def test_the_old_session_of_the_visit_ends(browser, auth):
    """A secret that somebody planted before is worth nothing afterwards; what the visit kept stays."""
    browser.request().session("basket", ["book"])
    planted = browser.thief()
    auth._parts.clock.advance(hours=3)
    before = browser.secret
    browser.request().recall(browser.remembered)
    assert browser.secret != before
    assert planted.request().is_guest()
    assert browser.request().session("basket") == ["book"]


def test_a_session_that_was_idle_for_too_long_ends_for_good(browser, clock, gatewright_settings, sql):
    """The browser has another one from then on."""
    clock.advance(minutes=gatewright_settings.session_idle_minutes + 1)
    assert browser.request().is_guest()
    assert browser.request().recall(browser.remembered) is not None
    assert sql("SELECT is_active, is_fully_authenticated FROM sessions ORDER BY is_active") == [(0, 1), (1, 0)]


def test_who_is_signed_in_stays_so(browser, count):
    """A visitor who has proven who they are is never made less than that, and the cookie is not used up."""
    assert browser.request().recall(browser.remembered) == browser.remembered
    assert browser.request().is_fully_authenticated()
    assert count("sessions") == 1


def test_only_who_has_proven_who_they_are_is_remembered(auth, browser, come_back):
    """A guest cannot be, and whoever is merely remembered is not remembered for ever."""
    later, _ = come_back(browser)
    for guard in (auth.guard({}), later.request()):
        with pytest.raises(AuthenticationError):
            guard.remember()


def test_it_is_over_after_fifteen_days_whatever_happens(browser, come_back, clock):
    """However often the cookie was replaced, and whatever date the browser keeps it until."""
    _, cookie = come_back(browser)
    clock.advance(days=15, seconds=-1)
    later, cookie = come_back(browser, cookie)
    assert not later.request().is_guest()
    clock.advance(seconds=1)
    later, after = come_back(browser, cookie)
    assert after is None
    assert later.request().is_guest()


def test_the_lifetime_is_a_setting(make_auth, gatewright_settings, register, clock):
    """In days."""
    auth = make_auth(settings=gatewright_settings.with_values(remember_days=1))
    register(auth)
    guard = auth.guard({})
    guard.login("carol", PASSWORD, OURS)
    cookie = guard.remember()
    clock.advance(days=1)
    assert auth.guard({}).recall(cookie) is None


def test_the_database_knows_digests_only(browser, come_back, sql):
    """Whoever reads it cannot come back as somebody else."""
    _, cookie = come_back(browser)
    kept = repr(sql("SELECT * FROM remembered"))
    for value in (browser.remembered, cookie):
        assert re.fullmatch(r"[0-9a-f]{32}\.[A-Za-z0-9_-]{43}", value)
        assert value.partition(".")[2] not in kept


@pytest.mark.parametrize(
    "spoil",
    [
        lambda cookie: "",
        lambda cookie: cookie[:-1],
        lambda cookie: cookie + "A",
        lambda cookie: cookie.upper(),
        lambda cookie: cookie.replace(".", ""),
        lambda cookie: cookie.replace(".", "\n"),
        lambda cookie: cookie + "\n",
        lambda cookie: f" {cookie}",
        lambda cookie: f'"{cookie}"',
        lambda cookie: "0" * 32 + cookie[32:],
        lambda cookie: cookie * 1000,
        lambda cookie: "\u0661" * 32 + cookie[32:],
        lambda cookie: cookie.encode(),
        lambda cookie: None,
    ],
)
def test_what_is_no_cookie_is_worth_nothing(browser, come_back, auth, spoil):
    """Neither an error nor an accusation: the series goes on."""
    later = Visitor(auth)
    spoilt = spoil(browser.remembered)
    assert later.request().recall(spoilt) is None
    assert later.cookie == {}
    later.request().destroy(remembered=spoilt)
    assert auth.list_audit(event="remember_me_theft") == []
    assert come_back(browser)[1] is not None


def test_signing_out_forgets_the_browser(browser, come_back, auth, carol):
    """The copy that somebody took of its cookie is worth nothing. Other browsers stay known."""
    other = Visitor(auth)
    other.request().login("carol", PASSWORD, OURS)
    elsewhere = other.request().remember()
    browser.request().destroy()
    assert come_back(browser)[1] is None
    assert come_back(browser, elsewhere)[1] is not None


def test_signing_out_forgets_a_browser_that_came_back(browser, come_back):
    """Whoever was recalled has a session without any cookie of `remember` in hand; the newest is worth nothing too."""
    later, cookie = come_back(browser)
    later.request().destroy()
    assert come_back(browser, cookie)[1] is None


def test_a_guest_can_be_forgotten_too(browser, come_back, auth):
    """A session that has ended meanwhile keeps nobody from forgetting the browser."""
    auth.guard({}).destroy(remembered=browser.remembered)
    assert come_back(browser)[1] is None


@pytest.mark.parametrize(
    "act",
    [
        lambda auth, guard: auth.set_password("carol", ANOTHER),
        lambda auth, guard: guard.change_password(PASSWORD, ANOTHER),
        lambda auth, guard: auth.disable_user("carol"),
        lambda auth, guard: auth.invalidate_all_tokens(auth.get_user("carol").id),
        lambda auth, guard: auth.revoke_session(guard.current_session().id),
        lambda auth, guard: guard.revoke_other_sessions(),
        lambda auth, guard: guard.revoke_all_sessions(),
    ],
    ids=[
        "set_password",
        "change_password",
        "disable_user",
        "invalidate_all_tokens",
        "revoke_session",
        "revoke_other_sessions",
        "revoke_all_sessions",
    ],
)
def test_a_change_of_who_may_sign_in_forgets_every_browser(browser, come_back, auth, count, act):
    """A new password, a deactivation, and the end of sessions from elsewhere, whoever made it. Nothing comes back."""
    act(auth, browser.request())
    assert count("remembered") == 0
    auth.enable_user("carol")
    assert come_back(browser)[1] is None


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE users SET is_active = false",
        "UPDATE users SET is_verified = 0",
        "UPDATE users SET username = 'somebody else'",
        "DELETE FROM users",
    ],
)
def test_a_user_who_no_longer_loads_is_forgotten(browser, come_back, sql, count, change):
    """Whatever an operator did by hand: no session, no error, and the series is gone."""
    sql("PRAGMA foreign_keys = ON")
    sql(change)
    sessions = count("sessions")
    assert come_back(browser)[1] is None
    assert count("sessions") <= sessions
    if "DELETE" not in change:
        assert count("remembered") == 0


def test_another_person_of_that_name_is_not_let_in(browser, come_back, auth, sql, register):
    """A name that was given to somebody else remembers nobody."""
    sql("UPDATE users SET username = 'former carol'")
    register(auth)
    assert come_back(browser)[1] is None


def test_a_browser_that_an_older_release_remembered_was_proven_by_a_password(browser, make_auth, carol, clock, sql):
    """It kept no proofs. The policy decides on that one."""
    sql("UPDATE remembered SET proven_by = ''")
    began, seen = clock.now(), []

    def policy(user, proofs):
        seen.append(proofs)
        return True

    clock.advance(minutes=1)
    assert make_auth(second_factor_policy=policy).guard({}).recall(browser.remembered) is None
    assert seen == [(Proof("password", began, frozenset({Kind.KNOWLEDGE}), ()),)]
    assert make_auth().guard({}).recall(browser.remembered) is not None


def test_a_provider_that_is_away_loses_nothing(make_auth, clock):
    """While users cannot be loaded the cookie is not used up, and nobody is taken for a thief later on."""
    is_away = []

    class Away(MemoryUserProvider):
        def find(self, username):
            if is_away:
                raise ProviderUnavailableError
            return super().find(username)

    auth = make_auth(providers=[Away([{"email": "carol"}])])
    guard = auth.guard({})
    guard.store(auth.bypass("carol", "Away"))
    cookie = guard.remember()
    is_away.append(True)
    with pytest.raises(ProviderUnavailableError):
        auth.guard({}).recall(cookie)
    is_away.clear()
    clock.advance(days=1)
    assert auth.guard({}).recall(cookie) is not None


def test_users_of_other_providers_are_remembered(make_auth, sql):
    """They have no account of ours, and come back to their own provider."""
    auth = make_auth(providers=[MemoryUserProvider([{"email": "carol"}])])
    guard = auth.guard({})
    guard.store(auth.bypass("carol", "MemoryUserProvider"))
    cookie = guard.remember()
    later = auth.guard({})
    assert later.recall(cookie) is not None
    assert later.user().provider_name == "MemoryUserProvider"
    assert sql("SELECT provider, account_id FROM remembered") == [("MemoryUserProvider", None)]


def test_a_wallets_owner_is_remembered_by_the_wallet(auth, alice, come_back, visitor):
    """And unlinking the wallet forgets them, since nothing loads them any more."""
    challenge = auth.generate_challenge(alice.address)
    visitor.request().login_with_wallet(alice.address, challenge, alice.sign(challenge))
    visitor.remembered = visitor.request().remember()
    later, _ = come_back(visitor)
    assert later.request().user().username == alice.address
    assert later.request().current_session().provider == WALLETS


def test_what_has_expired_is_purged(browser, clock, count):
    """A series goes when nobody can use it any more."""
    clock.advance(days=15, seconds=-1)
    assert browser.auth.cleanup_expired_remembered() == 0
    clock.advance(seconds=1)
    assert browser.auth.cleanup_expired_remembered() == 1
    assert count("remembered") == 0


def test_a_propagated_error_leaves_no_session(make_auth, register):
    """Where a hook denies the session, there is none, as at every sign-in."""
    auth = make_auth(propagate_hook_errors=True)
    register(auth)
    guard = auth.guard({})
    guard.login("carol", PASSWORD, OURS)
    cookie = guard.remember()

    @auth.hooks.post_auth
    def refuse():
        raise UserNotFoundError

    later = auth.guard({})
    with pytest.raises(UserNotFoundError):
        later.recall(cookie)
    assert later.is_guest()
    assert len(auth.list_sessions()) == 1


def test_the_cookie_says_nothing_of_itself(browser):
    """No record that is logged shows it."""
    assert isinstance(browser.request().user(), User)
    secret = browser.remembered.partition(".")[2]
    assert secret not in repr(browser.request().current_session())
