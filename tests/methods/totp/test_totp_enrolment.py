"""Enrolling an authenticator app: what is shown, what confirms it, what replaces and removes it."""

from __future__ import annotations

import re
import sys
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree

import pytest

from authenticator_apps import enrol_app, wrong_code
from gatewright.errors import AuthenticationError, InvalidParameterError, InvalidProofError, StepUpRequiredError
from gatewright.methods.totp.key_uri import key_uri
from gatewright.qr import qr_svg
from gatewright.testing import AuthenticatorApp
from visitors import OURS, PASSWORD, Visitor


@pytest.fixture
def refused(signed_in):
    """Have an enrolment refused, and return why."""

    def refused(code, visitor=signed_in):
        with pytest.raises(InvalidProofError) as refused:
            visitor.request().enrol("totp", {"code": code})
        return refused.value.evidence["reason"]

    return refused


def test_an_app_gets_all_it_needs(signed_in):
    """The secret of 160 bits as text, in an address, and that address as a QR code."""
    begun = signed_in.request().begin_enrolment("totp")
    app = AuthenticatorApp(begun["uri"])
    assert re.fullmatch(r"([A-Z2-7]{4} ){7}[A-Z2-7]{4}", begun["secret"])
    assert app.parameters == {
        "secret": begun["secret"].replace(" ", ""),
        "issuer": "gatewright",
        "algorithm": "SHA1",
        "digits": "6",
        "period": "30",
    }
    assert urlsplit(begun["uri"]).path == "/gatewright:carol"


def test_the_qr_code_is_allowed_by_our_pages(signed_in):
    """One ``svg`` element without a style, a script or anything from elsewhere; black on white in the dark, too."""
    picture = ElementTree.fromstring(signed_in.request().begin_enrolment("totp")["qr_svg"])
    parts = list(picture.iter())
    names = {name for part in parts for name in part.attrib}
    assert {part.tag for part in parts} == {f"{{http://www.w3.org/2000/svg}}{tag}" for tag in ("svg", "path")}
    assert names == {"viewBox", "fill", "stroke", "d"}
    assert [part.attrib.get("fill") for part in parts] == [None, "#fff", None]


def test_without_segno_there_is_the_text(signed_in, monkeypatch):
    """It is an extra; nobody has to scan."""
    monkeypatch.setitem(sys.modules, "segno", None)
    begun = signed_in.request().begin_enrolment("totp")
    assert begun["qr_svg"] is None
    assert begun["uri"].startswith("otpauth://totp/")


@pytest.mark.parametrize(
    ("site_name", "username", "label"),
    [
        ("Café & Söhne: Shop", "o'neil@example.com", "Café & Söhne  Shop:o'neil@example.com"),
        ("a/b?c#d", "50% off+1", "a/b?c#d:50% off+1"),
        ("日本" * 30, "名" * 255, "日本" * 10 + "日:" + "名" * 21),
        ("<script>", '"&secret=aaaa', '<script>:"&secret=aaaa'),
    ],
    ids=["accents and colons", "what addresses are made of", "long", "what pages are made of"],
)
def test_names_are_escaped(make_auth, gatewright_settings, register, site_name, username, label):
    """Whatever a site and a user are called, an app reads both names, and one secret."""
    auth = make_auth(settings=gatewright_settings.with_values(site_name=site_name))
    register(auth, username, email=username if "@" in username else None)
    visitor = Visitor(auth)
    visitor.request().login(username, PASSWORD, OURS)
    begun = visitor.request().begin_enrolment("totp")
    address = urlsplit(begun["uri"])
    assert unquote(address.path.removeprefix("/")) == label
    assert "+" not in begun["uri"]
    assert address.path.count("/") == 1
    assert AuthenticatorApp(begun["uri"]).parameters["issuer"] == label.split(":")[0]
    assert address.fragment == ""
    ElementTree.fromstring(begun["qr_svg"])


@pytest.mark.parametrize("letter", ["x", "ж", "本", "\N{BUSTS IN SILHOUETTE}"])
def test_a_long_name_leaves_a_qr_code_that_a_phone_reads(letter):
    """In whatever script: at most 101 squares wide, two pixels each on the page; no letter is cut in two."""
    uri = key_uri(bytes(20), issuer=letter * 60, account=letter * 64)
    size = ElementTree.fromstring(qr_svg(uri)).get("viewBox").split()[-1]
    assert int(size) <= 101
    assert set(unquote(urlsplit(uri).path)) == {"/", ":", letter}


def test_it_counts_once_it_is_confirmed(signed_in, clock, auth):
    """Until then nothing is asked for; the code that confirms is a proof of the session."""
    app = AuthenticatorApp(signed_in.request().begin_enrolment("totp")["uri"])
    Visitor(auth).request().login("carol", PASSWORD, OURS)
    assert signed_in.request().authenticators() == []

    assert signed_in.request().enrol("totp", {"code": app.code(clock.now())}) == {}
    (kept,) = signed_in.request().authenticators()
    assert (kept.method, kept.username) == ("totp", "carol")
    assert signed_in.request().current_session().aal == 2


def test_the_code_that_confirms_is_used(signed_in, clock, begin_sign_in, refusal):
    """Nobody signs in by it afterwards."""
    app = enrol_app(signed_in.request(), clock)
    assert refusal(begin_sign_in(), "totp", {"code": app.code(clock.now())}) == "totp_used"


def test_a_wrong_code_enrols_nothing(signed_in, clock, refused):
    """Nor does one in a browser that has begun nothing, nor one that comes too late."""
    assert refused("123456") == "totp_enrolment_not_begun"
    app = AuthenticatorApp(signed_in.request().begin_enrolment("totp")["uri"])
    assert refused(wrong_code(app, clock.now())) == "totp_wrong"
    assert refused(123456) == "totp_malformed"
    clock.advance(minutes=5, seconds=1)
    assert refused(app.code(clock.now())) == "totp_enrolment_not_begun"
    assert signed_in.request().authenticators() == []


def test_after_five_tries_another_secret_is_needed(signed_in, clock, refused):
    """A page that is loaded again shows the same one until then."""
    first = signed_in.request().begin_enrolment("totp")
    app = AuthenticatorApp(first["uri"])
    for _ in range(5):
        assert signed_in.request().begin_enrolment("totp") == first
        assert refused(wrong_code(app, clock.now())) == "totp_wrong"
    assert refused(app.code(clock.now())) == "totp_enrolment_too_many_tries"
    assert signed_in.request().begin_enrolment("totp")["secret"] != first["secret"]
    assert refused(app.code(clock.now())) == "totp_wrong"


def test_another_user_in_the_same_browser_gets_another_secret(signed_in, auth, register, clock, refused):
    """What the first has begun is not shown to the second, and they cannot finish it."""
    app = AuthenticatorApp(signed_in.request().begin_enrolment("totp")["uri"])
    pending = signed_in.cookie["auth"]["pending"]
    register(auth, "dave")
    signed_in.request().login("dave", PASSWORD, OURS)
    signed_in.cookie["auth"]["pending"] = pending
    assert refused(app.code(clock.now())) == "totp_enrolment_not_begun"
    assert (
        AuthenticatorApp(signed_in.request().begin_enrolment("totp")["uri"]).parameters["secret"]
        != app.parameters["secret"]
    )


def test_of_eight_confirmations_at_once_one_counts(signed_in, clock, at_once, auth):
    """The secret that waits is taken once."""
    app = AuthenticatorApp(signed_in.request().begin_enrolment("totp")["uri"])
    cookies = [signed_in.thief().cookie for _ in range(5)]
    code = app.code(clock.now())
    calls = [lambda auth, cookie=cookie: auth.guard(cookie).enrol("totp", {"code": code}) for cookie in cookies]
    outcomes = at_once(auth, calls)
    assert outcomes.count({}) == 1


def test_a_second_app_replaces_the_first(app, signed_in, clock, begin_sign_in, refusal):
    """A new phone: its codes count from now on, and those of the old one do not."""
    new = enrol_app(signed_in.request(), clock)
    clock.advance(minutes=1)
    assert len(signed_in.request().authenticators()) == 1
    assert refusal(begin_sign_in(), "totp", {"code": app.code(clock.now())}) == "totp_wrong"
    begin_sign_in().request().prove("totp", {"code": new.code(clock.now())})


def test_until_the_second_app_is_confirmed_the_first_counts(app, signed_in, clock, begin_sign_in):
    """Nobody is locked out by a page that they have looked at."""
    signed_in.request().begin_enrolment("totp")
    visitor = begin_sign_in()
    visitor.request().prove("totp", {"code": app.code(clock.now())})
    assert not visitor.request().is_guest()


def test_it_asks_for_a_fresh_proof(signed_in, clock):
    """Whoever finds a browser that is signed in enrols nothing."""
    app = AuthenticatorApp(signed_in.request().begin_enrolment("totp")["uri"])
    clock.advance(minutes=20)
    with pytest.raises(StepUpRequiredError):
        signed_in.request().begin_enrolment("totp")
    with pytest.raises(StepUpRequiredError):
        signed_in.request().enrol("totp", {"code": app.code(clock.now())})


def test_what_nobody_enrols_is_refused(signed_in):
    """A password is set, and a wallet linked, in ways of their own."""
    for method in ("password", "wallet"):
        with pytest.raises(InvalidParameterError) as refused:
            signed_in.request().enrol(method, {"code": "123456"})
        assert refused.value.evidence == {"parameter": "method"}


def test_a_guest_enrols_nothing(visitor):
    with pytest.raises(AuthenticationError):
        visitor.request().begin_enrolment("totp")
    with pytest.raises(AuthenticationError):
        visitor.request().enrol("totp", {"code": "123456"})


def test_once_removed_it_is_not_asked_for(app, signed_in, clock, auth, hooks):
    """The password is enough again, the secret is gone, and the owner is told."""
    (kept,) = signed_in.request().authenticators()
    assert signed_in.request().remove_authenticator(kept.id)
    other = Visitor(auth)
    other.request().login("carol", PASSWORD, OURS)
    assert not other.request().is_guest()
    assert [each["method"] for each in hooks.of("post_method_removal")] == ["totp"]


def test_whoever_owes_a_second_factor_cannot_replace_it(app, begin_sign_in, clock):
    """A stolen password is not enough to enrol an app of one's own."""
    visitor = begin_sign_in()
    with pytest.raises(AuthenticationError):
        visitor.request().begin_enrolment("totp")
    assert visitor.request().is_guest()


def test_where_the_policy_asks_for_one_enrolling_signs_in(make_auth, gatewright_settings, carol, begin_sign_in, clock):
    """Who has none enrols one with the password alone; that finishes the sign-in."""
    auth = make_auth(settings=gatewright_settings.with_values(second_factor="required"))
    visitor = begin_sign_in(auth)
    enrol_app(visitor.request(), clock)
    assert visitor.request().user().username == "carol"
    assert visitor.request().current_session().aal == 2
