"""Passkeys in a real browser, with the authenticator that it has for tests."""

from __future__ import annotations

import pytest
from selenium.webdriver.support.ui import WebDriverWait

from browser.chromium import SECONDS
from browser.inspection import inspect, unreachable
from browser.passkey_device import CREATE, REFUSED, SIGN_IN
from browser.passkey_device import browser as browser
from browser.passkey_device import device as device
from running_examples import PASSWORD, running

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("browser-passkey")]

USE = "Use a passkey"
CANCELLED = ["No passkey was used. Try again, or use another method."]


@pytest.fixture(scope="module")
def application(tmp_path_factory, _is_equipped):
    """An example at a name: there are no passkeys for an IP address."""
    folder = tmp_path_factory.mktemp("passkey")
    with running("fastapi", folder, site_name="Passkeys", host="localhost") as running_example:
        yield running_example


def test_a_passkey_is_offered_once(device):
    """After a sign-in by password, be it at the second try; whoever wants none is not asked again on this device."""
    browser = device.browser
    browser.open("/login")
    browser.fill(email=device.name, password=f"{PASSWORD} mistyped")
    browser.press("Sign in")
    device.log_in()
    assert (browser.heading, device.passkeys) == ("Passkey", [])
    browser.follow("Not now")
    assert browser.path == "/dashboard"
    browser.press("Sign out")
    device.log_in()
    assert browser.path == "/dashboard"


def test_from_an_offer_to_a_sign_in_without_a_name(device):
    """The passkey is made, leads on to where the visitor wanted to go, and signs in by a click."""
    browser = device.browser
    browser.open("/login?next=/account")
    browser.fill(email=device.name, password=PASSWORD)
    browser.press("Sign in")
    browser.fill(name="My laptop")
    browser.press(CREATE)
    assert browser.path == "/account"
    (passkey,) = device.passkeys
    assert (passkey.rp_id, passkey.is_resident_credential) == ("localhost", True)
    browser.open("/account/methods/passkey")
    assert "My laptop" in browser.find("main").text
    browser.press("Sign out")

    browser.open("/login?next=/account")
    browser.press(SIGN_IN)
    assert browser.path == "/account"
    assert device.name in browser.find("main").text


def test_a_device_makes_one_passkey(device):
    """The browser refuses a second one on the same device, and the page says so."""
    browser = device.browser
    device.enrol()
    device.log_in()
    browser.open("/account/methods/passkey")
    device.click(CREATE)
    assert device.complaint() == ["You already have a passkey on this device."]
    assert len(device.passkeys) == 1


def test_autofill_signs_in(device):
    """Where a name is typed the browser offers what it has, without a click on a button of the page."""
    browser = device.browser
    device.enrol()
    device.allow_autofill()
    browser.open("/login?next=/account")
    WebDriverWait(device.driver, SECONDS, poll_frequency=0.02).until(lambda _: browser.path == "/account")
    assert device.name in browser.find("main").text


def test_the_browser_can_be_remembered(device):
    """As after a password, by the same box."""
    browser = device.browser
    device.enrol()
    browser.open("/login")
    browser.tick("remember_me")
    browser.press(SIGN_IN)
    assert "gatewright-remember" in browser.cookies


def test_a_user_who_is_not_recognised_stays_out(device):
    """The browser says so itself, and the other ways of signing in are still there."""
    browser = device.browser
    device.enrol()
    device.driver.set_user_verified(False)
    browser.open("/login")
    device.click(SIGN_IN)
    assert device.complaint() == CANCELLED
    device.driver.set_user_verified(True)
    browser.press(SIGN_IN)
    assert browser.path == "/dashboard"


def test_a_removed_passkey_is_forgotten(device, application):
    """It signs nobody in any more, and the browser is told, so that it does not offer it again."""
    browser = device.browser
    device.enrol()
    remove_passkeys(application, device.name)
    browser.open("/login")
    browser.press(SIGN_IN)
    assert device.complaint() == REFUSED
    browser.open("/login")
    device.click(SIGN_IN)
    assert device.complaint() == CANCELLED
    assert device.passkeys == []


def test_a_passkey_that_its_user_removes_is_forgotten(device):
    """By the account page already, the last one too."""
    browser = device.browser
    device.enrol()
    device.log_in()
    browser.open("/account/methods/passkey")
    browser.press("Remove")
    assert browser.path == "/account"
    WebDriverWait(device.driver, SECONDS, poll_frequency=0.02).until(lambda _: device.passkeys == [])


def test_a_cloned_passkey_is_refused(device):
    """As soon as it answers with a number that the other one has used."""
    browser = device.browser
    device.enrol()
    browser.open("/login")
    browser.press(SIGN_IN)
    browser.press("Sign out")
    device.replace(sign_count=0)
    browser.open("/login")
    browser.press(SIGN_IN)
    assert device.complaint() == REFUSED
    browser.open("/dashboard")
    assert browser.path.startswith("/login")


def test_a_passkey_confirms_that_it_is_its_user(device, application):
    """Where a fresh proof is asked for, without another click."""
    browser = device.browser
    device.enrol()
    browser.open("/login")
    browser.press(SIGN_IN)
    browser.open("/confirm_password?method=passkey&next=/account")
    browser.press(USE)
    WebDriverWait(device.driver, SECONDS, poll_frequency=0.02).until(lambda _: browser.path == "/account")


def test_the_pages_of_passkeys(device, pictures):
    """The offer, the list, and where one is asked for once more."""
    browser = device.browser
    device.log_in()
    assert inspect(browser, pictures, "passkey-offered") == []
    browser.press(CREATE)
    browser.open("/account/methods/passkey")
    assert inspect(browser, pictures, "passkey-list") == []
    browser.open("/confirm_password?method=passkey")
    assert inspect(browser, pictures, "passkey-confirm") == []
    assert unreachable(browser) == []


def test_an_old_browser_does_without_the_newest_functions(device):
    """It has the buffers of WebAuthn's first level only."""
    browser = device.browser
    source = (
        "for (const name of ['parseCreationOptionsFromJSON', 'parseRequestOptionsFromJSON',"
        " 'signalUnknownCredential', 'signalAllAcceptedCredentials', 'signalCurrentUserDetails'])"
        " PublicKeyCredential[name] = undefined; PublicKeyCredential.prototype.toJSON = undefined;"
    )
    script = browser.command("Page.addScriptToEvaluateOnNewDocument", source=source)["identifier"]
    try:
        device.enrol()
        browser.open("/login")
        browser.press(SIGN_IN)
        assert browser.path == "/dashboard"
    finally:
        browser.command("Page.removeScriptToEvaluateOnNewDocument", identifier=script)


def test_a_browser_without_passkeys_is_not_offered_any(browser, application):
    """At an address of numbers there are none either: the page shows the other ways."""
    browser.open(application.url.replace("localhost", "127.0.0.1") + "/login")
    assert [text for text in browser.texts("button") if text] == ["Show", "Sign in"]
    assert browser.texts("summary") == ["Continue with your wallet"]


def remove_passkeys(application, name):
    """Remove a user's passkeys from another device."""
    guard = application.auth.guard({})
    guard.login(name, PASSWORD, "SQLUserProvider")
    for each in guard.authenticators():
        assert guard.remove_authenticator(each.id)
