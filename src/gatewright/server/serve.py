"""Run the server with uvicorn, with defaults that are safe on a public port."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from gatewright.errors import ConfigurationError
from gatewright.server.log_config import log_config
from gatewright.settings import Settings, load_settings

_STOP = {signal.SIGINT, signal.SIGTERM, getattr(signal, "SIGBREAK", signal.SIGTERM)}
"""The signals that stop a server with several workers."""

_FAILURE = 3
"""uvicorn's exit code if a single process cannot start, which ``gatewright`` also uses."""


class Connection(H11Protocol):
    """A client's connection with Nagle's algorithm disabled.

    asyncio disables it on sockets that it opened itself, but not on the one that several workers share. There, the
    second packet of a response, its body, would wait 40 ms for the client to acknowledge the first.
    """

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn has it
        """Start serving a client."""
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
        super().connection_made(transport)


def require_free(host: str, port: int) -> None:
    """Check that an address can be listened on, before anything is started or printed.

    Raises:
        ConfigurationError: If another program listens there, the address is not local, or permission is denied.
    """
    try:
        found = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        for family, kind, protocol, _, address in found:
            with socket.socket(family, kind, protocol) as probe:
                if os.name == "posix":
                    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, True)
                if family == socket.AF_INET6:
                    probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, True)
                probe.bind(address)
    except (OSError, UnicodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "invalid host name"
        raise ConfigurationError(
            f"Cannot listen on {host} port {port}: {reason}. Stop the program that listens there, or choose another "
            "local address with --host or another port with --port; ports below 1024 need root privileges."
        ) from error


def require_apart(host: str, port: int, metrics_address: str) -> None:
    """Check that the pages and the metrics have different addresses.

    Raises:
        ConfigurationError: If they have the same.
    """
    metrics_host, _, metrics_port = metrics_address.rpartition(":")
    if int(metrics_port) == port and _have_one_in_common(host, metrics_host.strip("[]")):
        raise ConfigurationError(
            f"The pages and the metrics cannot both use port {port}. Choose another port for the metrics with "
            "GATEWRIGHT_METRICS_ADDRESS, or for the pages with --port."
        )


def _have_one_in_common(host: str, other: str) -> bool:
    """Return whether two hosts, each of which may be a wildcard address, share an address."""
    shared, every = set[str](), {"0.0.0.0", "::"}  # noqa: S104 - compared with, never listened on
    with suppress(OSError, UnicodeError):  # an unknown name is reported when it is listened on
        ours, theirs = (
            {str(found[4][0]) for found in socket.getaddrinfo(each, None, type=socket.SOCK_STREAM)}
            for each in (host or "::", other)
        )
        shared = (ours & theirs) | ((ours | theirs) & every)
    return bool(shared)


def serve(*, host: str = "127.0.0.1", port: int = 8000, workers: int = 1, reload: bool = False) -> None:
    """Serve until a signal stops the server; requests in progress get ten seconds to complete.

    Several workers share one port. One that dies, or hangs for half a minute, is replaced; all stop when the parent
    process is told to.

    Args:
        host: The address to listen on.
        port: The port to listen on.
        workers: The number of worker processes.
        reload: Whether to restart when source files change, for development.

    Raises:
        ConfigurationError: If a setting cannot work, such as the address for metrics.
        SystemExit: If all workers were stopped because one of them could not start: no signal asked for it, and a
            service manager should restart the server.
    """
    settings = load_settings()
    told = _failing_unless_told_to_stop() if workers > 1 else nullcontext()
    with _metrics(settings, is_shared=workers > 1 or reload), told:
        _run(settings, host=host, port=port, workers=workers, reload=reload)


@contextmanager
def _failing_unless_told_to_stop() -> Iterator[None]:
    """Exit with a failure if the block ends without a stop signal.

    uvicorn stops all workers if one cannot start, and returns as if nothing were wrong.

    Raises:
        SystemExit: In that case.
    """
    reader, writer = socket.socketpair()
    with reader, writer:
        writer.setblocking(False)
        before = signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
        try:
            yield
        finally:
            signal.set_wakeup_fd(before)
        writer.shutdown(socket.SHUT_WR)
        if not _STOP.intersection(reader.recv(65536)):
            raise SystemExit(_FAILURE)


def _metrics(settings: Settings, *, is_shared: bool) -> AbstractContextManager[None]:
    if not settings.metrics:
        return nullcontext()
    from gatewright.server.metrics_listener import metrics_at

    return metrics_at(settings.metrics_address, is_shared=is_shared)


def _run(settings: Settings, *, host: str, port: int, workers: int, reload: bool) -> None:
    uvicorn.run(
        "gatewright.server:create_app",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        reload=reload,
        log_config=log_config(settings.log_format),
        http=Connection,  # h11, which limits the size of headers
        ws="none",
        lifespan="on",  # if the application cannot start, neither does the server
        proxy_headers=False,  # otherwise any client could choose the address that it is rate-limited by
        server_header=False,
        timeout_keep_alive=5,
        timeout_graceful_shutdown=10,
        timeout_worker_healthcheck=30,  # a busy machine starves workers for longer than uvicorn's five seconds
    )
