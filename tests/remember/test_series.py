"""The rule of remember-me, in whatever order tokens come: compared with a model that forgets none of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gatewright.drive import run_to_completion
from gatewright.model import AuditEntry, Remembered
from gatewright.ports import Recollection
from gatewright.storage.sql import SQLiteDatabase, SQLStore, migrate

NOW = datetime(2030, 1, 1, tzinfo=UTC)
NUMBERS = count()
GRACE = timedelta(seconds=30)


class Series:
    """One series in a store. Every token that it issues has the next number; the first one is 0."""

    def __init__(self, store, id_):
        self._store = store
        self._id = id_
        self._issued = 1
        self.now = NOW
        series = Remembered(id_, "7", "carol", "Any", NOW, NOW + timedelta(days=15), NOW)
        run_to_completion(store.add_remembered(series, account_id=None, digest=self._digest(0)))

    def use(self, token):
        """Use a token; return what it turned out to be."""
        recollection, _ = run_to_completion(
            self._store.rotate_remembered(
                self._id,
                digest=self._digest(token),
                new_digest=self._digest(self._issued),
                now=self.now,
                grace_since=self.now - GRACE,
                audit=AuditEntry(at=self.now, event="theft"),
            )
        )
        self._issued += recollection in (Recollection.CURRENT, Recollection.REISSUED)
        return recollection

    def _digest(self, token):
        return b"%032d" % token


class Model:
    """What the documentation says, without digests: which token was issued in answer to which, and which were used."""

    def __init__(self):
        self.now = NOW
        self.answers = {0: None}  # token -> the one in answer to which it was issued
        self.issued_at = {0: NOW}
        self.used = set()
        self.has_ended = False

    def use(self, token):
        if self.has_ended:
            return Recollection.UNKNOWN
        newest = max(self.answers)
        has_a_rival = token not in self.answers or any(
            other > token and (other in self.used or self.answers[other] != token) for other in self.answers
        )
        if has_a_rival:
            self.has_ended = True
            return Recollection.STOLEN
        self.used.add(token)
        if token != newest and self.now - self.issued_at[newest] < GRACE:
            return Recollection.JUST_ROTATED
        self.answers[newest + 1], self.issued_at[newest + 1] = token, self.now
        return Recollection.CURRENT if token == newest else Recollection.REISSUED


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    database = SQLiteDatabase(f"sqlite:///{tmp_path_factory.mktemp('series')}/gatewright.db")
    migrate(database)
    yield SQLStore(database)
    database.close()


STEPS = st.lists(st.tuples(st.integers(0, 2), st.sampled_from([0, 1, 29, 30, 31, 3600])), min_size=1, max_size=12)
"""How old the token is that comes, counted from the newest, and how many seconds later."""


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_a_series_does_what_the_rule_says(store, steps):
    """A token is good until something that was issued in its place is used; both used are a theft."""
    series, model = Series(store, f"{next(NUMBERS)}"), Model()
    for age, seconds in steps:
        series.now = model.now = model.now + timedelta(seconds=seconds)
        token = max(model.answers) - age
        assert series.use(token) == model.use(token)
