"""Nonsense in, a clear error or a plain no out, and never a row."""

from __future__ import annotations

import pytest

from visitors import ODD_VALUES, not_refused

ACTS = {
    "create_permission": lambda auth, odd: auth.create_permission(odd),
    "grant what": lambda auth, odd: auth.grant_permission(odd, username="carol"),
    "grant to user": lambda auth, odd: auth.grant_permission("general.read", username=odd),
    "grant to role": lambda auth, odd: auth.grant_permission("general.read", role=odd),
    "grant by": lambda auth, odd: auth.grant_permission("general.read", username="carol", actor=odd),
    "revoke what": lambda auth, odd: auth.revoke_permission(odd, username="carol"),
    "revoke from user": lambda auth, odd: auth.revoke_permission("general.read", username=odd),
    "revoke from role": lambda auth, odd: auth.revoke_permission("general.read", role=odd),
    "create_role": lambda auth, odd: auth.create_role(odd),
    "role inherits": lambda auth, odd: auth.create_role("chief", inherits=odd),
    "role inherits one": lambda auth, odd: auth.create_role("chief", inherits=[odd]),
    "role by": lambda auth, odd: auth.create_role("chief", actor=odd),
    "assign what": lambda auth, odd: auth.assign_role(odd, username="carol"),
    "assign whom": lambda auth, odd: auth.assign_role("editor", username=odd),
    "assign by": lambda auth, odd: auth.assign_role("editor", username="carol", actor=odd),
    "unassign what": lambda auth, odd: auth.unassign_role(odd, username="carol"),
    "unassign whom": lambda auth, odd: auth.unassign_role("editor", username=odd),
    "add_voter": lambda auth, odd: auth.add_voter(odd),
}
FINE = {
    "grant by": ["None"],
    "role by": ["None"],
    "assign by": ["None"],
    "role inherits": ["a list", "a mapping"],
}
"""What is odd elsewhere, and means something here."""


@pytest.fixture
def auth(auth, carol):
    auth.create_permission("general.read")
    auth.create_role("editor")
    return auth


@pytest.mark.parametrize("name", [name for name in ACTS if name not in FINE])
def test_acts_are_refused(auth, snapshot, name):
    """An error of ours for each odd value, and nothing changed."""
    before = snapshot()
    assert not_refused(lambda odd: ACTS[name](auth, odd)) == []
    assert snapshot() == before


@pytest.mark.parametrize("name", FINE)
def test_acts_with_something_optional_are_refused(auth, name):
    """What may be left out may be left out, and whatever else is odd is refused."""
    assert not_refused(lambda odd: ACTS[name](auth, odd), fine=FINE[name]) == []


def test_existence_of_nonsense(auth):
    """What cannot be a permission does not exist."""
    assert [kind for kind, odd in ODD_VALUES.items() if auth.permission_exists(odd) is not False] == []
