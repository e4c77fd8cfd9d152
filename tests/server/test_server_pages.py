"""The page without a browser and without JavaScript: forms, cookies, and what comes back."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from gatewright import Denied

SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def visitor(site):
    """A browser that says where its forms come from."""
    return site.client(headers=SAME_ORIGIN)


def field(page, name):
    """The value of a form's field."""
    match = re.search(rf'<textarea[^>]* name="{name}"[^>]*>([^<]*)<|name="{name}" value="([^"]*)"', page.text)
    return next(value for value in match.groups() if value is not None)


def ask(visitor, address):
    """Post the first step and return the second."""
    page = visitor.post("/login/wallet", data={"evrmore_address": address})
    assert page.status_code == 200, page.text
    return {name: field(page, name) for name in ("evrmore_address", "challenge")}


def sign_in(site, visitor, wallet=None):
    """Go through both steps."""
    address, wif = wallet or site.auth.create_wallet_address()
    form = ask(visitor, address)
    answer = visitor.post("/login/wallet", data=form | {"signature": site.auth.sign_message(wif, form["challenge"])})
    assert answer.status_code == 303, answer.text
    return address


def heading(page):
    headings = re.findall(r"<h1[^>]*>(.*?)</h1>", page.text, re.DOTALL)
    assert len(headings) == 1
    return re.sub(r"<[^>]*>", "", headings[0])


def alert(page):
    return re.search(r'role="alert">([^<]*)<', page.text).group(1)


def test_the_walk_through(site, visitor):
    """Address, challenge, signature, signed in, signed out."""
    assert heading(visitor.get("/")) == "Sign in with your wallet"

    address = sign_in(site, visitor)

    page = visitor.get("/")
    assert heading(page) == f"Signed in as {address}"
    assert "127.0.0.1" in page.text
    answer = visitor.post("/logout", data={})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert heading(visitor.get("/")) == "Sign in with your wallet"


def test_signing_out_ends_the_session_itself(site, visitor):
    """A copy of the cookie is worth nothing afterwards."""
    sign_in(site, visitor)
    token = visitor.cookies["gatewright"]

    visitor.post("/logout", data={})

    assert sorted(visitor.cookies) == ["gatewright-csrf"]
    assert "Signed in" not in visitor.get("/", headers={"Cookie": f"gatewright={token}"}).text


def test_the_page_shows_the_commands_that_sign(site, visitor):
    """Both, with the challenge exactly as it is."""
    address, _ = site.auth.create_wallet_address()

    page = visitor.post("/login/wallet", data={"evrmore_address": address})

    challenge = field(page, "challenge")
    text = page.text.replace("&#34;", '"')
    assert f'gatewright wallet sign --wif-file wallet.wif "{challenge}"' in text
    assert f'evrmore-cli signmessage "{address}" "{challenge}"' in text


def test_asking_for_a_challenge_signs_nobody_in(site, visitor):
    """Still a guest, without an account."""
    before = site.rows()["users"]

    ask(visitor, site.auth.create_wallet_address()[0])

    assert heading(visitor.get("/")) == "Sign in with your wallet"
    assert site.rows()["users"] == before


def test_a_bad_address_is_explained_in_place(visitor):
    """With what was typed, the field marked and described by the error."""
    page = visitor.post("/login/wallet", data={"evrmore_address": '"><script>alert(1)</script>'})

    assert page.status_code == 422
    assert alert(page) == "This is not an address that can sign in here."
    assert "&#34;&gt;&lt;script&gt;alert(1)&lt;/script&gt;" in page.text
    assert "<script>alert" not in page.text
    assert 'aria-describedby="error"' in page.text
    assert 'aria-invalid="true"' in page.text


def test_a_wrong_signature_is_explained_in_place(site, visitor):
    """With the challenge and the signature kept, so that the next try needs no new challenge."""
    address, wif = site.auth.create_wallet_address()
    form = ask(visitor, address)

    page = visitor.post("/login/wallet", data=form | {"signature": "<b>wrong</b>"})

    assert page.status_code == 401
    assert alert(page) == "The signature does not match the challenge and the address."
    assert field(page, "challenge") == form["challenge"]
    assert field(page, "signature") == "&lt;b&gt;wrong&lt;/b&gt;"
    right = form | {"signature": f"  {site.auth.sign_message(wif, form['challenge'])}\r\n"}
    assert visitor.post("/login/wallet", data=right).status_code == 303


def test_a_signature_from_another_browser_is_refused(site, visitor):
    """A challenge belongs to the browser that asked for it; and the attempt does not burn it."""
    address, wif = site.auth.create_wallet_address()
    form = ask(visitor, address)
    form["signature"] = site.auth.sign_message(wif, form["challenge"])
    relay = site.client(headers=SAME_ORIGIN)
    ask(relay, site.auth.create_wallet_address()[0])

    for thief in (relay, site.client(headers=SAME_ORIGIN)):
        page = thief.post("/login/wallet", data=form)
        assert page.status_code == 401
        assert alert(page) == "This challenge cannot be used. Ask for a new one."
        assert "gatewright" not in thief.cookies

    assert visitor.post("/login/wallet", data=form).status_code == 303


def test_a_challenge_of_the_api_is_bound_to_no_browser(site, visitor):
    """So no page takes it."""
    form = site.signed(visitor, *site.auth.create_wallet_address())

    assert alert(visitor.post("/login/wallet", data=form)) == "This challenge cannot be used. Ask for a new one."


def test_a_challenge_of_another_browser_is_a_failed_authentication(open_site):
    """The hook that counts failures hears of this one too, though the core never sees it."""
    site = open_site()
    failures = []
    site.auth.hooks.auth_failed(lambda reason, username: failures.append((username, reason)))
    visitor = site.client(headers=SAME_ORIGIN)
    address, wif = site.auth.create_wallet_address()

    visitor.post("/login/wallet", data=site.signed(visitor, address, wif))

    assert failures == [(address, "challenge_not_bound")]


def test_every_unusable_challenge_gets_the_same_page(open_site):
    """Expired, used or of another browser, the visitor is asked for the address again."""
    site = open_site()
    pages = []
    for case in ("expired", "used", "unbound"):
        visitor = site.client(headers=SAME_ORIGIN)
        address, wif = site.auth.create_wallet_address()
        form = ask(visitor, address)
        form["signature"] = site.auth.sign_message(wif, form["challenge"])
        if case == "expired":
            site.clock.offset += timedelta(minutes=11)
        if case == "used":
            bound = visitor.cookies["gatewright-challenge"]
            visitor.post("/login/wallet", data=form)
            visitor.cookies.set("gatewright-challenge", bound, domain="127.0.0.1", path="/")
        if case == "unbound":
            visitor.cookies.delete("gatewright-challenge")
        page = visitor.post("/login/wallet", data=form)
        pages.append((page.status_code, page.text.replace(address, "").replace(visitor.cookies["gatewright-csrf"], "")))

    assert pages[0][0] == 401
    assert pages == [pages[0]] * 3


def test_too_many_challenges_are_explained_in_place(open_site):
    """With the status and the header that the API gives."""
    site = open_site(challenges_per_address=1)
    visitor = site.client(headers=SAME_ORIGIN)
    address, _ = site.auth.create_wallet_address()
    ask(visitor, address)

    page = visitor.post("/login/wallet", data={"evrmore_address": address})

    assert (page.status_code, page.headers["retry-after"]) == (429, "60")
    assert alert(page) == "Too many requests. Please wait a moment and try again."
    assert field(page, "evrmore_address") == address


def test_a_deactivated_user_is_told_so(site, visitor):
    """Only after having proved who they are; and an open session of theirs is over."""
    wallet = site.auth.create_wallet_address()
    sign_in(site, visitor, wallet)
    site.deactivate(wallet[0])

    assert heading(visitor.get("/")) == "Sign in with your wallet"
    form = ask(visitor, wallet[0])
    page = visitor.post(
        "/login/wallet", data=form | {"signature": site.auth.sign_message(wallet[1], form["challenge"])}
    )
    assert page.status_code == 403
    assert alert(page) == "This account is not active."


def test_signing_in_again_ends_the_previous_session(site, visitor):
    """One browser, one session; what it held before is worth nothing."""
    wallet = site.auth.create_wallet_address()
    sign_in(site, visitor, wallet)
    before = visitor.cookies["gatewright"]

    sign_in(site, visitor, wallet)

    assert visitor.cookies["gatewright"] != before
    assert visitor.get("/validate", headers={"Authorization": f"Bearer {before}"}).status_code == 401
    assert visitor.get("/").text.count("<li>") == 1


def test_the_list_shows_every_live_session_and_no_token(site, visitor):
    """Of this user only, the current one marked, with whatever the devices call themselves escaped."""
    wallet = site.auth.create_wallet_address()
    other = site.client(headers=SAME_ORIGIN | {"User-Agent": "<img src=x>/1"})
    sign_in(site, other, wallet)
    sign_in(site, site.client(headers=SAME_ORIGIN))
    sign_in(site, visitor, wallet)

    page = visitor.get("/")

    assert page.text.count("<li>") == 2
    assert page.text.count("this one") == 1
    assert "&lt;img src=x&gt;" in page.text
    for holder in (visitor, other):
        assert holder.cookies["gatewright"] not in page.text


@pytest.mark.parametrize("spoil", ["tampered", "truncated", "empty", "oversize", "foreign", "duplicated", "quoted"])
def test_a_spoilt_cookie_is_a_guest(site, visitor, spoil):
    """Never an error, never somebody."""
    sign_in(site, visitor)
    token = visitor.cookies["gatewright"]
    cookie = {
        "tampered": f"gatewright={token[:-4]}AAAA",
        "truncated": f"gatewright={token[: len(token) // 2]}",
        "empty": "gatewright=",
        "oversize": f"gatewright={token}{'A' * 9000}",
        "foreign": f"__Host-gatewright={token}",
        "duplicated": f"gatewright={token}; gatewright={token}",
        "quoted": f'gatewright="{token}"',
    }[spoil]

    page = site.client().get("/", headers={"Cookie": cookie})

    assert (page.status_code, heading(page)) == (200, "Sign in with your wallet")


def test_the_second_step_without_a_signature_is_a_wrong_one(site, visitor):
    """Also where the field is missing, so that nothing is taken for the first step."""
    form = ask(visitor, site.auth.create_wallet_address()[0])

    assert visitor.post("/login/wallet", data=form).status_code == 401
    assert visitor.post("/login/wallet", data=form | {"signature": ""}).status_code == 401


@pytest.mark.parametrize("data", [{}, {"evrmore_address": ""}, {"signature": "x"}, {"challenge": ""}, {"x": "y"}])
def test_half_a_form_is_explained(visitor, data):
    """In place, never an error of ours."""
    page = visitor.post("/login/wallet", data=data)

    assert page.status_code in (401, 422)
    assert heading(page) == "Sign in with your wallet"
    assert alert(page)


def test_a_hook_sees_the_page_too(open_site):
    """The same operations, the same veto, shown in place."""
    site = open_site()
    visitor = site.client(headers=SAME_ORIGIN)
    sign_in(site, visitor)
    form = ask(visitor, site.auth.create_wallet_address()[0])

    @site.auth.hooks.pre_auth
    @site.auth.hooks.pre_challenge
    @site.auth.hooks.pre_token_invalidate
    def refuse():
        raise Denied("a reason for the log")

    pages = [
        visitor.post("/login/wallet", data={"evrmore_address": form["evrmore_address"]}),
        visitor.post("/login/wallet", data=form | {"signature": "x"}),
        visitor.post("/logout", data={}),
    ]

    for page in pages:
        assert (page.status_code, alert(page)) == (403, "This is not allowed.")
        assert "a reason for the log" not in page.text
    assert heading(visitor.get("/")).startswith("Signed in")


def test_a_veto_on_ending_the_old_session_costs_no_new_one(open_site):
    """The old one stays, the visitor goes on with the new one."""
    site = open_site()
    visitor = site.client(headers=SAME_ORIGIN)
    sign_in(site, visitor)

    @site.auth.hooks.pre_token_invalidate
    def refuse():
        raise Denied

    address = sign_in(site, visitor)

    assert heading(visitor.get("/")) == f"Signed in as {address}"


def test_a_hook_that_changes_the_address_changes_the_page(open_site):
    """The second step asks the wallet whom the challenge names."""
    site = open_site()
    address, wif = site.auth.create_wallet_address()

    @site.auth.hooks.pre_challenge
    def redirect():
        return {"evrmore_address": address}

    visitor = site.client(headers=SAME_ORIGIN)
    form = ask(visitor, site.auth.create_wallet_address()[0])

    assert form["evrmore_address"] == address
    answer = visitor.post("/login/wallet", data=form | {"signature": site.auth.sign_message(wif, form["challenge"])})
    assert answer.status_code == 303


def test_a_database_that_fails_is_a_page_too(open_site, caplog):
    """503 in words for people, with a time to come back; the log has the cause."""
    site = open_site()
    visitor = site.client(headers=SAME_ORIGIN)
    sign_in(site, visitor)
    for table in ("challenges", "sessions"):
        site.execute(f"ALTER TABLE {table} RENAME TO {table}_away")

    pages = [
        visitor.get("/"),
        visitor.post("/logout", data={}),
        visitor.post("/login/wallet", data={"evrmore_address": site.auth.create_wallet_address()[0]}),
    ]

    for page in pages:
        assert page.status_code == 503
        assert page.headers["content-type"].startswith("text/html")
        assert int(page.headers["retry-after"]) > 0
        assert alert(page) == "The service is busy. Please try again in a moment."
    assert caplog.text.count("no such table") == 3
    assert "gatewright" in visitor.cookies


def test_the_address_of_the_second_step_leads_back(visitor):
    """Who reloads it by its address starts again."""
    answer = visitor.get("/login/wallet")

    assert (answer.status_code, answer.headers["location"]) == (303, "/")
