"""WSGI applications without a server."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from werkzeug.test import Client

from gatewright.testing import Browser


class Wsgi:
    """Speaks to an application as a server does.

    Args:
        app: The application.
        environ: What else an environment says: ``REMOTE_ADDR``, ``SCRIPT_NAME``, ``wsgi.url_scheme``.
    """

    def __init__(self, app, **environ):
        self.app = app
        self._client = Client(app, use_cookies=False)
        self._environ = {"REMOTE_ADDR": "203.0.113.7"} | environ

    def browser(self, **options):
        return Browser(self.send, **{"is_https": self._environ.get("wsgi.url_scheme") == "https"} | options)

    def send(self, method, target, headers, body):
        """Send a request; return status, headers and body of the answer."""
        with self._client.open(
            target, method=method, headers=list(headers), data=body, environ_overrides=self._environ
        ) as answer:
            return answer.status_code, list(answer.headers), answer.data

    def send_at_once(self, requests):
        """Send many requests at the same time, each as `send` takes it; return the answers in order."""
        with ThreadPoolExecutor(len(requests)) as pool:
            return list(pool.map(lambda request: self.send(*request), requests))
