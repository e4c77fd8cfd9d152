"""Attacks on an installation: what it is started with, what its commands show, what is there before anybody came."""

from __future__ import annotations

import asyncio

import flask
import pytest
from django.core.handlers.wsgi import WSGIHandler
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.middleware import Middleware
from typer.testing import CliRunner

from asgi_exchange import Asgi, exchange
from django_project import in_force
from gatewright import AsyncEvrmoreAuth, EvrmoreAuth
from gatewright.adapters.fastapi import FastAPIAuth
from gatewright.adapters.flask import FlaskAuth
from gatewright.adapters.starlette import GatewrightMiddleware
from gatewright.cli.app import app as command
from gatewright.errors import ConfigurationError
from gatewright.server import create_app
from gatewright.testing import Wallet
from targets import PASSWORD, SETTINGS

PEM = """-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g
-----END PRIVATE KEY-----
"""
"""The private key of RFC 8037, appendix A.1, which all the world knows."""

UNSAFE = {
    "no secret": {},
    "an empty secret": {"jwt_secret": ""},
    "a short secret": {"jwt_secret": "Zx9$kL2!pQ7&vB4"},
    "a secret of the documentation": {"jwt_secret": "your-secret-key-your-secret-key-0123"},
    "a repeated secret": {"jwt_secret": "abcdefgh" * 8},
    "a key that others may read": {"jwt_key_file": "key.pem"},
}


def start_django():
    with in_force({}):
        WSGIHandler().load_middleware()


def start_starlette():
    app = Starlette(middleware=[Middleware(GatewrightMiddleware)])
    (told,) = asyncio.run(exchange(app, {"type": "lifespan"}, [{"type": "lifespan.startup"}]))
    assert told["type"] == "lifespan.startup.failed"
    raise ConfigurationError(told["message"])


def start_command():
    result = CliRunner().invoke(command, ["serve"])
    assert (result.exit_code, result.stdout) == (3, "")
    assert "Traceback" not in result.stderr
    raise ConfigurationError(result.stderr)


WAYS = {
    "EvrmoreAuth": EvrmoreAuth,
    "AsyncEvrmoreAuth": AsyncEvrmoreAuth,
    "Flask": lambda: FlaskAuth(flask.Flask("shop")),
    "FastAPI": lambda: FastAPIAuth(FastAPI()),
    "Starlette": start_starlette,
    "Django": start_django,
    "server": create_app,
    "gatewright serve": start_command,
}
"""How an application is started, with nothing but the environment to say how."""


@pytest.fixture
def environment(monkeypatch, tmp_path, logging_as_it_was):
    """Set what the environment says, as an operator in production does; the folder is an empty one."""
    monkeypatch.chdir(tmp_path)

    def set_all(values):
        for name, value in values.items():
            monkeypatch.setenv(f"GATEWRIGHT_{name.upper()}", str(value))

    set_all({name: value for name, value in SETTINGS.items() if name != "jwt_secret"})
    return set_all


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("unsafe", UNSAFE)
def test_forging_tokens_of_an_installation_that_was_set_up_carelessly(way, unsafe, environment, tmp_path):
    """Production does not start with a key that can be guessed or read; says the cure, and never the secret."""
    (tmp_path / "key.pem").write_text(PEM)
    (tmp_path / "key.pem").chmod(0o644)
    environment(UNSAFE[unsafe])
    with pytest.raises(ConfigurationError, match=r"(?i)secret|chmod 600") as refused:
        WAYS[way]()

    secret = UNSAFE[unsafe].get("jwt_secret")
    assert not secret or secret not in str(refused.value)
    assert not list(tmp_path.glob("*.secret"))


@pytest.fixture
def runner():
    """The event loop of a test's requests."""
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture
def production():
    """The settings of production, as keyword arguments."""
    return SETTINGS | {"database_url": "sqlite://"}


def test_causing_an_error_in_a_flask_application_in_debug_mode(environment, production, caplog):
    """Its debugger would show the visitor values, and run what they type. It does not start, however it was begun."""
    environment(production)
    app = flask.Flask("shop")
    app.debug = True
    with pytest.raises(ConfigurationError, match="debug=True"):
        FlaskAuth(app)

    later = flask.Flask("shop")
    FlaskAuth(later)
    assert later.test_client().get("/nowhere").status_code == 404
    later.debug = True  # as app.run(debug=True) does
    assert later.test_client().get("/nowhere").status_code == 500
    assert "Remove debug=True" in caplog.text


@pytest.mark.parametrize("make", [Starlette, FastAPI])
def test_causing_an_error_in_an_asgi_application_in_debug_mode(environment, production, make, runner):
    """The server is told that the start has failed; and where none asks, no request is answered."""
    environment(production)
    app = make(debug=True, middleware=[Middleware(GatewrightMiddleware)])
    failed = Asgi(app, runner).live()

    assert failed[0]["type"] == "lifespan.startup.failed"
    assert "debug=True" in failed[0]["message"]
    with pytest.raises(ConfigurationError):
        Asgi(app, runner).send("GET", "/login", [], b"")


def test_causing_an_error_in_a_django_project_in_debug_mode(production):
    """Neither a server nor ``manage.py check`` accepts it."""
    with in_force(production, DEBUG=True), pytest.raises(ConfigurationError, match="DEBUG = False"):
        WSGIHandler().load_middleware()


@pytest.mark.shows_secrets
def test_signing_in_to_a_new_installation(target):
    """There is no account before somebody makes one; and whoever comes first is nobody special."""
    assert target.rows("SELECT count(*) FROM users") == [(0,)]
    for name in ("admin@admin.com", "admin", "root", "test"):
        for password in ("admin", "password"):
            assert target.call(target.browser(), "/api/login", {"email": name, "password": password})[0] == 401
    first = {"email": "admin@shop.example", "username": "admin", "password": "quiet lamp under seven hills"}
    target.call(target.browser(), "/api/signup", first | {"roles": ["admin"], "is_verified": True, "is_admin": True})
    user = target.auth.get_user("admin")

    assert (user.roles, user.permissions, user.is_verified) == ((), (), False)


def test_reading_secrets_in_the_process_list_or_in_the_output_of_commands(server, environment):
    """No option takes a password, and no command prints one, a hash, a key or what a browser or a program has."""
    target = server()
    settings = target.auth.settings
    environment({"jwt_secret": SETTINGS["jwt_secret"], "database_url": settings.database_url})
    if settings.redis_url is not None:
        environment({"redis_url": settings.redis_url.get_secret_value()})

    def invoke(*arguments, stdin=None):
        result = CliRunner().invoke(command, arguments, input=stdin)
        return result.exit_code, result.output

    target.register("anna")
    browser = target.browser()
    mallorys = "an argument that anybody can read"
    for option in (("--password", mallorys), (f"--password={mallorys}",), ("-p", mallorys)):
        assert invoke("user", "create", "mallory", *option)[0] == 2
        assert invoke("user", "set-password", "anna", *option)[0] == 2
    target.log_in(browser, remember_me="on")
    token = target.token_of(Wallet.new("alice"))
    code, said = invoke("user", "create", "ben", "--password-file", "-", "--json", stdin=mallorys)
    assert code == 0, said
    shown = [said]
    for arguments in (
        ("user", "show", "anna", "--json"),
        ("user", "list", "--json"),
        ("user", "factors", "anna"),
        ("sessions", "list", "--json"),
        ("audit", "--json"),
        ("doctor", "--deep", "--json"),
    ):
        code, said = invoke(*arguments)
        assert code in (0, 1), said
        shown.append(said)

    secrets = [mallorys, PASSWORD, "$argon2", SETTINGS["jwt_secret"], token, token.rpartition(".")[2]]
    secrets += [value.rpartition(".")[2] for value in browser.cookies.values()]
    assert "anna" in "".join(shown)
    assert [secret for secret in secrets if secret in "".join(shown)] == []
