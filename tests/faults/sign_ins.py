"""Sign-ins that are prepared while all is well, and sent when something breaks."""

from __future__ import annotations

import json

from running_examples import PASSWORD

JSON = ("Content-Type", "application/json")


def by_page(browser):
    """A sign-in that only has to be sent."""
    form = browser.get("/login").form("/login")
    return lambda: browser.submit(form, email="anna@example.com", password=PASSWORD)


def by_json(browser):
    """The same for programs."""
    body = json.dumps({"email": "anna@example.com", "password": PASSWORD}).encode()
    return lambda: browser.send("POST", "/api/login", headers=[JSON], body=body)
