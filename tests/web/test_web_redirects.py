"""Where a sign-in may lead."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import urlencode

import pytest

from gatewright.web.redirects import local_path

PASSWORD = "correct horse battery staple"
CASES = json.loads((Path(__file__).parents[1] / "vectors" / "redirect_cases.json").read_text())["vectors"]


@pytest.mark.parametrize("case", CASES, ids=[str(number) for number in range(len(CASES))])
def test_the_vectors(case):
    """What is expected to be accepted leads to its own path; all else leads nowhere."""
    leads_somewhere = isinstance(case["value"], str) and local_path(case["value"]) is not None

    assert leads_somewhere == (case["expected"] == "accept" or case["value"] == "/logout")


@pytest.mark.parametrize("case", CASES, ids=[str(number) for number in range(len(CASES))])
def test_a_login_never_leads_off_the_site(browser, anna, case):
    """Whatever ``next`` says, the answer leads to a path of this site, and to none that signs out again."""
    given = case["value"] if isinstance(case["value"], list) else [case["value"] or ""]
    wanted, query = given[-1], urlencode([("next", each.encode("utf-8", "replace")) for each in given])
    page = browser.get(f"/login?{query}")
    location = browser.submit(page.form("/login"), email="anna", password=PASSWORD).location

    assert location.startswith("/")
    assert not location.startswith(("//", "/\\"))
    assert (location == "/") == (case["expected"] != "accept" or wanted == "/")


def test_a_target_is_percent_encoded():
    """A header is ASCII, and what is encoded already stays."""
    assert local_path("/päth?q=ü%20x#top") == "/p%C3%A4th?q=%C3%BC%20x#top"


@pytest.mark.parametrize("target", ["/a\r\nSet-Cookie: x=1", "/a\nb", "/\x00", "/\ud800", "/" + "a" * 3000, "/../x"])
def test_no_target_breaks_a_header(target):
    """Line breaks, nulls, lone surrogates, dots and endless paths lead nowhere."""
    assert local_path(target) is None
