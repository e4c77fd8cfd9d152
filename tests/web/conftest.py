"""The pages without a framework, in both builds: requests go straight into a `Site`."""

from __future__ import annotations

import asyncio
import re

import pytest

from gatewright import AsyncEvrmoreAuth, EvrmoreAuth
from gatewright.drive import run_to_completion
from gatewright.testing import Browser, HookRecorder
from gatewright.web import Request, Site
from sample_methods import CODES

PASSWORD = "correct horse battery staple"
NEW_PASSWORD = "purple monkey dishwasher rain"


class Mailbox:
    """Keeps the mails that are sent."""

    def __init__(self):
        self.mails = []

    def send(self, mail):
        self.mails.append(mail)


class Pages:
    """One application's pages, driven as its build demands."""

    def __init__(self, auth, run, **options):
        self.auth = auth
        self._run = run
        self.site = Site(auth, **options)
        self.scheme, self.peer, self.host = "http", "203.0.113.7", "localhost:8000"

    def call(self, coroutine):
        return self._run(coroutine)

    def send(self, method, target, headers, body):
        path, _, query = target.partition("?")
        lowered = [("host", self.host), *((name.lower(), value) for name, value in headers)]
        if ("host" in dict(headers)) or any(name.lower() == "host" for name, _ in headers):
            lowered = lowered[1:]
        request = Request(method, path, query, lowered, self.scheme, self.peer, body)
        if not self.site.serves(request):
            return 404, (), b"the application's"
        answer = self._run(self.site.answer(self.site.open(request)))
        return answer.status, answer.headers, answer.body

    def browser(self, **options):
        return Browser(self.send, is_https=self.scheme == "https", **options)

    def user_of(self, browser):
        """Who is signed in, as the application would ask."""
        cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
        headers = [("host", self.host), ("cookie", cookie)]
        visit = self.site.open(Request("GET", "/anything", headers=headers, scheme=self.scheme, peer=self.peer))
        return self._run(visit.user())


@pytest.fixture
def mailbox():
    return Mailbox()


@pytest.fixture
def make_pages(is_async, gatewright_settings, gatewright_clock, mailbox):
    """Make an application's pages in the build of the test."""
    made = []

    def make(*, controller=None, auth=None, mount="", resolve=None, **settings):
        in_force = gatewright_settings.with_values(**settings)
        options = {"settings": in_force, "clock": gatewright_clock, "mailer": mailbox} | (auth or {})
        made.append(AsyncEvrmoreAuth(**options) if is_async else EvrmoreAuth(**options))
        run = runner.run if is_async else run_to_completion
        return Pages(made[-1], run, controller=controller, mount=mount, resolve=resolve)

    with asyncio.Runner() as runner:
        yield make
        for auth in made:
            auth.close()


@pytest.fixture
def pages(make_pages):
    return make_pages()


@pytest.fixture
def browser(pages):
    return pages.browser()


@pytest.fixture
def events(pages):
    """Every hook event of the application."""
    return HookRecorder(pages.auth)


@pytest.fixture
def log_in():
    """Sign a browser in by the form and return the answer."""

    def log_in(browser, email="anna@example.com", password=PASSWORD, **fields):
        form = browser.get("/login").form("/login")
        return browser.submit(form, email=email, password=password, **fields)

    return log_in


@pytest.fixture
def link_in():
    """Return the path of the link in a mail."""
    return lambda mail: re.search(r"https?://[^/\s]+(/\S+)", mail.text)[1]


@pytest.fixture
def enrol(log_in):
    """Have anna enrol a list of codes, in a browser of its own; return that."""

    def enrol(pages, method="listed_code"):
        browser = pages.browser()
        log_in(browser)
        page = browser.get(f"/account/methods/{method}")
        answer = browser.submit(page.form(f"/account/methods/{method}"), codes=" ".join(CODES))
        assert answer.status == 303, answer
        return browser

    return enrol
