"""Second factors of users whom the application has loaded and proven itself, and hands over to `store`."""

from __future__ import annotations

import pytest

from gatewright import MemoryUserProvider
from gatewright.errors import InvalidParameterError, InvalidProofError, SecondFactorRequiredError
from sample_methods import CODES, ListedCode
from visitors import Visitor

DORAS = "MemoryUserProvider"
LIST = {"codes": " ".join(CODES)}


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
