"""Passkeys in a real browser on a page that they are not for: another domain's, or another origin of the same host."""

from __future__ import annotations

import threading
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import pytest
from flask import Flask
from selenium.webdriver.support.ui import WebDriverWait
from werkzeug.serving import make_server

from browser.chromium import SECONDS, Chromium
from browser.passkey_device import CREATE, REFUSED, SIGN_IN, Device
from browser.passkey_device import browser as browser
from browser.passkey_device import device as device
from certificates import Certificate
from free_ports import free_port
from gatewright import EvrmoreAuth
from gatewright.adapters.flask import FlaskAuth
from gatewright.settings import load_settings
from gatewright.testing import HookRecorder
from running_examples import PASSWORD
from stores_under_test import QUICK

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("browser-passkey")]

ELSEWHERE = ["This site's passkeys do not work at this address. Use another method."]
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
def serve(passkey_settings, tmp_path, monkeypatch, _is_equipped):
    """Start an application at two origins, on some ports."""
    with ExitStack() as stack:

        def serve(url, other, *ports, **options):
            for name, value in passkey_settings.items():
                monkeypatch.setenv(f"GATEWRIGHT_{name}", value.format(other=other))
            database, account = f"sqlite:///{tmp_path / 'passkeys.db'}", "/account"
            settings = load_settings(**QUICK, database_url=database, public_url=url, auth_login_route_redirect=account)
            auth = stack.enter_context(EvrmoreAuth(settings=settings))
            app = Flask(__name__)
            FlaskAuth(app, auth)
            for port in ports:
                stack.enter_context(answering(make_server("127.0.0.1", port, app, threaded=True, **options)))
            return Application(url, other, auth, HookRecorder(auth))

        yield serve


@contextmanager
def answering(server):
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join(20)
        server.server_close()


@pytest.fixture
def application(serve):
    """One at two ports of one host."""
    ports = free_port(), free_port()
    return serve(*(f"http://localhost:{port}" for port in ports), *ports)


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


@pytest.fixture
def device_of_two_sites(serve, tmp_path):
    """A device, and an application at two domains that have nothing in common: on https, as browsers want it then."""
    certificate, port = Certificate(tmp_path, "login.example.test", "shop.example.org"), free_port()
    files = str(certificate.chain), str(certificate.key)
    urls = "https://login.example.test", f"https://shop.example.org:{port}"
    application = serve(*urls, port, ssl_context=files)
    hosts = f"MAP login.example.test:443 127.0.0.1:{port}, MAP shop.example.org 127.0.0.1"
    flags = [f"--host-resolver-rules={hosts}", f"--ignore-certificate-errors-spki-list={certificate.pin}"]
    browser = Chromium(tmp_path / "profile", flags=flags)
    browser.begin(application.url)
    device = Device(browser, application.auth)
    device.stop_autofill()
    yield device, application
    browser.quit()


@pytest.mark.parametrize(
    ("passkey_settings", "is_allowed"),
    [pytest.param({"PASSKEY_ORIGINS": "{other}"}, True, id="related"), pytest.param({}, False, id="unrelated")],
)
def test_passkeys_of_one_domain_work_on_a_related_site(device_of_two_sites, is_allowed):
    """The browser asks the first domain which those are, and refuses for any other."""
    device, application = device_of_two_sites
    device.enrol()
    device.browser.open(f"{application.other}/login")
    device.click(SIGN_IN)
    if is_allowed:
        WebDriverWait(device.driver, SECONDS).until(lambda driver: driver.current_url == f"{application.other}/account")
    else:
        assert device.complaint() == ELSEWHERE
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
