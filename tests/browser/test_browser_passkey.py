"""Passkeys in a real browser, with the authenticator that it has for tests."""

from __future__ import annotations

from collections import namedtuple

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.virtual_authenticator import Credential, VirtualAuthenticatorOptions
from selenium.webdriver.support.ui import WebDriverWait

from browser.chromium import SECONDS
from running_examples import PASSWORD, running

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("browser-passkey")]

SIGN_IN = "Sign in with a passkey"
REFUSED = "This could not be verified. Try again, or choose another method."


@pytest.fixture(scope="module")
def application(tmp_path_factory, _is_equipped):
    """An example at a name: there are no passkeys for an IP address."""
    folder = tmp_path_factory.mktemp("passkey")
    with running("fastapi", folder, site_name="Passkeys", host="localhost") as running_example:
        yield running_example


class Device:
    """A browser on a device that can keep passkeys.

    Args:
        browser: The browser.
    """

    def __init__(self, browser):
        self.browser = browser
        self.driver = browser.driver
        options = VirtualAuthenticatorOptions(
            protocol="ctap2",
            transport="internal",
            has_resident_key=True,
            has_user_verification=True,
            is_user_verified=True,
        )
        self.driver.add_virtual_authenticator(options)

    @property
    def passkeys(self):
        return self.driver.get_credentials()

    def exchange(self, **changes):
        """Put another passkey into the place of the one that there is."""
        (old,) = self.passkeys
        self.driver.remove_credential(old.id)
        kept = {"user_handle": old.user_handle, "sign_count": old.sign_count, "credential_id": bytes_of(old.id)} | changes
        made = Credential.create_resident_credential(
            kept["credential_id"], old.rp_id, bytes_of(kept["user_handle"]), old.private_key, kept["sign_count"]
        )
        self.driver.add_credential(made)
