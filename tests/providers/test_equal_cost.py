"""Users of tables, APIs and directories: a refusal costs the same questions, whoever is named. No hash of ours counts
where somebody else compares the password.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa
from ldap3.strategy.base import BaseStrategy

from gatewright.providers import ChainUserProvider, HTTPUserProvider, LDAPUserProvider, TableUserProvider
from users_api import UsersAPI

CLIENT = "192.0.2.7"
CHEAP = "m=8,t=1,p=1"
WRONG = "a wrong password"
PEOPLE = {
    "alice": {"password": "correct horse battery staple"},
    "bob": {"password": "correct horse battery staple", "refusal": "inactive"},
    "ingrid@xn--bcher-kva.example": {"password": "correct horse battery staple"},
}


@pytest.fixture
def compared(make_auth, work):
    """Refuse names one after the other, and say what each has cost: ours, and what the provider was asked."""

    def compare(provider, asked, names):
        auth = make_auth(providers=[provider])
        seen = []
        for name in (names[0], *names):  # the first of all opens connections
            asked.clear()
            ours = work(lambda name=name: auth.attempt(name, WRONG, provider, ip_address=CLIENT))
            seen.append((ours, list(asked)))
        assert seen[1:] == [seen[1]] * len(names)
        return seen[1]

    return compare


def a_table(tmp_path, name, *, beginning):
    """Return an engine with a table of users, without further connections of its own to open."""
    engine = sa.create_engine(f"sqlite:///{tmp_path / name}.sqlite3", poolclass=sa.StaticPool)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE users (id, email, first_name, password, role, active, verified)")
        for number, (who, kept, active, verified) in enumerate(
            [("known", "$2b$04$broken", 1, 1), ("bare", None, 1, 1), ("idle", "x", 0, 1), ("new", "x", 1, 0)]
        ):
            row = (number, f"{beginning}{who}", "A", kept, "", active, verified)
            connection.exec_driver_sql("INSERT INTO users VALUES (?, ?, ?, ?, ?, ?, ?)", row)
    return engine


@pytest.mark.parametrize("count", [1, 2], ids=["alone", "in a chain"])
def test_a_table_costs_the_same_for_every_name(compared, tmp_path, count):
    """Its statements too, in a chain those of all tables; and one hash of ours."""
    engines = [
        a_table(tmp_path, f"users{number}", beginning="" if number == 0 else "other ") for number in range(count)
    ]
    asked, tables = [], [TableUserProvider(engine) for engine in engines]
    for engine in engines:
        sa.event.listen(engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    names = ["nobody", "known", "bare", "idle", "new", *["other known", "other idle"][: 2 * (count - 1)]]
    (statements, hashes), questions = compared(tables[0] if count == 1 else ChainUserProvider(*tables), asked, names)
    for engine in engines:
        engine.dispose()

    assert hashes == [CHEAP]
    assert len(statements) > 5
    assert len(questions) == count


def test_an_api_is_asked_the_same_for_every_name(compared):
    """One request; what it costs over there is the API's to keep equal."""
    with UsersAPI(PEOPLE) as api:
        users = HTTPUserProvider(api.url, allow_plaintext=True)
        (statements, hashes), requests = compared(users, api.requests, ["nobody", "alice", "bob"])
        assert (hashes, [path for _, path, _ in requests]) == ([], ["/authenticate"])
        assert len(statements) > 5
        names = ["nobody@b\u00fccher.example", "ingrid@b\u00fccher.example", "ingrid@xn--bcher-kva.example"]
        _, requests = compared(users, api.requests, names)
        users.close()
    assert [path for _, path, _ in requests] == ["/authenticate"] * 2  # for each spelling of a domain


@pytest.mark.parametrize(
    ("scheme", "people"), [("ldaps", "{people}"), ("ldap", "uid={{username}},{people}")], ids=["searched", "by name"]
)
def test_a_directory_is_asked_the_same_for_every_name(
    compared, monkeypatch, connect, directory, layout, people, scheme
):
    """The same messages over as many connections: somebody is bound whoever is named. How long the directory takes to
    compare a password is its own.
    """
    asked = []
    for name, note in (("_open_socket", lambda *_, **__: "connect"), ("send", lambda _, message, *__, **___: message)):
        monkeypatch.setattr(BaseStrategy, name, _noting(getattr(BaseStrategy, name), note, asked))
    port = directory.port if scheme == "ldap" else directory.tls_port
    users: LDAPUserProvider = connect(
        replace(layout, people=people.format(people=layout.people)), url=f"{scheme}://127.0.0.1:{port}"
    )
    (statements, hashes), messages = compared(users, asked, ["nobody", "alice", "bob", "carol", "no, body"])

    assert hashes == []
    assert len(statements) > 5
    opened = ["connect", *(["extendedReq"] if scheme == "ldap" else []), "bindRequest"]
    assert messages == [*opened, "searchRequest", *opened, "unbindRequest", "unbindRequest"]


def _noting(original, note, asked):
    def noting(*args, **kwargs):
        asked.append(note(*args, **kwargs))
        return original(*args, **kwargs)

    return noting
