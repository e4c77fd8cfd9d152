"""How often a request goes to PostgreSQL and back: once, whoever is visiting and whatever is asked of their rights."""

from __future__ import annotations

import select
import socket
import threading
from contextlib import contextmanager

import pytest
from fastapi import Depends, FastAPI
from flask import Flask
from starlette.testclient import TestClient

from gatewright import AsyncEvrmoreAuth, EvrmoreAuth, User
from gatewright.adapters.fastapi import FastAPIAuth
from gatewright.adapters.flask import FlaskAuth, current_user, role_required
from gatewright.auth.visit_state import as_json
from gatewright.testing import Wallet

PASSWORD = "correct horse battery staple"
BROWSER = {"user-agent": "tests"}


class CountingRelay:
    """Stands between a client and a server, and counts how often the client speaks after the server has."""

    def __init__(self, port):
        self.turns = 0
        self._target = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self._listener.close()

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._relay, args=(client,), daemon=True).start()

    def _relay(self, client):
        is_answered = True
        with client, socket.create_connection(("127.0.0.1", self._target)) as server:
            while True:
                for source in select.select([client, server], [], [])[0]:
                    try:
                        data = source.recv(65536)
                    except OSError:
                        data = b""
                    if not data:
                        return
                    if source is client:
                        self.turns += is_answered
                    is_answered = source is server
                    (client if source is server else server).sendall(data)


@pytest.fixture
def relay(migrated_postgres_database):
    relay = CountingRelay(int(migrated_postgres_database.rpartition(":")[2].partition("/")[0]))
    yield relay
    relay.close()


@pytest.fixture
def counted_settings(relay, migrated_postgres_database, gatewright_settings):
    """The settings by which an application reaches PostgreSQL through the relay."""
    port = migrated_postgres_database.rpartition(":")[2].partition("/")[0]
    return gatewright_settings.with_values(
        database_url=migrated_postgres_database.replace(f":{port}/", f":{relay.port}/"), database_pool_size=1
    )


@pytest.fixture
def visits(counted_settings):
    """Anna, an editor who may read, signed in by each way that there is -> the headers of her requests."""
    with EvrmoreAuth(settings=counted_settings) as auth:
        wallet = Wallet.new("anna")
        challenge = auth.generate_challenge(wallet.address)
        session = auth.authenticate(wallet.address, challenge, wallet.sign(challenge))
        named = auth.create_user("anna", email="anna@example.com", password=PASSWORD, is_verified=True)
        auth.create_role("editor")
        for username in (named.username, wallet.address):
            auth.assign_role("editor", username=username)
        cookie = {}
        auth.guard(cookie).login("anna", PASSWORD, "SQLUserProvider")
        sealed = auth._parts.seal.seal(as_json(cookie))
    return {
        "cookie": BROWSER | {"cookie": f"gatewright={sealed}"},
        "token": BROWSER | {"authorization": f"Bearer {session.token}"},
    }


@contextmanager
def fastapi_client(settings):
    """A client of a FastAPI application with an endpoint for editors."""
    app = FastAPI()
    auth = FastAPIAuth(app, auth=AsyncEvrmoreAuth(settings=settings))

    @app.get("/mine")
    async def mine(user: User = Depends(auth.current_user(role="editor"))) -> list[str]:  # noqa: B008 - annotations are texts here
        return list(user.roles)

    with TestClient(app) as client:
        yield lambda headers: client.get("/mine", headers=headers).json()


@contextmanager
def flask_client(settings):
    """A client of a Flask application with a view for editors."""
    app = Flask(__name__)
    with EvrmoreAuth(settings=settings) as auth:
        FlaskAuth(app, auth)

        @app.get("/mine")
        @role_required("editor")
        def mine():
            return list(current_user.roles)

        yield lambda headers: app.test_client(use_cookies=False).get("/mine", headers=headers).json


@pytest.mark.parametrize("visitor", ["cookie", "token"])
def test_a_fastapi_request_is_one_round_trip(counted_settings, relay, visits, visitor):
    with fastapi_client(counted_settings) as get:
        assert trips_of(relay, lambda: get(visits[visitor])) == (["editor"], 1)


def test_a_flask_request_is_one_round_trip(counted_settings, relay, visits):
    with flask_client(counted_settings) as get:
        assert trips_of(relay, lambda: get(visits["cookie"])) == (["editor"], 1)


def trips_of(relay, ask):
    """Return the answer, and how many round trips it takes once connections are open and statements prepared."""
    ask()
    before = relay.turns
    return ask(), relay.turns - before
