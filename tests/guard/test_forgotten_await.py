"""A question to a guard whose await was forgotten: a coroutine is true, and would let everybody in."""

from __future__ import annotations

import asyncio

import pytest

from gatewright.drive import run_to_completion

QUESTIONS = {
    "is_granted": lambda guard: guard.is_granted("post.edit"),
    "is_role": lambda guard: guard.is_role("admin"),
    "is_guest": lambda guard: guard.is_guest(),
    "is_fully_authenticated": lambda guard: guard.is_fully_authenticated(),
    "is_fresh": lambda guard: guard.is_fresh(5),
    "user": lambda guard: guard.user(),
    "current_session": lambda guard: guard.current_session(),
    "pending_user": lambda guard: guard.pending_user(),
}
ANSWERS = {"is_guest": True, "user": None, "current_session": None, "pending_user": None}
"""What each answers a guest, if not False."""


@pytest.mark.parametrize("name", QUESTIONS)
def test_it_is_neither_true_nor_false(gatewright_async_auth, name):
    """Whether it is asked directly, negated, or as part of something longer; and no warning is left behind."""
    ask = QUESTIONS[name]

    async def visit():
        guard = gatewright_async_auth.guard({})
        for forgotten in (lambda: bool(ask(guard)), lambda: not ask(guard), lambda: ask(guard) and True):
            with pytest.raises(TypeError, match=rf"must be awaited: await guard.{name}\("):
                forgotten()

    asyncio.run(visit())


@pytest.mark.parametrize("name", QUESTIONS)
def test_it_is_a_coroutine_all_the_same(gatewright_async_auth, name):
    """To be awaited, gathered, made a task with a time-out, and cancelled."""
    ask, expected = QUESTIONS[name], ANSWERS.get(name, False)

    async def visit():
        guard = gatewright_async_auth.guard({})
        gathered = await asyncio.gather(ask(guard), asyncio.create_task(ask(guard)), asyncio.wait_for(ask(guard), 5))
        cancelled = asyncio.create_task(ask(guard))
        cancelled.cancel()
        with pytest.raises(asyncio.CancelledError):
            await cancelled
        return [await ask(guard), *gathered]

    assert asyncio.run(visit()) == [expected] * 4
    assert run_to_completion(ask(gatewright_async_auth.guard({}))) is expected
    ask(gatewright_async_auth.guard({})).close()
