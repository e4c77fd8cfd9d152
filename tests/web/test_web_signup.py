"""Accounts that visitors make for themselves, and the links that they are sent."""

from __future__ import annotations

import json
import re
from urllib.parse import quote

import pytest

from gatewright.errors import ConfigurationError, UserNotFoundError
from gatewright.methods.email_code import EmailCode, EmailCodeSettings
from gatewright.web import Field, Request, SimpleAuthController

PASSWORD = "correct horse battery staple"
NEW_PASSWORD = "purple monkey dishwasher rain"
TYPED = {"email": "ben@example.com", "password": PASSWORD, "password_confirm": PASSWORD}


def sign_up(browser, **fields):
    return browser.submit(browser.get("/signup").form("/signup"), **TYPED | fields)


def mails(pages, mailbox):
    pages.call(pages.site.auth.deliver_mails())
    return mailbox.mails


def test_from_signup_to_login(pages, browser, mailbox, link_in, log_in):
    """The mail's link shows a button; pressing it verifies; then the password signs in."""
    told = sign_up(browser)
    (mail,) = mails(pages, mailbox)
    assert (told.status, mail.to) == (200, "ben@example.com")
    assert "ben@example.com" in told.text
    assert "not been verified yet" in browser.follow(log_in(browser, "ben@example.com")).text

    page = browser.get(link_in(mail))
    assert "not been verified yet" in browser.follow(log_in(browser, "ben@example.com")).text
    verified = browser.submit(page.form(link_in(mail)))

    assert (verified.status, verified.location) == (303, "/login")
    assert "has been verified" in browser.follow(verified).text
    assert log_in(browser, "ben@example.com").location == "/"


class TestWithoutPasswords:
    """The setting ``methods`` leaves passwords out."""

    @pytest.fixture
    def pages(self, make_pages):
        """Mailed codes begin a sign-in."""
        mailed = EmailCode(EmailCodeSettings(email_code="first"))
        return make_pages(methods=("passkey", "email_code"), auth={"methods": [mailed]})

    def test_from_signup_to_a_mailed_code(self, pages, browser, mailbox, link_in):
        """An email address makes the account; a code that is sent there signs in."""
        page = browser.get("/signup")
        browser.submit(page.form("/signup"), email="ben@example.com")
        (mail,) = mails(pages, mailbox)
        browser.submit(browser.get(link_in(mail)).form(link_in(mail)))
        form = browser.get("/login").form(method="email_code", action="begin")
        asked = browser.follow(browser.submit(form, email="ben@example.com"))
        code = re.search(r"\b\d{8}\b", mails(pages, mailbox)[-1].text)[0]
        browser.submit(asked.form(method="email_code", action="prove"), code=code)

        assert "password" not in page.text.lower()
        assert json.loads(browser.get("/api/session").text)["user"]["email"] == "ben@example.com"

    def test_a_program_signs_up_by_a_mail_address(self, pages, browser, mailbox):
        """And whatever it sends as a password is none."""
        body = json.dumps({"email": "ben@example.com", "password": "x"}).encode()
        told = browser.send("POST", "/api/signup", headers=[("Content-Type", "application/json")], body=body)

        assert told.status == 202
        assert pages.call(pages.site.auth.has_password("ben@example.com")) is False

    def test_no_password_is_forgotten(self, pages, browser, mailbox, people):
        """There is no page for it, and the mail to an address that has an account speaks of none."""
        people.create_user("anna", email="anna@example.com")
        browser.submit(browser.get("/signup").form("/signup"), email="anna@example.com")
        (mail,) = mails(pages, mailbox)

        assert browser.get("/password-reset").status == 404
        assert (mail.to, "password" in mail.text) == ("anna@example.com", False)
        assert "You can sign in with it.\n" in mail.text


def test_a_taken_address_is_told_by_mail_only(pages, browser, mailbox, anna):
    """The answer is the same to the mail, the address apart, and no account changes."""
    taken = sign_up(browser, email="anna@example.com")
    free = sign_up(browser, email="ben@example.com")
    kinds = {mail.to: mail.subject for mail in mails(pages, mailbox)}

    assert taken.status == free.status == 200
    assert taken.text == free.text.replace("ben@example.com", "anna@example.com")
    assert kinds["anna@example.com"] != kinds["ben@example.com"]


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"email": "nonsense"}, "Enter an email address such as name@example.com."),
        ({"email": ""}, "Please fill in this field."),
        ({"password": "short", "password_confirm": "short"}, "This password is too short. Use at least 15 characters"),
        ({"password_confirm": "something else"}, "The two passwords do not match."),
        ({"password": "ben@example.com", "password_confirm": "ben@example.com"}, "contains your name"),
        ({"username": "x" * 30}, "This is too long."),
        ({"username": "b@n"}, "A username must have 3 to 22 visible characters and no @."),
        ({"first_name": "x" * 50}, "This is too long."),
    ],
)
def test_what_is_wrong_is_said_at_its_field(browser, people, fields, text):
    """And what was typed is still there, the passwords apart."""
    page = sign_up(browser, last_name="Miller", **fields)
    kept = page.form("/signup").fields

    assert page.status == 422
    assert text in page.text
    assert kept["last_name"] == "Miller"
    assert (kept["password"], kept["password_confirm"]) == ("", "")
    assert people.list_users() == []


def test_a_taken_username_is_told(browser, anna):
    """Names are public handles."""
    page = sign_up(browser, username="Anna")

    assert page.status == 422
    assert "This username is already taken." in page.text


def test_who_makes_too_many_is_told_to_wait(make_pages, people):
    """By the page and by the JSON twin; the account is not made."""
    browser = make_pages(signups_per_client=1).browser()
    assert sign_up(browser).status == 200
    refused = sign_up(browser, email="carl@example.com")
    content = json.dumps({"email": "carl@example.com", "password": PASSWORD}).encode()
    by_json = browser.send("POST", "/api/signup", headers=[("Content-Type", "application/json")], body=content)

    assert (refused.status, refused.header("Retry-After")) == (429, "3600")
    assert (by_json.status, json.loads(by_json.text)["code"]) == (429, "rate_limited")
    with pytest.raises(UserNotFoundError):
        people.get_user("carl@example.com")


def test_no_form_makes_an_administrator(people, browser):
    """Fields that the form does not have are ignored: roles, states, identifiers."""
    people.create_role("admin")
    page = browser.get("/signup").form("/signup")
    extra = {"role": "admin", "roles": "admin", "is_admin": "1", "is_active": "0", "is_verified": "1", "id": "1"}
    browser.post("/signup", page.fields | TYPED | extra)
    user = people.get_user("ben@example.com")

    assert (user.roles, user.is_verified, user.is_active) == ((), False, True)
    assert user.id != "1"
    assert people.get_profile("ben@example.com") == {}


def test_the_fields_are_the_applications_choice(make_pages, people):
    """Other fields go to the profile; a choice that is none is refused."""

    class Controller(SimpleAuthController):
        def signup_fields(self):
            colours = (("red", "Red"), ("blue", "Blue"))
            return (
                *super().signup_fields()[3:],
                Field("colour", "Favourite colour", "select", is_required=True, options=colours),
                Field("newsletter", "Send me news", "checkbox"),
            )

    browser = make_pages(controller=Controller()).browser()
    assert "Favourite colour" in browser.get("/signup").text
    assert "Please choose one of the options." in sign_up(browser, colour="green").text
    assert sign_up(browser, colour="blue", newsletter="on").status == 200
    assert people.get_profile("ben@example.com") == {"colour": "blue", "newsletter": "on"}


def test_without_verification_an_account_can_be_used_at_once(make_pages, log_in):
    """A setting."""
    browser = make_pages(enable_email_verification=False).browser()
    answer = sign_up(browser)

    assert "You can sign in now." in browser.follow(answer).text
    assert log_in(browser, "ben@example.com").location == "/"


def test_a_new_verification_link_can_be_asked_for(pages, browser, people, mailbox, link_in):
    """The answer is the same whoever has the address; only the newest link works."""
    sign_up(browser)
    (first,) = mails(pages, mailbox)
    form = browser.get("/email_verification").form("/email_verification")
    known, unknown = (browser.submit(form, email=email) for email in ("ben@example.com", "eve@example.com"))
    _, second = mails(pages, mailbox)

    assert known.text == unknown.text.replace("eve@example.com", "ben@example.com")
    assert browser.get(link_in(first)).status == 410
    assert browser.get(link_in(second)).status == 200


def test_a_forgotten_password_is_replaced(pages, browser, anna, people, mailbox, link_in, log_in):
    """Looking changes nothing, a refused password spends nothing, and afterwards all sessions are over."""
    elsewhere = pages.browser()
    log_in(elsewhere)
    form = browser.get("/password-reset").form("/password-reset")
    asked = browser.submit(form, email="anna@example.com")
    (mail,) = mails(pages, mailbox)
    page = browser.get(link_in(mail))
    weak = browser.submit(page.form(), password="short", password_confirm="short")
    differing = browser.submit(weak.form(), password=NEW_PASSWORD, password_confirm="another one")
    done = browser.submit(differing.form(), password=NEW_PASSWORD, password_confirm=NEW_PASSWORD)

    assert (asked.status, weak.status, differing.status) == (200, 422, 422)
    assert (done.status, done.location) == (303, "/login")
    assert "new password has been set" in browser.follow(done).text
    assert pages.user_of(elsewhere) is None
    assert log_in(browser, password=PASSWORD).location == "/login"
    assert log_in(browser, password=NEW_PASSWORD).location == "/"
    assert browser.get(link_in(mail)).location == "/"
    assert pages.browser().get(link_in(mail)).status == 410


def test_a_new_password_has_an_owner(pages, browser, anna, mailbox, link_in):
    """Password managers keep it under that name. Only who holds the link is told; what is sent of it means nothing."""
    browser.submit(browser.get("/password-reset").form("/password-reset"), email="anna@example.com")
    link = link_in(mails(pages, mailbox)[0])
    page = browser.get(link)
    weak = browser.submit(page.form(link), username="eve", password="short", password_confirm="short")
    done = browser.submit(weak.form(link), username="eve", password=NEW_PASSWORD, password_confirm=NEW_PASSWORD)

    for each in (page, weak):
        owner = re.search(r"<input [^>]*autocomplete=\"username\"[^>]*>", each.text)[0]
        assert 'type="text"' in owner
        assert each.form(link).fields["username"] == "anna@example.com"
    assert done.location == "/login"
    assert "anna" not in browser.get(link).text + browser.get("/password-reset/nonsense").text


def test_at_most_three_mails(pages, browser, anna, mailbox, clock):
    """In the life of a link; the answer stays the same, and afterwards there are mails again."""
    form = browser.get("/password-reset").form("/password-reset")
    texts = {browser.submit(form, email="anna@example.com").text for _ in range(5)}
    assert (len(texts), len(mails(pages, mailbox))) == (1, 3)

    clock.advance(hours=2)
    browser.submit(form, email="anna@example.com")
    assert len(mails(pages, mailbox)) == 4


def test_the_public_url_begins_every_link(make_pages, anna, mailbox):
    """With the path that the pages lie below."""
    pages = make_pages(public_url="https://app.example/", mount="/auth")
    browser = pages.browser()
    form = browser.get("/password-reset").form("/auth/password-reset")
    browser.post("/password-reset", form.fields | {"email": "anna@example.com"})

    assert "https://app.example/auth/password-reset/" in mails(pages, mailbox)[0].text


def test_the_path_of_the_public_url_is_for_mails_without_a_request(make_pages, people, anna, mailbox):
    """A command cannot know where the pages lie; a request shows it, whatever the setting says."""
    pages = make_pages(public_url="https://app.example/shop/auth/", mount="/auth")
    site = pages.site.below("/shop")
    visit = site.open(Request("POST", "/login", headers=[("host", "app.example"), ("origin", "https://app.example")]))
    pages.call(visit.auth.set_password("anna", NEW_PASSWORD))

    assert "https://app.example/shop/auth/login" in mails(pages, mailbox)[0].text
    assert visit.base_url == "https://app.example/shop/auth"
    assert (
        make_pages(public_url="https://app.example/elsewhere").site.open(visit.request).base_url
        == "https://app.example"
    )


def test_the_mail_that_tells_of_a_new_password_leads_there_too(make_pages, people, anna, mailbox, link_in, log_in):
    """Whether it was set by a link or on the account page: who did not do it has to find the site."""
    pages = make_pages(public_url="https://app.example", mount="/auth")
    people.request_password_reset("anna@example.com")
    (asked,) = mails(pages, mailbox)
    browser = pages.browser()
    link, new = link_in(asked), {"password": NEW_PASSWORD, "password_confirm": NEW_PASSWORD}
    browser.post(link, browser.get(link).form().fields | new)
    fields = browser.get("/login").form("/auth/login").fields
    browser.post("/login", fields | {"email": "anna@example.com", "password": NEW_PASSWORD})
    form = browser.get("/account").form("/auth/account", action="password")
    browser.post("/account", form.fields | {"password": PASSWORD, "password_confirm": PASSWORD})

    told = mails(pages, mailbox)[1:]
    assert len(told) == 2
    assert all("https://app.example/auth/login" in mail.text for mail in told)


def test_so_does_a_mail_that_a_view_of_the_application_causes(make_pages, people, anna):
    """It has the guard of the visit, which knows where the pages lie and which language the visitor reads."""
    pages = make_pages(public_url="https://app.example", mount="/auth")
    visit = pages.site.open(Request("POST", "/profile", headers=[("host", "app.example"), ("accept-language", "de")]))
    pages.call(visit.log_in("anna", PASSWORD, is_remembered=False))
    pages.call(visit.guard.change_password(None, NEW_PASSWORD))
    pages.call(visit.guard.request_email_change("anna@example.org"))

    queued = people.list_queued_mails()
    assert {mail.kind for mail in queued} >= {"email_change", "email_change_requested", "password_changed"}
    assert {(mail.base_url, mail.language) for mail in queued} == {("https://app.example/auth", "de")}


@pytest.mark.parametrize("mount", ["/my shop", "/k\u00e4se", "/50%"])
def test_a_link_can_be_followed_below_any_path(make_pages, anna, mailbox, mount):
    """It is encoded as in every URL: a mail reader ends a link at the first blank."""
    pages = make_pages(mount=mount)
    browser = pages.browser()
    fields = browser.get("/password-reset").form().fields
    answer = browser.post("/password-reset", fields | {"email": "anna@example.com"})

    assert answer.status == 200
    assert f"http://localhost:8000{quote(mount)}/password-reset/" in mails(pages, mailbox)[0].text


@pytest.mark.parametrize("path", ["/email_verification/nonsense", "/password-reset/nonsense", "/password-reset/%00"])
def test_a_link_that_is_none_is_explained(browser, path):
    """With a status that says that it is gone for good."""
    page = browser.get(path)
    again = "/password-reset" if "password" in path else "/email_verification"

    assert page.status == 410
    assert "Request a new one." in page.text
    assert f'href="{again}"' in page.text


@pytest.mark.parametrize(
    ("setting", "paths"),
    [
        ("enable_signup", ["/signup"]),
        ("enable_password_reset", ["/password-reset", "/password-reset/token"]),
        ("enable_email_verification", ["/email_verification", "/email_verification/token"]),
        ("enable_wallet_login", ["/login/wallet"]),
    ],
)
def test_what_is_switched_off_is_not_there(make_pages, setting, paths):
    """Neither the page nor its link nor its JSON endpoint."""
    browser = make_pages(**{setting: False}).browser()

    assert [browser.get(path).status for path in paths] == [404] * len(paths)
    assert all(f'"{paths[0]}"' not in browser.get(path).text for path in ("/login",))
    assert {browser.send("POST", f"/api{path}").status for path in paths} == {404}


def test_a_field_of_an_unknown_type_is_refused():
    """The page would show it as a field for text."""
    with pytest.raises(ConfigurationError, match=r"age has the type 'number'\. The types are: text, email"):
        Field("age", "Age", "number")
