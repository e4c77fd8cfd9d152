"""Attacks on sessions and cookies."""

from __future__ import annotations

from target_applications import EDIT, EDITORS
from targets import PASSWORD


def test_planting_ones_own_session_in_a_victims_browser(target, anna, browser, mallory):
    """The victim gets one of their own, and the planted one is no more."""
    target.log_in_with_wallet(browser, mallory)
    planted = dict(browser.cookies)
    victim = target.browser()
    victim.cookies = dict(planted)
    target.call(victim, "/api/login", {"email": "anna@example.com", "password": PASSWORD})

    assert target.who(victim) == "anna"
    browser.cookies = planted
    assert target.who(browser) is None


def test_using_a_role_that_has_been_taken_away(application, anna, browser):
    """It is gone with the next request, and nobody has to sign in again; the same for a permission."""
    auth = application.auth
    auth.create_role("editor")
    auth.create_permission("post.edit")
    auth.assign_role("editor", username="anna")
    auth.grant_permission("post.edit", role="editor")
    application.log_in(browser)
    assert [browser.get(path).status for path in (EDITORS, EDIT)] == [200, 200]
    auth.revoke_permission("post.edit", role="editor")
    assert [browser.get(path).status for path in (EDITORS, EDIT)] == [200, 403]
    auth.unassign_role("editor", username="anna")
    assert [browser.get(path).status for path in (EDITORS, EDIT)] == [403, 403]
