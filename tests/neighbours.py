"""Two applications on one host, as one browser sees them: its cookies by the rules of RFC 6265bis."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import pytest

PASSWORD = "correct horse battery staple"


class Host:
    """A host, and a browser that speaks JSON with what lies on it.

    Args:
        send: What carries a request to the host: method, target, headers, body.
        is_https: Whether the connection is encrypted.
    """

    def __init__(self, send, *, is_https):
        self._send = send
        self._is_https = is_https
        self._jar = {}

    def call(self, method, path, **document):
        headers = [("Content-Type", "application/json"), ("Cookie", self._cookies_for(path))]
        body = json.dumps(document).encode() if document else b""
        status, answered, content = self._send(method, path, headers, body)
        for name, value in answered:
            if name.lower() == "set-cookie":
                self._keep(value)
        return status, json.loads(content) if content else None

    def log_in(self, prefix, email):
        status, _ = self.call("POST", f"{prefix}/api/login", email=email, password=PASSWORD, remember_me=True)
        assert status == 200

    def visitor(self, prefix):
        status, session = self.call("GET", f"{prefix}/api/session")
        assert status == 200
        return session["user"] and session["user"]["username"]

    def close(self):
        """Close the browser: what is to end with it does."""
        self._jar = {key: kept for key, kept in self._jar.items() if kept[1]}

    def _cookies_for(self, path):
        """Longer paths go first (RFC 6265, 5.4)."""
        fitting = [
            (name, where, value)
            for (name, where), (value, _) in self._jar.items()
            if path == where or path.startswith(where.rstrip("/") + "/")
        ]
        return "; ".join(f"{name}={value}" for name, where, value in sorted(fitting, key=lambda each: -len(each[1])))

    def _keep(self, header):
        pair, *rest = header.split("; ")
        name, _, value = pair.partition("=")
        attributes = {key.lower(): text for key, _, text in (each.partition("=") for each in rest)}
        assert ("secure" in attributes) == self._is_https == name.startswith("__Host-")
        if name.startswith("__Host-"):
            assert attributes["path"] == "/"
        assert "domain" not in attributes
        if attributes.get("max-age") == "0":
            self._jar.pop((name, attributes["path"]), None)
        else:
            self._jar[name, attributes["path"]] = value, "expires" in attributes


def live_side_by_side(host, first, second):
    """Sign in to both, close the browser, sign out of one: neither notices the other."""
    host.log_in(first, "anna@example.com")
    host.log_in(second, "ben@example.com")
    assert (host.visitor(first), host.visitor(second)) == ("anna", "ben")
    host.close()
    assert (host.visitor(first), host.visitor(second)) == ("anna", "ben")
    assert host.call("POST", f"{second}/api/logout") == (204, None)
    assert (host.visitor(first), host.visitor(second)) == ("anna", None)
    host.close()
    assert (host.visitor(first), host.visitor(second)) == ("anna", None)


LAYOUTS = {
    "below paths": ("http", "/shop", "/wiki", {}, {}),
    "one below the other": ("http", "", "/shop", {}, {}),
    "one's path begins as the other's": ("http", "/shop", "/shopping", {}, {}),
    "names on http": ("http", "/shop", "/wiki", {"session_cookie": "shop"}, {"session_cookie": "wiki"}),
    "names on https": ("https", "/shop", "/wiki", {"session_cookie": "shop"}, {"session_cookie": "wiki"}),
    "one name on https": ("https", "", "/wiki", {}, {"session_cookie": "wiki.2"}),
    "paths that browsers may write otherwise": (
        "http",
        "/shop+1",
        "/shop+2",
        {"session_cookie": "one"},
        {"session_cookie": "two"},
    ),
}
"""Scheme, where each of the two lies, and their settings."""


@pytest.fixture
def neighbours(people, anna, gatewright_settings, tmp_path):
    """What each of the two has of its own: a secret, and a database in which both anna and ben have accounts."""
    people.create_user("ben", email="ben@example.com", password=PASSWORD, is_verified=True)
    second = tmp_path / "second.db"
    path = gatewright_settings.database_url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(second)) as copy:
        source.backup(copy)
    return (
        {"jwt_secret": "the secret of the first application"},
        {"jwt_secret": "the secret of the second application", "database_url": f"sqlite:///{second}"},
    )
