"""One challenge, many hands at once: exactly one session, in both builds, and one clear answer for all others."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

from gatewright.errors import ChallengeAlreadyUsedError

HANDS = 8


def outcome_of(attempts):
    """Sort what the attempts came to: tokens and refusals."""
    tokens = [attempt.token for attempt in attempts if not isinstance(attempt, Exception)]
    refusals = [attempt for attempt in attempts if isinstance(attempt, Exception)]
    assert {refusal.evidence["reason"] for refusal in refusals} == {"challenge_used"}
    return tokens, {type(refusal) for refusal in refusals}, {refusal.public_message for refusal in refusals}


def assert_exactly_one(attempts, auth, sql):
    tokens, kinds, messages = outcome_of(attempts)

    assert len(attempts) == HANDS
    assert (len(tokens), kinds, len(messages)) == (1, {ChallengeAlreadyUsedError}, 1)
    assert auth.validate_token(tokens[0])
    assert sql("SELECT (SELECT count(*) FROM sessions), (SELECT count(*) FROM users)") == [(1, 1)]


def test_threads_at_one_challenge(gatewright_auth, alice, sql):
    """All of them have passed every check before the first one claims it."""
    auth, gate = gatewright_auth, threading.Barrier(HANDS, timeout=30)
    auth.add_hook("post_verify", lambda: gate.wait() and None)
    challenge = auth.generate_challenge(alice.address)
    signature = alice.sign(challenge)

    def attempt(_):
        try:
            return auth.authenticate(alice.address, challenge, signature)
        except ChallengeAlreadyUsedError as error:
            return error

    with ThreadPoolExecutor(HANDS) as pool:
        attempts = list(pool.map(attempt, range(HANDS)))

    assert_exactly_one(attempts, auth, sql)


def test_tasks_at_one_challenge(gatewright_async_auth, gatewright_auth, alice, sql):
    """The same in one event loop."""
    auth = gatewright_async_auth

    async def visit():
        verified, everybody_is_here = [], asyncio.Event()

        @auth.hooks.post_verify
        async def wait_for_everybody():
            verified.append(1)
            if len(verified) == HANDS:
                everybody_is_here.set()
            await asyncio.wait_for(everybody_is_here.wait(), 30)

        challenge = await auth.generate_challenge(alice.address)
        signature = alice.sign(challenge)
        attempts = [auth.authenticate(alice.address, challenge, signature) for _ in range(HANDS)]
        return await asyncio.gather(*attempts, return_exceptions=True)

    assert_exactly_one(asyncio.run(visit()), gatewright_auth, sql)


def test_threads_signing_in_for_the_first_time(gatewright_auth, alice, sql):
    """Each has a challenge of its own, and all become sessions of one user."""
    auth, gate = gatewright_auth, threading.Barrier(HANDS, timeout=30)
    auth.add_hook("post_verify", lambda: gate.wait() and None)
    challenges = [auth.generate_challenge(alice.address) for _ in range(HANDS)]
    with ThreadPoolExecutor(HANDS) as pool:
        sessions = list(pool.map(lambda text: auth.authenticate(alice.address, text, alice.sign(text)), challenges))

    assert len({session.id for session in sessions}) == HANDS
    assert len({session.user_id for session in sessions}) == 1
    assert sql("SELECT count(*) FROM users") == [(1,)]


def test_a_challenge_outlives_the_application_that_made_it(make_auth, alice):
    """A restart, or another worker, makes no difference: the database knows it."""
    challenge = make_auth().generate_challenge(alice.address)

    assert make_auth().authenticate(alice.address, challenge, alice.sign(challenge))
