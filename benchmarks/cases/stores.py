"""What recognising a visitor costs the application on each store: SQLite, PostgreSQL, PostgreSQL with Redis."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, ExitStack, suppress
from pathlib import Path
from statistics import median
from time import process_time

import psycopg
from report import MICROSECONDS, Budget, Report, Row
from servers import has_servers, postgresql, redis_server

from gatewright import AsyncEvrmoreAuth, EvrmoreAuth, Settings
from gatewright.errors import TakenError
from gatewright.operations.visits import digest_of
from gatewright.storage.sql.statements import statements_of
from gatewright.testing import Wallet

_SECRET = "4Qk0yT7pXwq9Zb2LrVn8sJd6Hf3GmAeC"
_NAME, _PASSWORD = "anna", "correct horse battery staple"
_TIMES = 200
_ROUNDS = 15

_Ask = Callable[[], Awaitable[object]]


def measure(report: Report, *, folder: Path) -> None:
    """Compare processor time of this process, without the database's server and whatever else runs."""
    if not has_servers():
        return
    with ExitStack() as stack:
        database_url, redis_url = stack.enter_context(postgresql()), stack.enter_context(redis_server())
        stores = {
            "SQLite": _settings(f"sqlite:///{folder / 'stores.db'}"),
            "PostgreSQL": _settings(database_url),
            "PostgreSQL and Redis": _settings(database_url, redis_url),
        }
        visits = {store: _visit(settings) for store, settings in stores.items()}
        auths = {store: AsyncEvrmoreAuth(settings=settings) for store, settings in stores.items()}
        for auth in auths.values():
            stack.callback(auth.close)
        costs = asyncio.run(_costs(auths, visits))
    for store in stores:
        for way in ("cookie", "token", "cookie, blocking"):
            bare = None if store != "PostgreSQL" or way != "cookie" else costs["bare"]
            cost = costs[f"{store}: {way}"]
            to_bare = None if bare is None else cost / bare
            report.rows.append(Row(f"recognise by {way}, {store}", MICROSECONDS, cost, bare=bare, to_bare=to_bare))
    report.budgets.append(
        Budget("recognise by cookie, PostgreSQL, to psycopg", costs["PostgreSQL: cookie"] / costs["bare"], at_most=2.5)
    )


def _settings(database_url: str, redis_url: str | None = None) -> Settings:
    return Settings(
        database_url=database_url,
        redis_url=redis_url,
        jwt_secret=_SECRET,
        argon2_memory_kib=8,
        argon2_iterations=1,
        mail_delivery="command",
    )


def _visit(settings: Settings) -> tuple[dict[str, object], str]:
    """Sign somebody in, and return what their cookie holds and their token."""
    with EvrmoreAuth(settings=settings) as auth:
        with suppress(TakenError):  # two of the stores share a database
            auth.create_user(_NAME, email=f"{_NAME}@example.com", password=_PASSWORD, is_verified=True)
        cookie: dict[str, object] = {}
        auth.guard(cookie).login(_NAME, _PASSWORD, "SQLUserProvider")
        wallet = Wallet.new(_NAME)
        challenge = auth.generate_challenge(wallet.address)
        session = auth.authenticate(wallet.address, challenge, wallet.sign(challenge))
    return cookie, str(session.token)


async def _costs(
    auths: Mapping[str, AsyncEvrmoreAuth], visits: Mapping[str, tuple[dict[str, object], str]]
) -> dict[str, float]:
    """Return the median cost of each, in microseconds, taking turns."""
    turns: dict[str, _Ask] = {}
    async with AsyncExitStack() as stack:
        for store, auth in auths.items():
            blocking = stack.enter_context(EvrmoreAuth(settings=auth._parts.settings))
            cookie, token = visits[store]
            turns[f"{store}: cookie"] = lambda auth=auth, cookie=cookie: auth.guard(cookie).user()  # type: ignore[misc]
            turns[f"{store}: token"] = lambda auth=auth, token=token: auth.get_user_by_token(token)  # type: ignore[misc]
            turns[f"{store}: cookie, blocking"] = _blocking(blocking, cookie)
        turns["bare"] = await _bare(stack, auths["PostgreSQL"]._parts.settings, visits["PostgreSQL"][0])
        taken: dict[str, list[float]] = {turn: [] for turn in turns}
        for number in range(-2, _ROUNDS):
            for turn, ask in turns.items():
                start = process_time()
                for _ in range(_TIMES):
                    assert await ask()
                if number >= 0:
                    taken[turn].append((process_time() - start) / _TIMES * 1e6)
    return {turn: median(seconds) for turn, seconds in taken.items()}


def _blocking(auth: EvrmoreAuth, cookie: dict[str, object]) -> _Ask:
    async def ask() -> object:
        return auth.guard(cookie).user()

    return ask


async def _bare(stack: AsyncExitStack, settings: Settings, cookie: dict[str, object]) -> _Ask:
    """Return gatewright's own statement, on one connection without a pool."""
    url = settings.database_url.replace("+psycopg", "")
    connection = await psycopg.AsyncConnection.connect(url, autocommit=True, prepare_threshold=0)
    stack.push_async_callback(connection.close)
    statement = statements_of("postgresql").find_session.encode()
    secret = cookie["auth"]["secret"]  # type: ignore[index] # what a guard keeps
    parameters = {"digest": digest_of(secret)}

    async def ask() -> object:
        cursor = await connection.execute(statement, parameters, binary=True)
        return await cursor.fetchone()

    return ask
