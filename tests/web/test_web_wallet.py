"""The wallet's sign-in by the pages."""

from __future__ import annotations

from gatewright.testing import Wallet

PASSWORD = "correct horse battery staple"


def first_step(browser, wallet, path="/login"):
    form = browser.get(path).form("/login/wallet")
    return browser.submit(form, evrmore_address=wallet.address)


def sign(page, wallet):
    form = page.form(challenge=page.form("/login/wallet").fields["challenge"])
    return form, wallet.sign(form.fields["challenge"])


def test_a_wallet_signs_in(pages, browser, alice):
    """Two steps, and the person is known by their address."""
    form, signature = sign(first_step(browser, alice), alice)
    answer = browser.submit(form, signature=signature)

    assert (answer.status, answer.location) == (303, "/")
    assert pages.user_of(browser).evrmore_address == alice.address


def test_the_session_is_a_visitors(pages, browser, alice, people, clock):
    """It lives as long as one by password, and is listed once."""
    form, signature = sign(first_step(browser, alice), alice)
    browser.submit(form, signature=signature)
    clock.advance(minutes=90)

    assert pages.user_of(browser).evrmore_address == alice.address
    (session,) = people.list_sessions(pages.user_of(browser).id)
    assert session.is_fully_authenticated


def test_it_leads_to_where_the_visitor_wanted_to_go(browser, alice):
    """``next`` survives both steps."""
    page = first_step(browser, alice, "/login?next=/orders")
    form, signature = sign(page, alice)

    assert browser.submit(form, signature=signature).location == "/orders"


def test_a_wrong_signature_can_be_mended(pages, browser, alice, bob):
    """The challenge is shown again with what was pasted, and is not spent."""
    form, _ = sign(first_step(browser, alice), alice)
    again = browser.submit(form, signature=bob.sign(form.fields["challenge"]))
    mended, signature = sign(again, alice)

    assert again.status == 422
    assert "does not match" in again.text
    assert browser.submit(mended, signature=signature).status == 303


def test_a_wrong_address_is_said_at_its_field(browser):
    """With what was typed, to be mended."""
    page = browser.submit(browser.get("/login").form("/login/wallet"), evrmore_address="Enonsense")

    assert page.status == 422
    assert "not an address that can sign in" in page.text
    assert page.form("/login/wallet").fields["evrmore_address"] == "Enonsense"


def test_a_used_challenge_leads_back_to_the_start(pages, browser, alice):
    """Sending the form twice signs in once."""
    form, signature = sign(first_step(browser, alice), alice)
    browser.submit(form, signature=signature)
    other = pages.browser()
    other.cookies = {}

    assert other.submit(form, signature=signature).status == 403


def test_too_many_challenges(browser):
    """The limit is told, and when to come back."""
    wallet = Wallet.new("busy")
    answers = [first_step(browser, wallet) for _ in range(11)]

    assert [answer.status for answer in answers] == [200] * 10 + [429]
    assert answers[-1].header("retry-after") == "60"


def test_reloading_the_second_step_leads_back(browser):
    """By its address, it is no page."""
    assert browser.get("/login/wallet").location == "/login"
