"""Every page under inspection: accessible, in one piece on any screen, and photographed."""

from __future__ import annotations

import pytest

from browser.frameworks import on_every_framework
from browser.inspection import inspect
from gatewright.testing import Wallet
from running_examples import PASSWORD

DEVICES = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Safari/604.1",
)
PLAIN = {
    "login": "/login",
    "signup": "/signup",
    "email-verification-request": "/email_verification",
    "password-reset": "/password-reset",
    "link-not-usable": "/password-reset/nonsense",
}
OF_A_USER = {
    "home-signed-in": "/",
    "dashboard": "/dashboard",
    "admin-area-refused": "/admin-area",
}


@pytest.fixture
def problems(application, browser, pictures):
    """Inspect the page that the browser shows."""
    return lambda name: inspect(browser, pictures, f"{application.framework}-{name}")


@on_every_framework
def test_the_home_page(browser, problems):
    """What a guest sees of the example itself."""
    browser.open("/")

    assert problems("home") == []


@pytest.mark.parametrize("name", PLAIN)
def test_pages_for_everybody(browser, problems, name):
    """What a guest sees at once."""
    browser.open(PLAIN[name])

    assert problems(name) == []


@on_every_framework
@pytest.mark.parametrize("name", OF_A_USER)
def test_pages_of_a_user(browser, anna, sign_in, problems, name):
    """What a user sees of the example itself."""
    sign_in(anna)
    browser.open(OF_A_USER[name])

    assert problems(name) == []


@on_every_framework
def test_the_admin_area(browser, make_person, sign_in, problems):
    """What an administrator sees."""
    sign_in(make_person("boss", roles=["admin"]))
    browser.open("/admin-area")

    assert problems("admin-area") == []


def test_a_page_that_asks_who_it_is(browser, anna, sign_in, problems):
    """What a user sees before something that matters."""
    sign_in(anna)
    browser.open("/confirm_password")

    assert problems("confirm-password") == []


def test_a_failed_login(browser, anna, problems):
    """A message above the form."""
    browser.open("/login")
    browser.fill(email=anna.username, password="wrong")
    browser.press("Sign in")

    assert problems("login-failed") == []


def test_a_signup_with_mistakes(browser, problems):
    """Messages at the fields."""
    browser.open("/signup")
    browser.fill(first_name="Nina", email="nina@example.com", password=PASSWORD, password_confirm="something else")
    browser.press("Create an account")

    assert problems("signup-mistakes") == []


def test_a_signup_and_its_mail(browser, link_to, problems):
    """What follows the form, and what follows the link."""
    browser.open("/signup")
    browser.fill(email="pages@example.com", password=PASSWORD, password_confirm=PASSWORD)
    browser.press("Create an account")
    assert problems("signup-done") == []

    browser.open(link_to("pages@example.com"))
    assert problems("email-verification") == []

    browser.press("Confirm my email address")
    assert problems("login-verified") == []


def test_a_forgotten_password(browser, anna, link_to, problems):
    """What follows the form, and what follows the link."""
    browser.open("/password-reset")
    browser.fill(email=anna.email)
    browser.press("Send the link")
    assert problems("password-reset-sent") == []

    browser.open(link_to(anna.email))
    assert problems("password-reset-form") == []


def test_signing_with_a_wallet(browser, problems):
    """The text to sign, and the refusal of what is no signature."""
    browser.open("/login")
    browser.fill(evrmore_address=Wallet.new("pages").address)
    browser.press("Continue")
    assert problems("wallet-sign") == []

    browser.fill(signature="nonsense")
    browser.press("Sign in")
    assert problems("wallet-sign-failed") == []


def test_an_account(application, browser, anna, sign_in, problems):
    """With everything that an account can have, and with a mistake in it."""
    wallet = Wallet.new(f"an account on {application.framework}")
    challenge = application.auth.generate_challenge(wallet.address)
    proof = {"evrmore_address": wallet.address, "challenge": challenge, "signature": wallet.sign(challenge)}
    application.auth.link_wallet(anna.username, **proof)
    for device in DEVICES:
        sign_in(anna, user_agent=device)
    sign_in(anna)
    browser.open("/account")
    browser.fill(first_name="Anna", last_name="Lindqvist")
    browser.press("Save the profile")
    assert problems("account") == []

    browser.fill(password=PASSWORD, password_confirm="another one")
    browser.press("Change the password")
    assert problems("account-mistake") == []


def test_an_account_that_moves_and_ends(browser, make_person, sign_in, link_to, problems):
    """What is wrong with a change, the link to another address, and the page of the end."""
    nina = make_person("nina")
    sign_in(nina)
    browser.open("/account")
    browser.find("#new-username").clear()
    browser.find("#new-username").send_keys("no@name")
    browser.press("Change the username")
    assert problems("account-username-mistake") == []

    browser.find("#new-email").send_keys(f"new-{nina.email}")
    browser.press("Change the email address")
    browser.open(link_to(f"new-{nina.email}"))
    assert problems("email-change") == []

    browser.press("Confirm my email address")
    browser.follow("Delete my account")
    assert problems("account-delete") == []

    browser.press("Permanently delete my account")
    assert problems("login-after-deletion") == []


def test_an_account_of_a_wallet(application, browser, problems):
    """Without a password, an address and a name; the wallet proves its owner."""
    wallet = Wallet.new(f"alone on {application.framework}")
    browser.open("/login")
    browser.fill(evrmore_address=wallet.address)
    browser.press("Continue")
    browser.fill(signature=wallet.sign(browser.value("challenge")))
    browser.press("Sign in")
    browser.open("/account")
    assert problems("account-of-a-wallet") == []

    browser.open("/confirm_password")
    assert problems("confirm-by-wallet") == []
