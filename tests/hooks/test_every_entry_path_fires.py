"""The table *operation x entry path x hook*, for every way in: pages, JSON API, server, commands, library, adapters.

A page, a JSON route, an endpoint, a command, a method of the library or an adapter that is not in the table fails the
first test; one that does not go through the operations that the table says fails the second.
"""

from __future__ import annotations

import inspect
import json
import pkgutil
import re

import pytest
import typer
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from gatewright import AsyncEvrmoreAuth, EvrmoreAuth, Guard, adapters
from gatewright.cli.app import app as commands
from gatewright.drive import run_to_completion
from gatewright.hooks import POINTS
from gatewright.hooks.hook_point import HookPoint
from gatewright.page_paths import PATHS
from gatewright.server import create_app
from gatewright.testing import Browser, Wallet
from gatewright.web import Request, Site, api
from sample_methods import ListedCode, Voucher

PASSWORD, OTHER_PASSWORD = "correct horse battery staple", "quiet lamp under seven hills"
JSON = ("Content-Type", "application/json")
FAILURES = {"auth_failed", "login_failed", "login_inactive_user", "login_unverified_user"}
"""Points that fire where something is refused; `test_every_hook_fires.py` shows that each does."""

READS = ()
"""What goes through no operation that has hooks: it reads, or it changes what no hook is told of."""

SIGN_IN = ("session", "login")
"""A new session, by whatever method: it fires ``post_auth``."""

PAGES = {
    "login": ("visit of the login route", "attempt", *SIGN_IN),
    "login_wallet": ("generate_challenge", "authenticate", "verify_signature", *SIGN_IN),
    "login_step": ("prove_by_method", *SIGN_IN),
    "login_link": ("prove_by_method", *SIGN_IN),
    "logout": ("logout",),
    "signup": ("sign_up",),
    "email_verification_request": READS,
    "email_verification": ("verify_email",),
    "password_reset": READS,
    "password_reset_form": ("reset_password",),
    "confirm_password": ("prove_by_method", "session"),
    "account": ("change_username", "request_email_change", "set_password"),
    "account_export": READS,
    "account_delete": ("delete_user",),
    "account_method": ("enrol_method", "remove_authenticators"),
    "email_change": ("confirm_email_change",),
}
"""Page -> the operations that its forms go through. So does its route of the JSON API."""

JSON_ROUTES = {
    "/session": READS,
    "/login": PAGES["login"],
    "/login/wallet": PAGES["login_wallet"],
    "/login/step": PAGES["login_step"],
    "/login/link/{token}": PAGES["login_link"],
    "/logout": PAGES["logout"],
    "/signup": PAGES["signup"],
    "/email_verification": READS,
    "/email_verification/{token}": PAGES["email_verification"],
    "/password-reset": READS,
    "/password-reset/{token}": PAGES["password_reset_form"],
    "/confirm_password": PAGES["confirm_password"],
    "/account": PAGES["account"],
    "/account/export": READS,
    "/account/delete": PAGES["account_delete"],
    "/account/methods/{token}": PAGES["account_method"],
    "/email_change/{token}": PAGES["email_change"],
}
"""Route of the JSON API -> the operations that it goes through."""

ENDPOINTS = {
    "/challenge": ("generate_challenge",),
    "/authenticate": ("authenticate", "verify_signature"),
    "/validate": ("validate_token",),
    "/me": ("validate_token",),
    "/logout": ("invalidate_token",),
    "/healthz": READS,
    "/readyz": READS,
}
"""Endpoint of the server -> the operations that it goes through."""

COMMANDS = {
    "challenge": ("generate_challenge",),
    "user set-password": ("set_password",),
    "user rename": ("change_username",),
    "user email": ("request_email_change",),
    "user delete": ("delete_user",),
    "user factors": ("remove_authenticators",),
    "wallet verify": READS,
} | dict.fromkeys(
    (
        *("serve", "migrate", "audit", "purge", "reencrypt", "hooks", "doctor", "wallet new", "wallet sign"),
        *("sessions list", "sessions revoke", "mail list", "mail deliver", "mail test"),
        *("user create", "user import", "user list", "user show", "user disable", "user enable", "user verify"),
        *("user export", "role create", "role list", "role assign", "role unassign"),
        *("permission create", "permission list", "permission grant", "permission revoke"),
    ),
    READS,
)
"""Command -> the operations that it goes through."""

LIBRARY = {
    "generate_challenge",
    "authenticate",
    "verify_signature",
    "validate_token",
    "get_user_by_token",
    "invalidate_token",
    "attempt",
    "bypass",
    "link_wallet",
    "set_password",
    "sign_up",
    "verify_email",
    "reset_password",
    "change_username",
    "request_email_change",
    "confirm_email_change",
    "delete_user",
    "guard.login",
    "guard.login_with_wallet",
    "guard.store",
    "guard.destroy",
    "guard.prove",
    "guard.confirm_password",
    "guard.enrol",
    "remove_authenticators",
    "guard.remove_authenticator",
    "guard.change_password",
    "guard.change_username",
    "guard.request_email_change",
    "guard.link_wallet",
    "guard.delete_account",
    "guard.recall",
}
"""Methods that go through operations with hooks: `test_every_hook_fires.py` walks them."""

WITHOUT_HOOKS = {
    *("add_hook", "add_middleware", "add_voter", "close", "guard", "load_user_provider"),
    *("assign_role", "unassign_role", "create_role", "create_permission", "grant_permission", "revoke_permission"),
    *("list_roles", "list_sole_roles", "list_permissions", "permission_exists"),
    *("create_user", "verify_user", "enable_user", "disable_user", "export_user", "set_profile", "get_profile"),
    *("get_user", "get_user_by_id", "list_users", "has_password", "list_wallets", "unlink_wallet"),
    *("list_authenticators", "reencrypt_secrets"),
    *("create_wallet_address", "sign_message", "get_challenge_details", "find_link", "is_link_valid"),
    *("list_audit", "list_queued_mails", "list_sessions", "deliver_mails", "revoke_session", "invalidate_all_tokens"),
    *("request_email_verification", "request_password_reset"),
    *(f"cleanup_expired_{each}" for each in ("attempts", "audit", "challenges", "links", "pending_steps")),
    *("cleanup_expired_remembered", "cleanup_expired_sessions"),
    *(f"guard.{each}" for each in ("add_message", "messages", "session", "user", "is_guest", "is_role", "is_granted")),
    *("guard.sessions", "guard.current_session", "guard.revoke_session", "guard.revoke_all_sessions"),
    *("guard.revoke_other_sessions", "guard.is_fully_authenticated", "guard.is_fresh", "guard.require_fresh"),
    *("guard.remember", "guard.export", "guard.authenticators", "guard.begin", "guard.begun", "guard.begin_enrolment"),
    *("guard.methods", "guard.enrollable", "guard.options", "guard.pending_user", "guard.rename_authenticator"),
    *("guard.start_anew", "guard.ends_other_sessions"),
}
"""Methods that go through none."""

ADAPTERS = {"starlette", "fastapi", "flask", "django"}
"""Each gives every request of a page or of the JSON API to `Site.answer`, so that they are the paths above."""


def methods_of(kind, prefix=""):
    return {prefix + name for name, _ in inspect.getmembers(kind, callable) if not name.startswith("_")}


def commands_in(command, path=()):
    """Return the names of a command's subcommands, as they are typed."""
    below = getattr(command, "commands", None)
    if below is None:
        return {" ".join(path)}
    return {found for name, each in below.items() for found in commands_in(each, (*path, name))}


def test_every_way_in_is_in_the_table():
    """Whoever adds one says here which operations it goes through."""
    auth = AsyncEvrmoreAuth("sqlite://")
    assert create_app(auth).openapi()["paths"].keys() == ENDPOINTS.keys() | {f"/api{path}" for path in JSON_ROUTES}
    auth.close()
    assert PAGES.keys() == PATHS.keys()
    assert JSON_ROUTES.keys() == {path for _, path, _ in api.describe(root="")}
    assert COMMANDS.keys() == commands_in(typer.main.get_command(commands))
    assert methods_of(EvrmoreAuth) | methods_of(Guard, "guard.") == LIBRARY | WITHOUT_HOOKS
    assert not LIBRARY & WITHOUT_HOOKS
    assert {module.name for module in pkgutil.iter_modules(adapters.__path__)} == ADAPTERS


def test_every_operation_has_a_way_in_besides_the_library():
    """Whoever declares a hook of a new operation says here where people and programs come to it."""
    tables = (PAGES, JSON_ROUTES, ENDPOINTS, COMMANDS)
    used = {operation for table in tables for operations in table.values() for operation in operations}
    assert used - {"session"} == {declaration.operation for declaration in POINTS}


class World:
    """One application, with whoever comes to it.

    A walk prepares something, yields, and then takes the way that is looked at.
    """

    def __init__(self, auth, mails):
        self.auth, self.mails, self.site, self.wallet = auth, mails, Site(auth), Wallet.new("anna")
        self.browser = Browser(self._send)
        auth.create_user("anna", email="anna@example.com", password=PASSWORD, is_verified=True)

    def _send(self, method, target, headers, body):
        path, _, query = target.partition("?")
        lowered = [("host", "localhost:8000"), *((name.lower(), value) for name, value in headers)]
        visit = self.site.open(Request(method, path, query, lowered, "http", "203.0.113.7", body))
        answer = run_to_completion(self.site.answer(visit))
        return answer.status, answer.headers, answer.body

    def post(self, path, **body):
        answer = self.browser.send("POST", f"/api{path}", headers=[JSON], body=json.dumps(body).encode())
        return json.loads(answer.text) if answer.text else {}

    def submit(self, page, target=None, where=(), **fields):
        """Fill in a form of a page and send it."""
        return self.browser.submit(self.browser.get(page).form(target or page, **dict(where)), **fields)

    def log_in(self):
        self.post("/login", email="anna", password=PASSWORD)

    def link(self, ask):
        """Have a mail sent, and return the secret of its link."""
        ask()
        self.auth.deliver_mails()
        links = re.findall(
            r"https?://\S+/(?:email_\w+|password-reset)/(\S+)", "\n".join(mail.text for mail in self.mails)
        )
        return links[-1]


def of_login(send):
    def walk(world):
        yield
        send(world, email="anna", password="wrong")
        send(world, email="anna", password=PASSWORD)

    return walk


def of_account(send):
    def walk(world):
        world.log_in()
        yield
        send(world, "username", username="annette")
        send(world, "email", email="new@example.com")
        send(world, "password", password=OTHER_PASSWORD, password_confirm=OTHER_PASSWORD)

    return walk


def of_method(send):
    def walk(world):
        world.log_in()
        yield
        send(world, "enrol", codes="one")
        send(world, "remove", id=json.loads(world.browser.get("/api/account").text)["methods"][0]["id"])

    return walk


def signed_in(send):
    """A walk of somebody who has signed in before."""

    def walk(world):
        world.log_in()
        yield
        send(world)

    return walk


def linked(ask, send, *, is_signed_in=False):
    """A walk that begins with a mail."""

    def walk(world):
        if is_signed_in:
            world.log_in()
        token = world.link(lambda: ask(world))
        yield
        send(world, token)

    return walk


def as_guest(send):
    def walk(world):
        yield
        send(world)

    return walk


def wallet_by_page(world):
    page = world.submit("/login", "/login/wallet", evrmore_address=world.wallet.address)
    form = page.form("/login/wallet", evrmore_address=world.wallet.address)
    world.browser.submit(form, signature=world.wallet.sign(form.fields["challenge"]))


def wallet_by_json(world):
    offered = world.post("/login/wallet", evrmore_address=world.wallet.address)["challenge"]
    signature = world.wallet.sign(offered)
    world.post("/login/wallet", evrmore_address=world.wallet.address, challenge=offered, signature=signature)


def ask_to_verify(world):
    world.post("/signup", email="dave@example.com", password=PASSWORD)


def ask_to_reset(world):
    world.post("/password-reset", email="anna@example.com")


def ask_to_move(world):
    world.post("/account", action="email", email="new@example.com")


NEW = {"email": "dave@example.com", "password": PASSWORD}
TWICE = {"password": OTHER_PASSWORD, "password_confirm": OTHER_PASSWORD}
VOUCHER = {"method": "voucher", "token": "voucher-anna"}

WALKS_OF_PAGES = {
    "login": of_login(lambda world, **fields: world.submit("/login", **fields)),
    "login_wallet": as_guest(wallet_by_page),
    "login_step": as_guest(lambda world: world.submit("/login/step?method=voucher", "/login/step", **VOUCHER)),
    "login_link": as_guest(lambda world: world.submit("/login/link/voucher.voucher-anna")),
    "logout": signed_in(lambda world: world.submit("/account", "/logout")),
    "signup": as_guest(lambda world: world.submit("/signup", password_confirm=PASSWORD, **NEW)),
    "email_verification": linked(ask_to_verify, lambda world, token: world.submit(f"/email_verification/{token}")),
    "password_reset_form": linked(ask_to_reset, lambda world, token: world.submit(f"/password-reset/{token}", **TWICE)),
    "confirm_password": signed_in(
        lambda world: world.submit("/confirm_password?method=voucher", "/confirm_password", **VOUCHER)
    ),
    "account": of_account(lambda world, action, **fields: world.submit("/account", where={"action": action}, **fields)),
    "account_delete": signed_in(lambda world: world.submit("/account/delete")),
    "account_method": of_method(
        lambda world, action, **fields: world.submit("/account/methods/listed_code", where={"action": action}, **fields)
    ),
    "email_change": linked(ask_to_move, lambda world, token: world.submit(f"/email_change/{token}"), is_signed_in=True),
}
"""Page -> what walks it, for those that go through operations with hooks."""

WALKS_OF_JSON_ROUTES = {
    "/login": of_login(lambda world, **fields: world.post("/login", **fields)),
    "/login/wallet": as_guest(wallet_by_json),
    "/login/step": as_guest(lambda world: world.post("/login/step", **VOUCHER)),
    "/login/link/{token}": as_guest(lambda world: world.post("/login/link/voucher.voucher-anna")),
    "/logout": signed_in(lambda world: world.post("/logout")),
    "/signup": as_guest(lambda world: world.post("/signup", **NEW)),
    "/email_verification/{token}": linked(
        ask_to_verify, lambda world, token: world.post(f"/email_verification/{token}")
    ),
    "/password-reset/{token}": linked(
        ask_to_reset, lambda world, token: world.post(f"/password-reset/{token}", **TWICE)
    ),
    "/confirm_password": signed_in(lambda world: world.post("/confirm_password", **VOUCHER)),
    "/account": of_account(lambda world, action, **body: world.post("/account", action=action, **body)),
    "/account/delete": signed_in(lambda world: world.post("/account/delete")),
    "/account/methods/{token}": of_method(
        lambda world, action, **body: world.post("/account/methods/listed_code", action=action, **body)
    ),
    "/email_change/{token}": linked(
        ask_to_move, lambda world, token: world.post(f"/email_change/{token}"), is_signed_in=True
    ),
}
"""Route of the JSON API -> what walks it."""

ADDRESS = Wallet.new("anna").address

WALKS_OF_COMMANDS = {
    "challenge": ("challenge", ADDRESS),
    "user set-password": ("user", "set-password", "anna", "--password-file", "-"),
    "user rename": ("user", "rename", "anna", "annette"),
    "user email": ("user", "email", "anna", "new@example.com"),
    "user delete": ("user", "delete", "anna", "--yes"),
    "user factors": ("user", "factors", "anna", "--remove", "recovery_codes", "--reason", "lost"),
}
"""Command -> how it is typed."""


def authenticate_by_server(client, wallet):
    challenge = client.post("/challenge", json={"evrmore_address": wallet.address}).json()["challenge"]
    signed = {"evrmore_address": wallet.address, "challenge": challenge, "signature": wallet.sign(challenge)}
    return {"Authorization": f"Bearer {client.post('/authenticate', json=signed).json()['token']}"}


@pytest.fixture
def fired(monkeypatch):
    """The names of all hook points that fire, whoever's they are."""
    names, fire = [], HookPoint.fire

    async def noting(point, **parameters):
        names.append(point.name)
        return await fire(point, **parameters)

    monkeypatch.setattr(HookPoint, "fire", noting)
    return names


@pytest.fixture
def world(gatewright_settings):
    mails = []
    mailer = type("Mailer", (), {"send": lambda _, mail: mails.append(mail)})()
    with EvrmoreAuth(settings=gatewright_settings, mailer=mailer, methods=[ListedCode(), Voucher()]) as auth:
        yield World(auth, mails)


def assert_all_fired(operations, fired):
    """Every point of every operation, but of the failures only those of a failed login."""
    expected = {
        declaration.name
        for declaration in POINTS
        if declaration.operation in operations and declaration.name not in FAILURES
    }
    if "session" in operations:
        expected.add("post_auth")
    if "attempt" in operations:
        expected |= {"login_failed", "auth_failed"}
    assert expected
    assert expected <= set(fired)


def test_every_row_is_walked():
    """So that none is only claimed."""
    for table, walks in (
        (PAGES, WALKS_OF_PAGES),
        (JSON_ROUTES, WALKS_OF_JSON_ROUTES),
        (COMMANDS, WALKS_OF_COMMANDS),
    ):
        assert {way for way, operations in table.items() if operations} == walks.keys()


@pytest.mark.parametrize("page", WALKS_OF_PAGES)
def test_no_page_skips_a_hook(world, fired, page):
    """The form goes through each operation that the table says."""
    take(WALKS_OF_PAGES[page](world), fired)
    assert_all_fired(PAGES[page], fired)


@pytest.mark.parametrize("route", WALKS_OF_JSON_ROUTES)
def test_no_route_of_the_json_api_skips_a_hook(world, fired, route):
    """The script's request goes through each, too."""
    take(WALKS_OF_JSON_ROUTES[route](world), fired)
    assert_all_fired(JSON_ROUTES[route], fired)


@pytest.mark.parametrize("command", WALKS_OF_COMMANDS)
def test_no_command_skips_a_hook(world, fired, gatewright_settings, command, logging_as_it_was, tmp_path, monkeypatch):
    """Nor does whoever sits at the machine."""
    monkeypatch.chdir(tmp_path)
    env = {
        "GATEWRIGHT_DATABASE_URL": gatewright_settings.database_url,
        "GATEWRIGHT_JWT_SECRET": gatewright_settings.jwt_secret.get_secret_value(),
    }
    guard = world.auth.guard({})
    guard.login("anna", PASSWORD, "SQLUserProvider")
    guard.enrol("recovery_codes")
    fired.clear()
    result = CliRunner().invoke(commands, WALKS_OF_COMMANDS[command], input=f"{OTHER_PASSWORD}\n", env=env)

    assert result.exit_code == 0, result.output
    assert_all_fired(COMMANDS[command], fired)


def test_no_endpoint_of_the_server_skips_a_hook(fired, gatewright_settings):
    """All of them, one after the other."""
    auth = AsyncEvrmoreAuth(settings=gatewright_settings)
    with TestClient(create_app(auth)) as client:
        wallet = Wallet.new("anna")
        bearer = authenticate_by_server(client, wallet)
        assert_all_fired({*ENDPOINTS["/challenge"], *ENDPOINTS["/authenticate"]}, fired)
        for method, path in (("GET", "/validate"), ("GET", "/me"), ("POST", "/logout")):
            fired.clear()
            assert client.request(method, path, headers=bearer).status_code < 300
            assert_all_fired(ENDPOINTS[path], fired)


def take(walk, fired):
    """Take a walk, and note only what fires after its preparation."""
    next(walk)
    fired.clear()
    next(walk, None)
