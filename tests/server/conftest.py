"""A real server on a free loopback port with a real SQLite file, and clients that talk to it."""

from __future__ import annotations

import shutil
import socket
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from gatewright import AsyncEvrmoreAuth, EvrmoreAuth, Settings
from gatewright.server import create_app
from gatewright.system import SystemClock
from gatewright.testing import Browser, Page, Wallet

SECRET = "a-secret-for-tests-only-0123456789abcdef"
TABLES = ("users", "challenges", "sessions")
QUICK_HASHES = {"argon2_memory_kib": 8, "argon2_iterations": 1}

Headers = Iterable[tuple[str, str]]


class MovableClock:
    """The machine's clock, some time later."""

    def __init__(self) -> None:
        self.offset = timedelta()

    def now(self) -> datetime:
        return SystemClock().now() + self.offset


@dataclass
class Site:
    """A running server, and what a test needs of it."""

    auth: AsyncEvrmoreAuth
    url: str
    database: Path
    clock: MovableClock
    app: FastAPI
    clients: ExitStack = field(default_factory=ExitStack)

    def client(self, **options: Any) -> httpx.Client:
        """A visitor of its own, with cookies of its own. It speaks no TLS: to read who vouches for it takes long."""
        return self.clients.enter_context(httpx.Client(base_url=self.url, trust_env=False, verify=False, **options))

    def browser(self, *headers: tuple[str, str], **options: Any) -> Browser:
        """A visitor with a browser of their own, behind a proxy that adds headers."""
        client = self.client()

        def send(method: str, target: str, sent: Headers, body: bytes) -> tuple[int, Headers, bytes]:
            client.cookies.clear()
            answer = client.request(method, target, headers=[*headers, *sent], content=body)
            return answer.status_code, answer.headers.multi_items(), answer.content

        return Browser(send, **options)

    def add_user(self, username: str, *, password: str) -> None:
        """Make a verified account, as an operator would beside the running server."""
        with EvrmoreAuth(settings=self.auth.settings) as beside:
            beside.create_user(username, email=f"{username}@example.com", password=password, is_verified=True)

    def rows(self) -> dict[str, int]:
        """How many rows each table has."""
        return {table: self.fetch(f"SELECT count(*) FROM {table}")[0][0] for table in TABLES}

    def fetch(self, sql: str, *parameters: object) -> list[Any]:
        """Read the database behind the server's back."""
        with closing(sqlite3.connect(self.database)) as connection:
            return connection.execute(sql, parameters).fetchall()

    def execute(self, sql: str, *parameters: object) -> None:
        """Change the database behind the server's back."""
        with closing(sqlite3.connect(self.database)) as connection, connection:
            connection.execute(sql, parameters)

    def deactivate(self, address: str) -> None:
        """Deactivate the account of a wallet behind the server's back."""
        owner = "SELECT account_id FROM wallets WHERE evrmore_address = ?"
        self.execute(f"UPDATE users SET is_active = 0 WHERE id = ({owner})", address)

    def signed(self, client: httpx.Client, address: str, wif: str) -> dict[str, str]:
        """Ask for a challenge and sign it: the body for ``POST /authenticate``."""
        answer = client.post("/challenge", json={"evrmore_address": address})
        assert answer.status_code == 200, answer.text
        challenge = answer.json()["challenge"]
        signature = self.auth.sign_message(wif, challenge)
        return {"evrmore_address": address, "challenge": challenge, "signature": signature}

    def sign_in(self, client: httpx.Client) -> dict[str, Any]:
        """Sign in with a new wallet: the answer of ``POST /authenticate``."""
        answer = client.post("/authenticate", json=self.signed(client, *self.auth.create_wallet_address()))
        assert answer.status_code == 200, answer.text
        result: dict[str, Any] = answer.json()
        return result


@contextmanager
def running_site(folder: Path, *, server: dict[str, Any], auth: dict[str, Any], **settings: Any) -> Iterator[Site]:
    database = folder / "gatewright.db"
    clock = MovableClock()
    values = {"challenges_per_client": 100_000, "jwt_secret": SECRET, "database_url": f"sqlite:///{database}"}
    in_force = Settings(_env_file=None, **(values | QUICK_HASHES | settings))
    served = AsyncEvrmoreAuth(settings=in_force, clock=clock, **auth)
    options = {"http": "h11", "ws": "none", "proxy_headers": False, "server_header": False, "log_config": None}
    app = create_app(served)
    uvicorn_server = uvicorn.Server(uvicorn.Config(app, **(options | server)))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=uvicorn_server.run, kwargs={"sockets": [listener]})
        thread.start()
        site = Site(served, f"http://127.0.0.1:{listener.getsockname()[1]}", database, clock, app)
        try:
            with site.clients:
                yield site
        finally:
            uvicorn_server.should_exit = True
            thread.join(timeout=20)
            served.close()
    assert not thread.is_alive()


OpenSite = Callable[..., Site]


@pytest.fixture
def open_site(tmp_path: Path, migrated_file: Path) -> Iterator[OpenSite]:
    """Start a server for one test, with settings, hooks or server options of its own."""
    shutil.copyfile(migrated_file, tmp_path / "gatewright.db")
    with ExitStack() as stack:

        def start(*, server: dict[str, Any] | None = None, auth: dict[str, Any] | None = None, **settings: Any) -> Site:
            return stack.enter_context(running_site(tmp_path, server=server or {}, auth=auth or {}, **settings))

        yield start


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, migrated_file: Path) -> Iterator[Site]:
    """A server for all tests of a module that leave it as they found it."""
    folder = tmp_path_factory.mktemp("site")
    shutil.copyfile(migrated_file, folder / "gatewright.db")
    with running_site(folder, server={}, auth={}) as running:
        yield running


@pytest.fixture
def client(site: Site) -> httpx.Client:
    """A visitor of the module's server."""
    return site.client()


@pytest.fixture
def browser(site: Site) -> Browser:
    """A browser on the module's server."""
    return site.browser()


@pytest.fixture
def wallet(request: pytest.FixtureRequest) -> Wallet:
    """A wallet that no other test has."""
    return Wallet.new(request.node.nodeid)


@pytest.fixture
def other_wallet(request: pytest.FixtureRequest) -> Wallet:
    """One more."""
    return Wallet.new(f"{request.node.nodeid}, the other one")


@pytest.fixture
def ask() -> Callable[[Browser, Wallet], Page]:
    """Send the address with the token that a form of the start page has, and return the page of the second step."""

    def ask(browser: Browser, wallet: Wallet) -> Page:
        token = browser.get("/").form().fields["csrf_token"]
        return browser.post("/login/wallet", {"csrf_token": token, "evrmore_address": wallet.address})

    return ask


@pytest.fixture
def sign_in(ask: Callable[[Browser, Wallet], Page]) -> Callable[[Browser, Wallet], Page]:
    """Go through both steps, and return the last answer."""

    def sign_in(browser: Browser, wallet: Wallet) -> Page:
        form = ask(browser, wallet).form("/login/wallet")
        return browser.submit(form, signature=wallet.sign(form.fields["challenge"]))

    return sign_in


@pytest.fixture
def bearer() -> Callable[[str], dict[str, str]]:
    """The header that carries a token."""
    return lambda token: {"Authorization": f"Bearer {token}"}


@pytest.fixture
def assert_problem() -> Callable[[httpx.Response, int, str], dict[str, Any]]:
    """Check everything that holds for every problem, and return its body."""

    def check(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
        assert answer.headers["content-type"] == "application/problem+json", answer.text
        body: dict[str, Any] = answer.json()
        assert (answer.status_code, body["status"], body["code"]) == (status, status, code)
        assert body["type"] == "about:blank"
        assert body["title"]
        assert body["detail"]
        assert ("www-authenticate" in answer.headers) == (status == 401)
        return body

    return check
