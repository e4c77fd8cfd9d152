"""Run the server by uvicorn, with defaults that are safe on an open port."""

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
"""What tells several workers to end."""

_FAILURE = 3
"""uvicorn's exit code of one process that cannot start, which is also that of ``gatewright``."""


class Connection(H11Protocol):
    """A client's connection, on which each packet is sent at once.

    asyncio sees to that on sockets that it has opened itself, but not on the one that several workers share. There the
    second packet of an answer, its body, would wait until the client has confirmed the first: for 40 ms.
    """

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn has it
        """Begin to serve a client."""
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
        super().connection_made(transport)


def require_free(host: str, port: int) -> None:
    """Try whether an address can be listened on, before anything is begun or said.

    Raises:
        ConfigurationError: If another program listens there, the address is not this machine's, or a right is missing.
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
        reason = error.strerror if isinstance(error, OSError) else "no host has such a name"
        raise ConfigurationError(
            f"Nothing can listen on {host} port {port}: {reason}. Stop what listens there, or choose another address "
            "of this machine by --host, another port by --port; below 1024 a port needs root's rights."
        ) from error


def require_apart(host: str, port: int, metrics_address: str) -> None:
    """See that the pages and the metrics are not to be answered at one address.

    Raises:
        ConfigurationError: If they are.
    """
    metrics_host, _, metrics_port = metrics_address.rpartition(":")
    if int(metrics_port) == port and _have_one_in_common(host, metrics_host.strip("[]")):
        raise ConfigurationError(
            f"The pages and the metrics cannot both be answered on port {port}. Choose another one for the metrics by "
            "GATEWRIGHT_METRICS_ADDRESS, or for the pages by --port."
        )


def _have_one_in_common(host: str, other: str) -> bool:
    """Say whether two hosts, either of which may stand for every address of this machine, share an address."""
    shared, every = set[str](), {"0.0.0.0", "::"}  # noqa: S104 - compared with, never listened on
    with suppress(OSError, UnicodeError):  # a name that nobody has is told by whoever listens there
        ours, theirs = (
            {str(found[4][0]) for found in socket.getaddrinfo(each, None, type=socket.SOCK_STREAM)}
            for each in (host or "::", other)
        )
        shared = (ours & theirs) | ((ours | theirs) & every)
    return bool(shared)


def serve(*, host: str = "127.0.0.1", port: int = 8000, workers: int = 1, reload: bool = False) -> None:
    """Serve until a signal says stop; requests under way get ten seconds to end.

    Several workers share one port. One that dies, or hangs for half a minute, is replaced; all end when the first
    process is told to.

    Args:
        host: The address to listen on.
        port: The port to listen on.
        workers: How many processes answer.
        reload: Whether to start again when source files change, for development.

    Raises:
        ConfigurationError: If a setting cannot work, such as the address for metrics.
        SystemExit: If all workers were stopped since one of them could not start: nobody has told them to, and a
            service manager is to start the server again.
    """
    settings = load_settings()
    told = _failing_unless_told_to_stop() if workers > 1 else nullcontext()
    with _metrics(settings, is_shared=workers > 1 or reload), told:
        _run(settings, host=host, port=port, workers=workers, reload=reload)


@contextmanager
def _failing_unless_told_to_stop() -> Iterator[None]:
    """Exit with a failure where the block ends and no signal has told it to.

    uvicorn stops all workers where one cannot start, and returns as if all were well.

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
        http=Connection,  # h11, which bounds the size of headers
        ws="none",
        lifespan="on",  # what keeps the application from starting keeps the server from it
        proxy_headers=False,  # or any client chooses the address that limits count by
        server_header=False,
        timeout_keep_alive=5,
        timeout_graceful_shutdown=10,
        timeout_worker_healthcheck=30,  # a busy machine starves workers for longer than uvicorn's five seconds
    )
