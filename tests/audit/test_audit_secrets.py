"""No secret of a sign-in is given to hooks."""

from __future__ import annotations

import pytest

from gatewright.errors import GatewrightError
from visitors import OURS, Visitor

PASSWORD = "a canary in the password"
NEW = "another canary, a new one"
WRONG = "a canary that sings wrong"


@pytest.mark.parametrize("propagate", [False, True])
def test_what_hooks_are_given_at_sign_in(make_auth, propagate):
    """No event of a password sign-in passes the password on, except `post_auth`, which passes the session's secret."""
    auth = make_auth(propagate_hook_errors=propagate)
    auth.create_user("carol", password=PASSWORD, is_verified=True)
    seen = []
    for point in auth.hooks:
        point(lambda **parameters: seen.append(parameters))
    visitor = Visitor(auth)
    visitor.request().login("carol", PASSWORD, OURS)
    with pytest.raises(GatewrightError):
        visitor.request().login("carol", WRONG, OURS)
    auth.set_password("carol", NEW)
    assert len(seen) >= 4
    for secret in (PASSWORD, WRONG, NEW, "argon2"):
        assert secret not in repr(seen)
    assert visitor.secret not in repr(seen)
