"""Does one thing again and again, killed by SIGKILL at its first, second, third... statement or command to Redis.

Reads lines of JSON, `[act, settings]`, and answers each with a line of JSON, a list of runs: what was prepared, what
was answered (null where nothing was), and the first words of what was reached. The last run survives.
Imports once and forks for each run, to be quick. All runs share one store, each with people of its own.
"""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import sys
import threading
from itertools import count

import redis

from gatewright import EvrmoreAuth, Settings
from gatewright.storage.sql.postgres.connections import BlockingConnection
from gatewright.testing import Wallet

PASSWORD = "correct horse battery staple"


class Mails:
    """Takes every mail, and tells that it did."""

    def __init__(self):
        self.tokens, self.told = [], None

    def send(self, mail):
        self.tokens += re.findall(r"/([A-Za-z0-9_-]{43})\b", mail.text)
        if self.told:
            self.told(f"sent to {mail.to}")


def in_sqlite(reached):
    """Tell of every statement that SQLite begins."""
    connect = sqlite3.connect

    def connect_traced(*args, **kwargs):
        connection = connect(*args, **kwargs)
        connection.set_trace_callback(lambda statement: reached(statement.split()[0]))
        return connection

    sqlite3.connect = connect_traced


def in_postgresql(reached):
    """Tell of every statement before it is sent, but for those of the pool's own threads, which come at any time."""
    execute = BlockingConnection.execute

    def traced(self, query, *args, **kwargs):
        if threading.current_thread() is threading.main_thread():
            reached(str(query).split()[0])
        return execute(self, query, *args, **kwargs)

    BlockingConnection.execute = traced


def in_redis(reached):
    """Tell of every command before it is sent, and of several that are sent at once."""
    execute_command, execute = redis.Redis.execute_command, redis.client.Pipeline.execute

    def traced(self, *args, **kwargs):
        reached(str(args[0]))
        return execute_command(self, *args, **kwargs)

    def traced_together(self, *args, **kwargs):
        reached("pipeline")
        return execute(self, *args, **kwargs)

    redis.Redis.execute_command, redis.client.Pipeline.execute = traced, traced_together


TRACE = {"sqlite": in_sqlite, "postgresql+psycopg": in_postgresql}
"""What tells of the statements of each driver, by the scheme of the database's URL."""


def person(auth, number, **options):
    """Make an account of this run's own, and sign it in."""
    name = f"person-{number}"
    user = auth.create_user(name, email=f"{name}@example.com", password=PASSWORD, is_verified=True, **options)
    mapping = {}
    auth.guard(mapping).login(name, PASSWORD, "SQLUserProvider")
    return {"id": user.id, "name": name, "email": f"{name}@example.com", "visit": mapping}


class WalletSignIn:
    def prepare(self, auth, mails, number):
        wallet = Wallet.new(f"{number}")
        challenge = auth.generate_challenge(wallet.address)
        return {"seed": f"{number}", "attempt": [wallet.address, challenge, wallet.sign(challenge)]}

    def act(self, auth, state):
        return auth.authenticate(*state["attempt"]).token


class PasswordSignIn:
    def prepare(self, auth, mails, number):
        return person(auth, number) | {"client": f"192.0.2.{number}"}

    def act(self, auth, state):
        auth.guard(state["visit"], ip_address=state["client"]).login(state["name"], PASSWORD, "SQLUserProvider")
        return state["visit"]


class SignUp:
    def prepare(self, auth, mails, number):
        return {"name": f"person-{number}", "email": f"person-{number}@example.com"}

    def act(self, auth, state):
        auth.sign_up(state["email"], username=state["name"], password=PASSWORD, profile={"city": "Rome"})
        return "answered"


class Verification:
    def prepare(self, auth, mails, number):
        email = f"person-{number}@example.com"
        auth.sign_up(email, password=PASSWORD)
        auth.deliver_mails()
        return {"name": email, "token": mails.tokens[-1]}

    def act(self, auth, state):
        return auth.verify_email(state["token"]).id


class Reset:
    def prepare(self, auth, mails, number):
        state = person(auth, number)
        auth.request_password_reset(state["email"])
        auth.deliver_mails()
        return state | {"token": mails.tokens[-1]}

    def act(self, auth, state):
        return auth.reset_password(state["token"], f"{PASSWORD} anew").id


class PasswordChange:
    def prepare(self, auth, mails, number):
        state, other = person(auth, number), {}
        auth.guard(other).login(state["name"], PASSWORD, "SQLUserProvider")
        return state | {"other": other}

    def act(self, auth, state):
        auth.guard(state["visit"]).change_password(PASSWORD, f"{PASSWORD} anew")
        return state["visit"]


class Move:
    def prepare(self, auth, mails, number):
        state = person(auth, number)
        auth.request_email_change(state["id"], email=f"moved-{number}@example.com")
        auth.deliver_mails()
        return state | {"token": mails.tokens[-1], "new": f"moved-{number}@example.com"}

    def act(self, auth, state):
        return auth.confirm_email_change(state["token"]).email


class Rotation:
    def prepare(self, auth, mails, number):
        state = person(auth, number)
        return state | {"cookie": auth.guard(state["visit"]).remember()}

    def act(self, auth, state):
        return auth.guard({}).recall(state["cookie"])


class Deletion:
    def prepare(self, auth, mails, number):
        return person(auth, number)

    def act(self, auth, state):
        auth.delete_user(state["id"])
        return "answered"


class Delivery:
    def prepare(self, auth, mails, number):
        state = person(auth, number)
        auth.request_password_reset(state["email"])
        return state

    def act(self, auth, state):
        return auth.deliver_mails()


ACTS = {act.__name__: act() for act in (WalletSignIn, PasswordSignIn, SignUp, Verification, Reset)}
ACTS |= {act.__name__: act() for act in (PasswordChange, Move, Rotation, Deletion, Delivery)}


def run(act, settings, number, pipe):
    """Prepare, then act, and die at the event with this number."""

    def tell(kind, what):
        print(json.dumps([kind, what]), file=pipe, flush=True)

    mails, events = Mails(), count(1)
    auth = EvrmoreAuth(settings=Settings(**settings), mailer=mails)
    state = act.prepare(auth, mails, number)
    auth.close()
    tell("state", state)

    def reached(event):
        tell("event", event)
        if next(events) == number:
            os.kill(os.getpid(), signal.SIGKILL)

    TRACE[settings["database_url"].partition(":")[0]](reached)
    if "redis_url" in settings:
        in_redis(reached)
    mails.told = reached
    tell("answer", act.act(auth, state))
    reached("answered")


def warm_up(act, settings):
    """Do it once, so that no run need import and compile anything."""
    mails = Mails()
    with EvrmoreAuth(settings=Settings(**settings), mailer=mails) as auth:
        act.act(auth, act.prepare(auth, mails, 0))


def runs(name, settings):
    """Kill one worker after another, until one survives."""
    warm_up(ACTS[name], settings)
    for number in count(1):
        reader, writer = os.pipe()
        process = os.fork()
        if process == 0:
            os.close(reader)
            run(ACTS[name], settings, number, os.fdopen(writer, "w"))
            os._exit(0)
        os.close(writer)
        with os.fdopen(reader) as pipe:
            told = [json.loads(line) for line in pipe]
        _, status = os.waitpid(process, 0)
        facts = {kind: what for kind, what in told if kind != "event"}
        yield {"answer": None} | facts | {"events": [what for kind, what in told if kind == "event"]}
        if not os.WIFSIGNALED(status):
            assert os.waitstatus_to_exitcode(status) == 0
            return


for line in sys.stdin:
    print(json.dumps(list(runs(*json.loads(line)))), flush=True)
