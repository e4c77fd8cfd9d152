"""A forked child and its parent both go on with the same object, and neither loses or spoils what is stored."""

from __future__ import annotations

import os

import pytest

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")


def test_parent_and_children_go_on(url, run_child, query):
    """A parent whose threads are writing forks five times; everybody signs in and validates, and the file is whole."""
    lines = sorted(run_child("forks", "both_go_on", url).splitlines())

    assert lines == ["child True True"] * 5 + ["parent True"]
    assert query("PRAGMA integrity_check") == [("ok",)]
    assert query("SELECT count(*) FROM challenges WHERE used") == query("SELECT count(*) FROM sessions")


def test_a_child_that_outlives_its_parent_loses_nothing(url, run_child, query):
    """What a child commits after its parent has closed is seen by everybody: sign-ins, and revocations."""
    lines = sorted(run_child("forks", "child_outlives_parent", url).splitlines())

    assert lines == ["child 1", "parent 1"]
    assert query("SELECT is_active FROM sessions ORDER BY is_active") == [(0,), (1,)]
    assert query("PRAGMA integrity_check") == [("ok",)]


def test_a_fork_never_waits_for_ever(url, run_child):
    """A fork waits for a running transaction, and a new thread waits for the fork, but never each for the other."""
    lines = sorted(run_child("forks", "newcomer_waits", url).splitlines())

    assert lines == ["child (1,)", "parent (1,)"]


def test_a_database_in_memory_is_copied(url, run_child):
    """The child signs in on its own copy, which the parent never sees."""
    lines = sorted(run_child("forks", "in_memory", url).splitlines())

    assert lines == ["child True 2", "parent 1"]


def test_the_asynchronous_api_survives_a_fork(url, run_child, query):
    """The thread pool of the parent is not the child's: both sign in, before and after."""
    lines = sorted(run_child("forks", "asynchronous", url).splitlines())

    assert lines == ["child True", "parent True", "parent True"]
    assert query("SELECT count(*) FROM sessions") == [(3,)]
