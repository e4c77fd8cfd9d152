"""The example applications, and browsers that visit them."""

from __future__ import annotations

import itertools
import os
import re
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from browser.chromium import BROWSER, DRIVER, Chromium
from browser.frameworks import NAMES, case_of
from browser.inspection import axe
from running_examples import PASSWORD, ROOT, running

PICTURES = Path(os.environ.get("GATEWRIGHT_SCREENSHOTS") or ROOT / "build" / "screenshots")


@dataclass(frozen=True)
class Person:
    """Who has an account."""

    username: str
    email: str
    password: str = PASSWORD


@pytest.fixture(scope="session")
def _is_equipped():
    """Skip aloud without a browser and axe-core."""
    if not (BROWSER and DRIVER and axe()):
        pytest.skip("Chromium, its driver and axe-core are needed: make test installs them")


@pytest.fixture(scope="session", params=[case_of("fastapi")])
def application(request, tmp_path_factory, _is_equipped):
    """One of the examples, running."""
    folder = tmp_path_factory.mktemp(request.param)
    with running(request.param, folder, site_name=f"{NAMES[request.param]} example") as running_example:
        yield running_example


@pytest.fixture(scope="session")
def browsers(tmp_path_factory, _is_equipped):
    """Start each kind of browser once: with scripts, and without."""
    started = {}
    with ExitStack() as stack:

        def browser(*, has_scripts):
            if has_scripts not in started:
                started[has_scripts] = Chromium(tmp_path_factory.mktemp("profile"), has_scripts=has_scripts)
                stack.callback(started[has_scripts].quit)
            return started[has_scripts]

        yield browser


@pytest.fixture
def has_scripts():
    """Whether the browser runs JavaScript; a test may say otherwise."""
    return True


@pytest.fixture
def browser(application, browsers, has_scripts):
    """A browser that the application has never seen; whatever the test did, nothing broke behind the page."""
    browser = browsers(has_scripts=has_scripts)
    browser.begin(application.url)
    yield browser
    assert browser.complaints() == []
    asked = list(browser.requests())
    assert [address for address, *_ in asked if not address.startswith((f"{application.url}/", "data:"))] == []
    assert [each for each in asked if each[1] != "Document" and each[2] not in (200, 304, None)] == []


@pytest.fixture(scope="session")
def _numbers():
    return itertools.count(1)


@pytest.fixture
def make_person(application, _numbers):
    """Make accounts, no two of them alike."""

    def make(name="anna", **options):
        username = f"{name}{next(_numbers)}"
        person = Person(username, f"{username}@example.com")
        options = {"password": person.password, "is_verified": True} | options
        application.auth.create_user(person.username, email=person.email, **options)
        return person

    return make


@pytest.fixture
def anna(make_person):
    return make_person()


@pytest.fixture
def sign_in(application, browser):
    """Sign in without the browser's seeing the login page, for tests of what comes after it."""

    def sign_in(person, *, user_agent=None, **fields):
        device = application.browser(user_agent=user_agent or browser.evaluate("return navigator.userAgent"))
        form = device.get("/login").form("/login")
        assert device.submit(form, email=person.username, password=person.password, **fields).location == "/dashboard"
        if user_agent is None:
            browser.take_cookies(device.cookies)
        return device

    return sign_in


@pytest.fixture(scope="session")
def pictures():
    """Where the pictures of pages go."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    return PICTURES


@pytest.fixture
def link_to(application):
    """Have the waiting mails sent, and return the link in the newest one to an address."""

    def link_to(email):
        mail = [mail for mail in application.deliver() if mail.to == email][-1]
        return re.search(r"http://\S+", mail.text)[0]

    return link_to
