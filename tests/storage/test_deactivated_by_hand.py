"""An operator with a shell may deactivate an account in its table: its sessions are dead, though nobody ended them."""

from __future__ import annotations

import pytest

from gatewright.drive import run_to_completion as run
from gatewright.storage.sql import SQLStore
from gatewright.testing.store_conformance.samples import NOW, add_account, find_visit, living, open_visit


@pytest.fixture
def store(database):
    """A store with a session of an account, and one of another provider's user of the same identifier."""
    store = SQLStore(database)
    add_account(store, run, "a")
    open_visit(store, run, "of account", account_id="a")
    open_visit(store, run, "of another", user_id="a")
    return store


@pytest.fixture
def set_active(database):
    """Change the row past all of our code."""

    def set_active(value):
        with database.exclusive_connection() as connection:
            connection.execute("UPDATE users SET is_active = ? WHERE id = 'a'", (value,))

    return set_active


def found(store):
    """Everything that finds a session, as the identifiers of what it found."""
    return {
        "by secret": [id_ for id_ in ("of account", "of another") if find_visit(store, run, id_)],
        "by identifier": [
            id_ for id_ in ("of account", "of another") if run(store.is_session_alive(id_, user_id="a", now=NOW))
        ],
        "of everybody": sorted(session.id for session in living(store, run)),
        "of the account": [session.id for session in living(store, run, user_id="a")],
    }


def test_sessions_of_a_deactivated_account_are_dead(store, set_active):
    """By their secrets, by their identifiers and in every list; another provider's user is not concerned."""
    set_active(0)

    assert found(store) == {
        "by secret": ["of another"],
        "by identifier": ["of another"],
        "of everybody": ["of another"],
        "of the account": [],
    }


def test_sessions_of_an_account_that_is_active_again_live(store, set_active):
    """They were never ended."""
    before = found(store)
    set_active(0)
    set_active(1)

    assert found(store) == before
    assert before["by secret"] == ["of account", "of another"]
