"""The wallet's sign-in by the pages."""

from __future__ import annotations

import json

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
    assert "address cannot be used to sign in" in page.text
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


def post(browser, path, **body):
    answer = browser.send(
        "POST", f"/api{path}", headers=[("Content-Type", "application/json")], body=json.dumps(body).encode()
    )
    return answer.status, json.loads(answer.text)


def test_the_page_of_all_steps_takes_it_as_well(pages, browser, alice):
    """As JSON, where it is one of the methods that a sign-in can begin with."""
    assert "wallet" in json.loads(browser.get("/api/login/step").text)["methods"]
    by_wallet = {"method": "wallet", "evrmore_address": alice.address}
    status, begun = post(browser, "/login/step", action="begin", **by_wallet)
    assert (status, begun["evrmore_address"]) == (200, alice.address)
    signature = alice.sign(begun["challenge"])
    status, _ = post(
        browser, "/login/step", challenge=begun["challenge"], signature=signature, remember_me=True, **by_wallet
    )

    assert (status, pages.user_of(browser).evrmore_address) == (200, alice.address)
    assert "gatewright-remember" in browser.cookies


def test_where_it_is_switched_off_no_step_takes_it(make_pages, alice):
    """Neither is it among the methods that there are."""
    browser = make_pages(enable_wallet_login=False).browser()
    assert "wallet" not in json.loads(browser.get("/api/login/step").text)["methods"]
    refused = post(browser, "/login/step", method="wallet", action="begin", evrmore_address=alice.address)

    assert (refused[0], refused[1]["code"]) == (401, "sign_in_over")


def test_where_it_is_none_of_the_methods_it_is_not_there(make_pages, anna, log_in, alice):
    """Neither to sign in, nor to be linked; no page shows a form for it, and none is taken, whatever its token."""
    browser = make_pages(methods=("password",)).browser()
    assert post(browser, "/login/wallet", evrmore_address=alice.address)[0] == 422
    log_in(browser)
    page = browser.get("/account")
    assert "link_wallet" not in page.text
    fields = page.form("/account", action="profile").fields
    for token in (fields["csrf_token"], "old"):
        sent = {"csrf_token": token, "action": "link_wallet", "evrmore_address": alice.address}
        assert [browser.post(path, sent).status for path in ("/login/wallet", "/account")] == [404, 404]


def test_a_form_of_an_applications_own_names_no_method(browser, alice):
    """What it sends says which it is, and whether it begins or proves."""
    form, signature = sign(first_step(browser, alice), alice)
    browser.submit(form, signature=signature)
    fields = browser.get("/confirm_password").form("/confirm_password").fields
    own = {"csrf_token": fields["csrf_token"], "evrmore_address": alice.address}
    offered = browser.post("/confirm_password", own).form("/confirm_password", evrmore_address=alice.address)
    challenge = offered.fields["challenge"]
    proven = browser.post("/confirm_password", own | {"challenge": challenge, "signature": alice.sign(challenge)})

    assert (proven.status, proven.location) == (303, "/account")


def test_a_wrong_signature_links_nothing_and_can_be_mended(browser, anna, log_in, people, alice, bob):
    """As at a sign-in."""
    log_in(browser)
    link = browser.get("/account").form("/account", action="link_wallet")
    step = browser.submit(link, evrmore_address=alice.address).form("/account", action="link_wallet")
    page = browser.submit(step, signature=bob.sign(step.fields["challenge"]))
    again = page.form("/account", action="link_wallet")

    assert (page.status, "does not match" in page.text) == (422, True)
    assert again.fields["challenge"] == step.fields["challenge"]
    assert people.list_wallets("anna") == []
    assert browser.submit(again, signature=alice.sign(step.fields["challenge"])).location == "/account"
    assert people.list_wallets("anna") == [alice.address]
