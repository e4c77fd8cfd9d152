"""Attacks on the links of mails: a new password, a verified address."""

from __future__ import annotations

import re

import pytest

from targets import PASSWORD

NEW = "quiet lamp under seven hills"
FORGED = [("Host", "evil.example"), ("X-Forwarded-Host", "evil.example"), ("Forwarded", "host=evil.example;proto=http")]
CHANGING = {"set-cookie", "content-length", "x-request-id"}
"""Headers that differ from answer to answer, or with the length of the address."""


def ask(target, path="/password-reset", email="anna@example.com", headers=()):
    """Ask for a link on a page, and return the page that answers."""
    browser = target.browser()
    return browser.submit(browser.get(path).form(path), email=email, headers=headers)


def reset(target, link, password=NEW, browser=None):
    """Set a new password by the page of a link, and return its status."""
    browser = browser or target.browser()
    page = browser.get(link)
    if page.status != 200:
        return page.status
    return browser.submit(page.form(link), password=password, password_confirm=password).status


def verify(target, link):
    """Verify an address by the page of a link, and return its status."""
    browser = target.browser()
    page = browser.get(link)
    return browser.submit(page.form(link)).status if page.status == 200 else page.status


def move(target, username, email):
    """Move an account to another email address."""
    target.auth.request_email_change(target.auth.get_user(username).id, email=email)
    target.auth.confirm_email_change(newest(target, "/email_change/").rpartition("/")[2])


def newest(target, path):
    """Return the path of the newest link that leads below a path."""
    return [found[0] for mail in target.mails() if (found := re.search(rf"{path}\S+", mail.text))][-1]


def send_once(target, link, fields):
    """Return a request that sends the form of a link, from a browser of its own that has seen its page."""
    browser = target.browser()
    filled = browser.get(link).form(link).fields | fields
    sent = []
    browser._send = lambda *request: sent.append(request) or (200, [], b"")
    browser.post(link, filled)
    return sent[0]


@pytest.fixture
def link(target, anna):
    """The link by which anna may set a new password."""
    ask(target)
    return target.link()


@pytest.fixture
def newcomer(target):
    """An account whose address is not verified."""
    return target.register("newcomer", is_verified=False)


def test_using_a_link_again(target, link):
    """By the page and by the JSON API: one password is set, and the rest hear that the link is gone."""
    assert [reset(target, link), reset(target, link, PASSWORD)] == [303, 410]
    status, problem = target.call(target.browser(), f"/api{link}", {"password": PASSWORD})
    assert (status, problem["code"]) == (410, "invalid_link")
    assert target.log_in(target.browser(), password=NEW).location == "/"


def test_using_a_link_eight_times_at_once(target, link, newcomer):
    """One wins, for a reset and for a verification."""
    passwords = [f"{NEW} {number}" for number in range(8)]
    requests = [send_once(target, link, {"password": each, "password_confirm": each}) for each in passwords]
    statuses = [status for status, _, _ in target.send_at_once(requests)]
    assert sorted(statuses) == [303] + [410] * 7
    assert target.log_in(target.browser(), password=passwords[statuses.index(303)]).location == "/"

    ask(target, "/email_verification", "newcomer@example.com")
    verification = target.link()
    answers = target.send_at_once([send_once(target, verification, {}) for _ in range(8)])
    assert sorted(status for status, _, _ in answers) == [303] + [410] * 7


def test_using_a_link_that_is_no_longer_good(target, link, newcomer, clock):
    """After two hours, after a newer one, after the password or the address has changed, by another account's page."""
    ask(target)
    newer = target.link()
    assert reset(target, link) == 410
    clock.advance(hours=2)
    assert reset(target, newer) == 410

    ask(target)
    before = newest(target, "/password-reset/")
    target.auth.set_password("anna", NEW)
    assert reset(target, before) == 410
    clock.advance(hours=2)
    ask(target)
    moved = newest(target, "/password-reset/")
    move(target, "anna", "elsewhere@example.com")
    assert reset(target, moved) == 410

    ask(target, "/email_verification", "newcomer@example.com")
    verification = target.link()
    assert verify(target, verification.replace("email_verification", "password-reset")) == 410
    assert not target.auth.get_user("newcomer").is_verified
    move(target, "newcomer", "other@example.com")
    assert verify(target, verification) == 410


def test_moving_to_an_address_with_a_link_for_another(target, anna, browser):
    """The link that was sent to the first address does not verify the second, nor the account of somebody else."""
    target.register("ben")
    target.log_in(browser)
    links = []
    for email in ("first@example.com", "second@example.com"):
        form = browser.get("/account").form("/account", action="email")
        browser.submit(form, email=email, current_password=PASSWORD)
        links.append(newest(target, "/email_change/"))
    first, second = links
    other = target.browser()
    target.log_in(other, "ben@example.com")

    assert verify(target, first) == 410
    page = other.get(second)
    other.submit(page.form(second))
    assert target.auth.get_user("ben").email == "ben@example.com"
    assert target.auth.get_user("anna").email == "second@example.com"


def test_finding_out_who_has_an_account(target, anna, alice):
    """Unknown, inactive, without an address, without a password: the same answer as for a user, and no mail."""
    target.register("idle")
    target.auth.disable_user("idle")
    target.register("passwordless", password=None)
    target.token_of(alice)
    emails = ("anna@example.com", "nobody@example.com", "idle@example.com", f"{alice.address.lower()}@example.com")
    for path in ("/password-reset", "/email_verification"):
        seen = set()
        for email in emails:
            page = ask(target, path, email)
            headers = tuple(header for header in page.headers if header[0].lower() not in CHANGING)
            text = re.sub(r'name="csrf_token" value="[^"]*"', "", page.text.replace(email, "EMAIL"))
            seen.add((page.status, headers, text))
        assert len(seen) == 1
        answers = [target.call(target.browser(), f"/api{path}", {"email": email}) for email in emails]
        assert answers == [answers[0]] * len(emails)
    assert {mail.to for mail in target.mails()} == {"anna@example.com"}


def test_having_a_link_sent_elsewhere(target, anna):
    """A mail goes to the address that is stored, however it was typed, and to nobody else."""
    two, header = "anna@example.com,eve@evil.example", "anna@example.com\nbcc: eve@evil.example"
    for email in ("ANNA@EXAMPLE.COM", " anna@example.com ", "anna@ex\u0430mple.com", two, header):
        ask(target, email=email)
        target.call(target.browser(), "/api/password-reset", {"email": email})
    target.call(target.browser(), "/api/password-reset", {"email": two.split(",")})

    assert {mail.to for mail in target.mails()} == {"anna@example.com"}


def test_forging_where_a_link_leads(target, anna, newcomer):
    """The site's public URL is the beginning of every link, whatever a request says of the host."""
    for header in FORGED:
        ask(target, headers=[header])
        ask(target, "/email_verification", "newcomer@example.com", headers=[header])
    texts = [mail.text + mail.html for mail in target.mails()]

    assert texts
    assert not any("evil.example" in text for text in texts)
    assert all("https://shop.example/" in text for text in texts)


def test_following_a_link_before_its_owner_does(target, link, newcomer):
    """A mail scanner, a preview and a prefetch look at a link; none of that uses it."""
    ask(target, "/email_verification", "newcomer@example.com")
    verification = target.link()
    for path in (link, verification):
        for method in ("GET", "HEAD", "OPTIONS", "PUT", "DELETE"):
            target.send(method, path, [("Purpose", "prefetch"), ("Sec-Purpose", "prefetch;prerender")])
            target.send(method, f"/api{path}")
        target.send("GET", f"{path}?password={NEW}&password_confirm={NEW}")

    assert not target.auth.get_user("newcomer").is_verified
    assert target.log_in(target.browser()).location == "/"
    assert [verify(target, verification), reset(target, link)] == [303, 303]


def test_reading_the_database(target, anna, alice, browser):
    """Whoever reads it finds nothing that opens an account: of every secret that is out, a digest at most."""
    target.log_in(browser, remember_me="on")
    target.log_in_with_wallet(target.browser(), alice)
    token = target.token_of(alice)
    for path in ("/password-reset", "/email_verification"):
        ask(target, path)
    links = [found[1] for mail in target.mails() if (found := re.search(r"/([\w-]{43})\b", mail.text))]
    secrets = [PASSWORD, token, token.rpartition(".")[2], alice.wif, *links]
    secrets += [value.rpartition(".")[2] for value in browser.cookies.values()]
    rows = [row for table in tables_of(target) for row in target.rows(f'SELECT * FROM "{table}"')]
    everything = "\n".join(repr(row) for row in rows)

    assert links
    assert len(secrets) >= 7
    assert "anna@example.com" in everything
    assert [secret for secret in secrets if secret in everything] == []


def tables_of(target):
    if "sqlite" in target.name:
        found = target.rows("SELECT name FROM sqlite_master WHERE type = 'table'")
    else:
        found = target.rows("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
    return [name for (name,) in found]


def test_keeping_what_a_reset_should_end(target, link, browser, alice):
    """Whoever had signed in as its owner is out, by session, token and remembered browser; and nobody is signed in."""
    challenge = target.auth.generate_challenge(alice.address)
    target.auth.link_wallet("anna", evrmore_address=alice.address, challenge=challenge, signature=alice.sign(challenge))
    token = target.token_of(alice)
    target.log_in(browser, remember_me="on")
    remembered = target.browser()
    remembered.cookies = {name: value for name, value in browser.cookies.items() if "remember" in name}
    mine = target.browser()
    ask(target)
    assert reset(target, target.link(), browser=mine) == 303

    assert [target.who(each) for each in (browser, remembered, mine)] == [None] * 3
    assert target.send("GET", "/api/account", [("Authorization", f"Bearer {token}")])[0] == 401
    assert target.mails()[-1].to == "anna@example.com"
    assert NEW not in target.mails()[-1].text
