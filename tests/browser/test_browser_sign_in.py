"""Signing up, in and out, by click and by type."""

from __future__ import annotations

import pytest

from browser.frameworks import on_every_framework
from gatewright.testing import Wallet
from running_examples import PASSWORD

NEW_PASSWORD = "purple monkey dishwasher rain"
WITH_AND_WITHOUT_SCRIPTS = pytest.mark.parametrize("has_scripts", [True, False], ids=["scripts", "no_scripts"])


def log_in(browser, name, password=PASSWORD):
    browser.fill(email=name, password=password)
    browser.press("Sign in")


@on_every_framework
@WITH_AND_WITHOUT_SCRIPTS
def test_from_signup_to_the_dashboard(browser, link_to, has_scripts):
    """Sign up, follow the link in the mail, confirm, sign in: with JavaScript and without it."""
    email = f"newcomer{has_scripts:d}@example.com"
    browser.open("/")
    browser.follow("Create an account")
    browser.fill(first_name="Nina", email=email, password=PASSWORD, password_confirm=PASSWORD)
    browser.press("Create an account")
    assert browser.heading == "Check your email"
    assert email in browser.find("main").text

    browser.open("/login")
    log_in(browser, email)
    assert browser.texts("[role=alert]") == [
        "This account has not been verified yet. Check your email, or request a new link."
    ]

    browser.open(link_to(email))
    browser.press("Confirm my email address")
    assert browser.texts("[role=status]") == ["Your email address has been verified. You can sign in now."]

    log_in(browser, email)
    assert (browser.path, browser.heading) == ("/dashboard", "Dashboard")

    browser.follow("Account")
    assert browser.value("first_name") == "Nina"


def test_a_new_link_comes_for_the_asking(browser, make_person, link_to):
    """Whoever lost the mail that confirms an address gets another one."""
    nina = make_person("nina", is_verified=False)
    browser.open("/email_verification")
    browser.fill(email=nina.email)
    browser.press("Send the link")
    browser.open(link_to(nina.email))
    browser.press("Confirm my email address")
    log_in(browser, nina.email)

    assert browser.path == "/dashboard"


def test_a_signup_with_mistakes_keeps_what_was_typed(browser, make_person):
    """Every mistake is explained at its field, and the keyboard waits at the first one."""
    taken = make_person().username
    browser.open("/signup")
    browser.fill(first_name="Nina", username=taken, email="nina@example.com", password="short", password_confirm="shot")
    browser.press("Create an account")

    assert browser.texts(".error") == ["The two passwords do not match."]
    assert (browser.value("first_name"), browser.value("username")) == ("Nina", taken)
    assert browser.focused.get_property("id") == "password_confirm"

    browser.fill(password="short", password_confirm="short")
    browser.press("Create an account")
    assert browser.texts(".error") == [
        "This password is too short. Use at least 15 characters; a sentence is easy to remember."
    ]

    browser.fill(password=PASSWORD, password_confirm=PASSWORD)
    browser.press("Create an account")
    assert browser.texts(".error") == ["This username is already taken."]


@WITH_AND_WITHOUT_SCRIPTS
def test_a_failed_login_says_so_once(browser, anna, has_scripts):
    """The message stands above the form, the name is kept, the password is not; then the right one works."""
    browser.open("/login")
    log_in(browser, anna.username, "wrong")
    assert browser.texts("[role=alert]") == ["Wrong email or password."]
    assert (browser.value("email"), browser.value("password")) == (anna.username, "")
    assert browser.focused.get_property("name") == "password"

    browser.open("/login")
    assert browser.texts("[role=alert]") == []

    log_in(browser, anna.email)
    assert browser.path == "/dashboard"


def test_too_many_failures_are_blocked(browser, anna):
    """After four failures even the right password has to wait."""
    browser.open("/login")
    for _ in range(4):
        log_in(browser, anna.username, "wrong")
    log_in(browser, anna.username)

    assert browser.texts("[role=alert]") == ["Too many failed attempts. Please wait a while and try again."]


@on_every_framework
def test_a_protected_page_leads_to_the_login_and_back(browser, anna):
    """A visitor lands where they wanted to go, with its query."""
    browser.open("/dashboard?tab=2")
    assert browser.heading == "Sign in"

    log_in(browser, anna.username)

    assert browser.path == "/dashboard?tab=2"


@WITH_AND_WITHOUT_SCRIPTS
def test_a_wallet_signs_in(application, browser, has_scripts):
    """Address, challenge, a wrong and a right signature: a stranger's wallet gets an account."""
    wallet = Wallet.new(f"{application.framework} {has_scripts}")
    browser.open("/dashboard")
    browser.fill(evrmore_address="nonsense")
    browser.press("Continue")
    assert browser.texts(".error") == ["This address cannot be used to sign in here."]

    browser.fill(evrmore_address=wallet.address)
    browser.press("Continue")
    assert browser.heading == "Sign this text"
    challenge = browser.value("challenge")
    assert wallet.address in challenge

    browser.fill(signature="nonsense")
    browser.press("Sign in")
    assert browser.texts(".error") == ["The signature does not match the challenge and the address."]
    assert browser.value("challenge") == challenge

    browser.fill(signature=wallet.sign(challenge))
    browser.press("Sign in")
    assert browser.path == "/dashboard"

    browser.open("/account")
    assert wallet.address in browser.texts(".rows .address")


def test_what_was_used_the_last_time_is_open(browser):
    """The browser remembers how somebody signed in, and does not speak of it where they have just failed."""
    used, wallet_forms = ".way[data-method=wallet] .last", "return document.querySelector('.folded').open"
    browser.open("/login")
    assert (browser.texts(used), browser.evaluate(wallet_forms)) == ([], False)

    browser.fill(evrmore_address=Wallet.new("last").address)
    browser.press("Continue")
    browser.open("/login")
    assert (browser.texts(used), browser.evaluate(wallet_forms)) == (["You used this last time."], True)

    browser.fill(evrmore_address="nonsense")
    browser.press("Continue")
    assert (browser.texts(used), browser.evaluate(wallet_forms)) == ([], True)


def test_what_was_typed_as_a_password_can_be_shown(browser):
    """The button at a password field shows it, and hides it again."""
    browser.open("/login")
    browser.fill(password=PASSWORD)
    button = browser.find("[data-reveal=password]")

    shown = []
    for _ in range(2):
        button.click()
        shown.append((browser.find("#password").get_property("type"), button.text))
    assert shown == [("text", "Hide"), ("password", "Show")]


def test_a_forgotten_password_is_replaced(browser, anna, sign_in, link_to):
    """The mail's link leads to a form; afterwards the new password works, and whoever was signed in is not."""
    elsewhere = sign_in(anna, user_agent="Elsewhere/1.0")
    browser.open("/login")
    browser.follow("Forgot your password?")
    browser.fill(email=anna.email)
    browser.press("Send the link")
    assert browser.heading == "Check your email"
    link = link_to(anna.email)

    browser.open(link)
    browser.fill(password=NEW_PASSWORD, password_confirm=NEW_PASSWORD)
    browser.press("Save the new password")
    assert browser.texts("[role=status]") == ["Your new password has been set. You can sign in with it now."]

    log_in(browser, anna.username, NEW_PASSWORD)
    assert browser.path == "/dashboard"
    assert elsewhere.get("/dashboard").location == "/login?next=%2Fdashboard"

    browser.press("Sign out")
    browser.open(link)
    assert browser.texts("[role=alert]") == ["This link is no longer valid. Request a new one."]


def test_a_remembered_visitor_proves_themselves_before_a_change(browser, anna):
    """Who comes back without a visit is known, but changes the account only after the password."""
    browser.open("/login")
    browser.tick("remember_me")
    log_in(browser, anna.username)
    browser.command("Network.deleteCookies", name="gatewright", url=browser.site)

    browser.open("/dashboard")
    assert browser.heading == "Dashboard"

    browser.open("/account")
    browser.fill(first_name="Anna")
    browser.press("Save the profile")
    assert browser.heading == "Confirm that it is you"

    browser.fill(password="wrong")
    browser.press("Confirm")
    assert browser.texts("[role=alert]") == ["The current password is wrong."]

    browser.fill(password=anna.password)
    browser.press("Confirm")
    assert browser.path == "/account"

    browser.fill(first_name="Anna")
    browser.press("Save the profile")
    assert browser.texts("[role=status]") == ["Your profile has been saved."]
    assert browser.value("first_name") == "Anna"


def test_a_logout_ends_the_visit(browser, anna, sign_in):
    """Signed out means a guest at once, remembered or not, and no way back by the old cookie."""
    sign_in(anna, remember_me="on")
    kept = browser.cookies
    browser.open("/dashboard")
    browser.press("Sign out")
    assert browser.path == "/"

    browser.open("/dashboard")
    assert browser.heading == "Sign in"

    browser.take_cookies(kept)
    browser.open("/dashboard")
    assert browser.heading == "Sign in"


@on_every_framework
def test_the_admin_area_is_for_administrators(browser, anna, make_person, sign_in):
    """Others get a page that says no."""
    sign_in(anna)
    browser.open("/admin-area")
    assert browser.heading == "That did not work"

    browser.begin(browser.site)
    sign_in(make_person("boss", roles=["admin"]))
    browser.open("/admin-area")
    assert browser.heading == "Admin area"
