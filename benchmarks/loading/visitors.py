"""Visitors who sign in, are recognised a few times and sign out, again and again, and record the answers."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from time import perf_counter

from gatewright.testing import Wallet
from loading.http import Answer, Connection

VALIDATIONS = 10
"""How often a visitor is recognised before they sign out."""
STAYS = 8
"""Once in so many rounds, a visitor does not sign out."""


@dataclass
class Seen:
    """The answers that visitors got.

    Args:
        seconds: Request -> how long each answer took.
        errors: Wrong answer -> how often it came.
        begun: How many sessions began.
        ended: How many of them ended.
    """

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: Counter[str] = field(default_factory=Counter)
    begun: int = 0
    ended: int = 0

    @property
    def operations(self) -> int:
        """How many answers there were."""
        return sum(map(len, self.seconds.values()))


class Visitor:
    """One client on one connection.

    Args:
        connection: To the server.
        seen: Where to record the answers.
    """

    def __init__(self, connection: Connection, seen: Seen) -> None:
        self._connection = connection
        self._seen = seen

    async def _ask(self, what: str, expected: int, method: str, path: str, **request: object) -> Answer:
        """Send a request, and raise unless the answer is as expected."""
        start = perf_counter()
        answer = await self._connection.ask(method, path, **request)  # type: ignore[arg-type]
        self._seen.seconds[what].append(perf_counter() - start)
        if answer.status != expected:
            raise ValueError(f"{what}: {answer.status}")
        return answer


class PasswordVisitor(Visitor):
    """Signs in with a password, and is recognised by a cookie."""

    async def visit(self, name: str, password: str, *, stays: bool) -> None:
        """Sign in, be recognised, and sign out unless they stay."""
        form = {"email": name, "password": password}
        cookie = (await self._ask("sign in, password", 200, "POST", "/api/login", body=form)).cookie or ""
        self._seen.begun += 1
        for _ in range(VALIDATIONS):
            answer = await self._ask("validate, cookie", 200, "GET", "/api/session", cookie=cookie)
            if not answer.body.get("user"):
                raise ValueError("validate, cookie: a guest")
        if stays:
            return
        await self._ask("sign out, cookie", 204, "POST", "/api/logout", cookie=cookie, body={})
        self._seen.ended += 1
        answer = await self._ask("validate, cookie", 200, "GET", "/api/session", cookie=cookie)
        if answer.body.get("user"):
            raise ValueError("after a sign-out, cookie: still signed in")


class WalletVisitor(Visitor):
    """Signs in with a wallet, and is recognised by a token."""

    async def visit(self, wallet: Wallet, *, stays: bool) -> None:
        """Sign in, be recognised, and sign out unless they stay."""
        who = {"evrmore_address": wallet.address}
        challenge = (await self._ask("challenge", 200, "POST", "/challenge", body=who)).body["challenge"]
        signed = who | {"challenge": challenge, "signature": wallet.sign(challenge)}
        answer = await self._ask("sign in, wallet", 200, "POST", "/authenticate", body=signed)
        self._seen.begun += 1
        bearer = f"Bearer {answer.body['token']}"
        for _ in range(VALIDATIONS):
            await self._ask("validate, token", 200, "GET", "/validate", authorization=bearer)
        if stays:
            await self._ask("challenge again", 401, "POST", "/authenticate", body=signed)
            return
        await self._ask("sign out, token", 204, "POST", "/logout", authorization=bearer)
        self._seen.ended += 1
        await self._ask("validate, token", 401, "GET", "/validate", authorization=bearer)


async def crowd(port: int, *, clients: int, password: str, goes_on: Callable[[Seen], bool]) -> Seen:
    """Let visitors come and go until it is time to end; two of them at a time have the same account.

    Args:
        port: Where the server listens.
        clients: How many there are at once.
        password: Everybody's password.
        goes_on: Returns whether to continue.
    """
    seen = Seen()
    await asyncio.gather(*(_come_and_go(port, number, seen, password, goes_on) for number in range(clients)))
    return seen


async def _come_and_go(port: int, number: int, seen: Seen, password: str, goes_on: Callable[[Seen], bool]) -> None:
    rounds, name, wallet = 0, name_of(number // 4), Wallet.new(name_of(number // 4))
    async with Connection(port) as connection:
        while goes_on(seen):
            stays = rounds % STAYS == 0
            rounds += 1
            try:
                if number % 2:
                    await WalletVisitor(connection, seen).visit(wallet, stays=stays)
                else:
                    await PasswordVisitor(connection, seen).visit(name, password, stays=stays)
            except (OSError, ValueError) as error:
                seen.errors[str(error)] += 1


def name_of(number: int) -> str:
    """Return a person's username."""
    return f"person-{number}"
