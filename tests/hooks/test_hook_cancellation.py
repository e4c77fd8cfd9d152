"""From the commit to the end of the post hooks nobody can stop halfway; and what hooks set reaches the caller."""

from __future__ import annotations

import asyncio
import contextvars
import gc
import logging

import pytest

from gatewright import AsyncEvrmoreAuth

WHO = contextvars.ContextVar("WHO", default="nobody")


async def cancel_at(auth, event, operation):
    """Cancel an operation while a hook of its waits, three times, then let the hook go on; return whether it ended."""
    entered, may_go_on, ended = asyncio.Event(), asyncio.Event(), []

    @auth.add_hook(event)
    async def waits():
        entered.set()
        await may_go_on.wait()
        ended.append(event)

    task = asyncio.create_task(operation)
    await asyncio.wait_for(entered.wait(), 10)
    for _ in range(3):
        task.cancel()
        await asyncio.sleep(0)
    assert not task.done()
    may_go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    return ended == [event]


def test_a_cancelled_sign_in_runs_to_the_end_of_its_hooks(gatewright_async_auth, alice, sql):
    """The session is committed, and whoever is told of sessions has been told of this one."""
    auth, later = gatewright_async_auth, []

    async def visit():
        challenge = await auth.generate_challenge(alice.address)
        sign_in = auth.authenticate(alice.address, challenge, alice.sign(challenge))
        assert await cancel_at(auth, "post_auth", sign_in)
        return await auth.list_sessions()

    auth.add_hook("auth_failed", lambda: later.append("failed"))
    sessions = asyncio.run(visit())

    assert [session.evrmore_address for session in sessions] == [alice.address]
    assert later == []
    assert sql("SELECT used FROM challenges") == [(1,)]


def test_a_cancelled_question_and_a_cancelled_sign_out_too(gatewright_async_auth, alice):
    """The same holds for a challenge and for the end of a session."""
    auth = gatewright_async_auth

    async def visit():
        challenge = await auth.generate_challenge(alice.address)
        session = await auth.authenticate(alice.address, challenge, alice.sign(challenge))
        assert await cancel_at(auth, "post_token_invalidate", auth.invalidate_token(session.token))
        assert await auth.validate_token(session.token) is None
        assert await cancel_at(auth, "post_challenge", auth.generate_challenge(alice.address))

    asyncio.run(visit())


def test_before_the_commit_a_cancellation_stops_at_once(gatewright_async_auth, alice, count):
    """Nothing has been written yet, so nothing is worth waiting for."""
    auth = gatewright_async_auth

    async def visit():
        challenge = await auth.generate_challenge(alice.address)
        entered = asyncio.Event()

        @auth.hooks.pre_verify
        async def waits():
            entered.set()
            await asyncio.Event().wait()

        task = asyncio.create_task(auth.authenticate(alice.address, challenge, alice.sign(challenge)))
        await asyncio.wait_for(entered.wait(), 10)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(task, 10)
        return await auth.get_challenge_details(challenge)

    assert not asyncio.run(visit()).used
    assert (count("users"), count("sessions")) == (0, 0)


def test_a_hook_that_fails_after_a_cancellation_is_not_written_to_the_log(gatewright_settings, alice, caplog):
    """An exception that nobody fetched is written to the log by asyncio, with all it carries; this one is fetched."""
    caplog.set_level(logging.DEBUG)
    tokens = []

    async def visit(auth):
        entered, may_go_on = asyncio.Event(), asyncio.Event()

        @auth.hooks.post_auth
        async def fails(session):
            entered.set()
            tokens.append(session.token)
            await may_go_on.wait()
            raise ValueError(session.token)

        challenge = await auth.generate_challenge(alice.address)
        task = asyncio.create_task(auth.authenticate(alice.address, challenge, alice.sign(challenge)))
        await asyncio.wait_for(entered.wait(), 10)
        task.cancel()
        await asyncio.sleep(0)
        may_go_on.set()
        with pytest.raises(asyncio.CancelledError):
            await task
        return await auth.list_sessions()

    auth = AsyncEvrmoreAuth(settings=gatewright_settings, propagate_hook_errors=True)
    sessions = asyncio.run(visit(auth))
    auth.close()
    gc.collect()

    assert sessions == []
    assert len(tokens) == 1
    assert tokens[0] not in caplog.text
    assert "never retrieved" not in caplog.text


def test_a_cancelled_hook_ends_the_session_that_nobody_gets(gatewright_async_auth, alice):
    """Where a hook is cancelled from within, the caller has no session, so there is none."""
    auth = gatewright_async_auth

    @auth.hooks.post_auth
    async def gives_up():
        raise asyncio.CancelledError

    async def visit():
        challenge = await auth.generate_challenge(alice.address)
        with pytest.raises(asyncio.CancelledError):
            await auth.authenticate(alice.address, challenge, alice.sign(challenge))
        return await auth.list_sessions()

    assert asyncio.run(visit()) == []


def test_a_timeout_is_still_a_timeout(gatewright_async_auth, alice):
    """Swallowing the cancellation for a while does not confuse ``asyncio.timeout``."""
    auth = gatewright_async_auth

    @auth.hooks.post_challenge
    async def outlasts():
        await asyncio.sleep(0.05)

    async def visit():
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await auth.generate_challenge(alice.address)

    asyncio.run(visit())


@pytest.mark.parametrize("event", ["pre_auth", "post_verify", "post_auth"])
def test_a_context_variable_set_by_a_hook_reaches_the_caller(gatewright_auth, gatewright_async_auth, alice, event):
    """As if the hook had been called directly, in both builds, on either side of the commit."""

    def blocking():
        gatewright_auth.add_hook(event, lambda: WHO.set("blocking") and None)
        challenge = gatewright_auth.generate_challenge(alice.address)
        gatewright_auth.authenticate(alice.address, challenge, alice.sign(challenge))
        return WHO.get()

    async def asynchronous():
        @gatewright_async_auth.add_hook(event)
        async def set_after_a_while():
            await asyncio.sleep(0)
            WHO.set("asynchronous")

        challenge = await gatewright_async_auth.generate_challenge(alice.address)
        await gatewright_async_auth.authenticate(alice.address, challenge, alice.sign(challenge))
        return WHO.get()

    assert contextvars.copy_context().run(blocking) == "blocking"
    assert asyncio.run(asynchronous()) == "asynchronous"
    assert WHO.get() == "nobody"


def test_a_hook_sees_the_context_of_its_caller(gatewright_async_auth, alice):
    """Such as the request that is being served."""
    seen = []
    gatewright_async_auth.add_hook("post_challenge", lambda: seen.append(WHO.get()))

    async def ask(name):
        WHO.set(name)
        await gatewright_async_auth.generate_challenge(alice.address)

    async def visit():
        await asyncio.gather(ask("first"), ask("second"))

    asyncio.run(visit())

    assert sorted(seen) == ["first", "second"]
