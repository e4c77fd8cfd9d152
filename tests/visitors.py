"""What the tests of users, guards and rights share: users, visitors, and many who do something at once."""

from __future__ import annotations

import asyncio
import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from gatewright.errors import GatewrightError

PASSWORD = "correct horse battery staple"
OURS = "SQLUserProvider"
WALLETS = "WalletUserProvider"


class Visitor:
    """A browser whose session lies in a cookie: a request sees of the last one what JSON has carried over."""

    def __init__(self, auth, **device):
        self.auth = auth
        self.cookie = {}
        self._device = device

    def request(self):
        """Return the guard of the visitor's next request."""
        self.cookie = json.loads(json.dumps(self.cookie))
        return self.auth.guard(self.cookie, **self._device)

    def thief(self):
        """Return somebody else with a copy of this visitor's cookie."""
        other = Visitor(self.auth)
        other.cookie = json.loads(json.dumps(self.cookie))
        return other

    @property
    def secret(self):
        return self.cookie["auth"]["secret"]


@pytest.fixture
def database(gatewright_settings):
    """The path of the test's own database."""
    return gatewright_settings.database_url.removeprefix("sqlite:///")


@pytest.fixture
def register():
    """Make a verified user with the tests' password, and return them."""

    def register(auth, username="carol", **options):
        return auth.create_user(username, **({"password": PASSWORD, "is_verified": True} | options))

    return register


@pytest.fixture
def carol(auth, register):
    """A user who may sign in with the tests' password."""
    return register(auth)


@pytest.fixture
def visitor(auth):
    return Visitor(auth)


@pytest.fixture
def signed_in(visitor, carol):
    """A visitor who is signed in as carol."""
    visitor.request().login("carol", PASSWORD, OURS)
    return visitor


@pytest.fixture
def link():
    """Link a wallet to a user's account."""

    def link(auth, username, wallet):
        challenge = auth.generate_challenge(wallet.address)
        auth.link_wallet(
            username, evrmore_address=wallet.address, challenge=challenge, signature=wallet.sign(challenge)
        )

    return link


@pytest.fixture
def snapshot(sql):
    """Read every row of every table, to see that nothing was written."""

    def read(*, but=()):
        tables = [name for (name,) in sql("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: sql(f"SELECT * FROM {name}") for name in tables if name not in ("sqlite_sequence", *but)}

    return read


@pytest.fixture
def at_once(is_async):
    """Make calls at the same time, in threads or as tasks of one loop; return what each returned, or its error."""

    def blocking(auth, calls):
        barrier = threading.Barrier(len(calls), timeout=60)

        def one(call):
            barrier.wait(timeout=30)
            try:
                return call(auth)
            except GatewrightError as error:
                return error

        with ThreadPoolExecutor(len(calls)) as pool:
            return list(pool.map(one, calls))

    def asynchronous(driven, calls):
        async def one(call):
            try:
                return await call(driven._target)
            except GatewrightError as error:
                return error

        async def gather():
            return await asyncio.gather(*map(one, calls))

        return driven._runner.run(gather())

    return asynchronous if is_async else blocking


ODD_VALUES = {
    "None": None,
    "zero": 0,
    "True": True,
    "a fraction": 0.5,
    "a huge number": 10**5000,
    "nothing": "",
    "a lone surrogate": "\ud800",
    "a NUL": "a\0b",
    "a million mails": "x" * 1_000_000,
    "bytes": b"x",
    "a list": [],
    "a list of texts": ["carol"],
    "a mapping": {},
    "an object": object(),
}
"""What no caller should send, and some will."""


def not_refused(act, *, fine=()):
    """Try an act with every odd value, and name those that were taken without an error of ours, but for the fine."""
    taken = []
    for kind, odd in ODD_VALUES.items():
        try:
            act(odd)
        except GatewrightError:
            continue
        if kind not in fine:
            taken.append(kind)
    return taken
