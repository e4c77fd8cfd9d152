"""Django's own word for a proxy's scheme, beside ours."""

from __future__ import annotations

import pytest

PASSWORD = "correct horse battery staple"
OF_DJANGO = {"SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https")}


@pytest.mark.parametrize(
    ("trusted", "of_django", "scheme"),
    [
        ("203.0.113.7", {}, "wss"),
        ("203.0.113.7", OF_DJANGO, "wss"),
        ("203.0.113.7", OF_DJANGO, "https"),
        ("", OF_DJANGO, "https"),
        ("", OF_DJANGO, "https, http"),
    ],
)
def test_a_visitor_behind_a_proxy_is_known(change, open_browser, anna, trusted, of_django, scheme):
    """By either setting, or by both."""
    change(trusted_proxies=trusted, of_django=of_django)
    browser = open_browser(is_https=True)
    headers = [("X-Forwarded-Proto", scheme)]
    form = browser.get("/login", headers=headers).form()
    browser.submit(form, email="anna", password=PASSWORD, headers=headers)

    assert list(browser.cookies) == ["__Host-gatewright"]
    assert browser.get("/signed-in", headers=headers).text == "hello anna"
