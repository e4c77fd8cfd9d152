"""An enrolment that finishes a sign-in, ends sessions that have proven less, or is refused at the last moment."""

from __future__ import annotations

import pytest

from authenticator_apps import enrol_app
from gatewright.errors import InvalidProofError, SecondFactorRequiredError, TakenError
from gatewright.methods import Enrolled
from sample_methods import CODES, ListedCode
from visitors import OURS, PASSWORD, Visitor

LIST = {"codes": " ".join(CODES)}


class ShownOnce(ListedCode):
    """A list that the server makes, and shows this once."""

    async def enrol(self, step, given):
        """Make the list."""
        enrolled = await super().enrol(step, LIST)
        return Enrolled(enrolled.authenticators, shown={"codes": list(CODES)}, proof=enrolled.proof)


@pytest.fixture
def strict(make_auth, gatewright_settings):
    """Make an application where everybody needs a second factor, with carol."""

    def strict(**options):
        settings = gatewright_settings.with_values(second_factor="required")
        auth = make_auth(settings=settings, methods=[ShownOnce()], **options)
        if not auth.list_users():
            auth.create_user("carol", email="carol@example.com", password=PASSWORD, is_verified=True)
        return auth

    return strict


@pytest.fixture
def give_password():
    def give_password(auth):
        visitor = Visitor(auth)
        with pytest.raises(SecondFactorRequiredError):
            visitor.request().login("carol", PASSWORD, OURS)
        return visitor

    return give_password


class TestRefused:
    """Nothing is enrolled where the session is refused: what is shown but once would be lost."""

    def test_by_a_hook(self, strict, give_password):
        """Afterwards the user enrols as if nothing had happened."""
        auth = strict(propagate_hook_errors=True)
        visitor = give_password(auth)

        @auth.add_hook("post_auth")
        def refuse(user, session):
            raise RuntimeError("not now")

        with pytest.raises(RuntimeError):
            visitor.request().enrol("listed_code")
        assert auth.list_authenticators("carol") == auth.list_sessions() == []
        assert visitor.request().is_guest()

        again = strict()
        other = give_password(again)
        assert other.request().enrol("listed_code") == {"codes": list(CODES)}
        assert other.request().user().username == "carol"

    def test_because_the_account_was_deactivated(self, strict, give_password, people):
        """Between the proof and the session."""
        auth = strict()
        visitor = give_password(auth)
        auth.add_hook("pre_method_enrolment", lambda **_: people.disable_user("carol"))
        with pytest.raises(InvalidProofError):
            visitor.request().enrol("listed_code")

        people.enable_user("carol")
        assert auth.list_authenticators("carol") == []

    def test_because_somebody_else_has_it(self, strict, give_password):
        """No session is left. The user begins again."""
        auth = strict()
        visitor = give_password(auth)
        taken = ShownOnce._key
        try:
            ShownOnce._key = lambda self, step, code: b"the same for everybody " + str(code).encode()
            auth.create_user("dave", password=PASSWORD, is_verified=True)
            other = Visitor(auth)
            with pytest.raises(SecondFactorRequiredError):
                other.request().login("dave", PASSWORD, OURS)
            other.request().enrol("listed_code")
            with pytest.raises(TakenError):
                visitor.request().enrol("listed_code")
        finally:
            ShownOnce._key = taken

        assert [session.username for session in auth.list_sessions()] == ["dave"]
        assert visitor.request().is_guest()
        assert give_password(auth).request().enrol("listed_code") == {"codes": list(CODES)}

    def test_because_the_policy_asks_for_still_more(self, strict, give_password):
        """Then it is enrolled, and what is shown once is shown; the sign-in goes on to wait."""
        auth = strict(second_factor_policy=lambda user, proofs: len(proofs) < 2 or None)
        auth.create_role("nobody")
        visitor = give_password(auth)

        assert visitor.request().enrol("listed_code")["codes"]
        assert visitor.request().user().username == "carol"


class TestFirstSecondFactor:
    """Sessions and remembered browsers of one factor end when their user enrols the first second one."""

    @pytest.fixture
    def elsewhere(self, auth, signed_in):
        """Another browser of carol's, who is signed in there, and remembered."""
        visitor = Visitor(auth)
        visitor.request().login("carol", PASSWORD, OURS)
        visitor.remembered = visitor.request().remember()
        return visitor

    def test_others_end(self, auth, signed_in, elsewhere, clock, people):
        """The browser that has enrolled goes on; the record says why."""
        assert signed_in.request().ends_other_sessions("totp")
        enrol_app(signed_in.request(), clock)

        assert signed_in.request().user().username == "carol"
        assert elsewhere.request().is_guest()
        assert Visitor(auth).request().recall(elsewhere.remembered) is None
        (_, ended), *_ = people.list_audit(event="sessions_revoked")
        assert (ended.username, ended.method, ended.reason) == ("carol", "totp", "method_enrolled")

    def test_the_second_time_they_stay(self, auth, signed_in, begin_sign_in, clock):
        """They have given two factors, or were asked for them."""
        app = enrol_app(signed_in.request(), clock)
        clock.advance(minutes=1)
        other = begin_sign_in()
        other.request().prove("totp", {"code": app.code(clock.now())})
        assert not signed_in.request().ends_other_sessions("totp")
        enrol_app(signed_in.request(), clock)

        assert not other.request().is_guest()

    def test_what_nobody_is_asked_for_ends_none(self, signed_in, elsewhere):
        """Recovery codes alone demand nothing."""
        assert not signed_in.request().ends_other_sessions("recovery_codes")
        signed_in.request().enrol("recovery_codes")

        assert not elsewhere.request().is_guest()

    def test_the_mail_says_so(self, auth, register, clock, sql):
        """Where it has happened."""
        register(auth, email="carol@example.com")
        visitor = Visitor(auth)
        visitor.request().login("carol", PASSWORD, OURS)
        visitor.request().enrol("recovery_codes")
        enrol_app(visitor.request(), clock)
        told = sql("SELECT details FROM outbox WHERE kind = 'method_enrolled' ORDER BY created_at, id")

        assert sorted('"ended":"others"' in details for (details,) in told) == [False, True]
