"""Name the device that a session was opened on, so that people recognise it. No access decision depends on it."""

from __future__ import annotations

from collections.abc import Callable

from gatewright.fields import N_

_BROWSERS = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "Firefox/": "Firefox",
    "FxiOS/": "Firefox",
    "Chrom": "Chrome",
    "CriOS/": "Chrome",
    "Safari/": "Safari",
}
"""Marks in the user agent, the most specific first: most browsers also claim to be Chrome and Safari."""

_SYSTEMS = {
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "Mac OS X": "macOS",
    "CrOS": "ChromeOS",
    "Linux": "Linux",
}


def device_name(user_agent: str | None, translate: Callable[[str], str] = str) -> str:
    """Return a short name such as ``Firefox on Windows``, or the program's own name if it is not a browser.

    Args:
        user_agent: The ``User-Agent`` header.
        translate: Translates the text.
    """
    if not user_agent:
        return translate(N_("Unknown device"))
    browser = _first_in(user_agent, _BROWSERS)
    system = _first_in(user_agent, _SYSTEMS)
    if browser and system:
        return translate(N_("%(browser)s on %(system)s")) % {"browser": browser, "system": system}
    return browser or user_agent.partition("/")[0][:40]


def _first_in(user_agent: str, marks: dict[str, str]) -> str | None:
    return next((name for mark, name in marks.items() if mark in user_agent), None)
