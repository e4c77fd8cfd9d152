"""The pages over HTTP, without JavaScript: the server's own start page, and the pages and the API side by side."""

from __future__ import annotations

import json
import queue
import re
from datetime import timedelta
from html import unescape

import pytest

from gatewright import Denied
from gatewright.errors import MailUnavailableError
from gatewright.testing import Wallet
from gatewright.web.message_texts import MESSAGES

PASSWORD = "correct horse battery staple"
SECONDS = 60
JSON = [("Content-Type", "application/json")]


class Mailbox:
    """Keeps the mails that the server's mail worker brings."""

    def __init__(self):
        self._mails = queue.Queue()

    def send(self, mail):
        self._mails.put(mail)

    def next(self):
        return self._mails.get(timeout=SECONDS)


def second_step(page):
    return page.form("/login/wallet", challenge=page.form("/login/wallet").fields["challenge"])


def signed(page, wallet):
    """The fields of the second step, filled in."""
    fields = second_step(page).fields
    return fields | {"signature": wallet.sign(fields["challenge"])}


def heading(page):
    (found,) = re.findall(r"<h1[^>]*>(.*?)</h1>", page.text, re.DOTALL)
    return re.sub(r"<[^>]*>", "", found)


def alert(page):
    (found,) = re.findall(r'role="alert">([^<]*)<', page.text)
    return found


def is_guest(browser):
    return heading(browser.get("/")) == "Sign in with your wallet"


def code_of(page):
    assert page.header("content-type") == "application/problem+json"
    return page.status, json.loads(page.text)["code"]


def test_the_walk_through_with_a_wallet(browser, wallet):
    """Address, challenge, signature, signed in, signed out; all by the forms of the pages."""
    step = browser.submit(browser.get("/").form("/login/wallet"), evrmore_address=wallet.address)
    signed_in = browser.submit(second_step(step), signature=signed(step, wallet)["signature"])
    home = browser.follow(signed_in)

    assert heading(step) == "Sign this text"
    assert (signed_in.status, signed_in.location) == (303, "/")
    assert heading(home) == f"Signed in as {wallet.address}"
    assert "127.0.0.1" in home.text
    signed_out = browser.submit(home.form("/logout"))
    assert (signed_out.status, signed_out.location) == (303, "/")
    assert is_guest(browser)


def test_the_walk_through_with_a_password(open_site):
    """Signup, the mail with its link to this very server, login, account, logout."""
    mailbox = Mailbox()
    site = open_site(auth={"mailer": mailbox})
    browser = site.browser()
    typed = {"email": "ben@example.com", "password": PASSWORD, "password_confirm": PASSWORD}
    told = browser.submit(browser.get("/signup").form("/signup"), **typed)
    (link,) = re.findall(r"http://\S+", mailbox.next().text)
    assert heading(told) == "Check your email"
    assert link.startswith(f"{site.url}/email_verification/")

    verified = browser.submit(browser.get(link.removeprefix(site.url)).form())
    login = browser.follow(verified)
    assert MESSAGES["MSG_EMAIL_VERIFIED"] in login.text
    signed_in = browser.submit(login.form("/login"), email="ben@example.com", password=PASSWORD)
    assert (signed_in.status, signed_in.location) == (303, "/")
    assert heading(browser.follow(signed_in)) == "Signed in as ben@example.com"

    account = browser.get("/account")
    assert heading(account) == "Your account"
    assert browser.submit(account.form("/logout")).location == "/"
    assert browser.get("/account").location == "/login?next=%2Faccount"


def test_a_mail_server_that_is_down_keeps_nobody_out(open_site):
    """The account is there, and the page is the same."""

    class Down:
        def send(self, mail):
            raise MailUnavailableError

    site = open_site(auth={"mailer": Down()})
    browser = site.browser()
    typed = {"email": "ben@example.com", "password": PASSWORD, "password_confirm": PASSWORD}

    assert heading(browser.submit(browser.get("/signup").form("/signup"), **typed)) == "Check your email"
    assert site.fetch("SELECT email FROM users") == [("ben@example.com",)]


def test_the_start_page_of_a_user_without_a_wallet(site, browser):
    """Shows the name."""
    site.add_user("anna", password=PASSWORD)
    browser.submit(browser.get("/login").form("/login"), email="anna", password=PASSWORD)

    assert heading(browser.get("/")) == "Signed in as anna"


def test_the_start_page_offers_a_password_only_where_there_are_any(open_site):
    """Nobody looks for a password on the page that it leads to, which asks for none."""
    for methods, said in ((("password",), "Sign in with a password"), (("passkey",), "Sign in")):
        page = open_site(methods=methods).browser().get("/")
        assert re.search(r'href="/login">([^<]*)</a>', page.text)[1] == said


def test_the_start_page_speaks_the_visitors_language(site):
    """As the browser asks for it."""
    page = site.browser(language="de-AT, en;q=0.5").get("/")

    assert '<html lang="de">' in page.text
    assert page.header("content-language") == "de"


def test_head_is_get_without_a_body(site):
    """The length is that of the page."""
    client = site.client()
    page, head = client.get("/"), client.head("/")

    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == page.headers["content-length"]


def test_the_page_shows_the_commands_that_sign(browser, wallet, ask):
    """Both, with the challenge exactly as it is."""
    page = ask(browser, wallet)
    challenge, text = second_step(page).fields["challenge"], unescape(page.text)

    assert f'gatewright wallet sign --wif-file wallet.wif "{challenge}"' in text
    assert f'evrmore-cli signmessage "{wallet.address}" "{challenge}"' in text


def test_asking_for_a_challenge_makes_no_account(site, browser, wallet, ask):
    """Still a guest."""
    before = site.rows()["users"]
    ask(browser, wallet)

    assert is_guest(browser)
    assert site.rows()["users"] == before


def test_a_bad_address_is_explained_in_place(browser):
    """With what was typed, the field marked and described by the error."""
    typed = '"><script>alert(1)</script>'
    page = browser.submit(browser.get("/").form("/login/wallet"), evrmore_address=typed)

    assert page.status == 422
    assert alert(page) == MESSAGES["ERR_ADDRESS"]
    assert page.form("/login/wallet").fields["evrmore_address"] == typed
    assert "<script>alert" not in page.text
    assert 'aria-invalid="true" aria-describedby="evrmore_address-error"' in page.text


def test_a_wrong_signature_is_explained_in_place(browser, wallet, ask):
    """With the challenge and the signature kept, so that the next try needs no new challenge."""
    step = ask(browser, wallet)
    page = browser.submit(second_step(step), signature="<b>wrong</b>")

    assert page.status == 422
    assert alert(page) == MESSAGES["ERR_SIGNATURE"]
    assert second_step(page).fields["challenge"] == second_step(step).fields["challenge"]
    assert second_step(page).fields["signature"] == "<b>wrong</b>"
    assert "<b>wrong" not in page.text
    right = browser.submit(second_step(page), signature=f"  {signed(step, wallet)['signature']}\r\n")
    assert right.status == 303


def test_a_challenge_of_the_api_is_bound_to_no_browser(open_site, wallet):
    """So no page takes it; and the hook that counts failures hears of it, though the core never sees it."""
    site = open_site()
    failures = []
    site.auth.hooks.auth_failed(lambda reason, username: failures.append((username, reason)))
    browser = site.browser()
    token = browser.get("/").form().fields["csrf_token"]
    form = site.signed(site.client(), wallet.address, wallet.wif)

    page = browser.post("/login/wallet", form | {"csrf_token": token})

    assert (page.status, alert(page)) == (401, MESSAGES["ERR_WALLET_CHALLENGE"])
    assert failures == [(wallet.address, "challenge_not_bound")]


def test_every_unusable_challenge_gets_the_same_page(open_site, ask):
    """Expired, used or of another browser, the visitor is asked for the address again."""
    site = open_site()
    pages = []
    for case in ("expired", "used", "unbound"):
        browser, wallet = site.browser(), Wallet.new(case)
        form = signed(ask(browser, wallet), wallet)
        bound = dict(browser.cookies)
        if case == "expired":
            site.clock.offset += timedelta(minutes=11)
        if case == "used":
            browser.post("/login/wallet", form)
            browser.cookies = bound
        if case == "unbound":
            browser.cookies = {}
            form["csrf_token"] = browser.get("/").form().fields["csrf_token"]
        page = browser.post("/login/wallet", form)
        token = page.form().fields["csrf_token"]
        pages.append((page.status, page.text.replace(wallet.address, "").replace(token, "")))

    assert pages[0][0] == 401
    assert pages == [pages[0]] * 3


def test_too_many_challenges_are_explained_in_place(open_site, wallet, ask):
    """With the status and the header that the API gives."""
    browser = open_site(challenges_per_address=1).browser()
    ask(browser, wallet)

    page = ask(browser, wallet)

    assert (page.status, page.header("retry-after")) == (429, "60")
    assert alert(page) == MESSAGES["ERR_RATE_LIMITED"]
    assert page.form("/login/wallet").fields["evrmore_address"] == wallet.address


def test_a_deactivated_user_is_told_so(site, browser, wallet, sign_in):
    """Only after having proved who they are; and an open session of theirs is over."""
    sign_in(browser, wallet)
    site.deactivate(wallet.address)
    assert is_guest(browser)

    page = sign_in(browser, wallet)

    assert (page.status, alert(page)) == (403, MESSAGES["ERR_LOGIN_INACTIVE_USER"])


def test_signing_in_again_ends_the_previous_session(site, browser, wallet, sign_in):
    """One browser, one session; what it held before is worth nothing."""
    sign_in(browser, wallet)
    old = site.browser()
    old.cookies = dict(browser.cookies)
    assert not is_guest(old)

    assert sign_in(browser, wallet).status == 303

    assert is_guest(old)
    assert browser.get("/").text.count("<li>") == 1


def test_the_list_shows_every_live_session_and_no_secret(site, browser, wallet, other_wallet, sign_in):
    """Of this user only, the current one marked, with whatever the devices call themselves escaped."""
    elsewhere = site.browser(user_agent="<img src=x>/1")
    sign_in(elsewhere, wallet)
    sign_in(site.browser(), other_wallet)
    sign_in(browser, wallet)

    page = browser.get("/")

    assert page.text.count("<li>") == 2
    assert page.text.count("this one") == 1
    assert "&lt;img src=x&gt;" in page.text
    for holder in (browser, elsewhere):
        assert holder.cookies["gatewright"] not in page.text


def test_the_second_step_without_a_signature_is_a_wrong_one(browser, wallet, ask):
    """Also where the field is missing, so that nothing is taken for the first step."""
    form = second_step(ask(browser, wallet))

    assert browser.submit(form, signature=None).status == 422
    assert browser.submit(form, signature="").status == 422


@pytest.mark.parametrize("fields", [{}, {"evrmore_address": ""}, {"signature": "x"}, {"challenge": ""}, {"x": "y"}])
def test_half_a_form_is_explained(browser, fields):
    """In place, never an error of ours."""
    token = browser.get("/").form().fields["csrf_token"]
    page = browser.post("/login/wallet", {"csrf_token": token, **fields})

    assert page.status in (401, 422)
    assert page.form("/login/wallet")
    assert alert(page)


def test_a_hook_sees_the_pages_too(open_site, wallet, other_wallet, ask, sign_in):
    """The same operations, the same veto, told in words."""
    site = open_site()
    browser = site.browser()
    sign_in(browser, wallet)
    step = second_step(ask(browser, other_wallet))

    @site.auth.hooks.pre_auth
    @site.auth.hooks.pre_challenge
    def refuse():
        raise Denied("a reason for the log")

    for page in (ask(browser, other_wallet), browser.submit(step, signature="x")):
        assert page.status == 403
        assert alert(page).startswith("This is not allowed.")
        assert "a reason for the log" not in page.text
    assert heading(browser.get("/")) == f"Signed in as {wallet.address}"


def test_a_hook_that_changes_the_address_changes_the_page(open_site, wallet, other_wallet, ask):
    """The second step asks the wallet whom the challenge names."""
    site = open_site()

    @site.auth.hooks.pre_challenge
    def redirect():
        return {"evrmore_address": other_wallet.address}

    browser = site.browser()
    step = ask(browser, wallet)

    assert second_step(step).fields["evrmore_address"] == other_wallet.address
    assert browser.post("/login/wallet", signed(step, other_wallet)).status == 303


def test_a_database_that_fails_is_a_page_too(open_site, wallet, sign_in, caplog):
    """503 in words for people, with a time to come back; the log has the cause."""
    site = open_site()
    browser = site.browser()
    sign_in(browser, wallet)
    form = browser.get("/").form("/logout")
    fields = form.fields | {"evrmore_address": wallet.address}
    for table in ("challenges", "sessions"):
        site.execute(f"ALTER TABLE {table} RENAME TO {table}_away")

    pages = [browser.get("/"), browser.get("/account"), browser.post("/login/wallet", fields), browser.submit(form)]

    for page in pages:
        assert page.status == 503
        assert page.header("content-type").startswith("text/html")
        assert int(page.header("retry-after")) > 0
        assert "The service is busy. Please try again in a moment." in page.text
        assert "no such table" not in page.text
    assert caplog.text.count("no such table") == len(pages)


def test_a_database_that_fails_keeps_the_session(open_site, wallet, sign_in):
    """In the browser too: what could not be ended can be ended later."""
    site = open_site()
    browser = site.browser()
    sign_in(browser, wallet)
    form = browser.get("/").form("/logout")
    site.execute("ALTER TABLE sessions RENAME TO sessions_away")
    assert (browser.get("/").status, browser.submit(form).status) == (503, 503)
    site.execute("ALTER TABLE sessions_away RENAME TO sessions")

    assert heading(browser.get("/")) == f"Signed in as {wallet.address}"
    assert browser.submit(form).location == "/"
    assert is_guest(browser)


def test_the_error_of_a_page_is_what_the_client_can_read(browser):
    """A page where a browser asks, a problem where a program does."""
    page = browser.get("/password-reset/nonsense")
    problem = browser.send("GET", "/password-reset/nonsense")

    assert (page.status, heading(page)) == (410, "That did not work")
    assert code_of(problem) == (410, "invalid_link")


def test_three_kinds_of_logout(site, browser, wallet, sign_in, bearer):
    """With a token it is the API's, with a form the page's, and with neither nobody's."""
    sign_in(browser, wallet)
    client = site.client()
    header = bearer(site.sign_in(client)["token"])
    form = browser.get("/").form("/logout")

    by_token, by_form = client.post("/logout", headers=header), browser.submit(form)
    by_neither = client.post("/logout")

    assert (by_token.status_code, by_token.content) == (204, b"")
    assert (by_form.status, by_form.location) == (303, "/")
    assert (by_neither.status_code, by_neither.json()["code"]) == (401, "missing_token")
    assert client.get("/validate", headers=header).status_code == 401
    assert is_guest(browser)


def test_a_logout_with_a_cookie_and_no_form_is_nobodys(browser, wallet, sign_in):
    """A cookie alone ends nothing."""
    sign_in(browser, wallet)

    assert code_of(browser.send("POST", "/logout")) == (403, "foreign_form")
    assert not is_guest(browser)


def test_a_visit_is_no_token_of_the_api(site, browser, wallet, sign_in, bearer):
    """What lies in the cookie opens the pages and their JSON API, and nothing of the REST API."""
    sign_in(browser, wallet)
    value = browser.cookies["gatewright"]

    assert json.loads(browser.send("GET", "/api/session").text)["user"]["evrmore_address"] == wallet.address
    assert code_of(browser.send("GET", "/me")) == (401, "missing_token")
    assert site.client().get("/me", headers=bearer(value)).status_code == 401


def test_the_twins_stand_beside_the_rest_api(site, browser):
    """A script of a page signs in by JSON; the pages know the visitor afterwards."""
    site.add_user("ina", password=PASSWORD)
    body = json.dumps({"email": "ina", "password": PASSWORD}).encode()
    answer = browser.send("POST", "/api/login", headers=JSON, body=body)

    assert answer.status == 200
    assert heading(browser.get("/")) == "Signed in as ina"
    assert code_of(browser.send("GET", "/api/nothing")) == (404, "not_found")


def test_none_of_its_own_routes_is_called_hidden(open_site, caplog):
    """The two sign-outs at one path are told apart by the token."""
    open_site().client().get("/login")
    assert "never reached" not in caplog.text


def test_a_page_that_hides_a_route_is_named(open_site, caplog):
    """Where the operator has moved it."""
    open_site(page_paths="account=/me").client().get("/login")
    assert "/me (gatewright.server.wallet_api.me) is never reached" in caplog.text
