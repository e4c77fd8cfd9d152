"""The scripts of the pages: what none of them does. Read as text, since they are few and small."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import gatewright

PACKAGE = Path(gatewright.__file__).parent
SCRIPTS = sorted(PACKAGE.rglob("*.js"))
GLOBALS = {
    *("activeElement", "addEventListener", "body", "createElement", "documentElement", "getElementById", "hidden"),
    *("querySelector", "querySelectorAll", "removeEventListener", "visibilityState"),
}


@pytest.fixture(params=SCRIPTS, ids=lambda path: path.stem)
def script(request):
    """The text of one, without its comments."""
    return re.sub(r"^\s*//.*$|\s// .*$|/\*.*?\*/", "", request.param.read_text(), flags=re.MULTILINE | re.DOTALL)


def test_there_are_scripts():
    """Or the others would prove nothing."""
    assert len(SCRIPTS) >= 5


def test_a_script_makes_no_code_of_text(script):
    """Whatever a server or a visitor writes stays text."""
    of_html = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|srcdoc|DOMParser"
    of_code = r"\beval\b|new Function|setTimeout\([\"'`]"
    assert re.findall(f"{of_html}|{of_code}", script) == []


def test_a_script_takes_no_element_for_a_variable(script):
    """No property of the document is read but those that browsers have: an element may be named like any other."""
    assert set(re.findall(r"\bdocument\.(\w+)", script)) <= GLOBALS
    assert re.findall(r"\bwindow\.(?!PublicKeyCredential\b)(\w+)", script) == []


def test_a_script_talks_to_our_own_site_alone(script):
    """Only the addresses that the page names are asked, and no message comes from or goes to another window."""
    assert (
        re.findall(r"https?://|postMessage|\"message\"|WebSocket|sendBeacon|EventSource|XMLHttpRequest", script) == []
    )
    assert [target for target in re.findall(r"\bfetch\(([^,)]*)", script) if "dataset" not in target] == []


def test_a_script_keeps_no_secret(script):
    """What stays in the browser is which method and which passkey was used, and no token or password."""
    kept = re.findall(r"(?:local|session)Storage\.setItem\(([^;]*)\)", script)
    assert [
        what for what in kept if not re.search(r"^(?:key, way\.dataset\.method|TRIED, |OFFERED, |KNOWN, )", what)
    ] == []
    assert "document.cookie" not in script
