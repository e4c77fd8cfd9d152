"""An argument that is refused is named, so that a form can show the error beside its field."""

from __future__ import annotations

import pytest

from gatewright.errors import InvalidParameterError
from visitors import PASSWORD

ODD = object()
"""No value of any type that an argument has."""
EMAIL = "carol@example.com"
CALLS = [
    ("username", lambda auth, user: auth.create_user(ODD)),
    ("username", lambda auth, user: auth.get_user(" ")),
    ("username", lambda auth, user: auth.get_user("\ud800")),
    ("username", lambda auth, user: auth.create_user("bert@example.com")),
    ("username", lambda auth, user: auth.change_username(user.id, username=ODD)),
    ("username", lambda auth, user: auth.list_audit(username=ODD)),
    ("email", lambda auth, user: auth.create_user(email=ODD)),
    ("email", lambda auth, user: auth.create_user(email="bert")),
    ("email", lambda auth, user: auth.create_user(email="bert@-x-.com")),
    ("password_hash", lambda auth, user: auth.create_user("bert", password_hash="plain")),
    ("is_active", lambda auth, user: auth.create_user("bert", is_active=ODD)),
    ("is_verified", lambda auth, user: auth.create_user("bert", is_verified=ODD)),
    ("roles", lambda auth, user: auth.create_user("bert", roles=ODD)),
    ("user_id", lambda auth, user: auth.create_user("bert", user_id=ODD)),
    ("actor", lambda auth, user: auth.create_user("bert", actor=ODD)),
    ("keep_session", lambda auth, user: auth.set_password("carol", PASSWORD, keep_session=ODD)),
    ("after", lambda auth, user: auth.list_users(after=ODD)),
    ("after", lambda auth, user: auth.list_users(after="x" * 256)),
    ("at_most", lambda auth, user: auth.list_users(at_most=ODD)),
    ("at_most", lambda auth, user: auth.list_audit(at_most=ODD)),
    ("after_id", lambda auth, user: auth.list_audit(after_id=ODD)),
    ("newest", lambda auth, user: auth.list_audit(newest=ODD)),
    ("since", lambda auth, user: auth.list_audit(since=ODD)),
    ("event", lambda auth, user: auth.list_audit(event=ODD)),
    ("at_most", lambda auth, user: auth.cleanup_expired_sessions(at_most=ODD)),
    ("at_most", lambda auth, user: auth.cleanup_expired_attempts(at_most=ODD)),
    ("at_most", lambda auth, user: auth.cleanup_expired_remembered(at_most=ODD)),
    ("at_most", lambda auth, user: auth.cleanup_expired_pending_steps(at_most=ODD)),
    ("at_most", lambda auth, user: auth.cleanup_expired_audit(at_most=ODD)),
    ("at_most", lambda auth, user: auth.cleanup_expired_links(at_most=ODD)),
    ("at_most", lambda auth, user: auth.cleanup_expired_challenges(at_most=ODD)),
    ("role", lambda auth, user: auth.create_role(ODD)),
    ("inherits", lambda auth, user: auth.create_role("staff", inherits=ODD)),
    ("permission", lambda auth, user: auth.create_permission(ODD)),
    ("purpose", lambda auth, user: auth.find_link("x", purpose="tea")),
    ("profile", lambda auth, user: auth.set_profile("carol", ODD)),
    ("profile", lambda auth, user: auth.set_profile("carol", {"name": ODD})),
    ("profile", lambda auth, user: auth.set_profile("carol", {"n" * 256: "x"})),
    ("profile", lambda auth, user: auth.set_profile("carol", {"name": "x" * 100_000})),
    ("ip_address", lambda auth, user: auth.request_password_reset(EMAIL, ip_address=ODD)),
    ("ip_address", lambda auth, user: auth.request_password_reset(EMAIL, ip_address="here")),
    ("ip_address", lambda auth, user: auth.request_password_reset(EMAIL, ip_address=f"fe80::1%{'x' * 57}")),
    ("language", lambda auth, user: auth.request_password_reset(EMAIL, language=ODD)),
    ("language", lambda auth, user: auth.request_password_reset(EMAIL, language="english")),
    ("base_url", lambda auth, user: auth.request_password_reset(EMAIL, base_url=ODD)),
    ("base_url", lambda auth, user: auth.request_password_reset(EMAIL, base_url="here")),
    ("base_url", lambda auth, user: auth.request_password_reset(EMAIL, base_url=f"https://{'x' * 248}")),
    ("next_path", lambda auth, user: auth.request_password_reset(EMAIL, next_path=ODD)),
    ("next_path", lambda auth, user: auth.request_password_reset(EMAIL, next_path="here")),
    ("user_agent", lambda auth, user: auth.guard({}, user_agent=ODD)),
    ("reason", lambda auth, user: auth.bypass("carol", "SQLUserProvider", reason=ODD)),
    ("actor", lambda auth, user: auth.bypass("carol", "SQLUserProvider", actor=ODD)),
    ("reason", lambda auth, user: auth.remove_authenticators("carol", actor="root", reason=" ")),
    ("actor", lambda auth, user: auth.remove_authenticators("carol", actor=ODD, reason="lost")),
    ("method", lambda auth, user: auth.remove_authenticators("carol", "tea", actor="root", reason="lost")),
]


@pytest.mark.parametrize(
    ("parameter", "call"), [pytest.param(*each, id=f"{number}-{each[0]}") for number, each in enumerate(CALLS)]
)
def test_the_error_names_the_argument(auth, parameter, call):
    user = auth.create_user("carol", email=EMAIL, password=PASSWORD)

    with pytest.raises(InvalidParameterError) as refused:
        call(auth, user)
    assert refused.value.evidence["parameter"] == parameter
