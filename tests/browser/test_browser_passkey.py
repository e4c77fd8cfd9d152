"""Passkeys in a real browser, with the authenticator that it has for tests."""

from __future__ import annotations

import itertools
from base64 import urlsafe_b64decode

import pytest
from selenium.webdriver.common.virtual_authenticator import Credential, VirtualAuthenticatorOptions
from selenium.webdriver.support.ui import WebDriverWait

from browser.chromium import SECONDS
from browser.inspection import inspect, unreachable
from running_examples import PASSWORD, running

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("browser-passkey")]

SIGN_IN, CREATE, USE = "Sign in with a passkey", "Create a passkey", "Use a passkey"
REFUSED = ["This could not be verified. Please try again, or choose another way."]
CANCELLED = ["No passkey was used. Try again, or choose another way."]
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def application(tmp_path_factory, _is_equipped):
    """An example at a name: there are no passkeys for an IP address."""
    folder = tmp_path_factory.mktemp("passkey")
    with running("fastapi", folder, site_name="Passkeys", host="localhost") as running_example:
        yield running_example


class Device:
    """A browser on a device that can keep passkeys, whose user touches it whenever it asks."""

    def __init__(self, browser, application):
        self.browser, self.driver = browser, browser.driver
        self.name = f"anna{next(_numbers)}"
        application.auth.create_user(self.name, password=PASSWORD, is_verified=True)
        self.driver.add_virtual_authenticator(
            VirtualAuthenticatorOptions(
                protocol="ctap2",
                transport="internal",
                has_resident_key=True,
                has_user_verification=True,
                is_user_verified=True,
            )
        )
        self.script = None

    @property
    def passkeys(self):
        return self.driver.get_credentials()

    def stop_autofill(self):
        """Have a browser that offers no passkeys where a name is typed: the one for tests would sign in by itself."""
        source = (
            "if (window.PublicKeyCredential) PublicKeyCredential.isConditionalMediationAvailable = async () => false"
        )
        self.script = self.browser.command("Page.addScriptToEvaluateOnNewDocument", source=source)["identifier"]

    def allow_autofill(self):
        if self.script is not None:
            self.browser.command("Page.removeScriptToEvaluateOnNewDocument", identifier=self.script)
            self.script = None

    def log_in(self, **options):
        self.browser.open("/login")
        self.browser.fill(email=self.name, password=PASSWORD)
        self.browser.press("Sign in", **options)

    def enrol(self):
        """Sign in by password, take what is offered, and sign out."""
        self.log_in()
        self.browser.press(CREATE)
        self.browser.press("Sign out")

    def replace(self, **changes):
        """Put another passkey into the place of the one that there is."""
        (old,) = self.passkeys
        told = {"id": old.id, "user_handle": old.user_handle, "sign_count": old.sign_count} | changes
        self.driver.remove_credential(old.id)
        made = Credential.create_resident_credential(
            decode(told["id"]), old.rp_id, decode(told["user_handle"]), decode(old.private_key), told["sign_count"]
        )
        self.driver.add_credential(made)

    def complaint(self):
        """Wait until the page says what is wrong."""
        wait = WebDriverWait(self.driver, SECONDS, poll_frequency=0.02)
        return wait.until(lambda _: [text for text in self.browser.texts("[role=alert], [data-complaint]") if text])


def decode(text):
    return urlsafe_b64decode(text + "==")


@pytest.fixture
def device(browser, application):
    """A device with a visitor who has an account, and no passkey yet. Autofill is off until a test wants it."""
    browser.evaluate("localStorage.clear(); sessionStorage.clear()")
    made = Device(browser, application)
    made.stop_autofill()
    yield made
    made.allow_autofill()
    made.driver.remove_virtual_authenticator()


@pytest.fixture
def browser(application, browsers):
    """A browser that the application has never seen; whatever the test did, nothing broke behind the page."""
    browser = browsers(has_scripts=True)
    browser.begin(application.url)
    browser.open("/gatewright/gate.svg")
    yield browser
    assert browser.complaints() == []


def test_a_passkey_is_offered_once(device):
    """After a sign-in by password; whoever does not want one is not asked again on this device."""
    browser = device.browser
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
    button(browser, CREATE).click()
    assert device.complaint() == ["There is a passkey of yours on this device already."]
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
    button(browser, SIGN_IN).click()
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
    button(browser, SIGN_IN).click()
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
    assert [text for text in browser.texts("button") if text] == ["Show", "Sign in", "Continue with your wallet"]


def button(browser, text):
    (found,) = [each for each in browser.driver.find_elements("css selector", "button") if each.text == text]
    return found


def remove_passkeys(application, name):
    """Remove a user's passkeys from another device."""
    guard = application.auth.guard({})
    guard.login(name, PASSWORD, "SQLUserProvider")
    for each in guard.authenticators():
        assert guard.remove_authenticator(each.id)
