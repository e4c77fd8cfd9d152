"""Roles: declared, given, taken, and inherited."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from gatewright import User
from gatewright.errors import ConfigurationError, InvalidParameterError, UserNotFoundError
from visitors import OURS, PASSWORD, Visitor


@pytest.fixture
def auth(auth):
    for name in ("read", "write", "delete"):
        auth.create_permission(f"general.{name}")
    return auth


@pytest.fixture
def rights(auth, carol):
    """Carol's roles and permissions as of now."""

    def rights():
        user = auth.get_user("carol")
        return set(user.roles), {name for name in user.permissions if not name.endswith("*")}

    return rights


def test_a_role_is_given_and_taken(auth, rights):
    """Both act at once; the answers say whether there was anything to take."""
    auth.create_role("editor")
    auth.grant_permission("general.write", role="editor")
    auth.assign_role("editor", username="carol")
    auth.assign_role("editor", username="carol")
    assert rights() == ({"editor"}, {"general.write"})
    assert auth.unassign_role("editor", username="carol") is True
    assert auth.unassign_role("editor", username="carol") is False
    assert rights() == (set(), set())


def test_a_roles_grants_act_on_the_next_request(auth, carol):
    """For everybody who has the role, without a new sign-in."""
    auth.create_role("editor")
    auth.assign_role("editor", username="carol")
    visitor = Visitor(auth)
    visitor.request().login("carol", PASSWORD, OURS)
    assert not visitor.request().is_granted("general.write")
    auth.grant_permission("general.write", role="editor")
    assert visitor.request().is_granted("general.write")
    assert auth.revoke_permission("general.write", role="editor") is True
    assert auth.revoke_permission("general.write", role="editor") is False
    assert not visitor.request().is_granted("general.write")


def test_a_roles_branch_covers_what_is_below(auth, rights):
    """Roles hold branches as users do."""
    auth.create_role("editor")
    auth.grant_permission("general.*", role="editor")
    auth.assign_role("editor", username="carol")
    assert rights() == ({"editor"}, {"general.read", "general.write", "general.delete"})
    assert auth.guard({}).is_granted("general.*", auth.get_user("carol"))


def test_roles_inherit(auth, rights):
    """Who has the chief's role has what editors and readers have, and counts as both."""
    auth.create_role("reader")
    auth.create_role("editor", inherits=["reader"])
    auth.create_role("chief", inherits=["editor"])
    auth.grant_permission("general.read", role="reader")
    auth.grant_permission("general.write", role="editor")
    auth.grant_permission("general.delete", role="chief")
    auth.assign_role("chief", username="carol")
    assert rights() == ({"chief", "editor", "reader"}, {"general.read", "general.write", "general.delete"})
    guard = auth.guard({})
    assert guard.is_role("reader", auth.get_user("carol"))
    auth.unassign_role("chief", username="carol")
    auth.assign_role("editor", username="carol")
    assert rights() == ({"editor", "reader"}, {"general.read", "general.write"})


def test_a_diamond_counts_each_role_once(auth, rights):
    """Two ways to the same role give it once."""
    auth.create_role("top")
    auth.create_role("left", inherits=["top"])
    auth.create_role("right", inherits=["top"])
    auth.create_role("bottom", inherits=["left", "right"])
    auth.grant_permission("general.read", role="top")
    auth.assign_role("bottom", username="carol")
    user = auth.get_user("carol")
    assert sorted(user.roles) == ["bottom", "left", "right", "top"]
    assert [name for name in user.permissions if name == "general.read"] == ["general.read"]


def test_a_circle_ends(auth, rights):
    """Roles that inherit each other are one another's equals, and the question comes back."""
    auth.create_role("chicken")
    auth.create_role("egg", inherits=["chicken"])
    auth.create_role("chicken", inherits=["egg"])
    auth.create_role("self")
    auth.create_role("self", inherits=["self"])
    auth.grant_permission("general.read", role="egg")
    auth.assign_role("chicken", username="carol")
    auth.assign_role("self", username="carol")
    assert rights() == ({"chicken", "egg", "self"}, {"general.read"})


def test_a_long_chain_is_followed_to_its_end(auth, rights):
    """Depth is no limit."""
    auth.create_role("role-0")
    for number in range(1, 60):
        auth.create_role(f"role-{number}", inherits=[f"role-{number - 1}"])
    auth.grant_permission("general.read", role="role-0")
    auth.assign_role("role-59", username="carol")
    roles, permissions = rights()
    assert len(roles) == 60
    assert permissions == {"general.read"}


def test_declaring_again_changes_nothing(auth, rights):
    """A role that exists stays as it is; new parents are added."""
    auth.create_role("reader")
    auth.create_role("editor", inherits=["reader"])
    auth.create_role("editor")
    auth.assign_role("editor", username="carol")
    assert auth.list_roles() == ["editor", "reader"]
    assert rights()[0] == {"editor", "reader"}


def test_one_spelling_of_a_role(auth, rights):
    """Case, width and outer spaces make no second role."""
    auth.create_role("Editor")
    assert auth.list_roles() == ["editor"]
    auth.assign_role("  \uff25\uff24\uff29\uff34\uff2f\uff32 ", username="CAROL")
    assert rights()[0] == {"editor"}


def test_unknown_roles_and_users_are_errors(auth, carol, snapshot):
    """A typo is an error and changes nothing."""
    auth.create_role("editor")
    before = snapshot()
    for act in (auth.assign_role, auth.unassign_role):
        with pytest.raises(InvalidParameterError, match="editr"):
            act("editr", username="carol")
        with pytest.raises(UserNotFoundError) as refused:
            act("editor", username="nobody")
        assert refused.value.evidence["username"] == "nobody"
    with pytest.raises(InvalidParameterError, match="readr"):
        auth.create_role("chief", inherits=["readr"])
    with pytest.raises(InvalidParameterError):
        auth.create_role("chief", inherits="editor")
    assert snapshot() == before


def test_roles_are_of_users_and_not_of_guests(auth, carol):
    """A guest has no role; another user's question is answered for them."""
    auth.create_role("editor")
    auth.assign_role("editor", username="carol")
    guest = auth.guard({})
    assert not guest.is_role("editor")
    assert guest.is_role("editor", auth.get_user("carol"))


@pytest.mark.parametrize("spelling", ["Editor", "EDITOR", " editor ", "\uff25\uff24\uff29\uff34\uff2f\uff32"])
def test_a_role_of_ours_is_found_in_any_spelling(auth, carol, spelling):
    """Our own names have one spelling, whoever asks; nonsense is nobody's role."""
    auth.create_role("Editor")
    auth.assign_role("editor", username="carol")
    carol = auth.get_user("carol")
    assert auth.guard({}).is_role(spelling, carol)
    assert not auth.guard({}).is_role(f"{spelling}s", carol)
    assert not auth.guard({}).is_role("edi\u200btor", carol)


def test_another_providers_roles_are_exact(auth):
    """Whether `Editor` and `editor` are one role there only the provider knows."""
    user = User({"username": "carol"}, roles=["Editor"])
    assert auth.guard({}).is_role("Editor", user)
    assert not auth.guard({}).is_role("editor", user)


def test_deleting_a_user_leaves_no_rights_behind(auth, carol, database, count):
    """The rows go with the account, so that nobody inherits them."""
    auth.create_role("editor")
    auth.assign_role("editor", username="carol")
    auth.grant_permission("general.read", username="carol")
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("DELETE FROM users")
    assert count("user_roles") == count("user_permissions") == 0


def test_eight_grants_at_once(auth, carol, at_once):
    """Administrators do not get in each other's way: all grants are there, each once."""
    auth.create_role("editor")
    calls = [lambda auth: auth.grant_permission("general.read", username="carol")] * 4
    calls += [lambda auth: auth.assign_role("editor", username="carol")] * 4
    assert at_once(auth, calls) == [None] * 8
    user = auth.get_user("carol")
    assert (user.roles, user.permissions) == (("editor",), ("general.read",))


@pytest.mark.parametrize("held", ["superadmin.all", None])
def test_rights_that_are_one_text_are_no_rights(auth, held):
    """Whatever is a part of it would be held."""
    member = type("Member", (User,), {name: property(lambda self: held) for name in ("roles", "permissions")})
    guard = auth.guard({})
    for ask in (guard.is_role, guard.is_granted):
        with pytest.raises(ConfigurationError, match="collections of names"):
            ask("admin", member({"username": "carol"}))


def test_rights_may_be_any_collection(auth):
    """Also one that can be gone through once."""
    member = type("Member", (User,), {"roles": property(lambda self: (role for role in ("admin", "user")))})
    assert auth.guard({}).is_role("user", member({"username": "carol"}))
