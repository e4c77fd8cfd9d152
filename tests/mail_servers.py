"""Fixtures of a real SMTP server on the loopback interface, and of what it has received."""

from __future__ import annotations

import asyncio
import os
import ssl
import threading
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import default

import pytest
import trustme
from aiosmtpd.smtp import SMTP, AuthResult

USER, PASSWORD = "the shop", "a pass/word@with:signs"


class Mailbox:
    """Keeps what a server has taken on; ``answers`` are what it says to recipients instead, one each."""

    def __init__(self):
        self.envelopes = []
        self.answers = []
        self.arrived = threading.Semaphore(0)
        self.hold = threading.Event()
        self.hold.set()

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 - the server's name for it
        if self.answers:
            return self.answers.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - the server's name for it
        await asyncio.to_thread(self.hold.wait)
        self.envelopes.append((envelope, session))
        self.arrived.release()
        return "250 Taken on"

    @property
    def messages(self):
        return [message_from_bytes(envelope.content, policy=default) for envelope, _ in self.envelopes]

    def wait(self):
        """Wait until another mail has arrived, and return the newest."""
        assert self.arrived.acquire(timeout=30)
        return self.messages[-1]


@dataclass
class MailServer:
    """A running server: where it is, and what it has taken on."""

    port: int
    mailbox: Mailbox = field(default_factory=Mailbox)

    def url(self, scheme="smtp", *, user="", query=""):
        return f"{scheme}://{user}127.0.0.1:{self.port}{query}"


class Loop:
    """An event loop in a thread, for servers."""

    def __init__(self):
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self._servers = []

    def call(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(30)

    def serve(self, factory, *, port=0, **options):
        """Listen, on a port of the machine's choice unless told otherwise, and return it; the factory gets the loop."""
        server = self.call(self._loop.create_server(lambda: factory(self._loop), "127.0.0.1", port, **options))
        self._servers.append(server)
        return server.sockets[0].getsockname()[1]

    def close(self):
        self.call(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _end(self):
        """Let the servers see that their clients have gone."""
        for server in self._servers:
            server.close()
        conversations = asyncio.all_tasks() - {asyncio.current_task()}
        _, unended = await asyncio.wait(conversations, timeout=10) if conversations else (set(), set())
        assert not unended
        await asyncio.sleep(0)


@pytest.fixture
def loop_thread():
    loop = Loop()
    yield loop
    loop.close()


@pytest.fixture
def start_mail_server(loop_thread):
    """Start an SMTP server; options are aiosmtpd's, a port, and ``ssl`` for TLS from the start."""

    def start(*, port=0, ssl=None, **options):
        mailbox = Mailbox()

        def answer(loop):
            return SMTP(mailbox, loop=loop, hostname="mx.example.com", **options)

        return MailServer(loop_thread.serve(answer, port=port, ssl=ssl), mailbox)

    return start


@pytest.fixture
def mail_server(start_mail_server):
    """A server that takes everything from everybody, unencrypted."""
    return start_mail_server(enable_SMTPUTF8=True)


@pytest.fixture(scope="session")
def authority():
    """Who vouches for the certificates of our servers."""
    return trustme.CA()


@pytest.fixture
def make_tls(authority):
    """Make the TLS side of a server for a host."""

    def make(host="127.0.0.1"):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(host).configure_cert(context)
        return context

    return make


@pytest.fixture
def trusted(authority, tmp_path, monkeypatch):
    """Have this process trust that authority, as an operator would."""
    path = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(path)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))


def let_in(server, session, envelope, mechanism, data):
    """An authenticator that knows one user."""
    return AuthResult(success=data == (USER.encode(), PASSWORD.encode()), handled=False)


def is_true_in_a_child(question):
    """Ask in a forked child, which ends there."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            status = 0 if question() else 1
        finally:
            os._exit(status)
    return os.waitpid(child, 0)[1] == 0
