"""A headless Chromium that is used as a person uses a browser: by what is written on buttons, and by keys."""

from __future__ import annotations

import base64
import json
import shutil

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

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
    "--lang=en",
)
SECONDS = 10

BEGUN = "return document.activeElement !== document.body || !document.querySelector('[autofocus]')"
"""Whether the keyboard is where the page wants it at the beginning: Chromium moves it after the page is loaded."""


class Chromium:
    """A browser with a profile of its own."""

    def __init__(self, profile, *, has_scripts=True, flags=()):
        options = Options()
        options.binary_location = BROWSER
        for flag in (*FLAGS, *flags, f"--user-data-dir={profile}"):
            options.add_argument(flag)
        if not has_scripts:
            options.add_experimental_option("prefs", {"profile.managed_default_content_settings.javascript": 2})
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        self.driver = webdriver.Chrome(options=options, service=Service(DRIVER))
        self.site = None

    def begin(self, site):
        """Be a stranger to a site: no cookies, nothing stored, no history of requests, a desk's screen, English."""
        self.site = site
        self.command("Network.enable")
        self.command("Emulation.setFocusEmulationEnabled", enabled=True)
        self.command("Network.clearBrowserCookies")
        self.command("Storage.clearDataForOrigin", origin=site, storageTypes="local_storage")
        self.command("Network.setExtraHTTPHeaders", headers={})
        self.show(1280, 900)
        for log in ("browser", "performance"):
            self.driver.get_log(log)

    def command(self, name, /, **parameters):
        return self.driver.execute_cdp_cmd(name, parameters)

    def evaluate(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def evaluate_promise(self, script, *arguments):
        """Return what the promise gives that a script returns, or the name of its error."""
        waiting = f"const done = [...arguments].pop(); (async () => {{ {script} }})().then(done, e => done(e.name))"
        return self.driver.execute_async_script(waiting, *arguments)

    # Going places

    def open(self, address):
        """Open an address of the site, with or without its origin."""
        self.driver.get(address if address.startswith("http") else self.site + address)
        self._wait_until(lambda _: self.evaluate(BEGUN))

    @property
    def path(self):
        return self.driver.current_url.removeprefix(self.site)

    def press(self, button, *, within=""):
        """Press a button by its text, in the row of a list that holds another text, and wait for the next page."""
        place = f"//li[contains(., '{within}')]" if within else ""
        found = self.driver.find_elements(By.XPATH, f"{place}//button[normalize-space()='{button}']")
        self._leave(next(each for each in found if each.is_displayed()).click)

    def press_twice(self, button):
        """Press a button by its text with a double click, and wait for the next page."""
        found = self.driver.find_element(By.XPATH, f"//button[normalize-space()='{button}']")
        self._leave(ActionChains(self.driver).double_click(found).perform)

    def follow(self, link):
        """Follow a link by its text, and wait for the next page."""
        self._leave(self.driver.find_element(By.XPATH, f"//a[normalize-space()='{link}']").click)

    def enter(self):
        """Press the Enter key where the keyboard is, and wait for the next page."""
        self._leave(lambda: self.type("\ue007"))

    def _leave(self, act):
        page = self.find("html")
        act()
        self._wait_until(lambda _: page != self.find("html") and self.evaluate(BEGUN))

    def _wait_until(self, is_true):
        WebDriverWait(self.driver, SECONDS, poll_frequency=0.02).until(is_true)

    # Reading and typing

    def find(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def texts(self, selector):
        found = self.driver.find_elements(By.CSS_SELECTOR, selector)
        return [element.text for element in found if element.is_displayed()]

    @property
    def heading(self):
        return self.find("h1").text

    def value(self, name):
        return self.find(f"[name={name}]:not([type=hidden])").get_property("value")

    def fill(self, **texts):
        """Type into fields by their names."""
        for name, text in texts.items():
            field = self.find(f"[name={name}]:not([type=hidden]):not([readonly])")
            self.unfold(field)
            if field.get_property("value"):
                field.clear()
            field.send_keys(text)

    def unfold(self, field):
        """Open the form that a field is in, if it opens only when somebody asks for it."""
        summary = self.evaluate("return arguments[0].closest('details:not([open])')?.querySelector('summary')", field)
        if summary is not None:
            summary.click()

    def fill_and_go(self, **texts):
        """Type what a script sends as soon as it is complete, and wait for the next page."""
        self._leave(lambda: self.fill(**texts))

    def tick(self, name):
        self.find(f"[type=checkbox][name={name}]").click()

    def type(self, *keys):
        """Type where the keyboard is."""
        ActionChains(self.driver, duration=0).send_keys(*keys).perform()

    @property
    def focused(self):
        return self.driver.switch_to.active_element

    # Being a certain browser

    @property
    def cookies(self):
        return {cookie["name"]: cookie["value"] for cookie in self.driver.get_cookies()}

    def take_cookies(self, cookies):
        for name, value in cookies.items():
            self.command("Network.setCookie", name=name, value=value, url=self.site)

    def prefer_language(self, language):
        self.command("Network.setExtraHTTPHeaders", headers={"Accept-Language": language})

    def show(self, width, height, *, scheme="light", is_phone=False):
        """Have a screen of this size, in CSS pixels, and a preference for light or dark."""
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": is_phone}
        self.command("Emulation.setDeviceMetricsOverride", **metrics)
        self.command("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    @property
    def page_size(self):
        size = self.command("Page.getLayoutMetrics")["cssContentSize"]
        return size["width"], size["height"]

    def photograph(self, file, *, width, height):
        """Keep a picture of the whole page, at least of this height."""
        clip = {"x": 0, "y": 0, "width": width, "height": max(height, self.page_size[1]), "scale": 1}
        picture = self.command("Page.captureScreenshot", captureBeyondViewport=True, clip=clip)["data"]
        file.write_bytes(base64.b64decode(picture))

    # What went on behind the page

    def complaints(self):
        """Return what the console said, advice included, but not that a page answered 404 or 422.

        Nor that a form with a password lacks a username, which Chromium says of a page that it has half read, nor that
        a logout has cleared the cache, as it was told to.
        """
        entries = [entry for entry in self.driver.get_log("browser") if entry["source"] != "network"]
        usual = ("[DOM] Password forms should have", "Clear-Site-Data header on")
        return [entry["message"] for entry in entries if not any(each in entry["message"] for each in usual)]

    def requests(self):
        """Yield address, kind and status of whatever was asked for since the beginning.

        The status is 0 where no answer came, and None where it may still come.
        """
        messages = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        answers = {
            message["params"]["requestId"]: message["params"]["response"]["status"]
            for message in messages
            if message["method"] == "Network.responseReceived"
        }
        failed = (message["params"] for message in messages if message["method"] == "Network.loadingFailed")
        answers = {each["requestId"]: 0 for each in failed if not each.get("canceled")} | answers
        for message in messages:
            if message["method"] == "Network.requestWillBeSent":
                asked = message["params"]
                yield asked["request"]["url"], asked.get("type", "Other"), answers.get(asked["requestId"])

    def quit(self):
        self.driver.quit()
