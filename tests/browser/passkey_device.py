"""A browser that can keep passkeys, with the authenticator that it has for tests."""

from __future__ import annotations

import itertools
from base64 import urlsafe_b64decode

import pytest
from selenium.webdriver.common.virtual_authenticator import Credential, VirtualAuthenticatorOptions
from selenium.webdriver.support.ui import WebDriverWait

from browser.chromium import SECONDS
from running_examples import PASSWORD

SIGN_IN, CREATE = "Sign in with a passkey", "Create a passkey"
REFUSED = ["This could not be verified. Please try again, or use another method."]
_numbers = itertools.count(1)


class Device:
    """A browser on a device that can keep passkeys, whose user touches it whenever it asks."""

    def __init__(self, browser, auth):
        self.browser, self.driver = browser, browser.driver
        self.name = f"anna{next(_numbers)}"
        auth.create_user(self.name, password=PASSWORD, is_verified=True)
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

    def click(self, text):
        """Press a button by its text, where the page stays."""
        buttons = self.driver.find_elements("css selector", "button")
        (found,) = [each for each in buttons if each.text == text]
        found.click()

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
    made = Device(browser, application.auth)
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
