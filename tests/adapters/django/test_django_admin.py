"""Django's own admin: signed in to under the same limits, hooks and audit record."""

from __future__ import annotations

import pytest
from django.contrib.auth import authenticate, get_user_model
from django.core.exceptions import PermissionDenied
from django.test import RequestFactory

from gatewright import Vote
from gatewright.adapters.django import get_auth
from gatewright.adapters.django.backends import GatewrightBackend
from gatewright.testing import HookRecorder

PASSWORD = "correct horse battery staple"


def is_inside(browser):
    return browser.get("/admin/").status == 200


def test_an_admin_signs_in_and_is_known_everywhere(browser, root, log_in_to_admin):
    """In the admin and in the project's own views, by one session."""
    answer = log_in_to_admin(browser)

    assert (answer.status, answer.location) == (302, "/admin/")
    assert is_inside(browser)
    assert browser.get("/signed-in").text == "hello root"
    assert [session.username for session in get_auth().list_sessions()] == ["root"]


def test_the_admins_sign_in_fires_the_hooks_and_is_recorded(browser, root, log_in_to_admin):
    """As that of the login page does."""
    hooks = HookRecorder(get_auth())
    log_in_to_admin(browser, password="wrong")
    log_in_to_admin(browser)

    fired = [name for name in hooks.names if name in ("login_failed", "auth_failed", "post_auth", "login_success")]
    assert fired == ["login_failed", "auth_failed", "post_auth", "login_success"]
    lines = [(line.event, line.username, line.client) for _, line in get_auth().list_audit()]
    assert ("sign_in_failed", "root", "203.0.113.7") in lines
    assert ("signed_in", "root", "203.0.113.7") in lines


def test_the_admins_sign_in_is_limited(browser, root, log_in_to_admin):
    """After four failures the right password is no use either, in the admin and on the login page."""
    for _ in range(4):
        log_in_to_admin(browser, password="wrong")
    log_in_to_admin(browser)

    assert not is_inside(browser)
    blocked = browser.submit(browser.get("/login").form(), email="root", password=PASSWORD)
    assert blocked.location == "/login"
    assert browser.get("/signed-in").status == 303


def test_who_is_deactivated_stays_outside(browser, root, log_in_to_admin):
    """With the right password, too."""
    get_user_model().objects.update(is_active=False)
    log_in_to_admin(browser)

    assert not is_inside(browser)


def test_signing_out_of_the_admin_is_signing_out(browser, root, log_in_to_admin):
    """Everywhere."""
    log_in_to_admin(browser)
    browser.submit(browser.get("/admin/").form("/admin/logout/"))

    assert not is_inside(browser)
    assert browser.get("/signed-in").status == 303
    assert get_auth().list_sessions() == []


def test_signing_out_is_signing_out_of_the_admin(browser, root, log_in_to_admin):
    """By our page."""
    log_in_to_admin(browser)
    browser.submit(browser.get("/account").form("/logout"))

    assert not is_inside(browser)


def test_a_session_that_is_revoked_ends_in_the_admin(browser, root, log_in_to_admin):
    """Django's own session would have lived for two weeks."""
    log_in_to_admin(browser)
    for session in get_auth().list_sessions():
        get_auth().revoke_session(session.id)

    assert not is_inside(browser)


def test_another_password_ends_every_session(open_browser, root, log_in, log_in_to_admin):
    """Whoever sets it, and however; a hash that is merely renewed ends none."""
    by_page, by_admin = open_browser(), open_browser()
    log_in(by_page, email="root")
    log_in_to_admin(by_admin)
    before = [each.get("/signed-in").text for each in (by_page, by_admin)]
    root.refresh_from_db()
    root.set_password("another walk along the river")
    root.save()

    assert before == ["hello root", "hello root"]
    assert [each.get("/signed-in").status for each in (by_page, by_admin)] == [303, 303]


def test_who_signs_in_by_our_page_is_known_to_the_admin(browser, root, log_in):
    """The visitor is the model's instance, staff and all."""
    log_in(browser, email="root")
    assert is_inside(browser)


def test_an_account_of_ours_is_no_staff(browser, anna, log_in):
    """The admin is for Django's users."""
    log_in(browser)
    assert not is_inside(browser)


def test_a_failed_attempt_leaves_the_question_to_other_backends(root):
    """None, as backends say; nothing is asked without a name or a password."""
    backend, request = GatewrightBackend(), RequestFactory().post("/")

    assert backend.authenticate(request, "root", "wrong") is None
    assert backend.authenticate(request, "nobody", PASSWORD) is None
    assert backend.authenticate(request, None, PASSWORD) is None
    assert backend.authenticate(request, "root", None) is None
    assert backend.authenticate(request, "root", "") is None
    assert backend.authenticate(None, "root", PASSWORD) == root
    assert authenticate(request, username="root", password=PASSWORD) == root


def test_a_blocked_attempt_ends_the_question(root):
    """No later backend is asked."""
    backend, request = GatewrightBackend(), RequestFactory().post("/")
    for _ in range(4):
        backend.authenticate(request, "root", "wrong")

    with pytest.raises(PermissionDenied):
        backend.authenticate(request, "root", PASSWORD)


def test_asynchronous_code_asks_the_same(root, run):
    """Under the same limits."""
    backend, request = GatewrightBackend(), RequestFactory().post("/")

    async def ask():
        answers = [await backend.aauthenticate(request, "root", password) for password in (PASSWORD, None, "a", "b")]
        answers += [await backend.aauthenticate(request, "root", password) for password in ("c", "d")]
        with pytest.raises(PermissionDenied):
            await backend.aauthenticate(request, "root", PASSWORD)
        return answers

    assert run.run(ask()) == [root, None, None, None, None, None]


def test_rights_of_djangos_users_are_djangos_and_the_voters(root, django_users, run):
    """Of who is active; anything else is Django's own."""
    ida = django_users.create_user("ida", password=PASSWORD)
    before = ida.has_perm("auth.view_group")
    get_auth().add_voter(lambda user, permission, subject: Vote.GRANT if subject == "mine" else Vote.ABSTAIN)

    assert (before, ida.has_perm("auth.view_group"), ida.has_perm("auth.view_group", "mine")) == (False, False, True)
    assert run.run(ida.ahas_perm("auth.view_group", "mine"))
    assert root.has_perm("auth.view_group")
    ida.is_active = False
    assert not ida.has_perm("auth.view_group", "mine")


def test_an_admins_sign_in_waits_for_its_second_factor(open_browser, change, root, log_in_to_admin):
    """Nobody is signed in by the password, not in Django's session either: the browser is led to the second step."""
    change(user_provider="DjangoUserProvider")
    guard = get_auth().guard({})
    guard.login("root", PASSWORD, "DjangoUserProvider")
    codes = guard.enrol("recovery_codes")["codes"]
    change(user_provider="DjangoUserProvider", second_factor="required")
    browser = open_browser()
    answer = log_in_to_admin(browser)

    assert (answer.status, answer.location) == (303, "/login/step?next=%2Fadmin%2F")
    assert "sessionid" not in browser.cookies
    assert not is_inside(browser)
    assert browser.get("/signed-in").status == 303
    step = browser.get("/login/step").form("/login/step", method="recovery_codes")
    assert browser.submit(step, code=codes[0]).status == 303
    assert is_inside(browser)
