from __future__ import annotations

from pathlib import Path

import bcrypt
import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from gatewright import Auth
from gatewright.errors import ConfigurationError, ProviderUnavailableError, UserNotFoundError
from gatewright.providers import TableColumns, TableUserProvider, UserProvider
from gatewright.testing.provider_conformance import ProviderConformance
from stored_hashes import hash_of_today

PASSWORD = "correct horse battery staple"

SIMPLE_AUTH = """
CREATE TABLE users (
    id INTEGER PRIMARY KEY, email VARCHAR(255) UNIQUE, first_name VARCHAR(45), last_name VARCHAR(45),
    password VARCHAR(255), role VARCHAR(45), active TINYINT, verified TINYINT, remember_token VARCHAR(255)
);
CREATE VIEW people AS
    SELECT id AS number, lower(first_name) AS login, email AS mail, password AS secret,
           CASE active WHEN 1 THEN 'yes' ELSE 'no' END AS state
    FROM users;
"""

VIEW = TableColumns(
    username="login",
    alias="mail",
    id="number",
    email="mail",
    first_name=None,
    password="secret",
    role=None,
    active="state",
    verified=None,
)


@pytest.fixture
def database(tmp_path: Path) -> str:
    """A SQLite file with SimpleAuth's table of users, and a view of it with other names."""
    url = f"sqlite:///{tmp_path / 'application.db'}"
    today = hash_of_today(PASSWORD)
    old = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode()
    rows = [
        ("alice@example.com", "Alice", today, "editor, admin", 1, 1),
        ("bob@example.com", "Bob", today, "user", 0, 1),
        ("carol@example.com", "Carol", today, None, 1, 0),
        ("dave@example.com", "Dave", old, "", 1, 1),
    ]
    execute(url, *SIMPLE_AUTH.strip().split(";\n"))
    for row in rows:
        execute(
            url,
            "INSERT INTO users (email, first_name, password, role, active, verified, remember_token)"
            " VALUES (?, ?, ?, ?, ?, ?, 'remember me')",
            row,
        )
    return url


def execute(url: str, *statements: str | tuple) -> list:
    """Run statements, a tuple being the parameters of the one before it, and return what the last one answers."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    parameters = statements[-1] if isinstance(statements[-1], tuple) else ()
    with engine.begin() as connection:
        for statement in filter(lambda given: isinstance(given, str) and given.strip(" ;\n"), statements):
            result = connection.exec_driver_sql(statement, parameters)
        return result.fetchall() if result.returns_rows else []


class TestTable(ProviderConformance):
    username = "alice@example.com"
    inactive_username = "bob@example.com"
    unverified_username = "carol@example.com"
    outdated_username = "dave@example.com"

    @pytest.fixture(autouse=True)
    def url(self, database: str) -> None:
        self._url = database

    def make_provider(self) -> UserProvider:
        return TableUserProvider(self._url)


class TestView(ProviderConformance):
    username = "alice"
    inactive_username = "bob"

    @pytest.fixture(autouse=True)
    def url(self, database: str) -> None:
        self._url = database

    def make_provider(self) -> UserProvider:
        return TableUserProvider(self._url, table="people", columns=VIEW, keeps_hashes=False)


def test_the_applications_own_engine_will_do():
    """An engine is used as it is, and stays open when the provider is closed."""
    engine = sa.create_engine("sqlite://", poolclass=sa.StaticPool)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE users (email TEXT)")
        connection.exec_driver_sql("INSERT INTO users VALUES ('alice@example.com')")
    columns = TableColumns(id=None, first_name=None, password=None, role=None, active=None, verified=None)
    provider = TableUserProvider(engine, columns=columns)

    names = []
    for _ in range(2):
        names.append(provider.load_user_by_username("alice@example.com").username)
        provider.close()

    assert names == ["alice@example.com"] * 2
    engine.dispose()


def test_the_entity_is_the_row_without_its_password(database):
    """What is not asked for is not read: neither the hash nor the token that lies beside it."""
    user = TableUserProvider(database).load_user_by_username("alice@example.com")

    assert vars(user.entity) == {
        "username": "alice@example.com",
        "id": 1,
        "email": "alice@example.com",
        "first_name": "Alice",
        "active": True,
        "verified": True,
    }
    assert (user.id, user.email, user.roles) == ("1", "alice@example.com", ("editor", "admin"))


def test_further_columns_are_shown(database):
    """A column of the application's own is read where it is named, but never the password under another name."""
    columns = TableColumns(extra=("last_name", "remember_token", "password"))
    entity = TableUserProvider(database, columns=columns).load_user_by_username("bob@example.com").entity

    assert (entity.last_name, entity.remember_token, hasattr(entity, "password")) == (None, "remember me", False)


@pytest.mark.parametrize(
    ("stored", "roles"),
    [(None, ()), ("", ()), (" , ", ()), ("user", ("user",)), ("a,b , c", ("a", "b", "c")), (7, ("7",))],
)
def test_a_role_column_holds_one_role_or_several(database, stored, roles):
    """Commas separate roles; NULL and emptiness are none."""
    execute(database, "UPDATE users SET role = ? WHERE id = 1", (stored,))

    assert roles == TableUserProvider(database).load_user_by_username("alice@example.com").roles


def test_two_columns_find_a_user(database):
    """With an alias, username and email address find the same user, who keeps the username."""
    provider = TableUserProvider(database, table="people", columns=VIEW)

    names = [provider.load_user_by_username(name).username for name in ("alice", "alice@example.com")]

    assert names == ["alice", "alice"]


def test_two_rows_of_one_name_are_refused(database):
    """Nobody is let in under a name that two rows have: who would it be? The error says what to make unique."""
    execute(database, "UPDATE users SET first_name = 'alice@example.com' WHERE id = 2")
    columns = TableColumns(alias="first_name")

    with pytest.raises(ConfigurationError, match=r"Two rows of users have the same name\. Make email and first_name"):
        TableUserProvider(database, columns=columns).find("alice@example.com")


def test_a_missing_column_is_named(database):
    """The error names the columns that are missing and those that there are."""
    provider = TableUserProvider(database, columns=TableColumns(username="login", role="level"))

    with pytest.raises(ConfigurationError, match=r"users has no level, login\. It has: id, email, first_name"):
        provider.find("alice")


def test_a_missing_table_is_named(database):
    """The error names the table and those that there are, views among them."""
    with pytest.raises(ConfigurationError, match=r"no table or view 'user'\. The database has: people, users\."):
        TableUserProvider(database, table="user").find("alice")


def test_a_table_may_be_made_later(tmp_path):
    """The table is looked at when it is needed, and a missing one is looked for again."""
    url = f"sqlite:///{tmp_path / 'late.db'}"
    provider = TableUserProvider(url)
    with pytest.raises(ConfigurationError, match="The database has: none"):
        provider.find("alice@example.com")

    execute(url, *SIMPLE_AUTH.strip().split(";\n"))

    assert provider.find("alice@example.com") is None


def test_an_unreachable_database_is_no_verdict(tmp_path):
    """Where the database is down nobody is unknown: sign-in is not available."""
    provider = TableUserProvider(f"sqlite:///{tmp_path / 'nowhere' / 'users.db'}")

    with pytest.raises(ProviderUnavailableError, match="unable to open"):
        provider.find("alice@example.com")


def test_a_database_that_is_no_database_is_an_error_of_ours(tmp_path):
    """A file of another kind is told as a mistake in the set-up, without the driver's parameters."""
    path = tmp_path / "users.db"
    path.write_bytes(b"not a database, however long one looks at it" * 50)

    with pytest.raises(ConfigurationError, match="cannot be read"):
        TableUserProvider(f"sqlite:///{path}").find("alice@example.com")


@pytest.mark.parametrize("url", ["", "nonsense", "nodialect://user:hunter2@host/db", "postgresql://u:hunter2@h:port/d"])
def test_a_url_that_cannot_work_is_refused_at_once(url):
    """The error says what a URL looks like, and never repeats one: it may hold a password."""
    with pytest.raises(ConfigurationError, match="SQLAlchemy URL such as") as refusal:
        TableUserProvider(url)

    assert "hunter2" not in str(refusal.value)


def test_a_missing_driver_is_named():
    """The error names the module to install."""
    with pytest.raises(ConfigurationError, match=r"needs a driver: .*cx_Oracle"):
        TableUserProvider("oracle+cx_oracle://host/service")


@pytest.mark.parametrize(
    ("url", "cure"),
    [
        ("postgresql+asyncpg://u:hunter2@h/d", "postgresql+psycopg://"),
        ("postgresql+psycopg_async://u:hunter2@h/d", "postgresql+psycopg://"),
        ("sqlite+aiosqlite:///users.db", "sqlite://"),
        ("mysql+aiomysql://u:hunter2@h/d", r"mysql+pymysql://"),
        ("mysql+asyncmy://u:hunter2@h/d", "mysql+pymysql://"),
        ("mariadb+asyncmy://u:hunter2@h/d", "mariadb+pymysql://"),
        ("oracle+oracledb_async://u:hunter2@h/d", "oracle+oracledb://"),
        ("mssql+aioodbc://u:hunter2@h/d", "mssql+pyodbc://"),
    ],
)
def test_a_url_for_event_loops_is_refused_at_once(url, cure):
    """With or without its driver; the error says which URL to use, and no password."""
    with pytest.raises(ConfigurationError) as refusal:
        TableUserProvider(sa.make_url(url))

    assert f"Use {cure} in place of {url.split(':')[0]}://." in str(refusal.value)
    assert "hunter2" not in str(refusal.value)


def test_a_row_without_a_name_or_an_id_is_told(database):
    """A session could not tell whose it is; nobody is called "None"."""
    columns = TableColumns(username="first_name", alias="email")
    execute(database, "UPDATE users SET first_name = NULL WHERE id = 1")
    with pytest.raises(ConfigurationError, match="has no first_name"):
        TableUserProvider(database, columns=columns).find("alice@example.com")
    with pytest.raises(ConfigurationError, match="has no last_name"):
        TableUserProvider(database, columns=TableColumns(id="last_name")).find("alice@example.com")


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("INTEGER", 0, "0"),
        ("BLOB", b"\xff" * 16, "ffffffff-ffff-ffff-ffff-ffffffffffff"),
        ("BINARY(2)", b"\xff\xfe", "fffe"),
        ("BINARY(2)", b"\0\1", "0001"),
    ],
)
def test_a_key_of_any_kind_is_an_id_and_a_name(tmp_path, kind, value, text):
    """A number, 0 too, and bytes: as text that finds the user again."""
    url = f"sqlite:///{tmp_path / 'keys.db'}"
    execute(url, f"CREATE TABLE users (id {kind}, email TEXT)")
    execute(url, "INSERT INTO users VALUES (?, 'alice@example.com')", (value,))
    columns = TableColumns(
        username="id", alias="email", first_name=None, password=None, role=None, active=None, verified=None
    )
    provider = TableUserProvider(url, columns=columns)

    by_mail = provider.load_user_by_username("alice@example.com")
    again = provider.load_user_by_username(by_mail.username)

    assert (by_mail.username, by_mail.id) == (again.username, again.id) == (text, text)


def test_a_hash_that_cannot_be_kept_is_told_and_its_owner_let_in(database, caplog):
    """A view cannot be written. The log says which setting keeps it from being tried, and shows no hash."""
    provider = TableUserProvider(database, table="people", columns=VIEW)

    with Auth("sqlite://", providers=[provider]) as auth:
        for _ in range(2):
            assert auth.attempt("dave", PASSWORD, provider).username == "dave"
        recorded = auth.list_audit(event="hash_not_renewed")

    assert [(entry.username, entry.reason) for _, entry in recorded] == [("dave", "ProviderUnavailableError")] * 2
    assert "keeps_hashes=False" in caplog.text
    assert "$" not in caplog.text


SHORT = """
CREATE TABLE users (
    id INTEGER PRIMARY KEY, email VARCHAR(255) UNIQUE, first_name VARCHAR(45), role VARCHAR(45),
    password VARCHAR(60) CHECK (length(password) <= 60), active TINYINT, verified TINYINT
);
CREATE TABLE wide (
    id INTEGER PRIMARY KEY, email VARCHAR(255) UNIQUE, first_name VARCHAR(45), role VARCHAR(45),
    password {kind}, active TINYINT, verified TINYINT
)
"""


def table_with(tmp_path, stored, *, table, kind="TEXT"):
    url = f"sqlite:///{tmp_path / 'users.db'}"
    execute(url, *SHORT.format(kind=kind).strip().split(";\n"))
    with sa.create_engine(url, poolclass=sa.NullPool).begin() as connection:
        row = {"stored": stored}
        statement = f"INSERT INTO {table} (email, password, active, verified) VALUES ('ida', :stored, 1, 1)"
        connection.execute(sa.text(statement), row)
    return TableUserProvider(url, table=table)


def test_a_column_that_is_too_short_keeps_the_old_hash_and_lets_its_owner_in(tmp_path, caplog):
    """Every time. The log says so before anybody has signed in, with the cure, and shows no hash."""
    stored = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode()
    provider = table_with(tmp_path, stored, table="users")
    assert provider.find("nobody") is None
    assert "users.password is declared with 60 characters" in caplog.text
    assert "VARCHAR(255)" in caplog.text

    with Auth("sqlite://", providers=[provider]) as auth:
        for _ in range(2):
            assert auth.attempt("ida", PASSWORD, provider).username == "ida"
        with pytest.raises(UserNotFoundError):
            auth.attempt("ida", PASSWORD + "!", provider)

    assert provider.find("ida")[1] == stored
    assert stored[:12] not in caplog.text


@pytest.mark.parametrize(("kind", "length"), [("TEXT", None), ("VARCHAR(255)", 255)])
def test_a_column_that_is_long_enough_is_not_spoken_of(tmp_path, caplog, kind, length):
    """Nor one whose length nobody has declared."""
    assert table_with(tmp_path, "x", table="wide", kind=kind).find("ida") is not None
    assert caplog.text == ""


@pytest.mark.parametrize(
    ("kind", "pad"),
    [
        ("CHAR(255)", lambda stored: stored.decode().ljust(255)),
        ("BLOB", bytes),
        ("BLOB", lambda s: s.ljust(99, b"\0")),
    ],
)
def test_a_hash_in_a_column_of_another_type_is_read_and_renewed(tmp_path, kind, pad):
    """Padded text stays text, and bytes stay bytes."""
    stored = pad(bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)))
    provider = table_with(tmp_path, stored, table="wide", kind=kind)

    with Auth("sqlite://", providers=[provider]) as auth:
        auth.attempt("ida", PASSWORD, provider)
        renewed = provider.find("ida")[1]
        auth.attempt("ida", PASSWORD, provider)

    assert type(renewed) is type(stored)
    assert renewed[:9] in ("$argon2id", b"$argon2id")
    assert provider.find("ida")[1] == renewed


def test_a_table_that_somebody_has_locked_lets_its_users_in(tmp_path):
    """A read-only copy would do the same: the hash is renewed another day."""
    stored = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode()
    table_with(tmp_path, stored, table="wide")
    url = f"sqlite:///{tmp_path / 'users.db'}"
    engine = sa.create_engine(url, poolclass=sa.NullPool, connect_args={"timeout": 0.05})
    provider = TableUserProvider(engine, table="wide")

    with Auth("sqlite://", providers=[provider]) as auth, engine.connect() as other:
        other.exec_driver_sql("BEGIN IMMEDIATE")
        assert auth.attempt("ida", PASSWORD, provider).username == "ida"
        other.rollback()

    assert provider.find("ida")[1] == stored


def test_a_read_only_source_keeps_no_hashes(database):
    """With ``keeps_hashes=False`` an old hash stays, and its owner signs in every time."""
    provider = TableUserProvider(database, keeps_hashes=False)
    before = provider.find("dave@example.com")[1]

    with Auth("sqlite://", providers=[provider]) as auth:
        users = [auth.attempt("dave@example.com", PASSWORD, provider).username for _ in range(2)]

    assert users == ["dave@example.com"] * 2
    assert before == provider.find("dave@example.com")[1]


def test_a_hash_is_kept_in_one_row_only(database):
    """Renewing one user's hash leaves everybody else's alone."""
    before = execute(database, "SELECT id, password FROM users WHERE id <> 4 ORDER BY id")
    provider = TableUserProvider(database)

    provider.save_hash("dave@example.com", old_hash=provider.find("dave@example.com")[1], new_hash="new")

    assert before == execute(database, "SELECT id, password FROM users WHERE id <> 4 ORDER BY id")
    assert provider.find("dave@example.com")[1] == "new"


@given(name=st.text(max_size=40))
def test_no_name_breaks_the_question(shared_table, name):
    """Whatever is typed is a value: the answer is nobody, and the table is still there."""
    assert shared_table.find(name) is None
    assert shared_table.find("alice@example.com") is not None


@pytest.fixture(scope="module")
def shared_table(tmp_path_factory):
    url = f"sqlite:///{tmp_path_factory.mktemp('table') / 'users.db'}"
    execute(url, *SIMPLE_AUTH.strip().split(";\n"))
    execute(url, "INSERT INTO users (email) VALUES ('alice@example.com')")
    return TableUserProvider(url)


def test_a_table_is_named(tmp_path):
    """A model or a table of SQLAlchemy's was an error from inside."""
    with pytest.raises(ConfigurationError, match="table takes a name"):
        TableUserProvider(f"sqlite:///{tmp_path}/x.db", table=sa.Table("members", sa.MetaData()))
