"""An authenticator app and recovery codes, as somebody uses them who has only a browser and a phone."""

from __future__ import annotations

import pytest
from selenium.webdriver.support.ui import WebDriverWait

from browser.inspection import inspect
from gatewright.system import SystemClock
from gatewright.testing import AuthenticatorApp

APP, CODES = "/account/methods/totp", "/account/methods/recovery_codes"


@pytest.fixture
def problems(application, browser, pictures):
    """Inspect the page that the browser shows."""
    return lambda name: inspect(browser, pictures, f"{application.framework}-{name}")


@pytest.fixture
def phone(browser, anna, sign_in, problems):
    """Set up an authenticator app by the picture on the page, and return it."""
    sign_in(anna)
    browser.open(APP)
    assert browser.evaluate("return document.querySelector('.qr').naturalWidth") > 0
    assert problems("totp-enrol") == []
    phone = AuthenticatorApp(browser.find("a[href^='otpauth:']").get_attribute("href"))
    assert browser.find("#totp-secret").text.replace(" ", "") == phone.parameters["secret"]
    browser.fill_and_go(code=phone.code(SystemClock().now()))
    assert browser.path == "/account"
    return phone


@pytest.fixture
def give_password(browser, anna):
    """Sign out, and give the password again, which is not enough any more."""

    def give_password():
        browser.open("/account")
        browser.press("Sign out")
        browser.open("/login")
        browser.fill(email=anna.username, password=anna.password)
        browser.press("Sign in")
        assert browser.path == "/login/step"

    return give_password


def test_a_code_of_the_app_is_the_second_step(browser, phone, give_password, problems):
    """The keyboard is in the field; in groups, as phones show it, and sent as soon as it is complete."""
    give_password()
    assert problems("totp-step") == []
    assert browser.focused.get_attribute("name") == "code"
    code = phone.code(SystemClock().now(), steps=1)
    browser.fill_and_go(code=f"{code[:3]} {code[3:]}")
    assert browser.path == "/dashboard"


def test_recovery_codes_become_a_file(browser, phone, give_password, problems, tmp_path):
    """By a link that needs no script; one of them signs in without the phone."""
    browser.open(CODES)
    assert problems("recovery-codes-enrol") == []
    browser.press("Generate recovery codes")
    assert problems("recovery-codes-enrolled") == []
    codes = browser.find("#recovery-codes").text.split()

    browser.command("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(tmp_path))
    browser.find("a[download]").click()
    file = tmp_path / "recovery-codes.txt"
    # The browser takes the name first, with a file that is still empty.
    WebDriverWait(browser.driver, 10, poll_frequency=0.05).until(lambda _: file.exists() and file.stat().st_size)
    assert set(codes) < set(file.read_text().split())

    browser.open(CODES)
    assert problems("recovery-codes-left") == []
    give_password()
    browser.follow("Recovery codes")
    assert problems("recovery-codes-step") == []
    browser.fill(code=codes[0])
    browser.press("Confirm")
    assert browser.path == "/dashboard"
