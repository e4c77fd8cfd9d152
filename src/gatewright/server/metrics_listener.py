"""The server's ``/metrics``, on a separate address, so that visitors of the pages cannot reach it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from prometheus_client import REGISTRY, CollectorRegistry, start_http_server
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector

from gatewright.errors import ConfigurationError

_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""The variable that tells prometheus-client where the processes of a server store their metrics."""


@contextmanager
def metrics_at(address: str, *, is_shared: bool) -> Iterator[None]:
    """Serve the metrics at an address within the block.

    Args:
        address: Host and port.
        is_shared: Whether other processes do the work, and this one only aggregates their metrics.

    Raises:
        ConfigurationError: If the address cannot be listened on.
    """
    host, _, port = address.rpartition(":")
    with ExitStack() as stack:
        registry = _registry_of_workers(stack) if is_shared else REGISTRY
        try:
            server, _ = start_http_server(int(port), host.strip("[]"), registry)
        except (OSError, OverflowError) as error:
            raise ConfigurationError(
                f"Cannot serve metrics at GATEWRIGHT_METRICS_ADDRESS={address}: {error}. Choose another address."
            ) from error
        stack.callback(server.server_close)
        stack.callback(server.shutdown)
        yield


def _registry_of_workers(stack: ExitStack) -> CollectorRegistry:
    folder = os.environ.get(_FOLDER)
    if not folder:  # prometheus-client also treats an empty value as unset
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="gatewright-metrics-"))
        os.environ[_FOLDER] = folder
        stack.callback(os.environ.pop, _FOLDER)
    registry = CollectorRegistry()
    registry.register(_Workers(folder))
    return registry


class _Workers(Collector):
    """Aggregates the counters of all workers ever started, and the gauges of those that are alive."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._all: Collector = MultiProcessCollector(None, folder)  # type: ignore[no-untyped-call]

    def collect(self) -> Iterable[Metric]:
        """Return the metrics, without the live gauges of workers that have ended."""
        for file in Path(self._folder).glob("gauge_live*_*.db"):
            pid = file.stem.rpartition("_")[2]
            if pid.isdecimal() and not _is_alive(int(pid)):
                mark_process_dead(pid, self._folder)  # type: ignore[no-untyped-call]
        return self._all.collect()


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # it belongs to another user
        pass
    return True
