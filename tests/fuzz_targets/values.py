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
MOMENTS = st.datetimes() | st.datetimes(timezones=st.just(UTC)) | st.sampled_from([datetime.min, datetime.max])
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
_LISTS = (list, collections.abc.Sequence, collections.abc.Iterable, collections.abc.Collection)
_MAPPINGS = (dict, collections.abc.Mapping, collections.abc.MutableMapping)


def values_of(annotation, samples):
    """Return a strategy for a type.

    Args:
        annotation: The type.
        samples: Strategies for classes of ours, and those that go before the usual ones.

    Raises:
        LookupError: If nothing is known of it.
    """
    origin, inner = typing.get_origin(annotation), typing.get_args(annotation)
    if isinstance(annotation, collections.abc.Hashable) and annotation in samples:
        return samples[annotation]
    if annotation in _PLAIN:
        return _PLAIN[annotation]
    if origin in (typing.Union, types.UnionType):
        return st.one_of([values_of(each, samples) for each in inner])
    if origin is typing.Annotated:
        return values_of(inner[0], samples)
    if origin is typing.Literal:
        return st.sampled_from(inner)
    if origin is collections.abc.Callable:
        return st.just(lambda *_: None)
    if origin in _LISTS:
        return st.lists(values_of(inner[0], samples), max_size=4)
    if origin in (set, frozenset):
        return st.frozensets(values_of(inner[0], samples), max_size=4)
    if origin is tuple:
        if inner[-1] is Ellipsis:
            return st.lists(values_of(inner[0], samples), max_size=4).map(tuple)
        return st.tuples(*(values_of(each, samples) for each in inner))
    if origin in _MAPPINGS:
        return st.dictionaries(*(values_of(each, samples) for each in inner), max_size=4)
    if isinstance(annotation, type) and issubclass(annotation, str):  # an enumeration
        return st.sampled_from([*annotation])
    raise LookupError(annotation)
