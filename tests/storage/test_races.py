"""One challenge gives one session and one address one user, whoever tries at once: threads or processes."""

from __future__ import annotations

import json
import stat
from collections import Counter

import pytest

from gatewright import EvrmoreAuth
from gatewright.errors import InvalidChallengeError


def test_threads_that_race_one_challenge_get_one_session(auth, signed, race_threads):
    """Of 16 threads one gets the session; the others hear that the challenge cannot be used, and nothing else."""
    attempt = signed(auth)

    def try_once(_):
        try:
            return auth.authenticate(*attempt).id
        except InvalidChallengeError as error:
            return error.code

    outcomes = Counter(race_threads(16, try_once))
    (session,) = auth.list_sessions()
    assert outcomes == {session.id: 1, "invalid_challenge": 15}


def test_processes_that_race_challenges_get_one_session_each(auth, url, signed, race_children):
    """Of four processes that all try the same 20 challenges, each challenge lets exactly one in."""
    wallet = auth.create_wallet_address()
    attempts = [signed(auth, wallet) for _ in range(20)]
    answers = race_children("racer", [json.dumps([url, attempts])] * 4)
    winners = [[session for session in outcomes if session] for outcomes in zip(*map(json.loads, answers), strict=True)]

    assert [len(sessions) for sessions in winners] == [1] * 20
    assert {session for (session,) in winners} == {session.id for session in auth.list_sessions()}


def test_first_sign_ins_of_one_address_make_one_user(auth, signed, race_threads, query):
    """50 threads sign in at once with 50 challenges of one new address: 50 sessions of one user."""
    wallet = auth.create_wallet_address()
    attempts = [signed(auth, wallet) for _ in range(50)]
    sessions = race_threads(50, lambda number: auth.authenticate(*attempts[number]))

    assert [(sessions[0].user_id,)] == query("SELECT id FROM users")
    assert {session.id for session in sessions} == {session.id for session in auth.list_sessions(sessions[0].user_id)}


def test_first_sign_ins_of_one_address_in_processes_make_one_user(auth, url, signed, race_children, query):
    """Four processes sign in at once with challenges of their own of one new address: all succeed, on one user."""
    wallet = auth.create_wallet_address()
    attempts = [[signed(auth, wallet) for _ in range(5)] for _ in range(4)]
    answers = race_children("racer", [json.dumps([url, part]) for part in attempts])

    assert all(all(json.loads(answer)) for answer in answers)
    assert query("SELECT count(*) FROM users") == [(1,)]
    assert query("SELECT count(*) FROM sessions") == [(20,)]


def test_processes_that_start_at_once_share_schema_and_secret(url, path, race_children, query):
    """Eight processes start on a file that is not there: all succeed, and each one's token is good for all."""
    tokens = race_children("starter", [url] * 8)
    auth = EvrmoreAuth(url)

    assert all(auth.validate_token(token) for token in tokens)
    auth.close()
    assert query("SELECT count(*) FROM alembic_version") == [(1,)]
    assert query("PRAGMA integrity_check") == [("ok",)]
    assert [path.name, f"{path.name}.secret"] == sorted(file.name for file in path.parent.iterdir())
    assert stat.S_IMODE(path.with_name("gatewright.db.secret").stat().st_mode) == 0o600


def test_threads_that_start_at_once_share_schema_and_secret(url, path, race_threads, signed):
    """The same within one process: eight threads make an application each, on a file that is not there."""
    made = race_threads(8, lambda _: EvrmoreAuth(url))
    tokens = [auth.authenticate(*signed(auth)).token for auth in made]

    assert all(auth.validate_token(token) for auth in made for token in tokens)
    for auth in made:
        auth.close()
    assert [path.name, f"{path.name}.secret"] == sorted(file.name for file in path.parent.iterdir())


def test_processes_that_sign_up_with_one_address_make_one_user(url, race_children, query):
    """Four processes sign up ten times each: one account, the same answer to all, and no more mails than may be."""
    EvrmoreAuth(url).close()
    answers = race_children("newcomer", [json.dumps([url, "carol@example.com", 10])] * 4)

    assert [json.loads(answer) for answer in answers] == [[None] * 10] * 4
    assert query("SELECT email FROM users") == [("carol@example.com",)]
    assert Counter(query("SELECT kind FROM outbox")) == {("email_verification",): 1, ("already_registered",): 3}


@pytest.mark.parametrize("username", ["carol", "nobody"])
def test_processes_that_guess_one_password_are_limited_together(auth, url, race_children, username):
    """Four processes guess 25 times each, as one client: four guesses are verified, whoever made them."""
    auth.create_user("carol", password="correct horse battery staple", is_verified=True)
    answers = race_children("guesser", [json.dumps([url, username, 25])] * 4)

    assert sum(map(Counter, map(json.loads, answers)), Counter()) == {"user_not_found": 4, "login_attempt_blocked": 96}


def test_processes_that_recall_one_cookie_all_let_the_visitor_in(auth, url, race_children):
    """One process replaces the cookie; the others leave it alone, and nobody is taken for a thief."""
    auth.create_user("carol", password="correct horse battery staple", is_verified=True)
    guard = auth.guard({})
    guard.login("carol", "correct horse battery staple", "SQLUserProvider")
    cookie = guard.remember()
    answers = [json.loads(answer) for answer in race_children("recaller", [json.dumps([url, cookie])] * 4)]
    (renewed,) = set(answers) - {cookie}

    assert Counter(answers) == {cookie: 3, renewed: 1}
    assert auth.guard({}).recall(renewed) is not None
    assert auth.list_audit(event="remember_me_theft") == []
