"""Accounts are found, listed, enabled, disabled and verified, and their passwords changed."""

from __future__ import annotations

import pytest

from gatewright import Denied
from gatewright.errors import (
    InactiveUserError,
    InvalidParameterError,
    UnverifiedUserError,
    UserNotFoundError,
    WeakPasswordError,
)
from gatewright.testing import HookRecorder, Wallet
from visitors import OURS, PASSWORD, Visitor

NEW = "quite another sentence of hers"


def test_a_user_is_found_by_any_of_their_names(auth, register, link):
    """Username, email address and wallet, active or not, with the rights of today."""
    wallet = Wallet.new("alice")
    auth.create_role("editor")
    made = register(auth, email="carol@example.com", roles=["editor"])
    link(auth, "carol", wallet)
    auth.disable_user("carol")
    for name in ("carol", "Carol@example.com", wallet.address):
        user = auth.get_user(name)
        assert (user.id, user.roles, user.is_active) == (made.id, ("editor",), False)
        assert user.evrmore_address == wallet.address


def test_listed_users_have_their_rights(auth):
    """As any other has: who signs one in is asked for the second factor that their role demands."""
    auth.create_role("admin")
    auth.create_user("anna", password=PASSWORD, is_verified=True, roles=["admin"])
    auth.create_user("bert")
    listed = {user.username: user for user in auth.list_users() if user.username in ("anna", "bert")}

    assert (listed["anna"].roles, listed["bert"].roles) == (("admin",), ())
    assert auth.guard({}).is_role("admin", listed["anna"])
    assert listed["anna"].provider_name == OURS


def test_hooks_of_a_password_change_know_the_users_roles(auth):
    """A hook that protects one role must not be passed by because the roles are unknown."""
    auth.create_role("admin")
    auth.create_user("anna", password=PASSWORD, is_verified=True, roles=["admin"])
    seen = []
    for point in ("pre_password_change", "post_password_change"):
        auth.add_hook(point, lambda user: seen.append(user.roles))
    auth.set_password("anna", NEW)

    assert seen == [("admin",), ("admin",)]


def test_an_unknown_user_is_an_error_everywhere(auth, carol, snapshot):
    """Whatever is to be done to them, and nothing is done."""
    before = snapshot()
    for act in (
        auth.get_user,
        auth.enable_user,
        auth.disable_user,
        auth.verify_user,
        auth.list_wallets,
        lambda name: auth.set_password(name, NEW),
        lambda name: auth.unlink_wallet(name, Wallet.new("alice").address),
    ):
        for name in ("nobody", "carol@example.com", Wallet.new("alice").address):
            with pytest.raises(UserNotFoundError):
                act(name)
    assert snapshot() == before


def test_pages_of_users(auth):
    """Every user once, in the order of their ids, however large the page; behind the last one there is nobody."""
    made = sorted(auth.create_user(f"user {number}").id for number in range(7))
    for size in (1, 2, 3, 7, 100):
        seen, after = [], ""
        while page := auth.list_users(after=after, at_most=size):
            assert len(page) <= size
            seen += [user.id for user in page]
            after = page[-1].id
        assert seen == made
    assert [user.id for user in auth.list_users()] == made
    assert auth.list_users(after="g") == []


@pytest.mark.parametrize("at_most", [0, -1, 1.5, True, "5", None, 2**63])
def test_a_page_has_a_positive_size(auth, at_most):
    """Anything else is an error."""
    with pytest.raises(InvalidParameterError):
        auth.list_users(at_most=at_most)


def test_a_disabled_user_is_out_at_once(auth, signed_in, register, link, sign_in):
    """Sessions and tokens end, nobody gets in by password or wallet, and enabling brings no session back."""
    wallet = Wallet.new("alice")
    link(auth, "carol", wallet)
    token = sign_in(auth, wallet).token
    auth.disable_user("carol")
    auth.disable_user("carol")
    assert signed_in.request().is_guest()
    assert auth.validate_token(token) is None
    with pytest.raises(InactiveUserError):
        auth.attempt("carol", PASSWORD, OURS)
    with pytest.raises(InactiveUserError):
        sign_in(auth, wallet)
    auth.enable_user("carol")
    assert signed_in.request().is_guest()
    assert auth.validate_token(token) is None
    assert auth.attempt("carol", PASSWORD, OURS).is_active


def test_verifying_lets_a_user_in(auth, register):
    """From then on, and for good."""
    register(auth, is_verified=False)
    with pytest.raises(UnverifiedUserError):
        auth.attempt("carol", PASSWORD, OURS)
    auth.verify_user("CAROL")
    auth.verify_user("carol")
    assert auth.attempt("carol", PASSWORD, OURS).is_verified


def test_a_changed_password_is_the_password(auth, carol):
    """The old one is no longer right."""
    auth.set_password("Carol", NEW)
    assert auth.attempt("carol", NEW, OURS).username == "carol"
    with pytest.raises(UserNotFoundError):
        auth.attempt("carol", PASSWORD, OURS)


def test_a_user_without_a_password_gets_one(auth, register):
    """Setting is the same as changing."""
    register(auth, password=None)
    auth.set_password("carol", NEW)
    assert auth.attempt("carol", NEW, OURS).username == "carol"


def test_a_changed_password_ends_the_other_sessions(auth, signed_in, register, link, sign_in):
    """All but the one that changed it: cookies and tokens; and nobody else's."""
    register(auth, "dave")
    his, elsewhere, wallet = Visitor(auth), Visitor(auth), Wallet.new("alice")
    his.request().login("dave", PASSWORD, OURS)
    elsewhere.request().login("carol", PASSWORD, OURS)
    link(auth, "carol", wallet)
    token = sign_in(auth, wallet).token
    kept = signed_in.request().store(auth.attempt("carol", PASSWORD, OURS))
    auth.set_password("carol", NEW, keep_session=kept.id)
    assert not signed_in.request().is_guest()
    assert elsewhere.request().is_guest()
    assert auth.validate_token(token) is None
    assert not his.request().is_guest()
    auth.set_password("carol", PASSWORD)
    assert signed_in.request().is_guest()


def test_somebody_elses_session_cannot_be_kept_or_ended_by_it(auth, carol, register):
    """`keep_session` keeps one of the user's own; another user's is not theirs in either sense."""
    register(auth, "dave")
    mine, his = Visitor(auth), Visitor(auth)
    mine.request().login("carol", PASSWORD, OURS)
    session = his.request().store(auth.attempt("dave", PASSWORD, OURS))
    auth.set_password("carol", NEW, keep_session=session.id)
    assert mine.request().is_guest()
    assert not his.request().is_guest()


@pytest.mark.parametrize("password", ["short", "", "carol is my own name", "passwordpassword"])
def test_a_weak_password_changes_nothing(auth, signed_in, snapshot, password):
    """The old one stays, and the sessions too."""
    before = snapshot()
    with pytest.raises(WeakPasswordError):
        auth.set_password("carol", password)
    assert snapshot() == before
    assert not signed_in.request().is_guest()


def test_hooks_before_and_after(auth, carol, hooks):
    """Both are given the user, and neither the password."""
    auth.set_password("carol", NEW)
    assert hooks.names == ["pre_password_change", "post_password_change"]
    for event in hooks.names:
        (parameters,) = hooks.of(event)
        assert set(parameters) == {"user"}
        assert parameters["user"].username == "carol"
    assert NEW not in repr(hooks.events)


@pytest.mark.parametrize("propagate", [False, True])
def test_a_hook_may_refuse_the_change(make_auth, register, snapshot, propagate):
    """`Denied` stops it in either mode, and nothing has changed."""
    auth = make_auth(propagate_hook_errors=propagate)
    register(auth)
    visitor = Visitor(auth)
    visitor.request().login("carol", PASSWORD, OURS)

    def refuse(user):
        raise Denied("not on a Sunday")

    auth.add_hook("pre_password_change", refuse)
    hooks = HookRecorder(auth)
    before = snapshot()
    with pytest.raises(Denied):
        auth.set_password("carol", NEW)
    assert snapshot() == before
    assert "post_password_change" not in hooks.names
    assert not visitor.request().is_guest()


def test_a_hook_changes_neither_user_nor_password(auth, carol, register):
    """Whatever a `pre_password_change` hook returns, the change is of the user who was named."""
    dave = register(auth, "dave")
    auth.add_hook("pre_password_change", lambda user: {"user": dave, "password": "something of the hook's own"})
    auth.set_password("carol", NEW)
    assert auth.attempt("dave", PASSWORD, OURS).username == "dave"
    assert auth.attempt("carol", NEW, OURS).username == "carol"


def test_a_failing_hook_afterwards_undoes_nothing(auth, carol, caplog):
    """The change is committed; the failure is in the log, without the password."""

    def fail(user):
        raise RuntimeError("mailer is down")

    auth.add_hook("post_password_change", fail)
    auth.set_password("carol", NEW)
    assert auth.attempt("carol", NEW, OURS).username == "carol"
    assert "mailer is down" in caplog.text
    assert NEW not in caplog.text
