"""Recovery codes: ten, shown once, each good once, for whoever has lost the rest."""

from __future__ import annotations

import re
from hashlib import sha256

import pytest

from authenticator_apps import enrol_app
from gatewright import MemoryUserProvider
from gatewright.errors import (
    AttemptBlockedError,
    AuthenticationError,
    InvalidProofError,
    SecondFactorRequiredError,
    SignInOverError,
    StepUpRequiredError,
)
from gatewright.methods.recovery_codes import RecoveryCodes
from gatewright.methods.recovery_codes.codes import read_code, write_code
from visitors import OURS, PASSWORD, Visitor


@pytest.fixture
def codes(app, signed_in):
    """Carol's codes; she has an authenticator app, too."""
    return signed_in.request().enrol("recovery_codes")["codes"]


@pytest.fixture
def left():
    """How many codes carol has."""

    def left(visitor):
        return sum(each.method == "recovery_codes" for each in visitor.request().authenticators())

    return left


def test_there_are_ten_and_none_is_stored(codes, sql, signed_in, left):
    """120 bits each, in groups; what the database holds is no code, and not even the digest of one alone."""
    assert len(set(codes)) == 10
    assert all(re.fullmatch(r"(?:[0-9A-HJKMNP-TV-Z]{4}-){5}[0-9A-HJKMNP-TV-Z]{4}", code) for code in codes)
    assert left(signed_in) == 10
    stored = repr(sql("SELECT * FROM authenticators WHERE method = 'recovery_codes'"))
    forms = [form for code in codes for form in (code, code.replace("-", ""))]
    assert not any(form in stored or repr(sha256(form.encode()).digest()) in stored for form in forms)


def test_a_code_is_nothing_but_a_code(codes, signed_in):
    """It has no name, counts nothing, and there is nothing more to say of it."""
    kept = [each for each in signed_in.request().authenticators() if each.method == "recovery_codes"]
    assert {(each.name, each.data, each.counter) for each in kept} == {("", "{}", 0)}
    assert {RecoveryCodes().described(each) for each in kept} == {""}


def test_a_code_is_a_second_factor(codes, begin_sign_in, left):
    """In the place of the app that was lost: the app's codes come first, a recovery code is the last resort."""
    visitor = begin_sign_in()
    assert visitor.request().methods() == ["totp", "recovery_codes"]
    visitor.request().prove("recovery_codes", {"code": codes[3]})
    session = visitor.request().current_session()
    assert session.aal == 2
    assert [(proof.method, proof.amr) for proof in session.proofs] == [
        ("password", ("pwd",)),
        ("recovery_codes", ("otp",)),
    ]
    assert left(visitor) == 9


def test_a_code_alone_signs_nobody_in(codes, auth):
    """Whoever finds the list needs the password, too."""
    visitor = Visitor(auth)
    with pytest.raises(SignInOverError):
        visitor.request().prove("recovery_codes", {"code": codes[0], "username": "carol"})
    assert "recovery_codes" not in visitor.request().methods()
    assert visitor.request().is_guest()


def test_a_code_is_good_once(codes, begin_sign_in, refusal):
    """Each of the others as before."""
    begin_sign_in().request().prove("recovery_codes", {"code": codes[0]})
    assert refusal(begin_sign_in(), "recovery_codes", {"code": codes[0]}) == "recovery_code_wrong"
    begin_sign_in().request().prove("recovery_codes", {"code": codes[1]})


def test_of_eight_requests_at_once_one_signs_in(codes, begin_sign_in, at_once, auth, people):
    """And it is recorded once, and told once."""
    browsers = [begin_sign_in() for _ in range(8)]
    calls = [
        lambda auth, each=each: auth.guard(each.cookie).prove("recovery_codes", {"code": codes[0]}) for each in browsers
    ]
    refused = [each for each in at_once(auth, calls) if isinstance(each, InvalidProofError)]
    assert len(refused) == 7
    assert {each.evidence["reason"] for each in refused} <= {"recovery_code_used", "recovery_code_wrong"}
    assert [each.request().is_guest() for each in browsers].count(False) == 1
    assert len(people.list_audit(event="recovery_code_used")) == 1


def test_a_code_that_was_used_a_moment_ago_proves_nothing(make_auth, codes, begin_sign_in, refusal, people):
    """By another request, after this one has looked which codes are left."""
    other = begin_sign_in(people)

    class Outrun(RecoveryCodes):
        async def verify(self, step, given):
            await step.enrolled()
            other.request().prove("recovery_codes", given)
            return await super().verify(step, given)

    visitor = begin_sign_in(make_auth(methods=[Outrun()]))
    assert refusal(visitor, "recovery_codes", {"code": codes[0]}) == "recovery_code_used"
    assert visitor.request().is_guest()


def test_its_owner_is_told(auth, register, people):
    """A mail waits, and the audit record says from where."""
    register(auth, "dave", email="dave@example.com")
    dave = Visitor(auth, ip_address="192.0.2.7")
    dave.request().login("dave", PASSWORD, OURS)
    codes = dave.request().enrol("recovery_codes")["codes"]
    dave.request().prove("recovery_codes", {"code": codes[0]})
    ((_, line),) = people.list_audit(event="recovery_code_used")
    assert (line.user_id, line.username, line.provider) == (dave.request().user().id, "dave", OURS)
    assert (line.method, line.client) == ("recovery_codes", "192.0.2.7")
    assert ("recovery_code_used", "dave@example.com") in [
        (each.kind, each.email) for each in people.list_queued_mails()
    ]


@pytest.mark.parametrize(
    "write",
    [
        str.lower,
        lambda code: code.replace("-", ""),
        lambda code: code.replace("-", " "),
        lambda code: f"\n {code.lower()}\t",
        lambda code: code.replace("0", "O").replace("1", "l"),
        lambda code: code.replace("0", "o").replace("1", "I"),
        lambda code: "".join(chr(ord(letter) + 0xFEE0) for letter in code),
    ],
    ids=["lower case", "no dashes", "spaces", "pasted", "O and l", "o and I", "full-width"],
)
def test_a_code_may_be_written_as_people_do(codes, begin_sign_in, write):
    """From paper, from a file, from a Japanese keyboard."""
    visitor = begin_sign_in()
    visitor.request().prove("recovery_codes", {"code": write(codes[0])})
    assert not visitor.request().is_guest()


@pytest.mark.parametrize(
    "raw", [bytes(10), b"\xff" * 10, bytes(range(10)), bytes(9) + b"\x01"], ids=["zeros", "ones", "counting", "one"]
)
def test_what_is_written_can_be_read(raw):
    """Every bit of it is in the code."""
    code = write_code(raw)
    assert read_code(code) == code
    value = 0
    for letter in code.replace("-", ""):
        value = value * 32 + "0123456789ABCDEFGHJKMNPQRSTVWXYZ".index(letter)
    assert value.to_bytes(10, "big") == raw


@pytest.mark.parametrize(
    "garbage",
    [
        None,
        "",
        0,
        1.5,
        True,
        [],
        ["0000-0000-0000-0000-0000-0000"],
        {},
        "0000-0000-0000-0000-0000-000",
        "0" * 25,
        "U" * 24,
        "\u2160" * 24,
        "0" * 23 + "\ud800",
        "\u00df" * 12,
        "0" * 1_000_000,
    ],
    ids=[
        "null",
        "nothing",
        "zero",
        "fraction",
        "true",
        "list",
        "list of one",
        "object",
        "too short",
        "too long",
        "other letters",
        "Roman digits",
        "lone surrogate",
        "letters that grow",
        "very much",
    ],
)
def test_whatever_else_is_sent_is_no_code(codes, begin_sign_in, refusal, garbage):
    """Any value that JSON has."""
    assert refusal(begin_sign_in(), "recovery_codes", {"code": garbage}) == "recovery_code_malformed"


def test_a_code_of_somebody_else_is_wrong(codes, begin_sign_in, auth, register, refusal, sql):
    """Everybody has their own, and none is good in another user's row."""
    register(auth, "dave")
    dave = Visitor(auth)
    dave.request().login("dave", PASSWORD, OURS)
    theirs = dave.request().enrol("recovery_codes")["codes"]
    assert refusal(begin_sign_in(), "recovery_codes", {"code": theirs[0]}) == "recovery_code_wrong"

    (account,) = sql("SELECT id FROM users WHERE username = 'carol'")
    sql("UPDATE authenticators SET account_id = ?, user_id = ? WHERE method = 'recovery_codes'", *account, *account)
    assert refusal(begin_sign_in(), "recovery_codes", {"code": theirs[0]}) == "recovery_code_wrong"


def test_guessing_is_limited(codes, begin_sign_in):
    """Four wrong codes from one client, and not even the right one is looked at."""
    visitor = begin_sign_in(ip_address="192.0.2.7")
    for _ in range(4):
        with pytest.raises(InvalidProofError):
            visitor.request().prove("recovery_codes", {"code": "0000-0000-0000-0000-0000-0000"})
    with pytest.raises(AttemptBlockedError):
        visitor.request().prove("recovery_codes", {"code": codes[0]})


def test_new_codes_replace_the_old_ones(codes, signed_in, begin_sign_in, refusal, left):
    """Ten again, and a list that was lost is worth nothing."""
    begin_sign_in().request().prove("recovery_codes", {"code": codes[0]})
    new = signed_in.request().enrol("recovery_codes")["codes"]
    assert set(new).isdisjoint(codes)
    assert left(signed_in) == 10
    assert refusal(begin_sign_in(), "recovery_codes", {"code": codes[1]}) == "recovery_code_wrong"
    begin_sign_in().request().prove("recovery_codes", {"code": new[9]})


def test_new_codes_ask_for_a_fresh_proof(codes, signed_in, clock):
    clock.advance(minutes=20)
    with pytest.raises(StepUpRequiredError):
        signed_in.request().enrol("recovery_codes")


def test_a_guest_gets_no_codes(app, visitor, begin_sign_in):
    """Nor does whoever owes a second factor."""
    for guest in (Visitor(visitor.auth), begin_sign_in()):
        with pytest.raises(AuthenticationError):
            guest.request().enrol("recovery_codes")


def test_once_the_last_is_used_none_is_offered(codes, begin_sign_in, left):
    """The app is asked for still: codes that are gone are no way around it."""
    for code in codes:
        visitor = begin_sign_in()
        visitor.request().prove("recovery_codes", {"code": code})
    assert left(visitor) == 0
    assert begin_sign_in().request().methods() == ["totp"]


def test_codes_alone_ask_nobody_for_a_second_factor(signed_in, auth):
    """They stand in for something that was lost; who has only them has lost nothing."""
    signed_in.request().enrol("recovery_codes")
    visitor = Visitor(auth)
    visitor.request().login("carol", PASSWORD, OURS)
    assert not visitor.request().is_guest()


def test_a_recovery_lets_its_owner_enrol_a_new_app(codes, begin_sign_in, clock):
    """What they came for: a new phone, without the old one."""
    visitor = begin_sign_in()
    visitor.request().prove("recovery_codes", {"code": codes[0]})
    new = enrol_app(visitor.request(), clock)
    clock.advance(minutes=1)
    again = begin_sign_in()
    again.request().prove("totp", {"code": new.code(clock.now())})
    assert not again.request().is_guest()


def test_another_providers_user_has_them_too(make_auth):
    """No account of ours, no mail: the codes are kept under their provider."""
    password_hash = MemoryUserProvider([]).hash_password(PASSWORD)
    auth = make_auth(providers=[MemoryUserProvider([{"email": "erin", "password": password_hash}])])
    visitor = Visitor(auth)
    visitor.request().login("erin", PASSWORD, "MemoryUserProvider")
    codes = visitor.request().enrol("recovery_codes")["codes"]
    visitor.request().prove("recovery_codes", {"code": codes[0]})
    assert visitor.request().current_session().aal == 2
    assert auth.list_queued_mails() == []


def test_a_code_alone_does_not_confirm_a_remembered_browser(auth, signed_in):
    """No sign-in begins with it, so the confirmation goes on to ask for something that one begins with."""
    codes = signed_in.request().enrol("recovery_codes")["codes"]
    visitor = Visitor(auth)
    visitor.request().login("carol", PASSWORD, OURS)
    kept = visitor.request().remember()
    later = Visitor(auth)
    later.request().recall(kept)
    with pytest.raises(SecondFactorRequiredError) as more:
        later.request().prove("recovery_codes", {"code": codes[0]})
    assert "password" in more.value.evidence["methods"]
    assert not later.request().is_fully_authenticated()

    later.request().prove("password", {"password": PASSWORD})
    assert later.request().is_fully_authenticated()
