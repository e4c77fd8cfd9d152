"""Schemes as Werkzeug's ProxyFix passes them on: as the proxy wrote them."""

from __future__ import annotations

import pytest
from werkzeug.middleware.proxy_fix import ProxyFix

PASSWORD = "correct horse battery staple"


@pytest.mark.parametrize(("scheme", "is_https"), [("https", True), ("wss", True), ("http", False), ("ws", False)])
def test_proxy_fix_may_stand_before(app, open_browser, anna, scheme, is_https):
    """It passes on what it read. Werkzeug looks for a WebSocket's route then; our pages are answered before."""
    app.wsgi_app = ProxyFix(app.wsgi_app)
    browser = open_browser(app, is_https=is_https)
    headers = [("X-Forwarded-Proto", scheme), ("X-Forwarded-For", "198.51.100.9")]
    form = browser.get("/login", headers=headers).form()
    origin = ("Origin", f"{'https' if is_https else 'http'}://localhost")
    browser.submit(form, email="anna", password=PASSWORD, headers=[*headers, origin])

    assert list(browser.cookies) == ["__Host-gatewright" if is_https else "gatewright"]
    assert '"username": "anna"' in browser.get("/api/session", headers=headers).text
