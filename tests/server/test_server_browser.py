"""The whole walk-through in headless Chromium; screenshots go to ``GATEWRIGHT_SCREENSHOTS`` or to the test's folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from selenium.webdriver.support.ui import WebDriverWait

from browser.chromium import BROWSER, DRIVER, Chromium
from gatewright.web.message_texts import MESSAGES, PROBLEMS

# Read here, for within a test no GATEWRIGHT_ variable is left.
SCREENSHOTS = os.environ.get("GATEWRIGHT_SCREENSHOTS")
SIZES = {"desktop": (1280, 900), "phone": (360, 780)}


@pytest.fixture
def photograph(tmp_path):
    """Keep the whole page in light and dark, on a desk and on a phone; on a phone nothing may stick out."""
    folder = Path(SCREENSHOTS or tmp_path / "screenshots")
    folder.mkdir(parents=True, exist_ok=True)

    def photograph(browser, name):
        for size, (width, height) in SIZES.items():
            for scheme in ("light", "dark"):
                browser.show(width, height, scheme=scheme, is_phone=size == "phone")
                assert browser.page_size[0] <= width, f"{name} is {browser.page_size[0]} wide on a {size}"
                browser.photograph(folder / f"{name}-{size}-{scheme}.png", width=width, height=height)
        browser.show(*SIZES["desktop"])

    return photograph


@pytest.fixture
def open_browser(site, tmp_path):
    """Start browsers for one test; skip aloud without Chromium."""
    if not BROWSER or not DRIVER:
        pytest.skip("chromium and chromedriver are needed: apt-get install chromium chromium-driver")
    browsers = []

    def start(**options):
        browsers.append(Chromium(tmp_path / f"profile{len(browsers)}", **options))
        browsers[-1].begin(site.url)
        return browsers[-1]

    yield start
    for browser in browsers:
        browser.quit()


@pytest.mark.long
@pytest.mark.parametrize("has_scripts", [True, False], ids=["with_scripts", "without_scripts"])
def test_the_whole_walk_through(site, open_browser, photograph, has_scripts):
    """Address, challenge, a wrong and a right signature, signed in, the list of sessions, signed out."""
    browser = open_browser(has_scripts=has_scripts)
    address, wif = site.auth.create_wallet_address()
    site.client(headers={"User-Agent": "a-terminal/2.0"}).post(
        "/authenticate", json=site.signed(site.client(), address, wif)
    )

    browser.open("/")
    assert browser.texts("h1") == ["Sign in with your wallet"]
    assert browser.focused.get_property("id") == "evrmore_address"
    photograph(browser, "1-start")

    browser.fill(evrmore_address="not-an-address")
    browser.press("Continue")
    assert browser.texts("[role=alert]") == [MESSAGES["ERR_ADDRESS"]]
    assert browser.value("evrmore_address") == "not-an-address"
    assert browser.focused.get_property("id") == "evrmore_address"
    photograph(browser, "2-address-wrong")

    browser.fill(evrmore_address=f" {address} ")
    browser.press("Continue")
    assert browser.texts("h1") == ["Sign this text"]
    challenge = browser.find("#challenge").get_property("value")
    assert address in challenge
    assert browser.texts("pre") == [
        f'gatewright wallet sign --wif-file wallet.wif "{challenge}"',
        f'evrmore-cli signmessage "{address}" "{challenge}"',
    ]
    assert browser.find("button[data-copy=challenge]").is_displayed() == has_scripts
    assert browser.focused.get_property("id") == "challenge"
    photograph(browser, "3-signature")

    browser.fill(signature="nonsense")
    browser.press("Sign in")
    assert browser.texts("[role=alert]") == [MESSAGES["ERR_SIGNATURE"]]
    assert browser.focused.get_property("id") == "signature"
    assert browser.value("signature") == "nonsense"
    assert browser.find("#challenge").get_property("value") == challenge
    photograph(browser, "4-signature-wrong")

    browser.fill(signature=site.auth.sign_message(wif, challenge))
    browser.press("Sign in")
    assert browser.texts("h1") == [f"Signed in as\n{address}"]
    assert browser.path == "/"
    assert [text.split("\n")[0] for text in browser.texts(".sessions li")] == [
        "Chrome on Linux this one",
        "a-terminal",
    ]
    photograph(browser, "5-signed-in")

    browser.press("Sign out")
    assert browser.texts("h1") == ["Sign in with your wallet"]
    assert browser.complaints() == []


def test_the_copy_button_copies(site, open_browser):
    """The one thing that needs a script."""
    browser = open_browser()
    browser.command("Browser.grantPermissions", permissions=["clipboardReadWrite", "clipboardSanitizedWrite"])
    browser.open("/")
    browser.fill(evrmore_address=site.auth.create_wallet_address()[0])
    browser.press("Continue")

    button = browser.find("button[data-copy=challenge]")
    button.click()

    WebDriverWait(browser.driver, 10).until(lambda _: button.text == "Copied")
    copied = browser.driver.execute_async_script("navigator.clipboard.readText().then(arguments[0])")
    assert copied == browser.find("#challenge").get_property("value")


def test_a_page_of_another_site_signs_nobody_in(site, open_browser, photograph):
    """A real browser says where the form stood, and the answer is a page that explains."""
    browser = open_browser()
    address, _ = site.auth.create_wallet_address()
    browser.driver.get(
        f"data:text/html,<form method=post action={site.url}/login/wallet>"
        f"<input name=evrmore_address value={address}><button>Win a prize</button></form>"
    )

    browser.press("Win a prize")

    assert browser.texts("h1") == ["That did not work"]
    assert browser.texts("[role=alert]") == [PROBLEMS[403]]
    assert browser.cookies == {}
    photograph(browser, "6-foreign-form")
