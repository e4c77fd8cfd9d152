"""A cookie in two hands: whoever uses it second gives the theft away, and both are out."""

from __future__ import annotations

import pytest

from visitors import OURS, PASSWORD, Visitor


@pytest.fixture
def remembered(auth, carol):
    """The cookie of a remembered browser, after two others of carol's and one of somebody else's."""

    def remember(username):
        guard = auth.guard({})
        guard.login(username, PASSWORD, OURS)
        return guard.remember()

    auth.create_user("dave", password=PASSWORD, is_verified=True)
    remember("dave")
    remember("carol")
    return remember("carol")


@pytest.fixture
def recall(auth):
    """Come with a cookie only; return the visitor and what the cookie must be."""

    def recall(cookie, **device):
        visitor = Visitor(auth, **device)
        return visitor, visitor.request().recall(cookie)

    return recall


@pytest.fixture
def used_twice(remembered, recall):
    """The cookie of a remembered browser, whose successor has been used as well."""
    recall(recall(remembered)[1])
    return remembered


def test_a_stolen_cookie_that_comes_second_is_refused(remembered, recall, clock):
    """The owner's browser has used its next one; the thief gets nothing, and the owner is asked to sign in."""
    _, renewed = recall(remembered)
    clock.advance(days=1)
    owner, renewed = recall(renewed)
    thief, nothing = recall(remembered)
    assert nothing is None
    assert thief.request().is_guest()
    assert owner.request().is_guest()
    assert recall(renewed)[1] is None


def test_a_cookie_that_never_arrived_may_be_asked_for_again(remembered, recall, clock, auth):
    """However late, and however often the answer is lost, while nobody uses what was in it."""
    for _ in range(3):
        visitor, arrived = recall(remembered)
        assert visitor.request().user().username == "carol"
        clock.advance(days=1)
    assert arrived != remembered
    assert recall(arrived)[1] not in (None, arrived)
    assert auth.list_audit(event="remember_me_theft") == []


def test_a_thief_whose_cookie_was_issued_anew_is_thrown_out(remembered, recall, clock):
    """The owner's browser never got the one that the thief has: it asks again, and the thief's is worth nothing."""
    thief, stolen = recall(remembered)
    clock.advance(minutes=2)
    owner, renewed = recall(remembered)
    assert owner.request().user().username == "carol"
    assert recall(stolen)[1] is None
    assert owner.request().is_guest()
    assert thief.request().is_guest()
    assert recall(renewed)[1] is None


def test_a_thief_who_comes_first_is_thrown_out_by_the_owner(remembered, recall, clock):
    """What the thief had got, session and cookie, ends when the owner's browser sends what it knows."""
    thief, renewed = recall(remembered)
    clock.advance(days=1)
    _, renewed = recall(renewed)
    owner, nothing = recall(remembered)
    assert nothing is None
    assert owner.request().is_guest()
    assert thief.request().is_guest()
    assert recall(renewed)[1] is None


def test_a_theft_ends_all_that_remembers_the_user(used_twice, recall, sql, auth):
    """All the user's series, and the sessions that came of them; whoever has proven who they are stays signed in."""
    proven = {session.id for session in auth.list_sessions() if session.is_fully_authenticated}
    recall(used_twice)
    assert sql("SELECT username FROM remembered") == [("dave",)]
    assert {session.id for session in auth.list_sessions()} == proven


def test_a_theft_is_recorded_and_told(used_twice, recall, hooks, auth):
    """With whose cookie it was, and where the second one came from."""
    hooks.clear()
    recall(used_twice, ip_address="192.0.2.66")
    ((_, entry),) = auth.list_audit(event="remember_me_theft")
    assert (entry.username, entry.provider, entry.method, entry.client) == ("carol", OURS, "remember_me", "192.0.2.66")
    assert entry.user_id == auth.get_user("carol").id
    assert hooks.events == [
        ("auth_failed", {"username": "carol", "method": "remember_me", "reason": "remember_me_theft"})
    ]


def test_requests_at_the_same_moment_are_no_theft(remembered, recall, clock, auth):
    """For less than half a minute the cookie before is let through, and stays as it is: a newer one is on its way."""
    _, renewed = recall(remembered)
    for _ in range(3):
        clock.advance(seconds=9)
        visitor, same = recall(remembered)
        assert same == remembered
        assert visitor.request().user().username == "carol"
        assert not visitor.request().is_fully_authenticated()
    assert recall(renewed)[1] not in (None, renewed)
    assert auth.list_audit(event="remember_me_theft") == []


def test_a_page_of_eight_requests_has_one_new_cookie(remembered, at_once, auth):
    """Real threads or tasks: one gets the new cookie, all are signed in, and the new one works."""
    cookies = at_once(auth, [lambda auth: auth.guard({}).recall(remembered)] * 8)
    (renewed,) = set(cookies) - {remembered}
    assert cookies.count(renewed) == 1
    assert auth.guard({}).recall(renewed) is not None


def test_eight_requests_after_a_lost_answer_have_one_new_cookie(remembered, recall, clock, at_once, auth):
    """As if nothing had been lost."""
    recall(remembered)
    clock.advance(minutes=2)
    cookies = at_once(auth, [lambda auth: auth.guard({}).recall(remembered)] * 8)
    (renewed,) = set(cookies) - {remembered}
    assert cookies.count(renewed) == 1
    assert auth.guard({}).recall(renewed) is not None


def test_an_older_cookie_is_a_theft_at_once(remembered, recall):
    """The grace is for the cookie just before, and for no other."""
    _, second = recall(remembered)
    recall(second)
    assert recall(remembered)[1] is None
    assert recall(second)[1] is None


def test_a_guessed_secret_of_a_known_series_is_a_theft(remembered, recall, auth):
    """Nobody knows the number of a series but from a cookie."""
    guessed = f"{remembered.partition('.')[0]}.{'A' * 43}"
    assert recall(guessed)[1] is None
    assert recall(remembered)[1] is None
    assert len(auth.list_audit(event="remember_me_theft")) == 1
