"""fastapi-users as its documentation sets it up, with SQLAlchemy and SQLite in the current folder.

Runs inside the peer's virtualenv. Its argon2id parameters are gatewright's; all else is the documentation's example:
``jwt`` or ``database`` as the first argument chooses the strategy.
"""

from __future__ import annotations

import asyncio
import sys
import uuid  # noqa: TID251 - the peer's own identifiers
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, FastAPI
from fastapi_users import BaseUserManager, FastAPIUsers, UUIDIDMixin
from fastapi_users.authentication import AuthenticationBackend, BearerTransport, JWTStrategy
from fastapi_users.authentication.strategy.db import AccessTokenDatabase, DatabaseStrategy
from fastapi_users.db import SQLAlchemyBaseUserTableUUID, SQLAlchemyUserDatabase
from fastapi_users.password import PasswordHelper
from fastapi_users_db_sqlalchemy.access_token import SQLAlchemyAccessTokenDatabase, SQLAlchemyBaseAccessTokenTableUUID
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase

from apps.serving import PEOPLE, serve

_SECRET = "only-for-measuring-0123456789abcdef"
_PASSWORDS = PasswordHelper(PasswordHash([Argon2Hasher(memory_cost=19456, time_cost=2, parallelism=1)]))


class Base(DeclarativeBase):
    pass


class User(SQLAlchemyBaseUserTableUUID, Base):
    pass


class AccessToken(SQLAlchemyBaseAccessTokenTableUUID, Base):
    pass


engine = create_async_engine("sqlite+aiosqlite:///fastapi-users.db")
make_session = async_sessionmaker(engine, expire_on_commit=False)


class UserManager(UUIDIDMixin, BaseUserManager[User, uuid.UUID]):
    pass


async def get_session() -> AsyncIterator[AsyncSession]:
    async with make_session() as session:
        yield session


Session = Annotated[AsyncSession, Depends(get_session)]


async def get_user_manager(session: Session) -> AsyncIterator[UserManager]:
    yield UserManager(SQLAlchemyUserDatabase(session, User), _PASSWORDS)


async def get_tokens(session: Session) -> AsyncIterator[SQLAlchemyAccessTokenDatabase[AccessToken]]:
    yield SQLAlchemyAccessTokenDatabase(session, AccessToken)


def get_jwt_strategy() -> JWTStrategy[User, uuid.UUID]:
    return JWTStrategy(secret=_SECRET, lifetime_seconds=3600)


def get_database_strategy(
    tokens: Annotated[AccessTokenDatabase[AccessToken], Depends(get_tokens)],
) -> DatabaseStrategy[User, uuid.UUID, AccessToken]:
    return DatabaseStrategy(tokens, lifetime_seconds=3600)


async def make_people() -> None:
    """Create the tables, and an account for everybody."""
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    async with make_session() as session:
        for email, password in PEOPLE.items():
            session.add(User(email=email, hashed_password=_PASSWORDS.hash(password), is_active=True, is_verified=True))
        await session.commit()
    await engine.dispose()  # its connections belong to this loop


def make_app(strategy: str) -> FastAPI:
    """Return the application."""
    get_strategy = {"jwt": get_jwt_strategy, "database": get_database_strategy}[strategy]
    backend = AuthenticationBackend(strategy, transport=BearerTransport(tokenUrl="login"), get_strategy=get_strategy)
    app = FastAPI()
    users = FastAPIUsers[User, uuid.UUID](get_user_manager, [backend])
    app.include_router(users.get_auth_router(backend))

    @app.get("/ping")
    async def ping() -> str:
        return "pong"

    async def mine(user: User = Depends(users.current_user(active=True))) -> dict[str, str]:  # noqa: B008 - its way
        return {"who": str(user.id)}

    app.get("/mine")(mine)
    return app


async def make_token(strategy: str) -> str:
    """Sign somebody in and return their token."""
    async with make_session() as session:
        user = await SQLAlchemyUserDatabase[User, uuid.UUID](session, User).get_by_email(next(iter(PEOPLE)))
        assert user is not None
        tokens = SQLAlchemyAccessTokenDatabase[AccessToken](session, AccessToken)
        made = get_jwt_strategy() if strategy == "jwt" else get_database_strategy(tokens)
        token = await made.write_token(user)
    await engine.dispose()  # its connections belong to this loop
    return token


if __name__ == "__main__":
    asyncio.run(make_people())
    serve(make_app(sys.argv[1]))
