"""A method of the application's own: the one of the documentation, from outside the package."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import ModuleType

import pytest

from gatewright.errors import (
    AttemptBlockedError,
    ConfigurationError,
    InvalidParameterError,
    InvalidProofError,
    SecondFactorRequiredError,
    TakenError,
)
from gatewright.fields import Field
from gatewright.methods import Enrolled, Method, Proven
from gatewright.proofs import Kind
from gatewright.testing import HookRecorder
from sample_methods import ListedCode
from visitors import OURS, PASSWORD, Visitor

PAGE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "methods" / "your-own-method.md"
SECRETS = {"4711": b"the secret of one fob", "4712": b"the secret of another"}


@pytest.fixture(scope="module")
def key_fobs():
    """The module that the page shows."""
    source = re.search(r"```python\n(# key_fobs\.py\n.*?)```", PAGE.read_text(), re.DOTALL)[1]
    assert source.count("\n") < 100
    module = ModuleType("key_fobs")
    exec(compile(source, "key_fobs.py", "exec"), module.__dict__)
    return module


@pytest.fixture
def auth(make_auth, key_fobs):
    return make_auth(methods=[key_fobs.KeyFob(SECRETS)])


@pytest.fixture
def show(key_fobs):
    """The code that the fob shows at a press."""
    return lambda press, serial="4711": key_fobs.code_of(SECRETS[serial], press)


@pytest.fixture
def enrolled(signed_in, show):
    """Carol, who has a fob, whose first code was used."""
    signed_in.request().enrol("key_fob", {"serial": "4711", "code": show(0)})
    return signed_in


def test_codes_are_those_of_rfc_4226(key_fobs):
    """Appendix D."""
    assert [key_fobs.code_of(b"12345678901234567890", press) for press in range(3)] == ["755224", "287082", "359152"]


def test_enrolling_it_proves_its_user(enrolled):
    """The session has two factors, and the fob is kept by its number."""
    (fob,) = enrolled.request().authenticators()
    assert (fob.method, fob.name, fob.counter) == ("key_fob", "Key fob 4711", 0)
    assert enrolled.request().current_session().aal == 2


def test_it_is_asked_for_as_a_second_factor(enrolled, begin_sign_in, show):
    """And signs in, after presses that nobody has sent."""
    visitor = begin_sign_in()
    assert visitor.request().methods() == ["key_fob"]
    visitor.request().prove("key_fob", {"code": show(7)})
    assert [proof.method for proof in visitor.request().current_session().proofs] == ["password", "key_fob"]


def test_no_press_counts_twice(enrolled, begin_sign_in, show, refusal):
    """Nor does one before, nor one that is too far ahead."""
    begin_sign_in().request().prove("key_fob", {"code": show(7)})
    for press in (7, 6, 0, 28):
        assert refusal(begin_sign_in(), "key_fob", {"code": show(press)}) == "key_fob_wrong"
    begin_sign_in().request().prove("key_fob", {"code": show(27)})


def test_of_eight_requests_at_once_one_signs_in(enrolled, begin_sign_in, show, at_once, auth):
    """The counter is raised once."""
    browsers = [begin_sign_in() for _ in range(8)]
    code = show(1)
    calls = [lambda auth, each=each: auth.guard(each.cookie).prove("key_fob", {"code": code}) for each in browsers]
    outcomes = at_once(auth, calls)
    assert sum(isinstance(each, InvalidProofError) for each in outcomes) == 7
    assert [each.request().is_guest() for each in browsers].count(False) == 1


@pytest.mark.parametrize(
    "given",
    [{}, {"code": None}, {"code": 755224}, {"code": ["755224"]}, {"code": "\u00e9" * 6}, {"code": "\ud800"}],
    ids=["nothing", "null", "number", "list", "letters", "lone surrogate"],
)
def test_garbage_is_refused(enrolled, begin_sign_in, refusal, given):
    assert refusal(begin_sign_in(), "key_fob", given) == "key_fob_wrong"


def test_one_fob_belongs_to_one_user(enrolled, auth, register, show):
    """Whoever else has its number, and a code that it shows, is refused."""
    register(auth, "dave")
    dave = Visitor(auth)
    dave.request().login("dave", PASSWORD, OURS)
    with pytest.raises(TakenError) as refused:
        dave.request().enrol("key_fob", {"serial": "4711", "code": show(1)})
    assert refused.value.evidence["method"] == "key_fob"


def test_a_user_has_two_at_most(make_auth, key_fobs, signed_in):
    """What the class says."""
    secrets = {str(number): bytes([number]) * 20 for number in range(3)}
    signed_in.auth = make_auth(methods=[key_fobs.KeyFob(secrets)])
    for serial in ("0", "1"):
        signed_in.request().enrol("key_fob", {"serial": serial, "code": key_fobs.code_of(secrets[serial], 0)})
    with pytest.raises(InvalidParameterError):
        signed_in.request().enrol("key_fob", {"serial": "2", "code": key_fobs.code_of(secrets["2"], 0)})
    assert len(signed_in.request().authenticators()) == 2


def test_guessing_is_limited_and_hooks_fire(enrolled, begin_sign_in, show, auth):
    """As for each method, without a line in the class."""
    hooks = HookRecorder(auth)
    visitor = begin_sign_in(ip_address="192.0.2.7")
    for _ in range(4):
        with pytest.raises(InvalidProofError):
            visitor.request().prove("key_fob", {"code": "no"})
    with pytest.raises(AttemptBlockedError):
        visitor.request().prove("key_fob", {"code": show(1)})
    assert [each["reason"] for each in hooks.of("auth_failed")][:4] == ["key_fob_wrong"] * 4
    assert len(hooks.of("pre_method_use")) == 5


def test_once_removed_it_is_not_asked_for(enrolled, auth):
    (fob,) = enrolled.request().authenticators()
    assert enrolled.request().remove_authenticator(fob.id)
    visitor = Visitor(auth)
    visitor.request().login("carol", PASSWORD, OURS)
    assert not visitor.request().is_guest()


def test_the_policy_may_demand_it(make_auth, key_fobs, gatewright_settings, carol, show):
    """Whoever has none enrols one in the course of the sign-in."""
    settings = gatewright_settings.with_values(second_factor="required")
    visitor = Visitor(make_auth(settings=settings, methods=[key_fobs.KeyFob(SECRETS)]))
    with pytest.raises(SecondFactorRequiredError):
        visitor.request().login("carol", PASSWORD, OURS)
    visitor.request().enrol("key_fob", {"serial": "4711", "code": show(0)})
    assert visitor.request().current_session().aal == 2


def test_what_is_no_method_is_refused(make_auth, key_fobs):
    """A class in the place of an object, or anything else."""
    for wrong in (key_fobs.KeyFob, object(), "key_fob"):
        with pytest.raises(ConfigurationError):
            make_auth(methods=[wrong])


@pytest.mark.parametrize("name", ["", "key fob", "key/fob", "..", "key.fob", "k" * 65, "fob\n", "schlüssel", None, 5])
def test_a_name_that_no_address_can_hold_is_refused(make_auth, name):
    """When the application starts, and not by a page that nobody finds."""
    named = type("Fob", (ListedCode,), {"name": name})
    with pytest.raises(ConfigurationError, match=r"Fob\.name is"):
        make_auth(methods=[named()])


@pytest.mark.parametrize("missing", ["name", "title", "kinds"])
def test_a_method_that_does_not_say_what_it_is_is_refused(make_auth, missing):
    """It is told what is missing."""
    said = {"name": "fob", "title": "Fob", "kinds": frozenset({Kind.POSSESSION}), "verify": ListedCode.verify}
    made = type("Fob", (Method,), {name: value for name, value in said.items() if name != missing})()
    with pytest.raises(ConfigurationError, match=f"Fob is a Method without {missing}"):
        make_auth(methods=[made])


@pytest.mark.parametrize("name", ["fields", "begin_fields", "begin_enrolment_fields", "enrolment_fields"])
def test_a_form_that_asks_for_names_is_refused(make_auth, name):
    """What a page asks for has a label and a type."""
    named = type("Fob", (ListedCode,), {name: ("code",)})
    with pytest.raises(ConfigurationError, match=rf"Fob\.{name} must give a list of Field objects.*not 'code'"):
        make_auth(methods=[named()])


async def _awaited(self, *given):
    """In the place of what nobody awaits: it would be true for everybody."""
    return False


def _plain(self, *given):
    """In the place of what is awaited."""


async def _of_nothing(self):
    """Takes none of what it is given."""


CODE = Field("code", "Code")


@pytest.mark.parametrize(
    ("wrong", "cure"),
    [
        ({"title": None}, 'Make it a string, such as "Key fob"'),
        ({"title": 5}, "Make it a string"),
        ({"title": ""}, "Make it a string"),
        ({"kinds": "possession"}, "Make it a set"),
        ({"kinds": [Kind.POSSESSION]}, "Make it a set"),
        ({"kinds": frozenset()}, "Make it a set, such as frozenset({Kind.POSSESSION})"),
        ({"kinds": {"possession"}}, "Make it a set"),
        ({"amr": "otp"}, 'Make it a tuple of names from RFC 8176, such as ("otp",)'),
        ({"strength": "high"}, "Make it a whole number"),
        ({"at_most": None}, "Make it a whole number"),
        ({"at_most": -1}, "Make it a whole number"),
        ({"api_fields": ("signature",)}, 'Make it a dict, such as {"signature": "what it is"}'),
        ({"templates": "templates"}, "Make it the Path of an existing folder"),
        ({"templates": Path("/nowhere")}, "Make it the Path of an existing folder"),
        ({"fields": CODE}, "Make it a list"),
        ({"fields": (CODE, CODE)}, "a field 'code', which occurs twice"),
        ({"begin_fields": (Field("action", "Action"),)}, "a field 'action', which gatewright's forms already use"),
        ({"enrolment_fields": (Field("next", "Next"),)}, "a field 'next', which gatewright's forms already use"),
        ({"verify": _plain}, "async def"),
        ({"enrol": _plain}, "async def"),
        ({"records_itself": _awaited}, "a plain def"),
        ({"names_another": _awaited}, "a plain def"),
        ({"verify": _of_nothing}, "but fails"),
        ({"is_ready": True}, "must be a method"),
    ],
)
def test_a_method_that_cannot_work_is_refused(make_auth, wrong, cure):
    """When the application starts, and not when somebody signs in."""
    made = type("Fob", (ListedCode,), {"name": "fob", **wrong})
    with pytest.raises(ConfigurationError, match=rf"^Fob\.{next(iter(wrong))}.* {re.escape(cure)}"):
        make_auth(methods=[made()])


def test_two_methods_of_one_name_are_refused(make_auth, key_fobs):
    """The first of two lists of fobs would be good for nothing."""
    one, another = (key_fobs.KeyFob({serial: secret}) for serial, secret in SECRETS.items())
    with pytest.raises(ConfigurationError, match="Two methods are called key_fob"):
        make_auth(methods=[one, another])


@pytest.mark.parametrize("returned", [True, None, "user", Proven(None, None)])
def test_what_is_no_proof_signs_nobody_in(make_auth, register, returned):
    """Its author reads what belongs there."""

    class Sloppy(ListedCode):
        async def verify(self, step, given):
            return step.require_user() if returned == "user" else returned

    auth = make_auth(methods=[Sloppy()])
    register(auth, "carol")
    visitor = Visitor(auth)
    visitor.request().login("carol", PASSWORD, OURS)
    visitor.request().enrol("listed_code", {"codes": "amber"})
    visitor = Visitor(auth)
    with pytest.raises(SecondFactorRequiredError):
        visitor.request().login("carol", PASSWORD, OURS)
    with pytest.raises(ConfigurationError, match=r"Sloppy\.verify must return Proven\(user, proof\), not"):
        visitor.request().prove("listed_code", {"code": "amber"})
    assert visitor.request().is_guest()


@pytest.mark.parametrize("made", ["nothing", "none", "text", "empty", "long", "data"])
def test_what_cannot_be_kept_enrols_nothing(make_auth, register, made):
    """Whatever the database would take."""

    class Sloppy(ListedCode):
        async def enrol(self, step, given):
            match made:
                case "nothing":
                    return None
                case "none":
                    return Enrolled([])
                case "data":
                    return Enrolled([self.authenticator(step, key=b"k", data={"serial": 1})])
            key = {"text": "k", "empty": b"", "long": b"k" * 1024}[made]
            return Enrolled([self.authenticator(step, key=key)])

    auth = make_auth(methods=[Sloppy()])
    register(auth, "carol")
    visitor = Visitor(auth)
    visitor.request().login("carol", PASSWORD, OURS)
    with pytest.raises(ConfigurationError, match=r"Sloppy\.enrol must return|of listed_code ha(s|ve) to be"):
        visitor.request().enrol("listed_code")
    assert visitor.request().authenticators() == []


@pytest.mark.parametrize("said", [{"since": datetime(2030, 1, 1, tzinfo=UTC)}, {"codes": {"amber"}}, ["amber"], None])
def test_what_json_cannot_write_is_told_before_anything_is_kept(make_auth, register, said):
    """What is shown but once would be lost by an error of the JSON API, and what was enrolled would stay."""

    class Sloppy(ListedCode):
        can_begin = True

        async def begin(self, step, given):
            return said

        async def begin_enrolment(self, step, given):
            return said

        async def enrol(self, step, given):
            return replace(await super().enrol(step, given), shown=said)

    auth = make_auth(methods=[Sloppy()])
    register(auth, "carol")
    visitor = Visitor(auth)
    visitor.request().login("carol", PASSWORD, OURS)
    with pytest.raises(
        ConfigurationError, match=r"The `shown` of .*Sloppy\.enrol must be (values that JSON|a mapping)"
    ):
        visitor.request().enrol("listed_code", {"codes": "amber"})
    with pytest.raises(ConfigurationError, match=r"Sloppy\.begin_enrolment must return"):
        visitor.request().begin_enrolment("listed_code")
    with pytest.raises(ConfigurationError, match=r"Sloppy\.begin must return"):
        visitor.request().begin("listed_code", is_confirmation=True)
    assert visitor.request().authenticators() == []


@pytest.mark.parametrize("named", ["key_fobs:KeyFob", "gatewright.methods:Method", "os:path", ":", "os:", "nowhere:X"])
def test_a_setting_that_names_no_method_says_so(make_auth, gatewright_settings, key_fobs, monkeypatch, named):
    """Whether it is nowhere, or cannot be made without arguments."""
    monkeypatch.setitem(sys.modules, "key_fobs", key_fobs)
    with pytest.raises(ConfigurationError, match=f"The method '{named}' cannot be created"):
        make_auth(settings=gatewright_settings.with_values(methods=("password", named)))


class Policy:
    """What decides in an object of its own."""

    async def __call__(self, user, proofs):
        """Ask nobody."""
        return False


@pytest.mark.parametrize(
    "policy", [Policy(), Policy().__call__, partial(Policy().__call__, None), True, "always", lambda user: None]
)
def test_a_policy_that_cannot_answer_is_refused(make_auth, policy):
    """Nobody awaits it, and what it returns would be taken for a yes."""
    with pytest.raises(ConfigurationError, match="second_factor_policy must be a plain function"):
        make_auth(second_factor_policy=policy)


@pytest.mark.parametrize("decided", [[], "", 0, "no", ["totp"]])
def test_a_policy_that_says_neither_yes_nor_no_signs_nobody_in(make_auth, carol, decided):
    """An empty list of factors might mean either."""
    auth = make_auth(second_factor_policy=lambda user, proofs: decided)
    visitor = Visitor(auth)
    with pytest.raises(ConfigurationError, match="second_factor_policy must return True, False, or None"):
        visitor.request().login("carol", PASSWORD, OURS)
    assert visitor.request().is_guest()
    assert auth.list_sessions() == []
