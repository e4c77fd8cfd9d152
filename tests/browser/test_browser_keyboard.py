"""Everything without a mouse."""

from __future__ import annotations

import pytest

from browser.inspection import TAB, unreachable
from gatewright.testing import Wallet
from running_examples import PASSWORD


@pytest.mark.parametrize("path", ["/login", "/signup", "/password-reset"])
def test_the_tab_key_reaches_everything_in_order(browser, path):
    """From the first field around to it again, in the order of the page, always with an outline to see."""
    browser.open(path)
    assert unreachable(browser) == []


def test_a_login_by_keys_alone(browser, anna):
    """The keyboard waits in the first field, Tab leads to the next, Enter sends."""
    browser.open("/login")
    browser.type(anna.email, TAB, anna.password)
    browser.enter()

    assert browser.path == "/dashboard"


def test_a_signup_by_keys_alone(browser, link_to):
    """From the link on the login page to the confirmed address."""
    email = "keys@example.com"
    browser.open("/signup")
    browser.type("Kay", TAB, "Keys", TAB, TAB, email, TAB, PASSWORD, TAB, TAB)
    browser.type(PASSWORD)
    browser.enter()
    assert browser.heading == "Check your email"

    browser.open(link_to(email))
    while browser.focused.text != "Confirm my email address":
        browser.type(TAB)
    browser.enter()
    assert browser.texts("[role=status]") == ["Your email address has been verified. You can sign in now."]


def test_the_first_stop_skips_to_the_content(browser, anna, sign_in):
    """The link is there for the keyboard only, and leads past the navigation."""
    sign_in(anna)
    browser.open("/account")
    browser.type(TAB)
    assert browser.focused.text == "Skip to content"

    browser.type("\ue007")
    assert browser.focused.tag_name == "main"

    browser.type(TAB)
    assert browser.evaluate("return document.activeElement.closest('main') !== null")


def test_a_field_with_an_error_is_where_the_keyboard_is(browser):
    """And it says what is wrong: a screen reader reads the note with the field."""
    browser.open("/login")
    browser.fill(evrmore_address="nonsense")
    browser.enter()

    field = browser.focused
    assert (field.get_property("name"), field.get_attribute("aria-invalid")) == ("evrmore_address", "true")
    assert browser.find(f"#{field.get_attribute('aria-describedby')}").text == (
        "This address cannot be used to sign in here."
    )


def test_a_wallet_signs_in_by_keys_alone(application, browser):
    """What opens the form, the address, Enter, and the signature, on to which Tab leads."""
    wallet = Wallet.new(f"keys of {application.framework}")
    browser.open("/login")
    browser.find("summary").send_keys(" ")
    browser.type(TAB, wallet.address)
    browser.enter()
    assert browser.focused.get_property("id") == "challenge"

    challenge = browser.focused.get_property("value")
    for _ in range(20):
        if browser.focused.get_property("id") == "signature":
            break
        browser.type(TAB)
    browser.type(wallet.sign(challenge), TAB)
    browser.enter()
    assert browser.path == "/dashboard"
