"""A password and a code of an authenticator app: two factors, and neither is enough."""

from __future__ import annotations

from datetime import timedelta

import pytest

from authenticator_apps import enrol_app, wrong_code
from gatewright.errors import AttemptBlockedError, InvalidProofError, SignInOverError
from gatewright.methods.totp import Totp
from gatewright.testing import HookRecorder
from visitors import PASSWORD, Visitor


def test_the_second_step_signs_in(app, begin_sign_in, clock, carol):
    """A guest until then; then a session that says what it was proven by, and how strong that is."""
    visitor = begin_sign_in()
    assert visitor.request().is_guest()
    assert visitor.request().methods() == ["totp"]

    user = visitor.request().prove("totp", {"code": app.code(clock.now())})
    session = visitor.request().current_session()
    assert (user.id, visitor.request().user().id) == (carol.id, carol.id)
    assert session.aal == 2
    assert [(proof.method, proof.amr, proof.at) for proof in session.proofs] == [
        ("password", ("pwd",), clock.now()),
        ("totp", ("otp",), clock.now()),
    ]


def test_a_code_alone_signs_nobody_in(app, auth, clock):
    """It says nothing of who it is that types it."""
    visitor = Visitor(auth)
    with pytest.raises(SignInOverError):
        visitor.request().prove("totp", {"code": app.code(clock.now()), "username": "carol"})
    assert visitor.request().is_guest()
    assert "totp" not in visitor.request().methods()


def test_without_an_app_no_code_is_right(signed_in, refusal):
    """And the record says why."""
    assert refusal(signed_in, "totp", {"code": "123456"}) == "totp_not_enrolled"


def test_a_code_of_somebody_else_is_wrong(app, begin_sign_in, auth, register, clock, refusal):
    """Everybody has a secret of their own."""
    register(auth, "dave")
    dave = Visitor(auth)
    dave.request().login("dave", PASSWORD, "SQLUserProvider")
    daves_app = enrol_app(dave.request(), clock)
    assert refusal(begin_sign_in(), "totp", {"code": daves_app.code(clock.now(), steps=1)}) == "totp_wrong"


@pytest.mark.parametrize(
    "write",
    [
        str,
        lambda code: f"{code[:3]} {code[3:]}",
        lambda code: f" {code}\n",
        lambda code: f"{code[:3]}\u00a0{code[3:]}",
        lambda code: f"{code[:3]}-{code[3:]}",
        lambda code: "".join(chr(ord(digit) + 0xFEE0) for digit in code),
        lambda code: "\u3000".join(chr(ord(digit) + 0xFEE0) for digit in code),
        lambda code: "".join("٠١٢٣٤٥٦٧٨٩"[int(digit)] for digit in code),
        lambda code: f"{code[:3]}\N{EN DASH}{code[3:]}",
        lambda code: f"{code[:3]}\N{MINUS SIGN}{code[3:]}",
        lambda code: f"\N{LEFT-TO-RIGHT MARK}{code}\N{ZERO WIDTH SPACE}",
    ],
    ids=[
        *("plain", "in groups", "pasted", "no-break space", "dash", "full-width", "full-width with spaces"),
        *("Arabic", "en dash", "minus", "unseen marks"),
    ],
)
def test_a_code_may_be_written_as_people_do(app, begin_sign_in, clock, write):
    """As apps show it, as it comes from a clipboard, and as Japanese and Arabic keyboards type it."""
    visitor = begin_sign_in()
    visitor.request().prove("totp", {"code": write(app.code(clock.now()))})
    assert not visitor.request().is_guest()


GARBAGE = {
    "nothing": "",
    "five digits": "12345",
    "seven digits": "1234567",
    "letters": "abcdef",
    "a sign": "+12345",
    "Roman digits": "\u2160\u2161\u2162\u2163\u2164\u2165",
    "superscript digits": "\u00b9\u00b2\u00b3\u2074\u2075\u2076",
    "a lone surrogate": "12345\ud800",
    "a NUL": "12345\0",
    "a number": 123456,
    "a fraction": 1.5,
    "true": True,
    "null": None,
    "a list": ["123456"],
    "an object": {"code": "123456"},
    "very much": "1" * 1_000_000,
}


def test_whatever_else_is_sent_is_no_code(make_auth, gatewright_settings, app, begin_sign_in, refusal):
    """Any value that JSON has, and none at all: refused alike, for one reason."""
    auth = make_auth(settings=gatewright_settings.with_values(enable_brute_force_protection=False))
    visitor = begin_sign_in(auth)
    reasons = {kind: refusal(visitor, "totp", {"code": value}) for kind, value in GARBAGE.items()}
    assert reasons == dict.fromkeys(GARBAGE, "totp_malformed")
    assert refusal(visitor, "totp", {}) == "totp_malformed"


def test_the_public_message_does_not_tell_why(app, begin_sign_in, clock):
    """Nobody learns whether a code was wrong, late or used."""
    visitor = begin_sign_in()
    messages = set()
    for code in (wrong_code(app, clock.now()), app.code(clock.now(), steps=-2), "x"):
        with pytest.raises(InvalidProofError) as refused:
            visitor.request().prove("totp", {"code": code})
        messages.add((refused.value.code, refused.value.public_message))
    assert len(messages) == 1


@pytest.mark.parametrize(("seconds", "is_right"), [(-31, False), (-30, True), (0, True), (59, True), (60, False)])
def test_one_step_of_drift_is_accepted(app, begin_sign_in, clock, seconds, is_right, refusal):
    """The phone's clock may be up to 30 seconds off, either way; the tests' clock stands at the start of a step."""
    visitor, code = begin_sign_in(), app.code(clock.now())
    clock.advance(seconds=seconds)
    if is_right:
        visitor.request().prove("totp", {"code": code})
        assert not visitor.request().is_guest()
    else:
        assert refusal(visitor, "totp", {"code": code}) == "totp_wrong"
        assert visitor.request().is_guest()


def test_a_code_counts_once(app, begin_sign_in, clock, refusal):
    """Whoever has looked over a shoulder is too late."""
    code = app.code(clock.now())
    begin_sign_in().request().prove("totp", {"code": code})
    assert refusal(begin_sign_in(), "totp", {"code": code}) == "totp_used"


def test_nothing_before_a_used_code_counts(app, begin_sign_in, clock, refusal):
    """The phone's clock was ahead: now the codes of the present step, which came before, are refused too."""
    begin_sign_in().request().prove("totp", {"code": app.code(clock.now(), steps=1)})
    assert refusal(begin_sign_in(), "totp", {"code": app.code(clock.now())}) == "totp_used"
    assert refusal(begin_sign_in(), "totp", {"code": app.code(clock.now(), steps=-1)}) == "totp_used"
    clock.advance(seconds=30)
    assert refusal(begin_sign_in(), "totp", {"code": app.code(clock.now())}) == "totp_used"
    begin_sign_in().request().prove("totp", {"code": app.code(clock.now(), steps=1)})


def test_a_clock_that_is_set_back_lets_no_code_count_again(app, begin_sign_in, clock, refusal):
    """Codes that were used before are near again, and are refused until the time has come that was before."""
    begin_sign_in().request().prove("totp", {"code": app.code(clock.now())})
    clock.advance(minutes=-10)
    assert refusal(begin_sign_in(), "totp", {"code": app.code(clock.now())}) == "totp_used"
    clock.advance(minutes=10, seconds=30)
    begin_sign_in().request().prove("totp", {"code": app.code(clock.now())})


def test_of_eight_requests_at_once_one_signs_in(app, begin_sign_in, clock, at_once, auth):
    """One code in eight browsers: seven hear that it is used."""
    code, browsers = app.code(clock.now()), [begin_sign_in() for _ in range(8)]
    calls = [lambda auth, each=each: auth.guard(each.cookie).prove("totp", {"code": code}) for each in browsers]
    refused = [each for each in at_once(auth, calls) if isinstance(each, InvalidProofError)]
    assert [each.evidence["reason"] for each in refused] == ["totp_used"] * 7
    assert [each.request().is_guest() for each in browsers].count(False) == 1


def test_a_code_that_was_used_a_moment_ago_proves_nothing(make_auth, app, begin_sign_in, clock, refusal, people):
    """By another request, after this one has looked which codes are used."""
    code, other = app.code(clock.now()), begin_sign_in(people)

    class Outrun(Totp):
        async def verify(self, step, given):
            await step.enrolled()
            other.request().prove("totp", {"code": code})
            return await super().verify(step, given)

    visitor = begin_sign_in(make_auth(methods=[Outrun()]))
    assert refusal(visitor, "totp", {"code": code}) == "totp_used"
    assert visitor.request().is_guest()


def test_guessing_is_limited(app, begin_sign_in, clock, auth):
    """Four wrong codes from one client, and not even the right one is looked at; a new browser changes nothing."""
    device = {"ip_address": "192.0.2.7"}
    visitor = begin_sign_in(**device)
    for _ in range(4):
        with pytest.raises(InvalidProofError):
            visitor.request().prove("totp", {"code": wrong_code(app, clock.now())})
    with pytest.raises(AttemptBlockedError):
        visitor.request().prove("totp", {"code": app.code(clock.now())})
    assert visitor.request().is_guest()


def test_the_second_step_waits_five_minutes(app, begin_sign_in, clock):
    """Then the password has to be given again."""
    visitor = begin_sign_in()
    clock.advance(minutes=5, seconds=1)
    with pytest.raises(SignInOverError):
        visitor.request().prove("totp", {"code": app.code(clock.now())})
    assert visitor.request().is_guest()


def test_a_sign_in_of_a_clock_that_was_ahead_does_not_wait(begin_sign_in, app, clock):
    """It would for longer than it may."""
    visitor = begin_sign_in()
    clock.advance(hours=-1)
    assert visitor.request().pending_user() is None


def test_another_browser_cannot_finish_the_sign_in(app, begin_sign_in, clock, auth):
    """The password was given in this one."""
    begin_sign_in()
    with pytest.raises(SignInOverError):
        Visitor(auth).request().prove("totp", {"code": app.code(clock.now())})


def test_hooks_are_told(app, begin_sign_in, clock, auth):
    """Before and after, and of each refusal why."""
    visitor = begin_sign_in()
    hooks = HookRecorder(auth)
    with pytest.raises(InvalidProofError):
        visitor.request().prove("totp", {"code": wrong_code(app, clock.now())})
    visitor.request().prove("totp", {"code": app.code(clock.now())})
    assert hooks.of("auth_failed") == [{"username": "carol", "method": "totp", "reason": "totp_wrong"}]
    before, after = hooks.of("pre_method_use"), hooks.of("post_method_use")
    assert [(each["user"].username, each["method"]) for each in before] == [("carol", "totp")] * 2
    assert [(each["user"].username, each["method"], each["proof"].method) for each in after] == [
        ("carol", "totp", "totp")
    ]


def test_it_proves_once_more_in_a_session(app, signed_in, clock):
    """A session of a password becomes one of two factors, and fresh."""
    clock.advance(minutes=30)
    assert not signed_in.request().is_fresh(10)
    signed_in.request().prove("totp", {"code": app.code(clock.now())})
    assert signed_in.request().is_fresh(10, aal=2)
    assert clock.now() - signed_in.request().current_session().auth_time == timedelta()
