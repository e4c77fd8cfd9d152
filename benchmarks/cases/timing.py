"""Does response time reveal who has an account? Compares pairs of requests over HTTP with Welch's t-test."""

from __future__ import annotations

import json
import random  # noqa: TID251 - the order of a pair must not follow a pattern
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from itertools import count
from pathlib import Path
from statistics import mean, median, stdev
from time import perf_counter, sleep

from report import Budget, Report
from servers import free_port, running

from gatewright import EvrmoreAuth, Settings
from gatewright.testing import Wallet

_SIGN_INS = 120
"""Requests of each kind that cost a hash."""

_MAILS = 400
"""Requests of each kind that cost none."""

_WARM_UP = 10
_SLOWEST = 0.1
"""The share of samples that is left out, as dudect does: other processes on the machine have slowed them."""

_PAUSE = 0.004
"""Seconds after each answer, in which the mail worker does what the request left to it."""

_NO_NOISE = 4.5
"""The |t| from which a difference counts, as in dudect."""

_AT_MOST = 15.0
"""Percent by which the medians of a pair may differ, if the difference is not noise."""

_PATIENCE = 60.0
_SECRET = "only-for-measuring-0123456789abcdef"
_PASSWORD = "correct horse battery staple"
_MANY = "1000000"
_SETTINGS = {
    "GATEWRIGHT_JWT_SECRET": _SECRET,
    "GATEWRIGHT_TRUSTED_PROXIES": "127.0.0.1",  # so that each request comes from a different client
    "GATEWRIGHT_ATTEMPTS_PER_ACCOUNT": _MANY,
    "GATEWRIGHT_MAILS_PER_ADDRESS": _MANY,
    "GATEWRIGHT_EMAIL_CODE": "both",
}
_LOCKED_OUT = "192.0.2.1"
"""The client that has failed too often, on an account and on a name that nobody has."""

Ask = Callable[[str], None]
"""Sends a request that names somebody."""


class _Client:
    """Sends requests on one connection, each as a different client, unless told which.

    Args:
        port: Where the server listens.
    """

    def __init__(self, port: int) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=_PATIENCE)
        self._numbers = count()
        self._newcomers = count()

    def log_in(self, name: str, *, client: str | None = None) -> None:
        self._post("/api/login", {"email": f"{name}@example.com", "password": "a wrong password"}, client)

    def log_in_locked_out(self, name: str) -> None:
        self.log_in(name, client=_LOCKED_OUT)

    def sign_up(self, name: str) -> None:
        """Sign up with an address that is taken or, for the name that nobody has, with a new one each time."""
        number = f"-{next(self._newcomers)}" if name.startswith("none") else ""
        document = {"email": f"{name}{number}@example.com", "password": _PASSWORD, "password_confirm": _PASSWORD}
        self._post("/api/signup", document | {"first_name": "A", "last_name": "B"})

    def ask_for_a_new_password(self, name: str) -> None:
        self._post("/api/password-reset", {"email": f"{name}@example.com"})

    def ask_for_a_verification(self, name: str) -> None:
        self._post("/api/email_verification", {"email": f"{name}@example.com"})

    def ask_for_a_code(self, name: str) -> None:
        self._post("/api/login/step", {"method": "email_code", "action": "begin", "email": f"{name}@example.com"})

    def close(self) -> None:
        self._connection.close()

    def _post(self, path: str, document: Mapping[str, str], client: str | None = None) -> None:
        number = next(self._numbers)
        client = client or f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        headers = {"Content-Type": "application/json", "X-Forwarded-For": client}
        self._connection.request("POST", path, json.dumps(document), headers)
        answer = self._connection.getresponse()
        answer.read()
        if answer.status >= 500:
            raise RuntimeError(f"POST {path}: {answer.status}")


def measure(report: Report, *, folder: Path) -> None:
    """Compare how long the server takes for somebody who has an account and for somebody who has none."""
    home = folder / "timing"
    home.mkdir()
    _make_people(home)
    with _serving(home) as port, closing(_Client(port)) as client:
        pairs: list[tuple[str, Ask, str, int]] = [
            ("sign in, nobody", client.log_in, "none2", _SIGN_INS),
            ("sign in, a wrong password", client.log_in, "known", _SIGN_INS),
            ("sign in, only a wallet", client.log_in, "chain", _SIGN_INS),
            ("sign in, deactivated", client.log_in, "idler", _SIGN_INS),
            ("sign in, not verified", client.log_in, "newer", _SIGN_INS),
            ("sign in, locked out", client.log_in_locked_out, "known", _MAILS),
            ("sign up, nobody", client.sign_up, "none2", _SIGN_INS),
            ("sign up, a taken address", client.sign_up, "known", _SIGN_INS),
            ("new password, nobody", client.ask_for_a_new_password, "none2", _MAILS),
            ("new password, known", client.ask_for_a_new_password, "known", _MAILS),
            ("verification, not verified", client.ask_for_a_verification, "newer", _MAILS),
            ("mailed code, known", client.ask_for_a_code, "known", _MAILS),
        ]
        for what, ask, name, samples in pairs:
            known, unknown = _compared(ask, name, "none1", samples=samples)
            _add(report, what, known, unknown)


def _compared(ask: Ask, name: str, other: str, *, samples: int) -> tuple[list[float], list[float]]:
    """Return the seconds of two kinds of requests, made in a random order on one connection; without the slowest."""
    taken: dict[str, list[float]] = {name: [], other: []}
    for number in range(-_WARM_UP, samples):
        for each in random.sample([name, other], 2):
            start = perf_counter()
            ask(each)
            if number >= 0:
                taken[each].append(perf_counter() - start)
            sleep(_PAUSE)
    slowest = sorted([*taken[name], *taken[other]])[int(2 * samples * (1 - _SLOWEST))]
    return tuple([each for each in taken[who] if each < slowest] for who in (name, other))  # type: ignore[return-value]


def _add(report: Report, what: str, known: Sequence[float], unknown: Sequence[float]) -> None:
    difference = median(known) - median(unknown)
    percent, t = 100 * difference / median(unknown), abs(_welch_t(known, unknown))
    report.timings.append(
        (
            what,
            f"{median(known) * 1e6:,.0f}",
            f"{median(unknown) * 1e6:,.0f}",
            f"{difference * 1e6:+,.0f}",
            f"{percent:+.1f} %",
            f"{t:.1f}",
            f"{_effect(known, unknown):+.2f}",
        )
    )
    figure = abs(percent) if t >= _NO_NOISE else 0.0
    report.budgets.append(Budget(f"{what}, beside nobody, over HTTP", figure, at_most=_AT_MOST, unit="%"))


def _welch_t(one: Sequence[float], other: Sequence[float]) -> float:
    """Return Welch's t: the difference of the means, in units of its own standard error."""
    error = (stdev(one) ** 2 / len(one) + stdev(other) ** 2 / len(other)) ** 0.5
    return (mean(one) - mean(other)) / error


def _effect(one: Sequence[float], other: Sequence[float]) -> float:
    """Return Cohen's d: the difference of the means, in standard deviations of one sample."""
    return (mean(one) - mean(other)) / ((stdev(one) ** 2 + stdev(other) ** 2) / 2) ** 0.5


def _make_people(home: Path) -> None:
    settings = Settings(database_url=f"sqlite:///{home / 'gatewright.db'}", jwt_secret=_SECRET)
    with EvrmoreAuth(settings=settings) as auth:
        auth.create_user("known", email="known@example.com", password=_PASSWORD, is_verified=True)
        auth.create_user("idler", email="idler@example.com", password=_PASSWORD, is_verified=True, is_active=False)
        auth.create_user("newer", email="newer@example.com", password=_PASSWORD)
        auth.create_user("chain", email="chain@example.com", is_verified=True)
        wallet = Wallet.new("chain")
        challenge = auth.generate_challenge(wallet.address)
        signed = {"evrmore_address": wallet.address, "challenge": challenge, "signature": wallet.sign(challenge)}
        auth.link_wallet("chain", **signed)


@contextmanager
def _serving(home: Path) -> Iterator[int]:
    """Run ``gatewright serve`` with the costs of production, and yield its port; mails go to a file."""
    port = free_port()

    def is_ready() -> bool:
        with closing(_Client(port)) as client:
            try:
                client.log_in("none1")
            except OSError:
                return False
        return True

    command = [sys.executable, "-m", "gatewright", "serve", "--port", str(port)]
    with running(command, home, ready=is_ready, environment=_SETTINGS):
        yield port
