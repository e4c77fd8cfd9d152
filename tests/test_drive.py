"""Driving a coroutine without an event loop: in one step, or not at all."""

from __future__ import annotations

import asyncio

import pytest

from gatewright.drive import run_to_completion
from gatewright.errors import SuspendedError


async def answer(value):
    return value


async def deep(value, depth=3):
    return await deep(value, depth - 1) if depth else await answer(value)


def test_it_returns_what_the_coroutine_returns():
    """Through as many awaits as there are, None included."""
    assert run_to_completion(deep("value")) == "value"
    assert run_to_completion(answer(None)) is None


def test_it_raises_what_the_coroutine_raises():
    """The very exception."""
    error = LookupError("inside")

    async def fail():
        raise error

    with pytest.raises(LookupError) as raised:
        run_to_completion(fail())

    assert raised.value is error


class WaitsForAnEvent:
    def __await__(self):
        yield


def test_what_suspends_is_named_and_closed():
    """The chain runs from the operation down to the culprit; ``finally`` blocks run; the cure is in the message."""
    closed = []

    async def culprit():
        await WaitsForAnEvent()

    async def operation():
        try:
            await culprit()
        finally:
            closed.append(True)

    with pytest.raises(SuspendedError, match=r"operation -> .*culprit -> .*WaitsForAnEvent.* suspended") as refused:
        run_to_completion(operation())

    assert closed == [True]
    assert "AsyncAuth or AsyncEvrmoreAuth" in str(refused.value)


def test_it_works_inside_a_running_event_loop():
    """Blocking code called from asynchronous code blocks, but works."""

    async def visit():
        return run_to_completion(deep("value"))

    assert asyncio.run(visit()) == "value"


def test_waiting_for_an_event_loop_is_refused():
    """A future of the loop around it cannot be waited for either."""

    async def visit():
        run_to_completion(asyncio.sleep(1))

    with pytest.raises(SuspendedError, match="sleep"):
        asyncio.run(visit())
