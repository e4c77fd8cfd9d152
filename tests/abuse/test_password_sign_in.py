"""Attacks on the sign-in with a password."""

from __future__ import annotations

import pytest

from gatewright.testing import Wallet
from targets import PASSWORD, full_width

PHRASE = "seven quiet lamps 🪔 under the hills, and one more over the harbour! 1"
BCRYPT = "$2y$10$c1iqXvXuFKZ4hI4l.LhCvuacba1fR3OX.uPfPD29j4DkyayC6p4uu"
"""PHP's hash of foo123."""
NO_HASHES = {
    "nothing": "",
    "a word": "x",
    "the password itself": PASSWORD,
    "bcrypt without an end": BCRYPT[:-5],
    "bcrypt of two years' work": BCRYPT.replace("$10$", "$31$"),
    "argon2 of 4 GiB": "$argon2id$v=19$m=4194304,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$" + "A" * 43,
    "another scheme": "$7$C6..../....SodiumChloride$kBGj9fHznVYFQMEn",
    "of Django, with words for numbers": "pbkdf2_sha256$many$salt$AAAA",
}


OWN_HEADERS = ("set-cookie", "x-request-id")
"""Headers that every answer has of its own."""


@pytest.fixture
def sign_in(target):
    """Try a password by the API in a new browser, and return the status."""

    def sign_in(email, password, **fields):
        return target.call(target.browser(), "/api/login", {"email": email, "password": password} | fields)[0]

    return sign_in


@pytest.fixture
def kinds(target, anna):
    """An account of every kind, by what is typed for its name; but for anna's, none lets anybody in."""
    target.register("gone")
    target.auth.disable_user("gone")
    target.register("new", is_verified=False)
    target.register("walletonly", password=None)
    wallet = Wallet.new("walletonly")
    challenge = target.auth.generate_challenge(wallet.address)
    target.auth.link_wallet(
        "walletonly", evrmore_address=wallet.address, challenge=challenge, signature=wallet.sign(challenge)
    )
    return ["anna@example.com", "gone", "new", "walletonly", wallet.address, "nobody@example.com"]


def test_signing_in_without_a_password(target, kinds):
    """What is missing, empty or no text is refused, whatever account it is for, in the API and in the form."""
    taken = []
    for name in kinds:
        for odd in (None, "", [], {}, 0, True, [PASSWORD], {"$ne": ""}, {"password": PASSWORD}):
            status, _ = target.call(target.browser(), "/api/login", {"email": name, "password": odd})
            taken += [(name, odd)] if status not in (401, 422) else []
        for fields in ({"email": name}, {"email": name, "is_authenticated": True}):
            taken += [fields] if target.call(target.browser(), "/api/login", fields)[0] not in (401, 422) else []
        for password in (None, ""):
            browser = target.browser()
            taken += [(name, "form")] if target.log_in(browser, name, password).location != "/login" else []

    assert taken == []
    assert target.auth.list_sessions() == []


def test_signing_in_with_nearly_the_right_password(open_target):
    """Every character counts, also those behind the 72nd byte, which bcrypt would not look at."""
    target = open_target(attempts_per_client_and_account=100)
    target.register("anna", password=PHRASE + "tail")
    near = [
        PHRASE + "tale",
        PHRASE,
        (PHRASE + "tail").encode()[:72].decode(errors="ignore"),
        (PHRASE + "tail").swapcase(),
        PHRASE + "tail ",
        " " + PHRASE + "tail",
        PHRASE + "tail\0",
        (PHRASE + "tail").replace(",", ""),
    ]
    statuses = [
        target.call(target.browser(), "/api/login", {"email": "anna", "password": password})[0] for password in near
    ]

    assert statuses == [401] * len(near)
    assert target.call(target.browser(), "/api/login", {"email": "anna", "password": PHRASE + "tail"})[0] == 200


def test_sending_an_enormous_password(anna, sign_in):
    """One over the cap is refused without being hashed, and a body over the limit without being read."""
    assert sign_in("anna", "x" * 10_000) == 401
    assert sign_in("nobody", "x" * 10_000) == 401
    assert sign_in("anna", "x" * 10_000_000) == 413


def test_signing_in_to_an_account_whose_hash_is_no_good(target, anna, sign_in):
    """A damaged, foreign or unbounded hash fits no password, and is no error."""
    statuses = {}
    for kind, text in NO_HASHES.items():
        target.rows("UPDATE users SET password_hash = ? WHERE id = ?", text, anna.id)
        statuses[kind] = sign_in("anna", PASSWORD)
        target.clock.advance(hours=1)  # so that no failure is too many

    assert statuses == dict.fromkeys(NO_HASHES, 401)


def test_keeping_an_old_hash_that_is_cheap_to_guess_at(target, anna, sign_in):
    """A hash from elsewhere is replaced with the first sign-in."""
    target.rows("UPDATE users SET password_hash = ? WHERE id = ?", BCRYPT, anna.id)
    assert sign_in("anna", "foo124") == 401
    assert sign_in("anna", "foo123") == 200
    ((renewed,),) = target.rows("SELECT password_hash FROM users WHERE id = ?", anna.id)

    assert renewed.startswith("$argon2id$")
    assert sign_in("anna", "foo123") == 200


SPELLINGS = {
    "in capitals": "ANNA@EXAMPLE.COM",
    "in full width": full_width("anna") + "@example.com",
    "with space around it": " anna@example.com ",
}
"""The same name, whoever types it."""

UNSEEN = {
    "with nothing between its letters": "an\u200bna@example.com",
    "with a soft hyphen": "anna\u00ad@example.com",
}
"""No names at all."""


def test_registering_a_twin_of_somebodys_name(target, browser, anna):
    """Whatever the spelling, it is the same account; and a name that merely looks alike is no email address of hers."""
    for spelling in [*SPELLINGS.values(), *UNSEEN.values()]:
        document = {"first_name": "A", "last_name": "A", "email": spelling, "password": "a purple monkey dishwasher"}
        assert target.call(browser, "/api/signup", document)[0] in (202, 409, 422)
    for username in ("ANNA", full_width("anna"), " anna", "an\u200bna"):
        document = {"email": "mallory@example.com", "password": "a purple monkey dishwasher", "username": username}
        assert target.call(browser, "/api/signup", {"first_name": "A", "last_name": "A"} | document)[0] in (409, 422)

    assert target.rows("SELECT count(*) FROM users") == [(1,)]
    assert target.call(browser, "/api/login", {"email": "anna", "password": PASSWORD})[0] == 200


def test_guessing_under_many_spellings_of_a_name(anna, sign_in):
    """They are counted together, with the username: four failures, and the right password does not help either."""
    names = ["anna", *SPELLINGS.values()]
    assert [sign_in(name, "a wrong guess") for name in names] == [401] * len(names)
    assert [sign_in(name, PASSWORD) for name in names] == [429] * len(names)
    assert [sign_in(name, PASSWORD) for name in UNSEEN.values()] == [401] * len(UNSEEN)


@pytest.mark.parametrize("action", ["signup", "profile"])
def test_making_oneself_an_administrator(target, browser, anna, action):
    """Fields that no form has decide nothing."""
    target.auth.create_role("admin")
    wishes = {"role": "admin", "roles": ["admin"], "is_admin": True, "is_superuser": True, "permissions": ["*"]}
    wishes |= {"is_active": True, "is_verified": True, "id": "1", "evrmore_address": "E", "email_verified": True}
    own = {"first_name": "Mal", "last_name": "Ory"}
    if action == "signup":
        own |= {"email": "mallory@example.com", "password": "a purple monkey dishwasher"}
        assert target.call(browser, "/api/signup", own | wishes)[0] in (202, 422)
        user = target.auth.get_user("mallory@example.com")
        assert not user.is_verified
    else:
        target.log_in(browser)
        assert target.call(browser, "/api/account", {"action": "profile"} | own | wishes)[0] in (204, 422)
        user = target.auth.get_user("anna")
        assert user.id == anna.id

    assert (list(user.roles), list(user.permissions), user.evrmore_address) == ([], [], None)
    assert user.id != "1"
    assert target.rows("SELECT count(*) FROM user_roles") == [(0,)]


def test_choosing_a_password_that_everybody_guesses(target, browser, anna):
    """Common ones, short ones, and those with one's own name are refused wherever a password is chosen."""
    target.call(browser, "/api/password-reset", {"email": "anna@example.com"})
    reset = "/api" + target.link()
    target.log_in(browser)

    def at_signup(password):
        own = {"first_name": "B", "last_name": "B", "email": "annabel@example.com", "password": password}
        return target.call(browser, "/api/signup", own)[0]

    def at_change(password):
        document = {"action": "password", "current_password": PASSWORD, "password": password}
        return target.call(browser, "/api/account", document)[0]

    def at_reset(password):
        return target.call(target.browser(), reset, {"password": password})[0]

    for choose in (at_signup, at_change, at_reset):
        weak = ("password1234", "123456789012", "qwertyuiopasdf", "short", "I am annabel, really", "")
        assert {password: choose(password) for password in weak} == dict.fromkeys(weak, 422), choose.__name__
    assert at_reset(PHRASE) == 204
    assert target.call(target.browser(), "/api/login", {"email": "anna", "password": PHRASE})[0] == 200
