"""The JSON API of the pages."""

from __future__ import annotations

import json
import re

import pytest

from gatewright.web import Field, SimpleAuthController
from gatewright.web.fields import EMAIL
from gatewright.web.fields import PASSWORD as PASSWORD_FIELD

PASSWORD = "correct horse battery staple"
NEW_PASSWORD = "purple monkey dishwasher rain"


class Script:
    """A single-page application in a browser."""

    def __init__(self, browser):
        self.browser = browser

    def post(self, path, **body):
        kind = [("Content-Type", "application/json"), ("Sec-Fetch-Site", "same-origin")]
        return self.read(self.browser.send("POST", f"/api{path}", headers=kind, body=json.dumps(body).encode()))

    def get(self, path):
        return self.read(self.browser.send("GET", f"/api{path}"))

    @staticmethod
    def read(page):
        return page.status, json.loads(page.text) if page.text else None


@pytest.fixture
def script(browser):
    return Script(browser)


@pytest.fixture
def mails(pages, mailbox):
    def mails():
        pages.call(pages.site.auth.deliver_mails())
        return [re.search(r"https?://[^/\s]+(/\S+)", mail.text)[1] for mail in mailbox.mails]

    return mails


def test_a_sign_in_and_out(script, anna):
    """The session says who is there."""
    assert script.get("/session")[1]["user"] is None
    status, body = script.post("/login", email="anna", password=PASSWORD)
    assert (status, body["user"]["username"], body["user"]["id"]) == (200, "anna", anna.id)
    assert script.get("/session")[1] | {"csrf_token": ""} == {
        "user": body["user"],
        "is_fully_authenticated": True,
        "csrf_token": "",
    }
    assert script.post("/logout") == (204, None)
    assert script.get("/session")[1]["user"] is None


@pytest.mark.parametrize("password", ["wrong", "", None, 0, True, [], {}, [PASSWORD]])
@pytest.mark.parametrize("email", ["anna", "nobody"])
def test_a_failed_login_is_a_problem(script, anna, email, password):
    """With one answer for every name and every kind of no password."""
    status, problem = script.post("/login", email=email, password=password)

    assert (status, problem["code"]) in [(401, "user_not_found"), (422, "invalid_parameter")]
    assert (status == 401) == (isinstance(password, str) and password != "")


@pytest.mark.parametrize(("typed", "field"), [({"who": ""}, "who"), ({"who": "anna", "secret": ""}, "secret")])
def test_a_refused_login_names_the_field_that_was_sent(make_pages, typed, field):
    """Wherever an application has renamed it."""
    pages = make_pages(auth_form_username_field="who", auth_form_password_field="secret")
    status, problem = Script(pages.browser()).post("/login", **typed)

    assert (status, [error["field"] for error in problem["errors"]]) == (422, [field])


@pytest.mark.parametrize("email", [None, 0, [], {}, "\x00", "x" * 5000])
def test_a_name_that_is_none_is_a_problem(script, email):
    """Never an error of the server."""
    assert script.post("/login", email=email, password=PASSWORD)[0] in (401, 422)


@pytest.mark.parametrize("body", [b"", b"[]", b'"x"', b"{", b"null", b"[" * 50_000, b"\xff"])
def test_a_body_that_is_no_object_is_refused(browser, body):
    """Before anything happens."""
    answer = browser.send("POST", "/api/login", headers=[("Content-Type", "application/json")], body=body)

    assert (answer.status, json.loads(answer.text)["code"]) == (400, "malformed_request")


def test_after_four_failures(script, anna):
    """The code and when to come back."""
    for _ in range(4):
        script.post("/login", email="anna", password="wrong")
    answer = script.browser.send(
        "POST",
        "/api/login",
        headers=[("Content-Type", "application/json")],
        body=json.dumps({"email": "anna", "password": PASSWORD}).encode(),
    )

    assert (answer.status, json.loads(answer.text)["code"]) == (429, "login_attempt_blocked")
    assert 0 < int(answer.header("retry-after")) <= 30 * 60


def test_the_wallet(script, alice):
    """Two steps."""
    _, step = script.post("/login/wallet", evrmore_address=alice.address)
    signature = alice.sign(step["challenge"])
    wrong = script.post("/login/wallet", evrmore_address=alice.address, challenge=step["challenge"], signature="x")
    right = script.post(
        "/login/wallet", evrmore_address=alice.address, challenge=step["challenge"], signature=signature
    )

    assert (wrong[0], wrong[1]["code"]) == (401, "invalid_signature")
    assert (right[0], right[1]["user"]["evrmore_address"]) == (200, alice.address)


def test_a_signup_and_its_verification(script, mails):
    """The same answer for a free and a taken address."""
    first = script.post("/signup", email="ben@example.com", password=PASSWORD)
    second = script.post("/signup", email="ben@example.com", password=PASSWORD)
    assert first == second
    assert first[0] == 202
    assert script.post("/login", email="ben@example.com", password=PASSWORD)[1]["code"] == "unverified_user"

    assert script.post(mails()[0])[1]["user"]["email"] == "ben@example.com"
    assert script.post(mails()[0])[1]["code"] == "invalid_link"
    assert script.post("/login", email="ben@example.com", password=PASSWORD)[0] == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"email": "x"}, "email"),
        ({"email": None}, "email"),
        ({"password": "short"}, "password"),
        ({"password": None}, "password"),
        ({"username": "a@b"}, "username"),
    ],
)
def test_a_refused_signup_names_the_field(script, body, field):
    """For the form to show it."""
    status, problem = script.post("/signup", **{"email": "ben@example.com", "password": PASSWORD} | body)

    assert status == 422
    assert [error["field"] for error in problem["errors"]] == [field]


def test_a_forgotten_password(script, anna, mails):
    """Asked for and replaced."""
    assert script.post("/password-reset", email="anna@example.com")[0] == 202
    assert script.post("/password-reset", email="eve@example.com")[0] == 202
    (link,) = mails()
    assert script.post(link, password="short")[1]["code"] == "weak_password"
    assert script.post(link, password=NEW_PASSWORD) == (204, None)
    assert script.post("/login", email="anna", password=NEW_PASSWORD)[0] == 200


def test_the_account(script, anna, people, alice):
    """Read and changed."""
    assert script.get("/account")[0] == 401
    script.post("/login", email="anna", password=PASSWORD)
    assert script.post("/account", action="profile", first_name="Anna", roles="admin") == (204, None)
    _, step = script.post("/login/wallet", evrmore_address=alice.address)
    linked = script.post(
        "/account",
        action="link_wallet",
        evrmore_address=alice.address,
        challenge=step["challenge"],
        signature=alice.sign(step["challenge"]),
    )
    status, body = script.get("/account")

    assert (status, linked) == (200, (204, None))
    assert body["profile"] == {"first_name": "Anna"}
    assert body["wallets"] == [alice.address]
    assert [session["is_current"] for session in body["sessions"]] == [True]
    assert script.post("/account", action="nonsense")[0] == 422
    changed = script.post("/account", action="password", current_password=PASSWORD, password=NEW_PASSWORD)
    assert changed == (204, None)
    assert people.get_user("anna").roles == ()


def test_a_remembered_visitor_must_prove_themselves(pages, script, anna):
    """A code says what to do."""
    script.post("/login", email="anna", password=PASSWORD, remember_me=True)
    del script.browser.cookies["gatewright"]
    assert script.get("/session")[1]["is_fully_authenticated"] is False
    refused = script.post("/account", action="profile", first_name="Eve")
    wrong = script.post("/confirm_password", password="wrong")
    right = script.post("/confirm_password", password=PASSWORD)

    assert (refused[0], refused[1]["code"]) == (403, "not_fully_authenticated")
    assert (wrong[0], right[0]) == (401, 200)
    assert script.post("/account", action="profile", first_name="Anna") == (204, None)


def test_a_bearer_token_is_as_good_as_a_cookie(pages, people, alice, sign_in):
    """For programs: the account of whoever the token stands for; a wrong token is nobody, whatever the cookie says."""
    token = sign_in(people, alice).token
    browser = pages.browser()
    right = browser.send("GET", "/api/account", headers=[("Authorization", f"Bearer {token}")])
    wrong = browser.send("GET", "/api/account", headers=[("Authorization", "Bearer nonsense")])

    assert json.loads(right.text)["user"]["evrmore_address"] == alice.address
    assert wrong.status == 401
    assert "www-authenticate" in {name.lower() for name, _ in wrong.headers}


def test_a_logout_by_token_ends_the_tokens_session(pages, people, alice, sign_in, browser, anna, log_in):
    """And not the one of a cookie that came along."""
    log_in(browser)
    token = sign_in(people, alice).token
    answer = browser.send("POST", "/api/logout", headers=[("Authorization", f"Bearer {token}")])

    assert answer.status == 204
    assert people.validate_token(token) is None
    assert pages.user_of(browser).username == "anna"


def test_a_token_and_a_cookie_are_not_mixed(people, alice, sign_in, browser, anna, log_in):
    """The token counts alone: nothing of the cookie's owner is changed, and no proof of theirs is borrowed."""
    log_in(browser)
    headers = [("Authorization", f"Bearer {sign_in(people, alice).token}"), ("Content-Type", "application/json")]
    answer = browser.send(
        "POST", "/api/account", headers=headers, body=b'{"action": "profile", "first_name": "Mallory"}'
    )

    assert (answer.status, json.loads(answer.text)["code"]) == (403, "not_fully_authenticated")
    assert people.get_profile("anna") == {}


def test_a_guest_is_not_told_that_a_token_is_wrong(browser):
    """Unless they have sent one (RFC 6750, 3.1). An application's own endpoints say the same."""
    guest = browser.send("GET", "/api/account")
    program = browser.send("GET", "/api/account", headers=[("Authorization", "Bearer nonsense")])

    assert (guest.status, json.loads(guest.text)["code"]) == (401, "missing_token")
    assert guest.header("www-authenticate") == 'Bearer realm="gatewright"'
    assert (program.status, json.loads(program.text)["code"]) == (401, "invalid_token")
    assert program.header("www-authenticate") == 'Bearer realm="gatewright", error="invalid_token"'


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_other_methods_are_refused(browser, method):
    """And those that are taken are named."""
    answer = browser.send(method, "/api/account")

    assert (answer.status, answer.header("allow")) == (405, "GET, HEAD, POST")


YES = [True, 1, 1.0, "1", "true", "TRUE", "on", "yes", " on "]
NO = [False, 0, None, "", "0", "false", "off", "no"]


@pytest.mark.parametrize("value", YES + NO)
def test_to_be_remembered_can_be_said_in_several_ways(script, anna, value):
    """As JSON says it, and as scripts copy it from a form."""
    assert script.post("/login", email="anna", password=PASSWORD, remember_me=value)[0] == 200
    assert any("remember" in name for name in script.browser.cookies) == (value in YES and value != 0)


@pytest.mark.parametrize("value", [2, -1, 0.5, "maybe", "truee", [], [True], {}, {"on": 1}])
def test_what_is_neither_yes_nor_no_is_refused(script, anna, value):
    """By its name, and nobody is signed in: a wish is never dropped without a word."""
    status, problem = script.post("/login", email="anna", password=PASSWORD, remember_me=value)

    assert (status, problem["code"], problem["errors"][0]["field"]) == (422, "invalid_parameter", "remember_me")
    assert script.get("/session")[1]["user"] is None


def test_the_field_of_the_setting_counts(make_pages, people):
    """Wherever an application has renamed it."""
    people.create_user("anna", password=PASSWORD, is_verified=True)
    script = Script(make_pages(remember_me_field="stay").browser())
    status, problem = script.post("/login", email="anna", password=PASSWORD, stay="perhaps")
    assert (status, problem["errors"][0]["field"]) == (422, "stay")
    assert script.post("/login", email="anna", password=PASSWORD, stay=1)[0] == 200
    assert any("remember" in name for name in script.browser.cookies)


DIFFERENT = ["another one altogether", "", PASSWORD + " ", PASSWORD.upper(), 5, [PASSWORD], {}, False]


@pytest.mark.parametrize("repeated", DIFFERENT)
def test_a_password_that_is_repeated_differently_is_refused(script, mails, anna, repeated):
    """Wherever a new one is set; nothing is written, and a link is not spent."""
    twice = {"password": PASSWORD, "password_confirm": repeated}
    script.post("/password-reset", email="anna@example.com")
    (link,) = mails()
    answers = [script.post("/signup", email="ben@example.com", **twice), script.post(link, **twice)]
    script.post("/login", email="anna", password=PASSWORD)
    answers.append(script.post("/account", action="password", current_password=PASSWORD, **twice))

    for status, problem in answers:
        assert (status, problem["errors"][0]["field"]) == (422, "password_confirm")
    assert script.post(link, password=NEW_PASSWORD, password_confirm=NEW_PASSWORD)[0] == 204


@pytest.mark.parametrize("repeated", [{}, {"password_confirm": None}, {"password_confirm": PASSWORD}])
def test_json_need_not_repeat_a_password(script, repeated):
    """A program does not mistype."""
    assert script.post("/signup", email="ben@example.com", password=PASSWORD, **repeated)[0] == 202


class Asking(SimpleAuthController):
    def signup_fields(self):
        return [EMAIL, PASSWORD_FIELD, Field("company", "Company"), Field("news", "News", "checkbox")]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ({"news": True}, {"news": "1"}),
        ({"news": 1}, {"news": "1"}),
        ({"news": "weekly"}, {"news": "weekly"}),
        ({"news": False, "company": None}, {}),
        ({"company": "Boats"}, {"company": "Boats"}),
    ],
)
def test_fields_of_the_application_are_kept_as_they_are_meant(make_pages, people, sent, kept):
    """A checkbox as a form would have it."""
    script = Script(make_pages(controller=Asking()).browser())
    assert script.post("/signup", email="ben@example.com", password=PASSWORD, **sent)[0] == 202
    assert people.get_profile("ben@example.com") == kept


@pytest.mark.parametrize(("field", "value"), [("news", 2), ("news", [1]), ("company", 5), ("company", {"a": 1})])
def test_a_value_of_the_wrong_kind_is_refused_by_its_name(make_pages, field, value):
    """It is not left out."""
    script = Script(make_pages(controller=Asking()).browser())
    status, problem = script.post("/signup", email="ben@example.com", password=PASSWORD, **{field: value})
    assert (status, problem["errors"][0]["field"]) == (422, field)


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/email_verification", {"email": "anna@example.com", "next": {}}, "next"),
        ("/email_verification", {"email": ["anna@example.com"]}, "email"),
        ("/password-reset", {"email": "anna@example.com", "next": 1}, "next"),
        ("/login/wallet", {"evrmore_address": 1}, "evrmore_address"),
        ("/login/wallet", {"evrmore_address": "E", "signature": {}}, "signature"),
        ("/login/wallet", {"evrmore_address": "E", "challenge": False, "signature": "s"}, "challenge"),
        ("/account", {"action": "revoke_session", "session_id": [1]}, "session_id"),
        ("/account", {"action": 1}, "action"),
        ("/account/methods/totp", {"action": "rename", "id": [1], "name": "phone"}, "id"),
        ("/account/methods/totp", {"action": "begin", "name": {}}, "name"),
    ],
)
def test_what_must_be_text_is_refused_by_its_name(script, anna, path, body, field):
    """And never taken for missing: no client may believe that it was heard."""
    script.post("/login", email="anna", password=PASSWORD)
    status, problem = script.post(path, **body)

    assert (status, problem["code"]) == (422, "invalid_parameter")
    assert [each["field"] for each in problem["errors"]] == [field]


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/account", {"action": "unlink_wallet"}, "evrmore_address"),
        ("/account", {"action": "unlink_wallet", "evrmore_address": None}, "evrmore_address"),
        ("/account", {"action": "revoke_session", "session_id": ""}, "session_id"),
        ("/account", {"action": "username"}, "username"),
        ("/account", {"action": "email", "email": ""}, "email"),
        ("/confirm_password", {}, "password"),
        ("/login/step", {"method": "password"}, "password"),
    ],
)
def test_what_is_missing_is_refused_by_its_name(script, anna, path, body, field):
    """And never counts as done."""
    script.post("/login", email="anna", password=PASSWORD)
    status, problem = script.post(path, **body)

    assert (status, problem["code"]) == (422, "invalid_parameter")
    assert [each["field"] for each in problem["errors"]] == [field]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"action": "profile", "first_name": "Anna", "last_name": "x" * 46}, "last_name"),
        ({"action": "username", "username": "x" * 23}, "username"),
    ],
)
def test_what_the_form_refuses_is_refused(script, people, anna, body, field):
    """A script gets no further than a form: nothing of what it sent is kept."""
    script.post("/login", email="anna", password=PASSWORD)
    status, problem = script.post("/account", **body)

    assert (status, [each["field"] for each in problem["errors"]]) == (422, [field])
    assert (people.get_profile("anna"), people.get_user("anna").id) == ({}, anna.id)


def test_a_token_confirms_nothing(people, alice, anna, sign_in, browser):
    """It has no session whose proof could be younger, nor may it sign somebody else in."""
    headers = [("Authorization", f"Bearer {sign_in(people, alice).token}"), ("Content-Type", "application/json")]
    body = json.dumps({"method": "password", "username": "anna", "password": PASSWORD}).encode()
    answer = browser.send("POST", "/api/confirm_password", headers=headers, body=body)

    assert (answer.status, json.loads(answer.text)["code"]) == (403, "not_fully_authenticated")
    assert people.list_sessions(anna.id) == []
