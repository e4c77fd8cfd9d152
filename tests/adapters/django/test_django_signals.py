"""Signing in and out on our pages tells Django what its own ``login`` and ``logout`` would."""

from __future__ import annotations

import json

import pytest
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db import DatabaseError

PASSWORD = "correct horse battery staple"
SIGNALS = {"in": user_logged_in, "out": user_logged_out, "failed": user_login_failed}


@pytest.fixture
def heard(root):
    """What the project's receivers are told, in order."""
    told = []

    def receiver_of(name):
        def receive(sender, request, **about):
            about.pop("signal")
            told.append((name, sender, request, about))

        return receive

    receivers = {name: receiver_of(name) for name in SIGNALS}
    for name, signal in SIGNALS.items():
        signal.connect(receivers[name])
    yield told
    for name, signal in SIGNALS.items():
        signal.disconnect(receivers[name])


def by_json(browser, path, **fields):
    body = json.dumps(fields).encode()
    return browser.send("POST", path, body=body, headers=[("Content-Type", "application/json")])


@pytest.fixture(params=["page", "JSON"])
def sign_in(request, log_in):
    def sign_in(browser, **fields):
        if request.param == "page":
            return log_in(browser, **fields)
        return by_json(browser, "/api/login", **{"email": "anna@example.com", "password": PASSWORD} | fields)

    return sign_in


def test_signing_in_is_told_once_and_sets_last_login(browser, root, heard, sign_in):
    """With the request and the user, who is ``request.user`` by then."""
    assert root.last_login is None
    sign_in(browser, email="root")
    ((name, sender, request, about),) = heard
    root.refresh_from_db()

    assert (name, sender, about) == ("in", type(root), {"user": root})
    assert request.user == root
    assert request.path in ("/login", "/api/login")
    assert root.last_login is not None


def test_a_failed_sign_in_is_told_once_without_the_password(browser, heard, sign_in):
    """As ``authenticate`` tells it, whether there is such a user or not."""
    for name in ("root", "nobody"):
        sign_in(browser, email=name, password="a wrong password")

    assert [each[0] for each in heard] == ["failed", "failed"]
    assert [each[3]["credentials"]["username"] for each in heard] == ["root", "nobody"]
    assert "wrong" not in str([each[3] for each in heard])
    assert all(each[1] == "django.contrib.auth" and each[2].path for each in heard)


def test_signing_out_is_told_once(browser, root, heard, log_in):
    """With the user who has left; a guest who signs out is nobody."""
    log_in(browser, email="root")
    browser.submit(browser.get("/account").form("/logout"))
    by_json(browser, "/api/logout")

    assert [(name, about.get("user")) for name, _, _, about in heard] == [("in", root), ("out", root)]


def test_signing_out_by_json_is_told_once(browser, root, heard, log_in):
    """The user is the one who has left."""
    log_in(browser, email="root")
    by_json(browser, "/api/logout")

    assert [(name, about["user"]) for name, _, _, about in heard] == [("in", root), ("out", root)]


def test_djangos_own_sign_in_is_told_by_django_alone(browser, root, heard, log_in_to_admin):
    """Once, with a wrong password and with the right one."""
    log_in_to_admin(browser, password="a wrong password")
    log_in_to_admin(browser)

    assert [each[0] for each in heard] == ["failed", "in"]


def test_who_confirms_a_password_does_not_sign_in(browser, root, heard, log_in):
    """Right or wrong: Django has no signal for that."""
    log_in(browser, email="root")
    for password in ("a wrong password", PASSWORD):
        by_json(browser, "/api/confirm_password", password=password)

    assert [each[0] for each in heard] == ["in"]


def test_an_account_of_ours_is_no_user_of_djangos(browser, change, anna, heard, log_in):
    """Receivers save the user that they are given."""
    change()
    log_in(browser)

    assert heard == []


def test_a_receiver_that_fails_keeps_nobody_out(browser, root, log_in, monkeypatch):
    """The session is there already: ``last_login`` is a best-effort write."""

    def fail(self, *args, **kwargs):
        raise DatabaseError("read-only")

    monkeypatch.setattr(type(root), "save", fail)
    log_in(browser, email="root")

    assert browser.get("/signed-in").text == "hello root"
