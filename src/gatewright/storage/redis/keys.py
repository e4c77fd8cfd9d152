"""The names of keys, and the format of timestamps.

Keys contain people's names and addresses only as digests, because monitoring tools show keys.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from gatewright.model import as_utc

PREFIX = "gatewright:"
"""The prefix of every key."""

MARGIN = timedelta(minutes=10)
"""How much longer Redis keeps expired data: its own clock counts, and a late visitor should be told of the expiry."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def key(tag: str, kind: str, *about: str | None) -> str:
    """Return a key. Keys with the same ``tag`` are on one node of a cluster, so that a script may use them together."""
    return f"{PREFIX}{{{tag}}}:{kind}:{sha256(json.dumps(about).encode()).hexdigest()}"


def microseconds(moment: datetime) -> int:
    """Return a moment as microseconds since 1970: a double, as scores are, holds them exactly until 2255."""
    return (as_utc(moment) - _EPOCH) // _MICROSECOND


def moment_of(written: str | bytes | float) -> datetime:
    """Return the moment that `microseconds` encodes, as an aware datetime in UTC."""
    return _EPOCH + int(written) * _MICROSECOND


def milliseconds(span: timedelta) -> int:
    """Return how long to keep something that is valid for ``span``, in the unit of Redis' ``PX``."""
    return max(span, timedelta()) // timedelta(milliseconds=1) + MARGIN // timedelta(milliseconds=1)
