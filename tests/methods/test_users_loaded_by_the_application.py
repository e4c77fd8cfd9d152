"""Second factors of users whom the application has loaded and proven itself, and hands over to `store`."""

from __future__ import annotations

import pytest

from gatewright import MemoryUserProvider
from gatewright.errors import (
    ConfigurationError,
    InvalidParameterError,
    InvalidProofError,
    SecondFactorRequiredError,
    UserNotFoundError,
)
from gatewright.operations import factors
from sample_methods import CODES, ListedCode
from visitors import Visitor

DORAS = "MemoryUserProvider"
LIST = {"codes": " ".join(CODES)}
RESET = {"provider": DORAS, "actor": "support", "reason": "lost the list"}


@pytest.fixture
def make(make_auth, gatewright_settings):
    """Make an application with a policy, and a way to sign dora in: it returns the guard of that request."""

    def make(**policy):
        provider = MemoryUserProvider([{"id": "7", "email": "dora"}])
        settings = gatewright_settings.with_values(**policy)
        auth = make_auth(settings=settings, providers=[provider], methods=[ListedCode()])

        def sign_in(visitor):
            guard = visitor.request()
            guard.store(provider.bypass("dora"), provider)
            return guard

        return auth, sign_in

    return make


@pytest.mark.parametrize("is_same_request", [True, False])
def test_what_they_have_enrolled_is_asked_for(make, is_same_request):
    """Whether they enrolled it in the request that signed them in, or in another."""
    auth, sign_in = make()
    visitor = Visitor(auth)
    guard = sign_in(visitor)
    (guard if is_same_request else visitor.request()).enrol("listed_code", LIST)
    assert len(auth.list_authenticators("dora", provider=DORAS)) == len(CODES)

    again = Visitor(auth)
    with pytest.raises(SecondFactorRequiredError) as asked:
        sign_in(again)
    assert asked.value.evidence["methods"] == ["listed_code"]
    with pytest.raises(InvalidProofError):
        again.request().prove("listed_code", {"code": "none of them"})
    assert [line.provider for _, line in auth.list_audit(event="sign_in_failed")] == [DORAS]
    again.request().prove("listed_code", {"code": CODES[0]})
    assert again.request().user().username == "dora"


def test_the_sign_in_waits_for_what_the_policy_demands(make):
    """They can set it up, which finishes the sign-in."""
    auth, sign_in = make(second_factor="required")
    visitor = Visitor(auth)
    with pytest.raises(SecondFactorRequiredError):
        sign_in(visitor)
    assert visitor.request().pending_user().username == "dora"
    visitor.request().enrol("listed_code", LIST)
    session = visitor.request().current_session()
    assert (session.username, session.provider) == ("dora", DORAS)


@pytest.mark.parametrize("method", ["listed_code", None])
def test_an_administrator_removes_what_they_have_enrolled(make, method):
    """Of one method or of all, with a line in the record that says who did it, and why."""
    auth, sign_in = make()
    sign_in(Visitor(auth)).enrol("listed_code", LIST)
    with pytest.raises(InvalidParameterError):
        auth.remove_authenticators("dora", method="voucher", provider=DORAS, actor="support", reason="lost the list")

    removed = auth.remove_authenticators("dora", method=method, provider=DORAS, actor="support", reason="lost the list")
    assert len(removed) == len(CODES)
    assert auth.list_authenticators("dora", provider=DORAS) == []
    ((_, line),) = auth.list_audit(event="method_removed")
    assert (line.user_id, line.provider, line.method) == ("7", DORAS, method)
    assert (line.actor, line.reason) == ("support", "lost the list")


@pytest.mark.parametrize("blank", ["actor", "reason"])
def test_an_administrator_who_gives_no_account_of_it_removes_nothing(make, blank):
    """The error names what is missing."""
    auth, sign_in = make()
    sign_in(Visitor(auth)).enrol("listed_code", LIST)
    for odd in (" ", "", None):
        said = {"actor": "support", "reason": "lost the list", blank: odd}
        with pytest.raises(InvalidParameterError) as refused:
            auth.remove_authenticators("dora", provider=DORAS, **said)
        assert refused.value.evidence["parameter"] == blank
    assert len(auth.list_authenticators("dora", provider=DORAS)) == len(CODES)


class TestWhereTheirProviderIsUnknown:
    """Only the application can make its provider: a command line knows its users by what they have enrolled."""

    @pytest.fixture(params=[1, 3])
    def elsewhere(self, make, make_auth, monkeypatch, request):
        """The same database, without the provider; it is read so many rows at a time."""
        monkeypatch.setattr(factors, "_BATCH", request.param)
        auth, sign_in = make()
        sign_in(Visitor(auth)).enrol("listed_code", LIST)
        return make_auth(methods=[ListedCode()])

    def test_what_they_have_enrolled_is_found_and_removed(self, elsewhere):
        """By the name that their provider knows."""
        listed = elsewhere.list_authenticators("dora", provider=DORAS)
        assert {(each.user_id, each.username, each.provider) for each in listed} == {("7", "dora", DORAS)}
        assert len(listed) == len(CODES)

        assert len(elsewhere.remove_authenticators("dora", **RESET)) == len(CODES)
        ((_, line),) = elsewhere.list_audit(event="method_removed")
        assert (line.user_id, line.username, line.provider) == ("7", "dora", DORAS)
        with pytest.raises(ConfigurationError, match="Nor has any user"):
            elsewhere.list_authenticators("dora", provider=DORAS)

    def test_others_are_not(self, elsewhere):
        """Neither another user of that provider, nor a user of that name of another provider."""
        with pytest.raises(UserNotFoundError, match=f"No user of {DORAS} with this name") as refused:
            elsewhere.remove_authenticators("emil", **RESET)
        assert refused.value.evidence == {"username": "emil"}
        with pytest.raises(ConfigurationError, match=r"'Members'.*Nor has any user"):
            elsewhere.remove_authenticators("dora", **RESET | {"provider": "Members"})
        assert len(elsewhere.list_authenticators("dora", provider=DORAS)) == len(CODES)

    def test_each_of_many_is_found(self, elsewhere, make_auth):
        """Whatever the identifier of what they have enrolled begins with."""
        names = [f"member {number}" for number in range(8)]
        provider = MemoryUserProvider([{"id": name, "email": name} for name in names])
        auth = make_auth(providers=[provider], methods=[ListedCode()])
        for name in names:
            guard = Visitor(auth).request()
            guard.store(provider.bypass(name), provider)
            guard.enrol("listed_code", {"codes": CODES[0]})

        found = [elsewhere.list_authenticators(name, provider=DORAS) for name in names]
        assert [[each.user_id for each in listed] for listed in found] == [[name] for name in names]

    @pytest.mark.parametrize("newer", ["0", "9"])
    def test_a_name_is_that_of_its_latest_owner(self, elsewhere, make_auth, gatewright_clock, newer):
        """A name that was given to somebody else is no longer that of whom it was before."""
        gatewright_clock.advance(days=1)
        provider = MemoryUserProvider([{"id": newer, "email": "dora"}])
        auth = make_auth(providers=[provider], methods=[ListedCode()])
        guard = Visitor(auth).request()
        guard.store(provider.bypass("dora"), provider)
        guard.enrol("listed_code", LIST)

        assert {each.user_id for each in elsewhere.list_authenticators("dora", provider=DORAS)} == {newer}
