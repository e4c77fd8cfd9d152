from __future__ import annotations

import socket
from itertools import pairwise

import pytest

from gatewright.errors import ProviderUnavailableError
from gatewright.providers.http.json_api import JSONAPI


class Noise:
    """Randomness that always comes out the same."""

    def __init__(self, byte: int) -> None:
        self._byte = byte

    def token_bytes(self, size: int) -> bytes:
        return bytes([self._byte]) * size


@pytest.fixture
def ask(api):
    """Make a client of the API that notes how long it pauses instead of pausing."""
    made = []

    def make(*, attempts: int = 4, noise: int = 255, url: str | None = None):
        pauses: list[float] = []
        client = JSONAPI(
            url or api.url,
            token=None,
            timeout_seconds=5,
            attempts=attempts,
            ca_file=None,
            random=Noise(noise),
            sleep=pauses.append,
        )
        made.append(client)
        return client, pauses

    yield make
    for client in made:
        client.close()


def test_pauses_grow_and_are_never_alike(api, ask):
    """Each pause is about twice the one before, at least half of it whatever the dice say."""
    api.fault = lambda handler: handler.answer(500, b"")
    measured = []
    for noise in (0, 255):
        client, pauses = ask(noise=noise)
        with pytest.raises(ProviderUnavailableError, match="answered 500"):
            client.get("/users/alice")
        measured.append(pauses)

    least, most = measured
    assert most == [0.1, 0.2, 0.4]
    assert all(later == 2 * earlier for earlier, later in pairwise(least))
    assert [high / 2 for high in most] == least


def test_the_api_may_ask_for_patience(api, ask):
    """``Retry-After`` in seconds is kept where it is longer than our own pause."""
    api.fault = lambda handler: handler.answer(429, b"", Retry_After="3")
    client, pauses = ask(attempts=3)

    with pytest.raises(ProviderUnavailableError, match="answered 429"):
        client.get("/users/alice")

    assert pauses == [3.0, 3.0]


@pytest.mark.parametrize(
    ("asked", "expected"), [("6", []), ("99999999999999999999", []), ("Wed, 21 Oct 2099 07:28:00 GMT", [0.1])]
)
def test_patience_has_an_end(api, ask, asked, expected):
    """An API that wants us to go away for long is not available now; a date is not waited for."""
    api.fault = lambda handler: handler.answer(503, b"", Retry_After=asked)
    client, pauses = ask(attempts=2)

    with pytest.raises(ProviderUnavailableError):
        client.get("/users/alice")

    assert expected == pauses


def test_what_was_never_sent_is_sent_again(ask):
    """Where no connection comes about, a password has not arrived, so it is tried again."""
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        client, pauses = ask(attempts=3, url=f"http://127.0.0.1:{reserved.getsockname()[1]}")
        with pytest.raises(ProviderUnavailableError, match="cannot be reached"):
            client.post("/authenticate", {})

    assert len(pauses) == 2


def test_what_may_have_arrived_is_not_sent_again(api, ask):
    """A connection that breaks while the answer is awaited may have delivered the password."""
    api.fault = lambda handler: handler.reset()
    client, pauses = ask()

    with pytest.raises(ProviderUnavailableError):
        client.post("/authenticate", {})

    assert (pauses, len(api.requests)) == ([], 1)


def test_an_answer_of_exactly_the_longest_size_is_read(api, ask):
    """The bound is 1 MiB, and that much is accepted."""
    api.fault = lambda handler: handler.answer(200, b'"' + b"x" * (2**20 - 2) + b'"')
    client, _ = ask()

    assert len(client.get("/").json()) == 2**20 - 2


def test_connections_are_kept(api, ask):
    """Requests share a connection, and a closed client opens a new one."""
    ports = []
    api.fault = lambda handler: (ports.append(handler.client_address[1]), handler.answer(200, b"{}"))
    client, _ = ask()

    client.get("/")
    client.get("/")
    client.close()
    client.get("/")

    assert ports[0] == ports[1] != ports[2]


def test_any_text_can_be_sent(api, ask):
    """A body arrives as it was, whatever a password is made of."""
    body = {"password": 'é\N{SNOWMAN}\N{PILE OF POO}\\"'}
    api.fault = lambda handler: handler.answer(200, handler.body)
    client, _ = ask()

    assert body == client.post("/", body).json()
