"""Addresses that guests ask for, and what of a visitor's way there and back the tests of all adapters look at."""

from __future__ import annotations

ADDRESSES = [
    "/tags/C%23",
    "/tags/C%2523",
    "/tags/a%2Fb",
    "/tags/a%252Fb",
    "/tags/100%25",
    "/tags/a%3Fb?c=%3F",
    "/tags/a%26b=c;d,e+f%2Bg",
    "/tags/:@!$&'()*+,;=~-._",
    "/tags/a%20b/%5B1%5D?x[]=1",
    "/tags/a%5Cb",
    "/tags/%C3%A4/%E6%97%A5",
    "/tags/caf%E9",
    "/tags/%F0%9F%91%A8%E2%80%8D%F0%9F%91%A9",
    "/tags/a//b",
    "/tags/https://example.org/x",
    "/tags/.well-known/x",
    "/tags/a/..b",
    "/tags/v1.2/.hidden",
    "/tags/...",
    "/tags/x/",
    "/tags/x?q=%26%3D%2523&a=1&a=2&b",
    "/tags/x?q=a{b}|c^d&e=f\\g",
    "/tags/x?next=/y%3Fz&to=https://example.org//",
    f"/tags/x?q={'a' * 7000}",
    f"/tags/x?{'&'.join(f'field%5B{number}%5D={number}' for number in range(200))}",
]
"""Each is to be reached again, letter by letter."""

SCRIPTS = {
    "fetch": {"Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"},
    "fetch of the same site": {"Sec-Fetch-Mode": "same-origin"},
    "an image": {"Sec-Fetch-Mode": "no-cors"},
    "XMLHttpRequest": {"X-Requested-With": "XMLHttpRequest"},
    "htmx": {"HX-Request": "true"},
    "Unpoly": {"X-Up-Version": "3.10.2"},
    "a fragment of Unpoly": {"X-Up-Target": "#main"},
    "a frame of Turbo": {"Turbo-Frame": "messages"},
}
"""What sends a request without going to a new page -> the headers by which it is known."""

PEOPLE = {
    "an old browser": {},
    "a browser": {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document", "Sec-Fetch-Site": "same-origin"},
    "the web view of an app": {"X-Requested-With": "com.example.app"},
}
"""Who goes to a new page -> the headers that come with it."""


def way_back(browser, log_in, target):
    """Ask for a page as a guest, sign in where that leads, and return where that leads."""
    to_login = browser.get(target)
    assert to_login.status == 303
    return log_in(browser, page=to_login.location).location


def of_page(browser, path, fields, *, headers=(), on="/tags/list?page=2", host="localhost:8000"):
    """Post fields as a person does who sees another page of the site."""
    return browser.post(path, fields, headers=[("Host", host), ("Referer", f"http://{host}{on}"), *headers])
