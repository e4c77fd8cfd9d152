"""The whole walk-through in headless Chromium; screenshots go to ``GATEWRIGHT_SCREENSHOTS`` or to the test's folder."""

from __future__ import annotations

import base64
import os
import shutil
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from gatewright.web.message_texts import MESSAGES, PROBLEMS

BROWSER, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--force-color-profile=srgb",
)
# Read here, for within a test no GATEWRIGHT_ variable is left.
SCREENSHOTS = os.environ.get("GATEWRIGHT_SCREENSHOTS")
SIZES = {"desktop": (1280, 900), "phone": (360, 780)}


class Browser:
    """A Chromium with a fresh profile."""

    def __init__(self, profile: Path, screenshots: Path, *, has_scripts: bool = True) -> None:
        options = Options()
        options.binary_location = BROWSER
        for flag in (*FLAGS, f"--user-data-dir={profile}"):
            options.add_argument(flag)
        if not has_scripts:
            options.add_experimental_option("prefs", {"profile.managed_default_content_settings.javascript": 2})
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = webdriver.Chrome(options=options, service=Service(DRIVER))
        self.screenshots = screenshots

    def find(self, selector: str):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def texts(self, selector: str) -> list[str]:
        return [element.text for element in self.driver.find_elements(By.CSS_SELECTOR, selector)]

    def submit(self, button: str) -> None:
        """Press a button by its text and wait for the next page."""
        page = self.find("html")
        self.driver.find_element(By.XPATH, f"//button[normalize-space()='{button}']").click()
        WebDriverWait(self.driver, 10).until(lambda _: page != self.find("html"))

    def focused(self) -> str:
        return self.driver.switch_to.active_element.get_attribute("id")

    def console(self) -> list[str]:
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def photograph(self, name: str) -> None:
        """Keep the whole page in light and dark, on a desk and on a phone; on a phone nothing may stick out."""
        for size, (width, height) in SIZES.items():
            metrics = {"width": width, "height": height, "deviceScaleFactor": 2, "mobile": size == "phone"}
            self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
            for scheme in ("light", "dark"):
                scheme_feature = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
                self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", scheme_feature)
                layout = self.driver.execute_cdp_cmd("Page.getLayoutMetrics", {})["cssContentSize"]
                assert layout["width"] <= width, f"{name} is {layout['width']} wide on a {size}"
                clip = {"x": 0, "y": 0, "width": width, "height": max(height, layout["height"]), "scale": 1}
                shot = {"captureBeyondViewport": True, "clip": clip}
                data = self.driver.execute_cdp_cmd("Page.captureScreenshot", shot)["data"]
                (self.screenshots / f"{name}-{size}-{scheme}.png").write_bytes(base64.b64decode(data))
        self.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


@pytest.fixture
def open_browser(tmp_path):
    """Start browsers for one test; without Chromium, skip aloud on a laptop and fail in CI."""
    if not BROWSER or not DRIVER:
        missing = "chromium and chromedriver are needed: apt-get install chromium chromium-driver"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    screenshots = Path(SCREENSHOTS or tmp_path / "screenshots")
    screenshots.mkdir(parents=True, exist_ok=True)
    browsers = []

    def start(**options):
        browsers.append(Browser(tmp_path / f"profile{len(browsers)}", screenshots, **options))
        return browsers[-1]

    yield start
    for browser in browsers:
        browser.driver.quit()


@pytest.mark.parametrize("has_scripts", [True, False], ids=["with_scripts", "without_scripts"])
def test_the_whole_walk_through(site, open_browser, has_scripts):
    """Address, challenge, a wrong and a right signature, signed in, the list of sessions, signed out."""
    browser = open_browser(has_scripts=has_scripts)
    address, wif = site.auth.create_wallet_address()
    site.client(headers={"User-Agent": "a-terminal/2.0"}).post(
        "/authenticate", json=site.signed(site.client(), address, wif)
    )

    browser.driver.get(site.url)
    assert browser.texts("h1") == ["Sign in with your wallet"]
    assert browser.focused() == "evrmore_address"
    browser.photograph("1-start")

    browser.find("#evrmore_address").send_keys("not-an-address")
    browser.submit("Continue")
    assert browser.texts("[role=alert]") == [MESSAGES["ERR_ADDRESS"]]
    assert browser.find("#evrmore_address").get_attribute("value") == "not-an-address"
    assert browser.focused() == "evrmore_address"
    browser.photograph("2-address-wrong")

    browser.find("#evrmore_address").clear()
    browser.find("#evrmore_address").send_keys(f" {address} ")
    browser.submit("Continue with your wallet")
    assert browser.texts("h1") == ["Sign this text"]
    challenge = browser.find("#challenge").get_attribute("value")
    assert address in challenge
    assert browser.texts("pre") == [
        f'gatewright wallet sign --wif-file wallet.wif "{challenge}"',
        f'evrmore-cli signmessage "{address}" "{challenge}"',
    ]
    assert browser.find("button[data-copy=challenge]").is_displayed() == has_scripts
    assert browser.focused() == "challenge"
    browser.photograph("3-signature")

    browser.find("#signature").send_keys("nonsense")
    browser.submit("Sign in")
    assert browser.texts("[role=alert]") == [MESSAGES["ERR_SIGNATURE"]]
    assert browser.focused() == "signature"
    assert browser.find("#signature").get_attribute("value") == "nonsense"
    assert browser.find("#challenge").get_attribute("value") == challenge
    browser.photograph("4-signature-wrong")

    browser.find("#signature").clear()
    browser.find("#signature").send_keys(site.auth.sign_message(wif, challenge))
    browser.submit("Sign in")
    assert browser.texts("h1") == [f"Signed in as\n{address}"]
    assert browser.driver.current_url == f"{site.url}/"
    assert [text.split("\n")[0] for text in browser.texts(".sessions li")] == [
        "Chrome on Linux this one",
        "a-terminal",
    ]
    browser.photograph("5-signed-in")

    browser.submit("Sign out")
    assert browser.texts("h1") == ["Sign in with your wallet"]
    assert [line for line in browser.console() if "Content Security Policy" in line] == []


def test_the_copy_button_copies(site, open_browser):
    """The one thing that needs a script."""
    browser = open_browser()
    browser.driver.execute_cdp_cmd(
        "Browser.grantPermissions", {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]}
    )
    browser.driver.get(site.url)
    browser.find("#evrmore_address").send_keys(site.auth.create_wallet_address()[0])
    browser.submit("Continue")

    button = browser.find("button[data-copy=challenge]")
    button.click()

    WebDriverWait(browser.driver, 10).until(lambda _: button.text == "Copied")
    copied = browser.driver.execute_async_script("navigator.clipboard.readText().then(arguments[0])")
    assert copied == browser.find("#challenge").get_attribute("value")


def test_a_page_of_another_site_signs_nobody_in(site, open_browser):
    """A real browser says where the form stood, and the answer is a page that explains."""
    browser = open_browser()
    address, _ = site.auth.create_wallet_address()
    browser.driver.get(
        f"data:text/html,<form method=post action={site.url}/login/wallet>"
        f"<input name=evrmore_address value={address}><button>Win a prize</button></form>"
    )

    browser.submit("Win a prize")

    assert browser.texts("h1") == ["That did not work"]
    assert browser.texts("[role=alert]") == [PROBLEMS[403]]
    assert browser.driver.get_cookies() == []
    browser.photograph("6-foreign-form")
