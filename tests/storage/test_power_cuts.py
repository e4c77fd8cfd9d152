"""What has to survive a power cut waits for the disk on SQLite; what counts for a moment does not."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from gatewright.drive import run_to_completion
from gatewright.model import PendingStep
from gatewright.storage.sql import SQLStore
from gatewright.testing.store_conformance.authenticators import ELSEWHERE, an_authenticator, enrol

NOW, LATER = datetime(2030, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, 0, 5, tzinfo=UTC)


@pytest.fixture
def store(database):
    """A store whose statements are written down in the order in which SQLite runs them."""
    with database.connection() as connection:
        connection.set_trace_callback(lambda statement: store.statements.append(" ".join(statement.split())))
    store = SQLStore(database)
    store.statements = []
    step = PendingStep("step", "passkey", None, None, None, "{}", NOW, LATER)
    run_to_completion(store.keep_pending_step(step, digest=b"digest", account_id=None))
    assert enrol(store, run_to_completion, an_authenticator("code", ELSEWHERE), owner=ELSEWHERE)
    return store


def waits_for_the_disk(store, call):
    """Say whether a call's commit waits until it is on the disk."""
    store.statements.clear()
    run_to_completion(call)
    assert any("COMMIT" in statement for statement in store.statements)
    return not any("synchronous" in statement for statement in store.statements)


def test_a_claim_does(store):
    """A challenge that came back would be good for whoever has seen its answer."""
    assert waits_for_the_disk(store, store.claim_pending_step("step", now=NOW))


def test_the_use_of_an_authenticator_does(store):
    """A time step of an app, the counter of a passkey, a recovery code."""
    assert waits_for_the_disk(store, store.use_authenticator("code", counter=7, now=NOW))
    assert waits_for_the_disk(store, store.touch_authenticator("code", now=NOW))
    assert waits_for_the_disk(store, store.spend_authenticator("code", audit=None, mail=None))


def test_the_use_of_a_challenge_does(store):
    """Of a wallet."""
    assert waits_for_the_disk(store, store.spend_challenge("unknown", now=NOW))


def test_what_is_merely_begun_does_not(store):
    """A browser whose step is gone begins anew."""
    assert not waits_for_the_disk(store, store.count_try("step", at_most=5))
