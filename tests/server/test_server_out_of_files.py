"""A server that has no file left for another connection: it says so, and does not fill the disk with it."""

from __future__ import annotations

import asyncio
import errno
import logging
import os

import pytest

from gatewright.server.out_of_files import tell_seldom


@pytest.fixture
def told(caplog):
    """What an event loop logs of the contexts that it is told, a list of times for each."""

    async def run(contexts):
        loop = asyncio.get_running_loop()
        tell_seldom(loop)
        for context, times in contexts:
            for _ in range(times):
                loop.call_exception_handler(context)

    def told(*contexts):
        caplog.set_level(logging.INFO)
        asyncio.run(run(contexts))
        return [(record.name, record.getMessage()) for record in caplog.records]

    return told


def test_a_loop_that_can_accept_nothing_says_so_once(told):
    """As asyncio tells it: for each connection that may wait, each second."""
    scarce = OSError(errno.EMFILE, os.strerror(errno.EMFILE))
    lines = told(({"message": "socket.accept() out of system resource", "exception": scarce}, 2048))

    assert [name for name, _ in lines if name != "asyncio"] == ["gatewright.server"]
    assert "Too many open files" in lines[-1][1]
    assert "ulimit -n" in lines[-1][1]


def test_whatever_else_a_loop_tells_is_told_each_time(told):
    """Another error of its own, and a file that a task could not open."""
    scarce = OSError(errno.EMFILE, os.strerror(errno.EMFILE))
    lines = told(({"message": "Task failed", "exception": scarce}, 2), ({"message": "A callback failed"}, 1))

    assert [text for name, text in lines if name == "asyncio" and "failed" in text] == [
        "Task failed",
        "Task failed",
        "A callback failed",
    ]
