"""What the account page says has happened to an account of late."""

from __future__ import annotations

import re

from gatewright import MemoryUserProvider
from gatewright.providers.user_provider import default_hasher

PASSWORD = "correct horse battery staple"


def shown(browser):
    """Return what the page says has happened, the newest first."""
    section = browser.get("/account").text.partition("Recent activity")[2].partition("</ul>")[0]
    return re.findall(r'<div class="what">\s*<span>([^<]+)</span>', section)


def test_it_goes_on_under_a_new_name(browser, anna, people, log_in):
    """The change of the name, which was recorded under the old one, stands there too."""
    log_in(browser)
    people.change_username(anna.id, username="annabel")

    assert shown(browser) == ["The username was changed", "Signed in"]


def test_the_latest_are_shown(browser, anna, people, log_in):
    """However much has been recorded before."""
    for number in range(40):
        people.change_username(anna.id, username=f"anna{number}")
    log_in(browser)

    assert shown(browser) == ["Signed in", *["The username was changed"] * 4]


def test_it_goes_on_with_a_new_mail_address(browser, people, log_in, sql):
    """By which an account is known that has no other name."""
    people.create_user(email="bea@example.com", password=PASSWORD, is_verified=True)
    log_in(browser, "bea@example.com")
    sql("UPDATE users SET email = 'beatrice@example.com' WHERE email = 'bea@example.com'")
    log_in(browser, "beatrice@example.com")

    assert shown(browser) == ["Signed in", "Signed in"]


def test_whoever_guesses_at_a_name_hides_nothing(pages, browser, anna, log_in, gatewright_clock):
    """However many failed sign-ins are recorded under it."""
    log_in(browser)
    for _ in range(40):
        gatewright_clock.advance(minutes=2)
        log_in(pages.browser(), password="a wrong password")

    assert shown(browser) == ["Signed in"]


def test_users_of_two_providers_are_told_apart(make_pages, anna, people, log_in):
    """Though they have one identifier."""
    theirs = MemoryUserProvider([{"email": anna.id, "password": default_hasher().hash(PASSWORD)}])
    pages = make_pages(auth={"providers": [theirs]}, user_provider="MemoryUserProvider")
    browser, ours = pages.browser(), make_pages().browser()
    log_in(browser, anna.id)
    log_in(ours)
    people.change_username(anna.id, username="annabel")

    assert shown(browser) == ["Signed in"]
    assert shown(ours) == ["The username was changed", "Signed in"]
