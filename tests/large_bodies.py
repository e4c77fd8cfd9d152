"""Clients that send a whole body before they read, and a server that does nothing for them."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager
from urllib.parse import urlsplit
from wsgiref.simple_server import WSGIRequestHandler, make_server


def send_then_read(url, body, *, chunked=False):
    """Send a form, all of it, and only then read; return the whole answer."""
    target = urlsplit(url)
    length = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {len(body)}"
    head = f"POST {target.path} HTTP/1.1\r\nHost: {target.netloc}\r\nConnection: close\r\n{length}\r\n\r\n"
    sent = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body) if chunked else body
    with socket.create_connection((target.hostname, target.port), timeout=20) as connection:
        connection.sendall(head.encode() + sent)
        with connection.makefile("rb") as answer:
            return answer.read()


class _Quiet(WSGIRequestHandler):
    def log_message(self, format, *args):  # noqa: A002 - the name is the library's
        """Leave the tests' output alone."""


@contextmanager
def bare_wsgi_server(app):
    """Serve an application by a server that closes its connections, whatever is left unread; give the address."""
    with make_server("127.0.0.1", 0, app, handler_class=_Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join(timeout=20)
