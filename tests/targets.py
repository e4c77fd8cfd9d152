"""What the abuse tests attack: an application of each adapter, and the server, on each store, as in production."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing, contextmanager
from functools import partial

import psycopg
from django.core.handlers.wsgi import WSGIHandler

import target_applications
from asgi_exchange import Asgi
from django_project import in_force
from gatewright import AsyncEvrmoreAuth, Auth, EvrmoreAuth, Settings
from gatewright.adapters.django import auths, get_auth
from gatewright.server import create_app
from gatewright.testing import Browser
from wsgi_exchange import Wsgi

STORES = ("sqlite", "sqlite-redis", "postgresql", "postgresql-redis")

APPLICATIONS, SERVERS = (
    tuple(f"{adapter}-{store}" for adapter in adapters for store in STORES)
    for adapters in (("fastapi", "starlette", "flask", "django"), ("server",))
)
"""Targets with views of their own, as `target_applications` has them, and those with the REST API."""

TARGETS = APPLICATIONS + SERVERS

HOST = "shop.example"
PASSWORD = "correct horse battery staple"
LOGIN = {"email": "anna@example.com", "password": PASSWORD}
"""Anna's, as the JSON API takes it."""

COOKIE, REMEMBER = "__Host-gatewright", "__Host-gatewright-remember"
STEP, APP = "/api/login/step", "/api/account/methods/totp"
"""Where the JSON API takes a second proof, and sets up an authenticator app."""

SETTINGS = {
    "env": "production",
    "domain": HOST,
    "public_url": f"https://{HOST}",
    "jwt_secret": "a secret for tests, longer than 32 bytes",
    "mail_url": "smtp://127.0.0.1:1",  # where nobody listens; a target's mails go to its mailbox
    "mail_delivery": "command",
    "argon2_memory_kib": 8,
    "argon2_iterations": 1,
}


PROXIED = {"trusted_proxies": "203.0.113.0/24", "trusted_origins": ""}
"""Further settings of a target behind a proxy, which says where requests come from."""

JSON = ("Content-Type", "application/json")


class Mailbox:
    """Keeps the mails that are sent."""

    def __init__(self):
        self.mails = []

    def send(self, mail):
        self.mails.append(mail)


def from_address(address):
    """Return the headers of a proxy's request for somebody."""
    return [("X-Forwarded-For", address)]


class Target:
    """A running application, and what a test needs to know of it.

    Args:
        exchange: Carries requests into it.
        served: Its own auth, in whichever build.
        auth: A blocking one beside it, on the same stores: to set things up and to look at what came of an attack.
        clock: The clock of both.
        mailbox: Where its mails arrive.
    """

    def __init__(self, name, exchange, served, auth, *, clock, mailbox):
        self.name, self.exchange, self.served, self.auth, self.clock = name, exchange, served, auth, clock
        self._mailbox = mailbox
        self.private = target_applications.PRIVATE if name in APPLICATIONS else "/account"

    def browser(self, **options):
        """A visitor who comes by https."""
        return Browser(self.send, is_https=True, **options)

    def send(self, method, target, headers=(), body=b""):
        """Send a request; return status, headers and body of the answer."""
        return self.exchange.send(method, target, _with_host(headers), body)

    def send_at_once(self, requests):
        """Send many requests at the same time, in threads or as tasks; return the answers in order."""
        return self.exchange.send_at_once(
            [(method, target, _with_host(headers), body) for method, target, headers, body in requests]
        )

    def register(self, username="anna", **options):
        """Make a verified account with the password of the tests, ``<username>@example.com``."""
        usual = {"email": f"{username}@example.com", "password": PASSWORD, "is_verified": True}
        return self.auth.create_user(username, **(usual | options))

    def log_in(self, browser, email="anna@example.com", password=PASSWORD, **fields):
        """Sign in by the form and return the answer."""
        return browser.submit(browser.get("/login").form("/login"), email=email, password=password, **fields)

    def ask_for_challenge(self, browser, wallet):
        """Give an address to the page, and return the form that takes the signature."""
        return browser.submit(browser.get("/login").form("/login/wallet"), evrmore_address=wallet.address).form(
            "/login/wallet"
        )

    def log_in_with_wallet(self, browser, wallet):
        """Sign in by the pages and return the answer."""
        form = self.ask_for_challenge(browser, wallet)
        return browser.submit(form, signature=wallet.sign(form.fields["challenge"]))

    def token_of(self, wallet):
        """Return a token for a program."""
        challenge = self.auth.generate_challenge(wallet.address)
        return self.auth.authenticate(wallet.address, challenge, wallet.sign(challenge)).token

    def call(self, browser, path, document=None, *, headers=()):
        """Call the JSON API: read, or send a document; return status and what came back."""
        body = b"" if document is None else json.dumps(document).encode()
        kind = [("Accept", "application/json"), ("Content-Type", "application/json")]
        page = browser.send("GET" if document is None else "POST", path, headers=[*kind, *headers], body=body)
        return page.status, json.loads(page.text) if page.text else None

    def who(self, browser):
        """Return the name of whoever is signed in in a browser, or None; by the API, and by a page that asks for it."""
        user = self.call(browser, "/api/session")[1]["user"]
        assert (browser.get(self.private).status == 200) == (user is not None)
        return user and (user["username"] or user["evrmore_address"])

    def mails(self):
        """Send what waits, and return every mail so far."""
        self.auth.deliver_mails()
        return list(self._mailbox.mails)

    def link(self):
        """Return the path of the secret link in the last mail that has one: notices of the same moment have none."""
        found = (re.search(r"https?://[^/\s]+(/\S*/[\w-]{43})(?!\S)", mail.text) for mail in reversed(self.mails()))
        return next(link[1] for link in found if link)

    def rows(self, statement, *parameters):
        """Run one SQL statement behind the application's back, and return its rows."""
        url = self.auth.settings.database_url
        if url.startswith("sqlite"):
            with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection, connection:
                return connection.execute(statement, parameters).fetchall()
        with psycopg.connect(url.replace("+psycopg", "")) as connection:
            cursor = connection.execute(statement.replace("?", "%s"), parameters or None)
            return cursor.fetchall() if cursor.description else []


def full_width(text):
    """Return a text in the letters that East Asian keyboards have."""
    return "".join(chr(ord(character) + 0xFEE0) for character in text)


def cookies_of(browser):
    """Return the header that sends a browser's cookies."""
    return "Cookie", "; ".join(f"{name}={value}" for name, value in browser.cookies.items())


@contextmanager
def serving(name, values, options, *, clock, runner):
    """Run a target, and yield it.

    Args:
        name: Which of `TARGETS`.
        values: Its settings, which say where its stores are.
        options: What else its auth takes.
        clock: Its clock.
        runner: The event loop of its requests, where it has one.
    """
    mailbox = Mailbox()
    options = {"clock": clock, "mailer": mailbox} | options
    settings = Settings(**SETTINGS | values)
    auth = EvrmoreAuth(settings=settings, **options)
    adapter = name.partition("-")[0]
    with closing(auth), _SERVING[adapter](settings, SETTINGS | values, options, runner) as (exchange, served):
        yield Target(name, exchange, served, auth, clock=clock, mailbox=mailbox)


@contextmanager
def _serving_asgi(make_app, settings, values, options, runner):
    with closing(AsyncEvrmoreAuth(settings=settings, **options)) as served:
        yield Asgi(make_app(served), runner, scheme="https"), served


@contextmanager
def _serving_flask(settings, values, options, runner):
    with closing(EvrmoreAuth(settings=settings, **options)) as served:
        app = target_applications.flask_application(served)
        yield Wsgi(app, **{"wsgi.url_scheme": "https"}), served


@contextmanager
def _serving_django(settings, values, options, runner):
    """Django makes its own auth, from its settings: it has to be told of the clock and the mailbox as it does."""

    def make(**given):
        return Auth(**options | {name: value for name, value in given.items() if value})

    auths.Auth = make
    try:
        with in_force(values, ROOT_URLCONF=target_applications.DJANGO_URLS):
            yield Wsgi(WSGIHandler(), **{"wsgi.url_scheme": "https"}), get_auth()
    finally:
        auths.Auth = Auth


_SERVING = {
    "fastapi": partial(_serving_asgi, target_applications.fastapi_application),
    "starlette": partial(_serving_asgi, target_applications.starlette_application),
    "server": partial(_serving_asgi, create_app),
    "flask": _serving_flask,
    "django": _serving_django,
}


def _with_host(headers):
    is_named = any(name.lower() == "host" for name, _ in headers)
    return list(headers) if is_named else [("Host", HOST), *headers]
