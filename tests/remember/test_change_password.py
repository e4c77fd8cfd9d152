"""A visitor chooses another password: they must know the one they have, and stay signed in here only."""

from __future__ import annotations

import pytest

from gatewright import MemoryUserProvider
from gatewright.errors import (
    AuthenticationError,
    Denied,
    InvalidParameterError,
    UserNotFoundError,
    WeakPasswordError,
)
from visitors import OURS, PASSWORD, Visitor

NEW = "quiet lamp under seven hills"


def test_the_new_password_is_the_one_that_works(signed_in, auth, hooks):
    """The hooks of a change fire, it is recorded, and nobody else did it."""
    hooks.clear()
    assert signed_in.request().change_password(PASSWORD, NEW) is None
    assert auth.attempt("carol", NEW, OURS).username == "carol"
    with pytest.raises(UserNotFoundError):
        auth.attempt("carol", PASSWORD, OURS)
    assert hooks.names[:3] == ["pre_password_change", "post_password_change", "post_auth"]
    ((_, entry),) = auth.list_audit(event="password_changed")
    assert (entry.username, entry.actor) == ("carol", None)


def test_this_visit_stays_and_every_other_session_ends(signed_in, auth):
    """Here in a new session, so that a copy of the old secret is worth nothing; what the visit kept is there."""
    elsewhere, copy = Visitor(auth), signed_in.thief()
    elsewhere.request().login("carol", PASSWORD, OURS)
    signed_in.request().session("basket", ["book"])
    before = signed_in.request().current_session()
    signed_in.request().change_password(PASSWORD, NEW)
    guard = signed_in.request()
    assert guard.is_fully_authenticated()
    assert guard.session("basket") == ["book"]
    assert [session.id for session in guard.sessions()] == [guard.current_session().id]
    assert guard.current_session().id != before.id
    assert elsewhere.request().is_guest()
    assert copy.request().is_guest()


def test_without_the_current_password_nothing_changes(signed_in, auth):
    """Whoever finds an open browser cannot lock its owner out."""
    before = signed_in.request().current_session()
    with pytest.raises(UserNotFoundError):
        signed_in.request().change_password("wrong", NEW)
    assert signed_in.request().current_session() == before
    assert auth.attempt("carol", PASSWORD, OURS).username == "carol"


def test_the_policy_holds(signed_in, auth):
    """A weak new password is refused; the current one was right, so that counts nothing."""
    for _ in range(6):
        with pytest.raises(WeakPasswordError):
            signed_in.request().change_password(PASSWORD, "short")
    assert auth.attempt("carol", PASSWORD, OURS).username == "carol"


def test_a_hook_may_refuse(signed_in, auth):
    """Then the password stays, and the visit too."""

    @auth.hooks.pre_password_change
    def refuse():
        raise Denied("not today")

    with pytest.raises(Denied):
        signed_in.request().change_password(PASSWORD, NEW)
    assert auth.attempt("carol", PASSWORD, OURS).username == "carol"
    assert not signed_in.request().is_guest()


def test_a_guest_has_no_password_to_change(visitor, carol):
    """Whatever they know."""
    with pytest.raises(AuthenticationError) as caught:
        visitor.request().change_password(PASSWORD, NEW)
    assert type(caught.value) is AuthenticationError


def test_other_providers_keep_their_own_passwords(make_auth, visitor):
    """What is not ours cannot be changed here, and the message says whose it is."""
    auth = make_auth(providers=[MemoryUserProvider([{"email": "carol"}])])
    guard = auth.guard({})
    guard.store(auth.bypass("carol", "MemoryUserProvider"))
    with pytest.raises(InvalidParameterError, match="MemoryUserProvider stores this user"):
        guard.change_password(PASSWORD, NEW)


def test_who_was_vouched_for_a_moment_ago_types_no_current_password(auth, carol, visitor):
    """It may be the password that they have lost."""
    visitor.request().store(auth.bypass("carol", OURS, actor="support", reason="lost her password"))
    visitor.request().change_password(None, NEW)
    assert auth.attempt("carol", NEW, OURS).id == carol.id


def test_the_session_is_there_all_the_while(auth, carol, visitor, people):
    """Be it that what comes next fails."""
    visitor.request().login("carol", PASSWORD, OURS)
    seen = []
    auth.add_hook("post_password_change", lambda **_: seen.append(len(people.list_sessions())))
    visitor.request().change_password(PASSWORD, NEW)
    assert seen == [1]


def test_the_mail_that_tells_is_in_the_language_of_the_page(auth, register, visitor):
    """In which they have just chosen the password."""
    register(auth, email="carol@example.com")
    visitor.request().login("carol", PASSWORD, OURS)
    visitor.request().change_password(PASSWORD, NEW, language="de")
    assert [(mail.kind, mail.language) for mail in auth.list_queued_mails()] == [("password_changed", "de")]
