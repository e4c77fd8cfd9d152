"""Spans for OpenTelemetry, using only its API: without an SDK in the application they are dropped.

A span contains names defined in code, and its outcome. Error messages stay out: they may quote what a visitor sent.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from importlib.metadata import version

from opentelemetry.trace import StatusCode, get_tracer

from gatewright.telemetry.outcomes import OK, outcome_of


class Tracing:
    """Implements `Observer`: a span for each operation and for each callback of a hook."""

    def __init__(self) -> None:
        self._tracer = get_tracer("gatewright", version("gatewright"))

    def operation(self, name: str) -> AbstractContextManager[None]:
        """Implement `Observer`."""
        return self._span(f"gatewright {name}", {"gatewright.operation": name})

    def hook(self, point: str, callback: str) -> AbstractContextManager[None]:
        """Implement `Observer`."""
        return self._span(f"gatewright hook {point}", {"gatewright.hook": point, "gatewright.callback": callback})

    def store_call(self, method: str) -> AbstractContextManager[None]:
        """Implement `Observer`."""
        return nullcontext()

    def hashing(self) -> AbstractContextManager[None]:
        """Implement `Observer`."""
        return nullcontext()

    def sign_in(self, *, provider: str, method: str, is_successful: bool) -> None:
        """Implement `Observer`."""

    def mails_waiting(self, count: int) -> None:
        """Implement `Observer`."""

    def settings_in_force(self, fingerprint: str) -> None:
        """Implement `Observer`."""

    @contextmanager
    def _span(self, name: str, attributes: dict[str, str]) -> Iterator[None]:
        with self._tracer.start_as_current_span(
            name, attributes=attributes, record_exception=False, set_status_on_exception=False
        ) as span:
            outcome = OK
            try:
                yield
            except BaseException as error:
                outcome = outcome_of(error)
                span.set_status(StatusCode.ERROR, outcome)
                raise
            finally:
                span.set_attribute("gatewright.outcome", outcome)
