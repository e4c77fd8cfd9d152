"""Metrics for Prometheus, in the default registry of prometheus-client: whatever exposes that exposes these.

No label identifies a person: labels are names of operations, hook points and providers, and error codes, all of them
defined in code.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from prometheus_client import Counter, Gauge, Histogram

from gatewright.errors import RateLimitError, StoreUnavailableError
from gatewright.telemetry.outcomes import OK, UNEXPECTED, outcome_of

_QUICK = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
"""Seconds: from an indexed read to a queue that is far too long."""

_SLOW = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
"""Seconds: a hash takes tens of milliseconds on purpose."""

SERVER_SIDE_FAILURES = (
    "store_unavailable",
    "provider_unavailable",
    "mail_unavailable",
    "busy",
    UNEXPECTED,
    "configuration",
)
"""Outcomes of operations for which no visitor is to blame."""

OPERATIONS = Counter("gatewright_operations_total", "Operations by outcome.", ("operation", "outcome"))
OPERATION_SECONDS = Histogram(
    "gatewright_operation_duration_seconds", "How long operations take.", ("operation",), buckets=_QUICK
)
RATE_LIMITED = Counter("gatewright_rate_limited_total", "Operations refused by a limit.", ("operation", "outcome"))
SIGN_INS = Counter("gatewright_sign_ins_total", "Sign-ins, and failed attempts.", ("provider", "method", "outcome"))
HOOK_SECONDS = Histogram("gatewright_hook_duration_seconds", "How long callbacks take.", ("point",), buckets=_QUICK)
HOOK_ERRORS = Counter("gatewright_hook_errors_total", "Callbacks that raised, including vetoes.", ("point", "outcome"))
STORE_SECONDS = Histogram("gatewright_store_duration_seconds", "How long the store takes.", ("call",), buckets=_QUICK)
STORE_ERRORS = Counter("gatewright_store_errors_total", "Calls that the store could not answer.", ("call",))
HASHING = Gauge(
    "gatewright_hashing_passwords",
    "Passwords being hashed or waiting to be hashed.",
    multiprocess_mode="livesum",
)
HASHING_SECONDS = Histogram(
    "gatewright_hashing_duration_seconds", "How long a password takes, from the queue to its hash.", buckets=_SLOW
)
MAILS_WAITING = Gauge(
    "gatewright_mails_waiting",
    "Emails in the outbox when the mail worker last checked.",
    multiprocess_mode="livemostrecent",
)
SETTINGS = Gauge(
    "gatewright_settings_info",
    "1 for the fingerprint of the settings in force; processes that belong together have the same.",
    ("fingerprint",),
    multiprocess_mode="livemax",
)


class Metrics:
    """Implements `Observer`. The metrics belong to the process, however many instances it has."""

    @contextmanager
    def operation(self, name: str) -> Iterator[None]:
        """Implement `Observer`."""
        _begin_at_zero(OPERATIONS, name, *SERVER_SIDE_FAILURES)
        outcome = OK
        try:
            with OPERATION_SECONDS.labels(name).time():
                yield
        except BaseException as error:
            outcome = outcome_of(error)
            if isinstance(error, RateLimitError):
                RATE_LIMITED.labels(name, outcome).inc()
            raise
        finally:
            OPERATIONS.labels(name, outcome).inc()

    @contextmanager
    def hook(self, point: str, callback: str) -> Iterator[None]:
        """Implement `Observer`."""
        _begin_at_zero(HOOK_ERRORS, point, UNEXPECTED)
        try:
            with HOOK_SECONDS.labels(point).time():
                yield
        except BaseException as error:
            HOOK_ERRORS.labels(point, outcome_of(error)).inc()
            raise

    @contextmanager
    def store_call(self, method: str) -> Iterator[None]:
        """Implement `Observer`."""
        _begin_at_zero(STORE_ERRORS, method)
        try:
            with STORE_SECONDS.labels(method).time():
                yield
        except StoreUnavailableError:
            STORE_ERRORS.labels(method).inc()
            raise

    @contextmanager
    def hashing(self) -> Iterator[None]:
        """Implement `Observer`."""
        with HASHING.track_inprogress(), HASHING_SECONDS.time():
            yield

    def sign_in(self, *, provider: str, method: str, is_successful: bool) -> None:
        """Implement `Observer`."""
        SIGN_INS.labels(provider, method, OK if is_successful else "failed").inc()

    def mails_waiting(self, count: int) -> None:
        """Implement `Observer`."""
        MAILS_WAITING.set(count)

    def settings_in_force(self, fingerprint: str) -> None:
        """Implement `Observer`."""
        SETTINGS.labels(fingerprint).set(1)


@cache
def _begin_at_zero(counter: Counter, name: str, *outcomes: str) -> None:
    """Expose a counter of failures before anything has failed.

    To Prometheus, a series that begins above zero has not risen: ``rate()`` would miss the first failures of each kind,
    and a short outage has no others.
    """
    if not outcomes:
        counter.labels(name)
    for outcome in outcomes:
        counter.labels(name, outcome)
