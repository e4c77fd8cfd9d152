"""The suite that proves stores is itself proved: it finds what is wrong with stores that break one promise each."""

from __future__ import annotations

import asyncio

import pytest

from gatewright.drive import run_to_completion
from gatewright.errors import SuspendedError
from gatewright.storage.sql import SQLiteDatabase, SQLStore, migrate
from gatewright.testing.store_conformance import StoreConformance

BROKEN_STATEMENTS = [
    ("claim_challenge", "challenges.used IS 0", "1", "test_a_spent_challenge_gives_no_second_session"),
    (
        "claim_challenge",
        "expires_at > :now",
        "expires_at >= :now",
        "test_a_challenge_ends_at_the_very_moment_it_expires",
    ),
    ("find_challenge", "= :challenge_text", "LIKE :challenge_text", "test_a_challenge_is_found_by_exactly_its_text"),
    ("count_challenges_of_address", "count(*)", "0 * count(*)", "test_an_address_over_its_limit_gets_no_challenge"),
    ("count_challenges_of_client", "count(*)", "0 * count(*)", "test_a_client_over_its_limit_gets_no_challenge"),
    ("is_session_alive", "sessions.is_active IS 1", "1", "test_a_session_ends_once"),
    ("is_session_alive", "users.is_active IS 1", "1", "test_a_session_of_an_inactive_user_is_dead"),
    ("is_session_alive", "sessions.user_id = :user_id", "1", "test_a_session_is_alive_for_its_user_only"),
    (
        "is_session_alive",
        "expires_at > :now",
        "expires_at >= :now",
        "test_a_session_is_dead_from_the_very_moment_it_expires",
    ),
    ("list_sessions", "DESC", "ASC", "test_sessions_are_listed_newest_first"),
    ("list_sessions_of", "sessions.user_id = :user_id", "1", "test_sessions_are_listed_newest_first"),
    ("end_session", "sessions.is_active IS 1", "1", "test_a_session_is_ended_by_one"),
    ("end_sessions_of", "sessions.is_active IS 1", "1", "test_all_sessions_of_a_user_end_together"),
    ("end_sessions_of", "sessions.user_id = :user_id", "1", "test_all_sessions_of_a_user_end_together"),
    (
        "delete_expired_sessions",
        "expires_at <= :now",
        "expires_at < :now",
        "test_expired_sessions_are_deleted_in_batches",
    ),
    (
        "delete_expired_challenges",
        "expires_at <= :now",
        "expires_at < :now",
        "test_expired_challenges_are_deleted_in_batches",
    ),
]


@pytest.fixture
def store(url):
    database = SQLiteDatabase(url)
    migrate(database)
    yield SQLStore(database)
    database.close()


class Suite(StoreConformance):
    """The suite for the store of these tests."""

    def deactivate_account(self, store, account_id):
        with store._database.transaction() as connection:
            connection.execute("UPDATE users SET is_active = 0 WHERE id = ?", (account_id,))


@pytest.mark.parametrize(("statement", "right", "wrong", "test"), BROKEN_STATEMENTS)
def test_the_suite_finds_a_broken_statement(store, statement, right, wrong, test):
    """A store with one condition of one statement left out or turned round fails the test of that promise."""
    statements = store._statements
    sql = getattr(statements, statement)
    assert right in sql
    setattr(statements, statement, sql.replace(right, wrong))

    with pytest.raises(AssertionError):
        getattr(Suite(), test)(store, run_to_completion)


class WithoutTransactions(SQLiteDatabase):
    """Commits every statement on its own."""

    def transaction(self):
        return self.connection()


def test_the_suite_finds_a_claim_in_pieces(store, url):
    """A store that does not claim in one transaction leaves half a sign-in, and fails."""
    pieces = WithoutTransactions(url)

    with pytest.raises(AssertionError):
        Suite().test_a_claim_that_fails_leaves_nothing_behind(SQLStore(pieces), run_to_completion)
    pieces.close()


class Hesitant(SQLStore):
    """Suspends without having said so."""

    async def find_challenge(self, challenge_text):
        await asyncio.sleep(0)
        return await super().find_challenge(challenge_text)


def test_the_suite_holds_a_store_to_not_suspending(store):
    """A store that does not say ``suspends`` may not suspend."""
    with pytest.raises(SuspendedError):
        Suite().test_a_challenge_is_found_as_it_was_kept(Hesitant(store._database), run_to_completion)
