"""Observability for operators: Prometheus metrics and OpenTelemetry spans. Each is an extra, off by default."""

from __future__ import annotations

from gatewright.errors import ConfigurationError
from gatewright.ports import Observer
from gatewright.settings import Settings
from gatewright.telemetry.observed import observe_passwords as observe_passwords
from gatewright.telemetry.observed import observe_store as observe_store


def observer_from(settings: Settings) -> Observer | None:
    """Return the observer that the settings ask for, or None if none: then nothing is observed at all.

    Raises:
        ConfigurationError: If a package is missing. The message says which.
    """
    metrics, tracing = _metrics() if settings.metrics else None, _tracing() if settings.tracing else None
    if metrics is None or tracing is None:
        return metrics or tracing
    from gatewright.telemetry.composite import CompositeObserver

    return CompositeObserver(metrics, tracing)


def _metrics() -> Observer:
    try:
        from gatewright.telemetry.metrics import Metrics
    except ModuleNotFoundError as error:
        raise ConfigurationError(f'GATEWRIGHT_METRICS needs {error.name}: pip install "gatewright[metrics]"') from error
    except OSError as error:
        raise ConfigurationError(
            f"Metrics cannot be stored in the folder PROMETHEUS_MULTIPROC_DIR: {error.strerror}. Create it, writable "
            "for the user that runs this process, or unset the variable."
        ) from error
    return Metrics()


def _tracing() -> Observer:
    try:
        from gatewright.telemetry.tracing import Tracing
    except ModuleNotFoundError as error:
        raise ConfigurationError(f'GATEWRIGHT_TRACING needs {error.name}: pip install "gatewright[tracing]"') from error
    return Tracing()
