"""`bypass`: somebody's word instead of a proof, written down with whose and why."""

from __future__ import annotations

import pytest

from gatewright import User, UserProvider
from gatewright.errors import InactiveUserError, PermissionNotFoundError, UnverifiedUserError, UserNotFoundError
from gatewright.testing import HookRecorder, Wallet
from visitors import OURS, WALLETS


def test_it_returns_the_user_and_is_recorded_with_who_and_why(auth, carol, hooks):
    """No password, no session, no event: one row that says who let whom in and why."""
    user = auth.bypass("carol", OURS, actor="dave", reason="ticket 17")
    assert (user.id, user.provider_name) == (carol.id, OURS)
    assert hooks.names == []
    assert auth.list_sessions() == []
    (entry,) = [entry for _, entry in auth.list_audit(event="bypassed")]
    assert (entry.user_id, entry.username, entry.provider, entry.method) == (carol.id, "carol", OURS, "bypass")
    assert (entry.actor, entry.reason) == ("dave", "ticket 17")


def test_a_session_by_somebodys_word_says_so(auth, carol):
    """It is what has been proven."""
    session = auth.guard({}).store(auth.bypass("carol", OURS))
    assert [proof.method for proof in session.proofs] == ["bypass"]


def test_nobody_has_to_say_why(auth, carol):
    """Without actor and reason the row is written all the same."""
    auth.bypass("carol", OURS)
    (entry,) = [entry for _, entry in auth.list_audit(event="bypassed")]
    assert (entry.actor, entry.reason) == (None, None)


def test_a_wallets_user_is_found_by_the_address(auth, sign_in):
    """Users of wallet sign-in are loaded by the address of any of their wallets."""
    wallet = Wallet.new("alice")
    session = sign_in(auth, wallet)
    assert auth.bypass(wallet.address, WALLETS).id == session.user_id
    with pytest.raises(UserNotFoundError):
        auth.bypass(Wallet.new("bob").address, WALLETS)


@pytest.mark.parametrize(
    ("username", "state", "error", "event", "reason"),
    [
        ("nobody", {}, UserNotFoundError, "login_failed", "user_not_found"),
        ("carol", {"is_active": False}, InactiveUserError, "login_inactive_user", "inactive_user"),
        ("carol", {"is_verified": False}, UnverifiedUserError, "login_unverified_user", "unverified_user"),
    ],
    ids=["unknown", "inactive", "unverified"],
)
def test_its_failures_are_told_and_recorded(auth, register, hooks, username, state, error, event, reason):
    """It raises what `attempt` raises, fires what `attempt` fires, and no bypass is on record."""
    register(auth, **state)
    with pytest.raises(error):
        auth.bypass(username, OURS, actor="dave", reason="ticket 17")
    assert hooks.names == [event, "auth_failed"]
    assert hooks.of("auth_failed") == [{"username": username, "method": "bypass", "reason": reason}]
    assert auth.list_audit(event="bypassed") == []
    (entry,) = [entry for _, entry in auth.list_audit(event="sign_in_failed")]
    assert (entry.username, entry.method, entry.reason) == (username, "bypass", reason)


STATES = {"ok": (1, 1), "inactive": (0, 1), "unverified": (1, 0)}


class Picky(UserProvider):
    """Checks in every way that the document has: while loading, and afterwards."""

    def load_user_by_username(self, username, password=None):
        if username == "illegal":
            raise PermissionNotFoundError
        if username not in STATES:
            raise UserNotFoundError
        active, verified = STATES[username]
        return User({"username": username, "active": active, "verified": verified})


class PickyCoroutines(Picky):
    """The same with `async def` throughout."""

    async def load_user_by_username(self, username, password=None):
        return super().load_user_by_username(username, password)

    async def check_user_is_active(self, user):
        super().check_user_is_active(user)

    async def check_user_is_verified(self, user):
        super().check_user_is_verified(user)


class PickyMixture(Picky):
    """Loads plainly and checks in coroutines."""

    async def check_user_is_active(self, user):
        Picky.check_user_is_active(self, user)

    async def check_user_is_verified(self, user):
        Picky.check_user_is_verified(self, user)


class PickyOther(Picky):
    """Loads in a coroutine and checks plainly."""

    async def load_user_by_username(self, username, password=None):
        return Picky.load_user_by_username(self, username, password)


ERRORS = {
    "inactive": InactiveUserError,
    "unverified": UnverifiedUserError,
    "illegal": PermissionNotFoundError,
    "nobody": UserNotFoundError,
}


@pytest.mark.parametrize("kind", [Picky, PickyCoroutines, PickyMixture, PickyOther])
@pytest.mark.parametrize("username", ["ok", *ERRORS])
def test_plain_and_coroutine_methods_mix_freely(make_auth, kind, username):
    """Whatever of a provider is `async def`, every check is made: in `bypass`, and when a session reloads its user."""
    provider = kind()
    auth = make_auth(providers=[provider])
    HookRecorder(auth)
    cookie = {}
    auth.guard(cookie).store(User({"username": username}), provider)
    if username == "ok":
        assert auth.bypass("ok", provider).username == "ok"
        assert auth.guard(cookie).user().username == "ok"
    else:
        with pytest.raises(ERRORS[username]):
            auth.bypass(username, provider)
        assert auth.guard(cookie).is_guest()


def test_the_providers_own_bypass_checks_as_well():
    """`provider.bypass` loads without a password and checks both states."""
    provider = Picky()
    assert provider.bypass("ok").username == "ok"
    for username, error in ERRORS.items():
        with pytest.raises(error):
            provider.bypass(username)
