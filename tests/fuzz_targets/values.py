"""Any value of an annotated type, hostile ones first."""

from __future__ import annotations

import collections.abc
import types
import typing
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

HOSTILE_TEXTS = (
    "",
    " ",
    "\0",
    "\ud800",
    "a" * 5000,
    "1" * 300,
    "." * 300,
    "%s{0}{}%(x)s",
    "'; DROP TABLE users; --",
    "\u202eevil\u200b",
    "\uff25\u0661\u0130\ufb00",
    "a@b@c",
    "//evil.example/\\",
    "-1e999",
    "[[[[",
)
TEXTS = st.sampled_from(HOSTILE_TEXTS) | st.text(st.characters(exclude_categories=()), max_size=40)
BYTES = st.sampled_from([b"", bytes(33), b"\xff" * 65, b"\x04" + bytes(64), bytes(5000)]) | st.binary(max_size=80)
INTEGERS = st.sampled_from([0, -1, 1, 2**63, -(10**400), 10**4000]) | st.integers(-300, 300)
FLOATS = st.floats() | st.sampled_from([0.0, -1.0, 1e308])
EARLIEST, LATEST = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
MOMENTS = st.datetimes() | st.datetimes(timezones=st.just(UTC)) | st.sampled_from([EARLIEST, LATEST])
SCALARS = st.none() | st.booleans() | INTEGERS | FLOATS | TEXTS | BYTES | st.builds(object)
ANYTHING = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3), max_leaves=5
)

_PLAIN = {
    str: TEXTS,
    bytes: BYTES,
    bool: st.booleans(),
    int: INTEGERS,
    float: FLOATS | st.integers(-10, 10**6),
    datetime: MOMENTS,
    timedelta: st.timedeltas(),
    object: ANYTHING,
    typing.Any: ANYTHING,
    type(None): st.none(),
}


def _lists(member):
    return st.lists(member, max_size=4)


def _mappings(name, value):
    return st.dictionaries(name, value, max_size=4)


def _tuples(*members):
    return st.lists(members[0], max_size=4).map(tuple) if len(members) == 1 else st.tuples(*members)


_MADE_OF = {
    typing.Union: st.one_of,
    types.UnionType: st.one_of,
    list: _lists,
    tuple: _tuples,
    frozenset: lambda member: st.frozensets(member, max_size=4),
    collections.abc.Sequence: _lists,
    collections.abc.Iterable: _lists,
    collections.abc.Collection: _lists,
    dict: _mappings,
    collections.abc.Mapping: _mappings,
    collections.abc.MutableMapping: _mappings,
}


def values_of(annotation, samples):
    """Return a strategy for a type.

    Args:
        annotation: The type.
        samples: Strategies for classes of ours, and those that go before the usual ones.

    Raises:
        LookupError: If nothing is known of it.
    """
    origin, inner = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is None:
        return _values_of_class(annotation, samples)
    if origin is typing.Literal:
        return st.sampled_from(inner)
    if origin is collections.abc.Callable:
        return st.just(lambda *_: None)
    members = [values_of(each, samples) for each in inner if each is not Ellipsis]
    return _MADE_OF[origin](*members)


def _values_of_class(annotation, samples):
    if annotation in samples:
        return samples[annotation]
    if annotation in _PLAIN:
        return _PLAIN[annotation]
    raise LookupError(annotation)
