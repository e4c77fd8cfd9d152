"""What the tests of adapters share: accounts, and ASGI applications without a server."""

from __future__ import annotations

import asyncio
import json
import logging

import pytest

from asgi_exchange import Asgi
from gatewright.logs import RequestIdFilter, end_request, request_id
from gatewright.web import Request, Site
from run_statements import *  # noqa: F403 - fixtures are found by their presence

PASSWORD = "correct horse battery staple"


@pytest.fixture(autouse=True)
def _no_request_goes_on():
    """See that a test ends the requests it begins: what the next one logs in this thread would have the id of its."""
    yield
    left = request_id()
    end_request()
    assert left is None


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
