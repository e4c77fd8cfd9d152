"""A Redis master that is killed under load, and whose replica takes over: nobody is signed in who was not."""

from __future__ import annotations

import asyncio
import gc
import shutil
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest

from gatewright import AsyncEvrmoreAuth, EvrmoreAuth, Settings
from gatewright.errors import GatewrightError, InvalidChallengeError, StoreUnavailableError
from gatewright.testing import Wallet
from redis_server import eventually, serving_cluster_with_replica, serving_sentinel
from stores_under_test import QUICK, assert_sound
from visitors import OURS, PASSWORD, Visitor

CLIENTS = 4
ASK_AGAIN = (StoreUnavailableError, InvalidChallengeError)
"""What may be answered while nobody knows who the master is: also that a challenge is lost."""

LEFT_TO_COLLECTOR = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
"""redis-py does not close its connections to a node of a cluster that it gives up: they end when they are collected."""


pytestmark = pytest.mark.long


@pytest.fixture(
    params=[
        pytest.param(serving_sentinel, id="sentinel"),
        pytest.param(serving_cluster_with_replica, id="cluster"),
    ]
)
def servers(request):
    """The URL of Redis servers, a master and its replica."""
    with request.param() as servers:
        yield servers


@pytest.fixture
def in_sql(tmp_path, migrated_file):
    """The settings without the Redis."""
    shutil.copyfile(migrated_file, tmp_path / "gatewright.db")
    return QUICK | {"database_url": f"sqlite:///{tmp_path / 'gatewright.db'}", "challenges_per_address": 10**6}


@pytest.fixture
def auth(in_sql, servers):
    with EvrmoreAuth(settings=Settings(**in_sql, redis_url=servers[0])) as auth:
        yield auth


@dataclass
class Load:
    """Clients that sign in, are recognised, sign out and guess, and what they were answered."""

    auth: EvrmoreAuth
    stay: list[Visitor] = field(default_factory=list)
    left: list[Visitor] = field(default_factory=list)
    spent: list[tuple[str, str, str]] = field(default_factory=list)
    is_over: threading.Event = field(default_factory=threading.Event)

    @property
    def answered(self):
        return len(self.stay) + len(self.left)

    def run(self, number):
        """Be one of the clients, whose account has its number."""
        wallet = Wallet.new(f"{number}")
        while not self.is_over.is_set():
            for act in (self.come_and_stay, self.come_and_leave, self.come_with_wallet, self.guess):
                try:
                    act(number, wallet)
                except ASK_AGAIN:
                    time.sleep(0.05)

    def sign_in(self, number):
        visitor = Visitor(self.auth)
        visitor.request().login(f"person-{number}", PASSWORD, OURS)
        return visitor

    def come_and_stay(self, number, wallet):
        visitor = self.sign_in(number)
        self.stay.append(visitor)
        user = visitor.request().user()
        assert user is None or user.username == f"person-{number}"

    def come_and_leave(self, number, wallet):
        visitor = self.sign_in(number)
        thief = visitor.thief()
        visitor.request().destroy()
        self.left.append(thief)
        assert thief.request().is_guest()

    def come_with_wallet(self, number, wallet):
        challenge = self.auth.generate_challenge(wallet.address)
        attempt = (wallet.address, challenge, wallet.sign(challenge))
        assert self.auth.authenticate(*attempt).evrmore_address == wallet.address
        self.spent.append(attempt)
        with pytest.raises(ASK_AGAIN):
            self.auth.authenticate(*attempt)

    def guess(self, number, wallet):
        with pytest.raises(GatewrightError):
            self.auth.attempt(f"person-{number}", "a wrong password", OURS, ip_address=f"192.0.2.{number}")


def test_nobody_is_signed_in_by_a_replica_that_takes_over(auth, servers, in_sql):
    """What was answered before holds, but for sign-ins that the replica had not heard of; then all goes on."""
    _, master, replica = servers
    for number in range(CLIENTS):
        auth.create_user(f"person-{number}", password=PASSWORD, is_verified=True)
    load = Load(auth)
    with ThreadPoolExecutor(CLIENTS) as pool:
        clients = [pool.submit(load.run, number) for number in range(CLIENTS)]

        def await_answers(number):
            """Have the load go on by so many answers, unless a client has failed."""
            least = load.answered + number
            eventually(lambda: load.answered > least or any(each.done() for each in clients), "it goes on", seconds=60)

        try:
            await_answers(16)
            heard = [*load.stay]
            written = _offset(master, b"master_repl_offset")
            eventually(lambda: _offset(replica, b"slave_repl_offset") >= written, "the replica has heard of them")
            master.kill()
            eventually(lambda: b"role:master" in replica.ask("INFO", "replication"), "it has taken over", seconds=60)
            await_answers(16)
        finally:
            load.is_over.set()
        for client in clients:
            client.result()

    assert not any(visitor.request().is_guest() for visitor in heard)
    assert all(thief.request().is_guest() for thief in load.left)
    for attempt in load.spent:
        with pytest.raises(InvalidChallengeError):
            auth.authenticate(*attempt)
    assert_sound(in_sql)


@LEFT_TO_COLLECTOR
def test_an_event_loop_goes_on_with_the_replica(servers, in_sql):
    """Wallets sign in side by side; whoever was answered is signed in."""
    url, master, replica = servers
    answered = []

    async def come(auth, wallet, is_over):
        while not is_over.is_set():
            try:
                challenge = await auth.generate_challenge(wallet.address)
                session = await auth.authenticate(wallet.address, challenge, wallet.sign(challenge))
                answered.append(session.id)
            except ASK_AGAIN:
                await asyncio.sleep(0.05)

    async def until(is_so, what):
        await asyncio.to_thread(eventually, is_so, what, seconds=60)

    async def run():
        auth, is_over = AsyncEvrmoreAuth(settings=Settings(**in_sql, redis_url=url)), asyncio.Event()
        clients = [asyncio.create_task(come(auth, Wallet.new(f"{number}"), is_over)) for number in range(CLIENTS)]

        async def await_answers(number):
            least = len(answered) + number
            await until(lambda: len(answered) > least or any(each.done() for each in clients), "it goes on")

        try:
            await await_answers(16)
            master.kill()
            await until(lambda: b"role:master" in replica.ask("INFO", "replication"), "it has taken over")
            await await_answers(16)
        finally:
            is_over.set()
        await asyncio.gather(*clients)
        sessions = {session.id for session in await auth.list_sessions()}
        auth.close()
        return sessions

    assert asyncio.run(run()) >= {*answered}
    gc.collect()  # here, where nobody minds


def _offset(server, name):
    """Return how far a server has written, or read, of what there is to be replicated."""
    facts = dict(line.split(b":", 1) for line in server.ask("INFO", "replication").splitlines() if b":" in line)
    return int(facts[name])
