"""Reading the record: filters, pages, and how long it is kept."""

from __future__ import annotations

from datetime import timedelta, timezone

import pytest

from gatewright.errors import InvalidParameterError, UserNotFoundError
from visitors import OURS, PASSWORD, not_refused


@pytest.fixture
def record(auth, register, clock):
    """Two users, and a failure of each, a day apart."""
    for name in ("carol", "dave"):
        register(auth, name)
        clock.advance(days=1)
        with pytest.raises(UserNotFoundError):
            auth.attempt(name, "wrong", OURS)
    return auth


def events(lines):
    return [(entry.event, entry.username) for _, entry in lines]


EVERYTHING = [
    ("user_created", "carol"),
    ("sign_in_failed", "carol"),
    ("user_created", "dave"),
    ("sign_in_failed", "dave"),
]


def test_lines_come_oldest_first_with_their_numbers(record):
    """Numbers only grow, so that a reader can go on from where they were."""
    lines = record.list_audit()
    assert events(lines) == EVERYTHING
    numbers = [number for number, _ in lines]
    assert numbers == sorted(set(numbers))


def test_filters(record, clock):
    """By event, by name in any spelling, by time, and all of them together."""
    assert events(record.list_audit(event="sign_in_failed")) == [
        ("sign_in_failed", "carol"),
        ("sign_in_failed", "dave"),
    ]
    assert events(record.list_audit(username="carol")) == EVERYTHING[:2]
    assert events(record.list_audit(username="CAROL")) == EVERYTHING[:2]
    assert events(record.list_audit(since=clock.now())) == EVERYTHING[3:]
    assert events(record.list_audit(since=clock.now() - timedelta(days=1))) == EVERYTHING[1:]
    assert record.list_audit(since=clock.now() + timedelta(microseconds=1)) == []
    both = record.list_audit(event="sign_in_failed", username="dave", since=clock.now())
    assert events(both) == EVERYTHING[3:]
    assert record.list_audit(event="nothing") == record.list_audit(username="nobody") == []


def test_a_moment_is_a_moment_in_any_zone(record, clock):
    """Aware moments of other zones, and naive ones, which are UTC, mean the same instant."""
    there = clock.now().astimezone(timezone(timedelta(hours=-5)))
    assert events(record.list_audit(since=there)) == EVERYTHING[3:]
    assert events(record.list_audit(since=clock.now().replace(tzinfo=None))) == EVERYTHING[3:]


def test_pages(record):
    """Every line once, however large the page."""
    for size in (1, 2, 3, 4, 100):
        seen, after = [], 0
        while page := record.list_audit(after_id=after, at_most=size):
            assert len(page) <= size
            seen += page
            after = page[-1][0]
        assert events(seen) == EVERYTHING


def test_a_line_is_what_was_written(record, clock):
    """Time and facts come back as they were, and the entry can be shown."""
    _, entry = record.list_audit()[-1]
    assert entry.at == clock.now()
    assert (entry.provider, entry.method, entry.reason) == (OURS, "password", "user_not_found")
    assert "dave" in repr(entry)


def test_retention(make_auth, gatewright_settings, register, clock):
    """Lines are deleted when they are `audit_days` old, not a second earlier, and only by the clean-up."""
    auth = make_auth(settings=gatewright_settings.with_values(audit_days=30))
    register(auth, "carol")
    clock.advance(days=10)
    register(auth, "dave")
    clock.advance(days=20, seconds=-1)
    assert auth.cleanup_expired_audit() == 0
    clock.advance(seconds=1)
    assert len(auth.list_audit()) == 2
    assert auth.cleanup_expired_audit() == 1
    assert events(auth.list_audit()) == [("user_created", "dave")]
    clock.advance(days=10)
    assert auth.cleanup_expired_audit() == 1
    assert auth.list_audit() == []


def test_a_clean_up_can_go_step_by_step(auth, clock):
    """At most so many lines in one transaction, the oldest first."""
    for number in range(5):
        auth.create_permission(f"permission-{number}")
        clock.advance(seconds=1)
    clock.advance(days=366)
    assert auth.cleanup_expired_audit(at_most=2) == 2
    assert [entry.reason for _, entry in auth.list_audit()] == ["permission-2", "permission-3", "permission-4"]
    assert auth.cleanup_expired_audit(at_most=2) == 2
    assert auth.cleanup_expired_audit() == 1


def test_numbers_are_never_used_twice(auth, clock):
    """A reader who follows the record misses nothing after a clean-up."""
    auth.create_permission("one")
    (last, _) = auth.list_audit()[-1]
    clock.advance(days=400)
    assert auth.cleanup_expired_audit() == 1
    auth.create_permission("two")
    assert [entry.reason for _, entry in auth.list_audit(after_id=last)] == ["two"]


FINE = {
    "since": ["None"],
    "event": ["None", "a NUL"],
    "username": ["None", "a NUL"],
    "after_id": ["zero"],
    "at_most": [],
}


@pytest.mark.parametrize("name", FINE)
def test_odd_filters_are_refused(record, name):
    """An error of ours for whatever is of the wrong kind."""
    assert not_refused(lambda odd: record.list_audit(**{name: odd}), fine=FINE[name]) == []


@pytest.mark.parametrize("at_most", [0, -1, True, 1.5, "1", None, 2**70])
def test_clean_up_takes_a_positive_number(record, count, at_most):
    """Anything else deletes nothing."""
    with pytest.raises(InvalidParameterError):
        record.cleanup_expired_audit(at_most=at_most)
    assert count("audit") == 4


def test_eight_writers_and_a_reader(auth, at_once, count):
    """Lines of simultaneous events are all there."""

    def attempt(auth):
        return auth.create_permission("general.read")

    assert at_once(auth, [attempt] * 8) == [None] * 8
    assert count("audit") == 8


def test_signing_in_is_on_record_in_its_order(auth, carol, visitor):
    """A whole visit can be read from it."""
    visitor.request().login("carol", PASSWORD, OURS)
    visitor.request().destroy()
    assert [entry.event for _, entry in auth.list_audit()] == ["user_created", "signed_in", "signed_out"]
