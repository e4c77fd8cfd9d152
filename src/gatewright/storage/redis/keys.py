"""What keys are called, and how moments are written.

Names and addresses of people stand in keys as digests only: keys are what monitoring shows.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from gatewright.model import as_utc

PREFIX = "gatewright:"
"""What every key begins with."""

MARGIN = timedelta(minutes=10)
"""How much longer Redis keeps what has expired: it goes by its own clock, and whoever comes late is told so."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def key(tag: str, kind: str, *about: str | None) -> str:
    """Return a key. Those of one ``tag`` are on one node of a cluster, so that a script may use them together."""
    return f"{PREFIX}{{{tag}}}:{kind}:{sha256(json.dumps(about).encode()).hexdigest()}"


def microseconds(moment: datetime) -> int:
    """Return a moment as microseconds since 1970: a double, which a score is, holds them exactly until 2255."""
    return (as_utc(moment) - _EPOCH) // _MICROSECOND


def moment_of(written: str | bytes | float) -> datetime:
    """Return the moment of `microseconds`, aware UTC."""
    return _EPOCH + int(written) * _MICROSECOND


def milliseconds(span: timedelta) -> int:
    """Return for how long to keep something that matters for a while, in the unit of Redis' ``PX``."""
    return max(span, timedelta()) // timedelta(milliseconds=1) + MARGIN // timedelta(milliseconds=1)
