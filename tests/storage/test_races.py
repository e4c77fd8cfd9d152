"""Whoever starts at once on a file that is not there shares it: threads or processes."""

from __future__ import annotations

import stat

import pytest

from gatewright import EvrmoreAuth


@pytest.mark.long
def test_processes_that_start_at_once_share_schema_and_secret(url, path, race_children, query):
    """Eight processes start on a file that is not there: all succeed, and each one's token is good for all."""
    tokens = race_children("starter", [url] * 8)
    auth = EvrmoreAuth(url)

    assert all(auth.validate_token(token) for token in tokens)
    auth.close()
    assert query("SELECT count(*) FROM alembic_version") == [(1,)]
    assert query("PRAGMA integrity_check") == [("ok",)]
    assert [path.name, f"{path.name}.secret"] == sorted(file.name for file in path.parent.iterdir())
    assert stat.S_IMODE(path.with_name("gatewright.db.secret").stat().st_mode) == 0o600


def test_threads_that_start_at_once_share_schema_and_secret(url, path, race_threads, signed):
    """The same within one process: eight threads make an application each, on a file that is not there."""
    made = race_threads(8, lambda _: EvrmoreAuth(url))
    tokens = [auth.authenticate(*signed(auth)).token for auth in made]

    assert all(auth.validate_token(token) for auth in made for token in tokens)
    for auth in made:
        auth.close()
    assert [path.name, f"{path.name}.secret"] == sorted(file.name for file in path.parent.iterdir())
