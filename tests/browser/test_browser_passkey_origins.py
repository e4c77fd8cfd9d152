"""Passkeys in a real browser on a page that they are not for: another domain's, or another origin of the same host."""

from __future__ import annotations

import socket
import threading
from contextlib import ExitStack
from dataclasses import dataclass

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware

from browser.passkey_device import CREATE, REFUSED, SIGN_IN
from browser.passkey_device import browser as browser
from browser.passkey_device import device as device
from gatewright import AsyncEvrmoreAuth, EvrmoreAuth
from gatewright.adapters.starlette import GatewrightMiddleware
from gatewright.settings import load_settings
from gatewright.testing import HookRecorder
from running_examples import PASSWORD
from stores_under_test import QUICK

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("browser-passkey")]

ELSEWHERE = ["The passkeys of this site do not work at this address. Choose another way."]
ORIGIN = "passkey_origin"


@dataclass(frozen=True)
class Application:
    """An application that answers at two origins of one host, of which its settings call the first one its own."""

    url: str
    other: str
    auth: EvrmoreAuth
    hooks: HookRecorder

    def refusals(self):
        """Return by which method somebody was refused, and why."""
        return [(told["method"], told["reason"]) for told in self.hooks.of("auth_failed")]


@pytest.fixture
def passkey_settings():
    """The settings of passkeys, by the names of their variables; `{other}` is the second origin."""
    return {}


@pytest.fixture
def application(passkey_settings, tmp_path, monkeypatch, _is_equipped):
    with ExitStack() as stack:
        listeners = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(2)]
        url, other = (f"http://localhost:{each.getsockname()[1]}" for each in listeners)
        for name, value in passkey_settings.items():
            monkeypatch.setenv(f"GATEWRIGHT_{name}", value.format(other=other))
        settings = load_settings(
            **QUICK,
            database_url=f"sqlite:///{tmp_path / 'passkeys.db'}",
            public_url=url,
            auth_login_route_redirect="/account",
        )
        beside = stack.enter_context(EvrmoreAuth(settings=settings))
        served = AsyncEvrmoreAuth(settings=settings)
        app = Starlette(middleware=[Middleware(GatewrightMiddleware, auth=served, closes_auth=True)])
        server = uvicorn.Server(uvicorn.Config(app, ws="none", log_config=None))
        thread = threading.Thread(target=server.run, kwargs={"sockets": listeners})
        thread.start()
        yield Application(url, other, beside, HookRecorder(served))
        server.should_exit = True
        thread.join(20)
    assert not thread.is_alive()


@pytest.mark.parametrize("passkey_settings", [{"RP_ID": "shop.localhost"}], ids=["another domain"])
def test_on_a_page_of_another_domain_the_browser_refuses(device, application):
    """To make a passkey and to use one; the page says so, and that trying again is of no use."""
    browser = device.browser
    device.log_in()
    device.click(CREATE)
    assert device.complaint() == ELSEWHERE
    assert device.passkeys == []
    browser.press("Sign out")
    browser.open("/login")
    device.click(SIGN_IN)
    assert device.complaint() == ELSEWHERE
    assert application.refusals() == []  # nothing was sent


def test_at_another_origin_nobody_signs_in(device, application):
    """The domain fits, so the browser signs; but the answer says where, and is good for nothing."""
    browser = device.browser
    device.enrol()
    browser.open(f"{application.other}/login")
    browser.press(SIGN_IN)
    assert device.complaint() == REFUSED
    assert application.refusals() == [("passkey", ORIGIN)]
    browser.open(f"{application.other}/account")
    assert browser.heading == "Sign in"


def test_at_another_origin_no_passkey_is_made(device, application):
    """Whatever the authenticator keeps: there is none of it here."""
    browser = device.browser
    at_other(device, application)
    browser.press(CREATE)
    assert device.complaint() == REFUSED
    assert application.refusals() == [("passkey", ORIGIN)]
    assert names_of_passkeys(application, device) == []


@pytest.mark.parametrize("passkey_settings", [{"PASSKEY_ORIGINS": "{other}"}], ids=["allowed"])
def test_at_another_origin_that_is_allowed_passkeys_work(device, application):
    """Made there, used there and at the first one."""
    browser = device.browser
    at_other(device, application)
    browser.press(CREATE)
    assert names_of_passkeys(application, device) == ["Passkey"]
    browser.press("Sign out")
    for origin in (application.other, application.url):
        browser.open(f"{origin}/login")
        browser.press(SIGN_IN)
        assert device.driver.current_url == f"{origin}/account"
        browser.press("Sign out")
    assert application.refusals() == []


def at_other(device, application):
    """Sign in by password at the other origin, up to the page that offers a passkey."""
    device.browser.open(f"{application.other}/login")
    device.browser.fill(email=device.name, password=PASSWORD)
    device.browser.press("Sign in")
    assert device.driver.current_url.startswith(f"{application.other}/account/methods/passkey")


def names_of_passkeys(application, device):
    guard = application.auth.guard({})
    guard.login(device.name, PASSWORD, "SQLUserProvider")
    return [each.name for each in guard.authenticators()]
