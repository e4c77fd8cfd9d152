"""What is left of a body that is refused is read and dropped, but not without end."""

from __future__ import annotations

import asyncio

import pytest

from gatewright.adapters.starlette.body import Body
from gatewright.web import Response
from gatewright.web.refused_body import MOST_DROPPED, drop_rest
from gatewright.web.request import LARGEST_BODY

SCOPE = {"type": "http", "method": "POST"}
MEBIBYTE = b"x" * 1024 * 1024


class Client:
    """Sends chunks, and then nothing more; notes what happens to it."""

    def __init__(self, *messages, is_endless=False):
        self.messages = list(messages)
        self.is_endless = is_endless
        self.events = []

    async def receive(self):
        if not self.messages and not self.is_endless:
            await asyncio.Event().wait()
        message = self.messages.pop(0) if self.messages else chunk(MEBIBYTE)
        self.events.append(len(message.get("body", b"")))
        return message

    async def send(self, message):
        self.events.append(f"{message['type']} {message.get('more_body')}")

    async def be_refused(self, *, patience=20.0):
        body = Body(self.receive)
        assert await body.read() is None
        self.events.clear()
        await body.refuse(Response(413, (), b"too large"), SCOPE, self.send, patience=patience)
        return self.events


def chunk(body, *, more=True):
    return {"type": "http.request", "body": body, "more_body": more}


START, WHOLE, END = "http.response.start None", "http.response.body True", "http.response.body False"
LARGE = b"x" * (LARGEST_BODY + 1)


def test_the_answer_is_sent_at_once_and_ends_after_the_body(run):
    """So that the server closes the connection only when nothing is left that would make it a reset."""
    client = Client(chunk(LARGE), chunk(b"xxx"), chunk(b"xx", more=False))

    assert run.run(client.be_refused()) == [START, WHOLE, 3, 2, END]


def test_a_body_that_is_here_already_is_not_waited_for(run):
    """Nothing would come."""
    assert run.run(Client(chunk(LARGE, more=False)).be_refused()) == [START, WHOLE, END]


def test_a_client_that_has_the_answer_may_go(run):
    """It is what a client does that reads while it sends."""
    client = Client(chunk(LARGE), {"type": "http.disconnect"})

    assert run.run(client.be_refused()) == [START, WHOLE, 0, END]


def test_a_client_that_stops_sending_is_not_waited_for(run):
    """Its time is limited."""
    assert run.run(Client(chunk(LARGE)).be_refused(patience=0.01)) == [START, WHOLE, END]


def test_a_body_without_end_is_not_read_to_its_end(run):
    """Nor are its bytes without a limit."""
    events = run.run(Client(chunk(LARGE), is_endless=True).be_refused())

    assert events == [START, WHOLE, *[len(MEBIBYTE)] * (MOST_DROPPED // len(MEBIBYTE)), END]


def test_a_blocking_server_does_not_read_without_end():
    """The same limit in bytes; the time is the server's to limit."""
    sizes = []

    def read(size):
        sizes.append(size)
        return b"x" * size

    drop_rest(read)

    assert sum(sizes) == MOST_DROPPED


@pytest.mark.parametrize("error", [ConnectionResetError, TimeoutError])
def test_a_client_that_has_gone_is_no_error(error):
    """It does not want the answer."""

    def read(size):
        raise error

    drop_rest(read)
