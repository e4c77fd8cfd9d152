"""What the audit record and the limits know of a proof that was refused."""

from __future__ import annotations

import pytest

from gatewright.errors import (
    AttemptBlockedError,
    BusyError,
    InvalidParameterError,
    InvalidProofError,
    MailUnavailableError,
    ProviderUnavailableError,
    StoreUnavailableError,
    UserNotFoundError,
)
from gatewright.methods import Proven
from gatewright.methods.totp import Totp
from sample_methods import Voucher
from visitors import OURS, PASSWORD, Visitor

HERE = "192.0.2.7"


class Particular(Voucher):
    """A voucher that is refused with an error that gives no reason."""

    name = "particular"

    async def claimed_name(self, step, given):
        """Say whom it names."""
        return given["token"].partition("-")[2]

    async def verify(self, step, given):
        """Refuse."""
        raise InvalidParameterError("No such thing.", parameter="token")


class Wordy(Particular):
    """A voucher that is refused for more of a reason than the record keeps."""

    name = "wordy"

    async def verify(self, step, given):
        """Refuse."""
        raise InvalidProofError("No such thing.", reason="x" * 300)


class Careless(Voucher):
    """A method that takes for granted that somebody is known already."""

    name = "careless"

    async def verify(self, step, given):
        """Believe whoever comes."""
        return Proven(step.require_user(), self.proof(step))


def test_a_method_that_needs_a_user_proves_no_guest(make_auth):
    """Who calls for a user where none is known is answered by a refusal."""
    auth = make_auth(methods=[Careless()])
    with pytest.raises(InvalidProofError):
        Visitor(auth).request().prove("careless", {})
    assert [line.reason for _, line in auth.list_audit(event="sign_in_failed")] == ["no_user"]


@pytest.mark.parametrize("given", [[("code", "123456")], "123456", 123456])
def test_what_is_sent_has_names(register, make_auth, given):
    """The error is about the argument; it counts as no failed sign-in."""
    auth = make_auth(methods=[Voucher()])
    register(auth)
    visitor = Visitor(auth)
    guest, signed_in = Visitor(auth).request(), visitor.request()
    signed_in.login("carol", PASSWORD, OURS)
    for act in (
        lambda: guest.begin("voucher", given),
        lambda: guest.prove("voucher", given),
        lambda: signed_in.begin_enrolment("totp", given),
        lambda: signed_in.enrol("totp", given),
    ):
        with pytest.raises(InvalidParameterError) as refused:
            act()
        assert refused.value.evidence == {"parameter": "given"}
    assert auth.list_audit(event="sign_in_failed") == []


def test_a_refused_second_proof_names_its_user(app, begin_sign_in, auth, carol):
    visitor = begin_sign_in(ip_address=HERE)
    with pytest.raises(InvalidProofError):
        visitor.request().prove("totp", {"code": "000000"})
    ((_, line),) = auth.list_audit(event="sign_in_failed")
    assert (line.user_id, line.username, line.provider) == (carol.id, "carol", OURS)
    assert (line.method, line.client, line.reason) == ("totp", HERE, "totp_wrong")


def test_an_error_without_a_reason_is_named_by_its_code(make_auth):
    """There is always something to look for in the record."""
    auth = make_auth(methods=[Particular()])
    with pytest.raises(InvalidParameterError):
        Visitor(auth).request().prove("particular", {"token": "voucher-carol"})
    ((_, line),) = auth.list_audit(event="sign_in_failed")
    assert (line.user_id, line.username, line.provider) == (None, "carol", OURS)
    assert line.reason == "invalid_parameter"


def test_a_long_reason_is_cut_in_the_record(make_auth):
    """And whoever is refused is told what they would be told anyway."""
    auth = make_auth(methods=[Wordy()])
    with pytest.raises(InvalidProofError):
        Visitor(auth).request().prove("wordy", {"token": "voucher-carol"})
    assert [line.reason for _, line in auth.list_audit(event="sign_in_failed")] == ["x" * 255]


def test_of_whoever_has_the_password_all_clients_are_one_count(
    make_auth, gatewright_settings, app, begin_sign_in, clock
):
    """Nobody else comes so far, so that the account is blocked: six digits can be guessed from many addresses."""
    auth = make_auth(settings=gatewright_settings.with_values(attempts_at_second_step=3))
    for number in range(3):
        visitor = begin_sign_in(auth, ip_address=f"192.0.2.{number}")
        with pytest.raises(InvalidProofError):
            visitor.request().prove("totp", {"code": "000000"})
    last = begin_sign_in(auth, ip_address="192.0.2.9")
    with pytest.raises(AttemptBlockedError):
        last.request().prove("totp", {"code": app.code(clock.now())})


def test_a_second_step_that_is_refused_does_not_block_the_first(
    make_auth, gatewright_settings, app, begin_sign_in, clock
):
    """The owner who tries again and again waits for the second step alone: nothing of theirs was wrong."""
    auth = make_auth(settings=gatewright_settings.with_values(attempts_at_second_step=1))
    with pytest.raises(InvalidProofError):
        begin_sign_in(auth, ip_address="192.0.2.1").request().prove("totp", {"code": "000000"})
    owner = begin_sign_in(auth, ip_address=HERE)
    for _ in range(10):
        with pytest.raises(AttemptBlockedError):
            owner.request().prove("totp", {"code": app.code(clock.now())})

    assert auth.attempt("carol", PASSWORD, OURS, ip_address=HERE).username == "carol"


@pytest.mark.parametrize("error", [StoreUnavailableError, ProviderUnavailableError, MailUnavailableError, BusyError])
def test_a_proof_that_was_not_decided_is_not_counted(make_auth, app, begin_sign_in, clock, monkeypatch, error):
    """Nobody is blocked because something that the method needs was away."""
    auth = make_auth()
    visitor = begin_sign_in(auth, ip_address=HERE)

    async def be_away(self, step, given):
        raise error("It is away.")

    with monkeypatch.context() as patch:
        patch.setattr(Totp, "verify", be_away)
        for _ in range(10):
            with pytest.raises(error):
                visitor.request().prove("totp", {"code": "000000"})

    assert visitor.request().prove("totp", {"code": app.code(clock.now())}).username == "carol"


def test_wrong_codes_and_wrong_passwords_of_one_account_are_one_count(
    make_auth, gatewright_settings, app, begin_sign_in, clock
):
    """Whoever has the password has as many tries at the code as are left."""
    auth = make_auth(settings=gatewright_settings.with_values(attempts_per_client_and_account=3))
    visitor = begin_sign_in(auth, ip_address=HERE)
    for _ in range(2):
        with pytest.raises(UserNotFoundError):
            auth.attempt("carol", "wrong horse battery staple", OURS, ip_address=HERE)
    with pytest.raises(InvalidProofError):
        visitor.request().prove("totp", {"code": "000000"})
    with pytest.raises(AttemptBlockedError):
        visitor.request().prove("totp", {"code": app.code(clock.now())})
