"""What the tests of adapters share: accounts, and ASGI applications without a server."""

from __future__ import annotations

import asyncio
import json
import logging
from urllib.parse import unquote

import pytest

from asgi_exchange import exchange
from gatewright.logs import RequestIdFilter
from gatewright.testing import Browser
from gatewright.web import Request, Site
from run_statements import *  # noqa: F403 - fixtures are found by their presence

PASSWORD = "correct horse battery staple"


class Asgi:
    """Speaks to an application as a server does.

    Args:
        app: The application.
        runner: The event loop that all of a test's requests share.
        scope: What else a scope says: ``root_path``, ``scheme``, ``client``. Paths are whole ones.
    """

    def __init__(self, app, runner, **scope):
        self.app = app
        self._runner = runner
        self._scope = {"scheme": "http", "client": ("203.0.113.7", 4711), "root_path": ""} | scope

    def browser(self, **options):
        return Browser(self.send, **{"is_https": self._scope["scheme"] == "https"} | options)

    def send(self, method, target, headers, body):
        """Send a request; return status, headers and body of the answer."""
        scope = self._request("http", target, headers) | {"method": method}
        start, *rest = self.run(scope, {"type": "http.request", "body": body})
        answered = [(name.decode(), value.decode()) for name, value in start["headers"]]
        return start["status"], answered, b"".join(each.get("body", b"") for each in rest)

    def connect(self, target, headers=()):
        """Open a socket and close it again; return what the application sent."""
        scope = self._request("websocket", target, headers) | {"subprotocols": []}
        scope["scheme"] = {"http": "ws", "https": "wss"}[scope["scheme"]]
        return self.run(scope, {"type": "websocket.connect"}, {"type": "websocket.disconnect", "code": 1000})

    def live(self):
        """Start the application and shut it down; return what it sent."""
        return self.run({"type": "lifespan"}, {"type": "lifespan.startup"}, {"type": "lifespan.shutdown"})

    def run(self, scope, *messages):
        """Give the application the messages of a client, then silence; return what it sent."""
        return self._runner.run(exchange(self.app, {"asgi": {"version": "3.0"}} | scope, messages))

    def _request(self, kind, target, headers):
        path, _, query = target.partition("?")
        names = {name.lower() for name, _ in headers}
        host = () if "host" in names else (("host", "localhost:8000"),)
        return self._scope | {
            "type": kind,
            "path": unquote(path),
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "headers": [(name.lower().encode(), value.encode()) for name, value in (*host, *headers)],
        }


@pytest.fixture
def run():
    """Run a coroutine on the event loop of the test."""
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture
def asgi(run):
    """Speak to an application as a server does."""
    return lambda app, **scope: Asgi(app, run, **scope)


@pytest.fixture
def app(make_app):
    return make_app()


@pytest.fixture
def server(asgi, app):
    return asgi(app)


@pytest.fixture
def browser(server):
    return server.browser()


class WatchedEnviron(dict):
    """The environment of a WSGI request that notes whatever is read of it."""

    def __init__(self, environ, read):
        super().__init__(environ)
        self._read = read

    def __getitem__(self, key):
        self._read.add(key)
        return super().__getitem__(key)

    def get(self, key, default=None):
        self._read.add(key)
        return super().get(key, default)

    def items(self):
        self._read.update(self)
        return super().items()


@pytest.fixture
def watch():
    """Have an application work on environments that note what is read of them, and return it with the notes."""

    def watch(app):
        read = set()
        return (lambda environ, start_response: app(WatchedEnviron(environ, read), start_response)), read

    return watch


@pytest.fixture
def looked_at(monkeypatch):
    """What an adapter looks at: ``visit`` for each that it opens, and the name of each cookie that it reads."""
    seen, open_visit, cookies = [], Site.open, Request.cookies

    def opened(site, request):
        seen.append("visit")
        return open_visit(site, request)

    def read(request, name):
        seen.append(name)
        return cookies(request, name)

    monkeypatch.setattr(Site, "open", opened)
    monkeypatch.setattr(Request, "cookies", read)
    return seen


@pytest.fixture
def cost_of(statements, looked_at):
    """Return what a request has the adapter look at, and which statements it has our database run."""

    def cost_of(browser, path):
        browser.get(path)  # which opens what stays open
        statements.clear()
        looked_at.clear()
        browser.get(path)
        return list(looked_at), list(statements)

    return cost_of


@pytest.fixture
def survives_lost_answers(log_in, sql, people):
    """Let answers that carry a new remember-me cookie get lost, and see that the browser is let in all the same.

    What was lost is a theft where somebody does have it.
    """

    def survives_lost_answers(browser, path):
        log_in(browser, remember_me="on")
        old = browser.cookies["gatewright-remember"]
        lost = [come_back(browser, path, old) for _ in range(3)]
        new = come_back(browser, path, old)
        newer = come_back(browser, path, new)

        assert len({None, old, *lost, new, newer}) == 7
        assert people.list_audit(event="remember_me_theft") == []
        assert come_back(browser, path, lost[-1]) is None
        assert come_back(browser, path, newer) is None
        assert len(people.list_audit(event="remember_me_theft")) == 1

    def come_back(browser, path, remembered):
        """Come days after the session has ended, and return what the cookie is then, for anna."""
        sql("UPDATE remembered SET rotated_at = '2001-01-01T00:00:00.000000'")
        browser.cookies = {"gatewright-remember": remembered}
        is_anna = "anna" in browser.get(path).text
        return browser.cookies["gatewright-remember"] if is_anna else None

    return survives_lost_answers


@pytest.fixture
def log_in():
    """Sign a browser in by the form and return the answer."""

    def log_in(browser, page="/login", **fields):
        form = browser.get(page).form()
        return browser.submit(form, **{"email": "anna@example.com", "password": PASSWORD} | fields)

    return log_in


@pytest.fixture
def assert_well(sql):
    """See that an application answers the checks of its process below a path: ready, and after that not any more."""

    def assert_well(browser, below):
        ready = browser.get(f"{below}/readyz")
        assert (ready.status, ready.text) == (200, '{"status": "ok"}')
        assert dict(ready.headers).get("Set-Cookie") is None
        sql("ALTER TABLE alembic_version RENAME TO away")
        unready, alive = browser.get(f"{below}/readyz"), browser.get(f"{below}/healthz")
        sql("ALTER TABLE away RENAME TO alembic_version")
        assert (unready.status, json.loads(unready.text)["code"]) == (503, "store_unavailable")
        assert int({name.lower(): value for name, value in unready.headers}["retry-after"]) > 0
        assert "alembic" not in unready.text
        assert (alive.status, alive.text) == (200, '{"status": "ok"}')
        assert browser.post(f"{below}/readyz", {}).status == 405

    return assert_well


@pytest.fixture
def assert_lines_belong_together(caplog):
    """See that a request's lines have one id and that of a trusted proxy, and others none, in an application."""
    caplog.handler.addFilter(RequestIdFilter())
    caplog.set_level(logging.INFO)

    def ids():
        return [record.request_id for record in caplog.records if record.name == "shop"]

    def assert_lines_belong_together(browser, path):
        """Ask for a page that writes two lines; the client is a trusted proxy."""
        browser.get(path)
        browser.get(path, headers=[("X-Request-ID", "the-proxys-own")])
        logging.getLogger("shop").info("outside")
        first, second, *others = ids()

        assert first == second
        assert len(first) == 32
        assert others == ["the-proxys-own", "the-proxys-own", "-"]

    return assert_lines_belong_together
