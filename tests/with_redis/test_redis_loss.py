"""What Redis forgets may keep somebody out, and never lets anybody in."""

from __future__ import annotations

import pytest

from gatewright import EvrmoreAuth
from gatewright.errors import AttemptBlockedError, ChallengeAlreadyUsedError, InvalidChallengeError, UserNotFoundError
from visitors import OURS, PASSWORD, Visitor


@pytest.fixture
def other_visitor(auth, carol):
    """Carol in another browser."""
    visitor = Visitor(auth)
    visitor.request().login("carol", PASSWORD, OURS)
    return visitor


def last_seen_key(kept, session):
    """Return the key of a session."""
    (key,) = (key for key in kept() if session.id.encode() in key)
    return key


def test_a_redis_that_is_flushed_signs_everybody_out(auth, signed_in, redis_server):
    """Nobody can tell how long they have been idle; they sign in again, and nothing of the old session is left."""
    redis_server.ask("FLUSHALL")

    assert signed_in.request().is_guest()
    assert auth.list_sessions() == []
    signed_in.request().login("carol", PASSWORD, OURS)
    assert not signed_in.request().is_guest()
    assert len(auth.list_sessions()) == 1


def test_a_session_that_is_evicted_is_over_for_its_visitor_only(auth, signed_in, other_visitor, redis_server, kept):
    """Others stay signed in."""
    for gone in auth.list_sessions():
        redis_server.ask("DEL", last_seen_key(kept, gone))
        assert gone.id not in [session.id for session in auth.list_sessions()]
        if len(auth.list_sessions()) == 1:
            assert signed_in.request().is_guest() != other_visitor.request().is_guest()

    assert [visitor.request().is_guest() for visitor in (signed_in, other_visitor)] == [True, True]


@pytest.mark.parametrize("ends", ["sign-out", "password", "everywhere", "deactivation", "deletion"])
def test_a_replica_that_lacks_the_last_writes_signs_nobody_in(auth, signed_in, carol, kept, restored, ends):
    """Whatever has ended stays ended, though Redis is as it was before."""
    before = kept()
    thief = signed_in.thief()
    {
        "sign-out": lambda: signed_in.request().destroy(),
        "password": lambda: auth.set_password("carol", "another long password of hers"),
        "everywhere": lambda: auth.invalidate_all_tokens(carol.id),
        "deactivation": lambda: auth.disable_user("carol"),
        "deletion": lambda: auth.delete_user(carol.id),
    }[ends]()
    restored(before)

    assert thief.request().is_guest()
    assert auth.list_sessions() == []


def test_sessions_that_redis_lost_end_with_all_others(auth, signed_in, other_visitor, carol, kept, restored):
    """Even if it finds them again."""
    before = kept()
    lost = last_seen_key(kept, auth.list_sessions()[0])
    restored({key: value for key, value in before.items() if key != lost})
    auth.invalidate_all_tokens(carol.id)
    restored(before)

    assert [visitor.request().is_guest() for visitor in (signed_in, other_visitor)] == [True, True]


def test_whoever_changes_a_password_needs_no_redis(signed_in, gatewright_settings):
    """A process that knows nothing of it ends the sessions all the same."""
    with EvrmoreAuth(settings=gatewright_settings.model_copy(update={"redis_url": None})) as other:
        other.set_password("carol", "another long password of hers")

    assert signed_in.request().is_guest()


def test_a_lost_challenge_is_asked_for_again(auth, alice, redis_server):
    challenge = auth.generate_challenge(alice.address)
    redis_server.ask("FLUSHALL")

    with pytest.raises(InvalidChallengeError):
        auth.authenticate(alice.address, challenge, alice.sign(challenge))
    again = auth.generate_challenge(alice.address)
    assert auth.authenticate(alice.address, again, alice.sign(again)).is_active


def test_a_challenge_that_redis_takes_for_unspent_is_spent(auth, alice, kept, restored):
    """SQL knows better: a signature that somebody kept is good for nothing."""
    challenge = auth.generate_challenge(alice.address)
    before = kept()
    auth.authenticate(alice.address, challenge, alice.sign(challenge))
    restored(before)

    with pytest.raises(ChallengeAlreadyUsedError):
        auth.authenticate(alice.address, challenge, alice.sign(challenge))
    assert len(auth.list_sessions()) == 1


def test_lost_counters_begin_anew(auth, carol, redis_server):
    """Whoever guesses gets as many tries as the limit allows, once more; then it holds again."""

    def guess():
        for _ in range(auth.settings.attempts_per_client_and_account):
            with pytest.raises(UserNotFoundError):
                auth.attempt("carol", "a wrong password", OURS, ip_address="192.0.2.1")
        with pytest.raises(AttemptBlockedError):
            auth.attempt("carol", PASSWORD, OURS, ip_address="192.0.2.1")

    guess()
    redis_server.ask("FLUSHALL")
    guess()


def test_what_has_expired_is_gone_by_itself(auth, signed_in, alice, redis_server, kept):
    """Every key has an end: a session's after its longest life, the others' in less than an hour and a half."""
    auth.generate_challenge(alice.address, ip_address="192.0.2.1")
    with pytest.raises(UserNotFoundError):
        auth.attempt("carol", "a wrong password", OURS, ip_address="192.0.2.1")
    lives = {key: redis_server.ask("PTTL", key) / 1000 for key in kept()}

    assert len(lives) == 9
    assert all(0 < life <= 14 * 24 * 3600 + 600 for life in lives.values())
    assert sum(life > 5400 for life in lives.values()) == 1
    assert all(b"carol" not in key and alice.address.encode() not in key for key in lives)


def test_a_purge_harms_nothing(auth, signed_in, alice):
    """What is alive stays, in both stores."""
    challenge = auth.generate_challenge(alice.address)
    cleanups = ("challenges", "sessions", "links", "attempts", "remembered", "audit")

    assert [getattr(auth, f"cleanup_expired_{what}")() for what in cleanups] == [0] * 6
    assert not signed_in.request().is_guest()
    assert auth.authenticate(alice.address, challenge, alice.sign(challenge)).is_active


def test_moments_are_naive_where_the_application_asks_for_it(make_auth, alice, register):
    """In what comes out of Redis, too."""
    auth = make_auth(naive_timestamps=True)
    register(auth)
    Visitor(auth).request().login("carol", PASSWORD, OURS)
    details = auth.get_challenge_details(auth.generate_challenge(alice.address))

    assert [details.created_at.tzinfo, details.expires_at.tzinfo] == [None, None]
    assert auth.list_sessions()[0].last_seen_at.tzinfo is None
