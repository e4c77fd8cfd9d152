"""The account page, by click and by type."""

from __future__ import annotations

import pytest

from gatewright.testing import Wallet

NEW_PASSWORD = "purple monkey dishwasher rain"
TO_THE_LOGIN = "/login?next=%2Faccount"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.5 Mobile/15E148 Safari/604.1"
)


@pytest.fixture
def account(browser, anna, sign_in):
    """The browser on Anna's account page."""
    sign_in(anna)
    browser.open("/account")
    return browser


def devices(browser):
    return [text.replace("\n", " ") for text in browser.texts(".sessions .device")]


def test_the_profile_is_kept(account):
    """What a visitor says of themselves stands there the next time."""
    account.fill(first_name="Anna", last_name="Müller-Łukasiewicz")
    account.press("Save the profile")

    assert account.texts("[role=status]") == ["Your profile has been saved."]
    assert (account.value("first_name"), account.value("last_name")) == ("Anna", "Müller-Łukasiewicz")


def test_the_password_is_changed(account, anna, sign_in):
    """Right after a sign-in; the visitor stays, other sessions end, and the old password is of no use."""
    elsewhere = sign_in(anna, user_agent=FIREFOX)
    account.fill(password=NEW_PASSWORD, password_confirm="another one")
    account.press("Change the password")
    assert account.texts(".error") == ["The two passwords do not match."]

    account.fill(password=NEW_PASSWORD, password_confirm=NEW_PASSWORD)
    account.press("Change the password")
    assert account.texts("[role=status]") == ["Your password has been changed. Your other sessions have ended."]
    assert elsewhere.get("/account").location == TO_THE_LOGIN

    account.press("Sign out")
    account.open("/login")
    for password in (anna.password, NEW_PASSWORD):
        account.fill(email=anna.username, password=password)
        account.press("Sign in")
    assert account.path == "/dashboard"


def test_a_wallet_is_linked_and_unlinked(account, anna):
    """A signature links it, a button unlinks it."""
    wallet = Wallet.new(anna.username)
    account.fill(evrmore_address=wallet.address)
    account.press("Link a wallet")
    account.fill(signature=wallet.sign(account.value("challenge")))
    account.press("Confirm")
    assert account.texts("[role=status]") == ["The wallet has been linked to your account."]
    assert account.texts(".rows .address") == [wallet.address]

    account.press("Unlink", within=wallet.address)
    assert account.texts("[role=status]") == ["The wallet has been unlinked from your account."]
    assert account.texts(".rows .address") == []


def test_a_session_of_another_browser_is_ended(account, anna, sign_in):
    """Its owner finds it by its device; the one in use has no such button."""
    firefox, phone = (sign_in(anna, user_agent=device) for device in (FIREFOX, IPHONE))
    account.open("/account")
    assert sorted(devices(account)) == ["Chrome on Linux this one", "Firefox on Windows", "Safari on iPhone"]

    account.press("End session", within="Firefox on Windows")

    assert account.texts("[role=status]") == ["The session has been ended."]
    assert sorted(devices(account)) == ["Chrome on Linux this one", "Safari on iPhone"]
    assert [other.get("/account").location for other in (firefox, phone)] == [TO_THE_LOGIN, None]


def test_all_other_sessions_are_ended(account, anna, sign_in):
    """One button ends them all, and is gone where there is nothing to end."""
    others = [sign_in(anna, user_agent=device) for device in (FIREFOX, IPHONE)]
    account.open("/account")
    account.press("Sign out everywhere else")

    assert account.texts("[role=status]") == ["All other sessions have been ended."]
    assert devices(account) == ["Chrome on Linux this one"]
    assert [other.get("/account").location for other in others] == [TO_THE_LOGIN, TO_THE_LOGIN]
    assert "Sign out everywhere else" not in account.texts("button")
