"""Users from a table or view of the application's own database."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa
from sqlalchemy import exc

from gatewright.errors import ConfigurationError, ProviderUnavailableError
from gatewright.flags import is_flag_set
from gatewright.providers.credentials import CredentialsUserProvider, Found
from gatewright.providers.fork_safe import ForkSafe
from gatewright.providers.possible_credentials import is_possible_username
from gatewright.providers.table.engine import engine_for
from gatewright.providers.table.names import has_name, name_in

_NOT_SHOWN = {"password", "role"}
_LONGEST_HASH = 100
"""The maximum length of an argon2id hash in characters; with the usual parameters it has 97."""

_PATIENCE = "SET LOCAL lock_timeout = '2s'"
"""Limits the wait for a lock to renew a hash. PostgreSQL would wait for ever; SQLite and MySQL do not."""

_logger = logging.getLogger("gatewright")


@dataclass(frozen=True, slots=True)
class TableColumns:
    """The names of a table's columns; the defaults are SimpleAuth's. A column set to None is not read.

    Args:
        username: The column to find a user by, which sessions remember. No two rows may share a value.
        alias: A second column to find a user by, such as the email address besides a username.
        id: The user's permanent identifier; None to use the username.
        email: The email address.
        first_name: What to call the user.
        password: The password hash, of any kind that `gatewright.passwords` reads. Never exposed.
        role: The user's role, or several with commas between them.
        active: Whether the user may sign in: a boolean, a number, or a word such as ``yes``. NULL is no.
        verified: Whether the user is verified; a timestamp is accepted as well.
        extra: Further columns that the entity exposes, under their own names.
    """

    username: str = "email"
    alias: str | None = None
    id: str | None = "id"
    email: str | None = "email"
    first_name: str | None = "first_name"
    password: str | None = "password"  # noqa: S105 - a column's name
    role: str | None = "role"
    active: str | None = "active"
    verified: str | None = "verified"
    extra: tuple[str, ...] = ()

    def by_field(self) -> dict[str, str]:
        """Return the columns to read, by the field that each becomes."""
        named = {
            "username": self.username,
            "id": self.id,
            "email": self.email,
            "first_name": self.first_name,
            "password": self.password,
            "role": self.role,
            "active": self.active,
            "verified": self.verified,
        }
        read = {field: name for field, name in named.items() if name is not None}
        return {name: name for name in self.extra if name != self.password} | read


class TableUserProvider(CredentialsUserProvider):
    """Users from a table or view of the application; only renewed hashes are ever written to it.

    The entity has the fields of `TableColumns` that are read, except the password, which is only verified, and the
    role, which becomes ``user.roles``. The table is inspected when the first user is looked up; a warning is logged
    if the password column is too short for a renewed hash.

    Args:
        url_or_engine: The database, as an SQLAlchemy URL with its time-outs, or the application's own engine.
        table: The name of the table or view.
        schema: Its schema, if not the default.
        columns: The names of its columns.
        keeps_hashes: Whether to replace a hash that no longer meets the policy when its owner signs in. Switch it off
            for a view or a read-only database account.

    Raises:
        ConfigurationError: If the database URL cannot be used, its driver is asynchronous, or ``table`` is not a name.
    """

    def __init__(
        self,
        url_or_engine: str | sa.URL | sa.Engine,
        *,
        table: str = "users",
        schema: str | None = None,
        columns: TableColumns | None = None,
        keeps_hashes: bool = True,
    ) -> None:
        if not isinstance(table, str):
            raise ConfigurationError(f"table takes a name, such as Member.__tablename__, not {table!r:.80}.")
        given = url_or_engine
        self._engine = ForkSafe(lambda: engine_for(given))
        self._engine.get()
        self._is_borrowed = isinstance(given, sa.Engine)
        self._table = table
        self._schema = schema
        self._columns = columns or TableColumns()
        self._keeps_hashes = keeps_hashes
        self._types: dict[str, sa.types.TypeEngine[Any]] = {}
        self._room_for_hash: int | None = None

    def find(self, username: str) -> Found | None:
        """Return the user with this name and their password hash, or None.

        Raises:
            ProviderUnavailableError: If the database cannot be reached.
            ConfigurationError: If the table or a column is missing, or if two rows share the name.
        """
        if not is_possible_username(username):
            return None
        rows = self._read(username)
        if len(rows) > 1:
            raise ConfigurationError(
                f"Two rows of {self._table} have the same name. Make {' and '.join(self._name_columns())} unique.",
                username=username,
            )
        return self._found(rows[0]) if rows else None

    def save_hash(self, username: str, *, old_hash: str, new_hash: str) -> None:
        """Replace a user's password hash if it is still the old one, unless ``keeps_hashes`` is off.

        Raises:
            ConfigurationError: If the column is too short. Nothing is written: some databases would truncate it.
            ProviderUnavailableError: If the database cannot be reached, or refuses.
        """
        if not self._keeps_hashes or self._columns.password is None:
            return
        engine = self._checked_engine()
        if self._room_for_hash is not None and len(new_hash) > self._room_for_hash:
            raise ConfigurationError(self._too_short(self._room_for_hash))
        stored: Any = old_hash  # bytes if the column holds bytes
        kept = new_hash if isinstance(stored, str) else new_hash.encode()
        bare = stored.rstrip() if isinstance(stored, str) else stored  # PostgreSQL ignores the padding of CHAR
        is_old = sa.column(self._columns.password).in_([stored, bare])
        statement = (
            sa.update(self._source())
            .where(self._has_name(username, engine), is_old)
            .values({self._columns.password: kept})
        )
        try:
            with engine.begin() as connection:
                if connection.dialect.name == "postgresql":
                    connection.exec_driver_sql(_PATIENCE)
                connection.execute(statement)
        except exc.SQLAlchemyError as error:
            raise ProviderUnavailableError(
                f"A renewed hash cannot be stored in {self._table} ({_kind_of(error)}). "
                "If the table is read-only, pass keeps_hashes=False."
            ) from None  # the error contains the hash

    def close(self) -> None:
        """Close the connections. Using the object again opens new ones; an engine that was passed in stays open."""
        engine = None if self._is_borrowed else self._engine.take()
        if engine is not None:
            engine.dispose()

    def _read(self, username: str) -> Sequence[sa.RowMapping]:
        fields = self._columns.by_field()
        source = self._source()
        selected = sa.select(*(source.c[name].label(field) for field, name in fields.items()))
        engine = self._checked_engine()
        with _clear_errors(self._table):
            try:
                with engine.connect() as connection:
                    found = connection.execute(selected.where(self._has_name(username, engine)).limit(2))
                    return found.mappings().all()
            except exc.DataError:  # nobody has a name that the column's type cannot hold
                return []

    def _found(self, row: sa.RowMapping) -> Found:
        fields = {name: value for name, value in row.items() if name not in _NOT_SHOWN}
        flags = {name: is_flag_set(fields[name]) for name in ("active", "verified") if name in fields}
        names = {name: name_in(fields[name]) for name in ("username", "id") if name in fields}
        for name, value in names.items():
            if value is None:
                raise ConfigurationError(
                    f"A row of {self._table} has no {self._columns.by_field()[name]}, by which sessions identify "
                    "their user. Fill it in, or name another column in TableColumns."
                )
        entity = SimpleNamespace(**(fields | flags | {"username": names["username"]}))
        password_hash = row.get("password")
        return self.user_class(entity, _roles_in(row.get("role"))), password_hash

    def _checked_engine(self) -> sa.Engine:
        """Return the engine, after checking the table at first use."""
        engine = self._engine.get()
        if not self._types:
            with _clear_errors(self._table):
                self._check(engine)
        return engine

    def _check(self, engine: sa.Engine) -> None:
        """Refuse a table that lacks a column, with a clearer error than the database's, and note its columns' types."""
        inspector = sa.inspect(engine)
        wanted = {*self._columns.by_field().values(), *self._name_columns()}
        try:
            there = {str(found["name"]): found["type"] for found in inspector.get_columns(self._table, self._schema)}
        except exc.NoSuchTableError:
            there = {}
        if not there:
            names = [*inspector.get_table_names(self._schema), *inspector.get_view_names(self._schema)]
            raise ConfigurationError(
                f"There is no table or view {self._table!r}. The database has: {', '.join(sorted(names)) or 'none'}."
            )
        missing = sorted(wanted - {*there})
        if missing:
            raise ConfigurationError(
                f"{self._table} has no {', '.join(missing)}. It has: {', '.join(there)}. "
                "Set the names of the columns in TableColumns, and None for a column that does not exist."
            )
        self._types = there
        if self._keeps_hashes and self._columns.password is not None:
            self._measure(there[self._columns.password], is_binding=engine.dialect.name != "sqlite")

    def _measure(self, kind: Any, *, is_binding: bool) -> None:
        """Note the maximum length of a hash, if the column's type declares one and the database enforces it."""
        length = getattr(kind, "length", None)
        if length is not None and length < _LONGEST_HASH:
            _logger.warning("%s", self._too_short(length))
        self._room_for_hash = length if is_binding else None

    def _too_short(self, length: int) -> str:
        return (
            f"{self._table}.{self._columns.password} is declared with {length} characters, but a renewed hash has up "
            f"to {_LONGEST_HASH}: users can sign in, but old hashes are not replaced. Make it VARCHAR(255), or pass "
            "keeps_hashes=False."
        )

    def _source(self) -> Any:
        names = {*self._columns.by_field().values(), *self._name_columns()}
        return sa.table(self._table, *(sa.column(name) for name in sorted(names)), schema=self._schema)

    def _has_name(self, name: str, engine: sa.Engine) -> Any:
        is_strict = engine.dialect.name != "sqlite"
        columns = self._name_columns()
        conditions = [has_name(column, self._types[column], name, is_strict=is_strict) for column in columns]
        return sa.or_(sa.false(), *(condition for condition in conditions if condition is not None))

    def _name_columns(self) -> list[str]:
        return [name for name in (self._columns.username, self._columns.alias) if name is not None]


@contextmanager
def _clear_errors(name: str) -> Iterator[None]:
    try:
        yield
    except exc.SQLAlchemyError as error:
        lost = isinstance(error, exc.DBAPIError) and error.connection_invalidated
        if lost or isinstance(error, exc.OperationalError | exc.InterfaceError | exc.TimeoutError):
            raise ProviderUnavailableError(f"The table {name} cannot be read now ({_kind_of(error)}).") from None
        raise ConfigurationError(f"The table {name} cannot be read: {_kind_of(error)}.") from None


def _kind_of(error: exc.SQLAlchemyError) -> str:
    """Return an error's class and the first line of the driver's message: SQLAlchemy and later lines show values."""
    cause = getattr(error, "orig", None)
    return type(error).__name__ if cause is None else f"{type(cause).__name__}: {str(cause).partition(chr(10))[0]}"


def _roles_in(value: object) -> list[str]:
    """Return the roles listed in a column."""
    names = () if value is None else str(value).split(",")
    return [name.strip() for name in names if name.strip()]
