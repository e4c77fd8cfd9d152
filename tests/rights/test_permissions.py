"""Permissions are dotted names in a tree: declared, granted by name or branch, asked by name or branch."""

from __future__ import annotations

import pytest

from gatewright import User
from gatewright.errors import InvalidParameterError, PermissionNotFoundError, UserNotFoundError
from visitors import OURS, PASSWORD, Visitor

DECLARED = ["general.read", "general.delete.local", "general.delete.remote", "general.blogadmin", "shop.order"]
NEIGHBOURS = ["generally.read", "general-news.read", "general_2.read", "general0.read", "Generalz.read"]


@pytest.fixture
def auth(auth):
    for permission in DECLARED:
        auth.create_permission(permission)
    return auth


@pytest.fixture
def holds(auth, carol):
    """Give permissions to carol and say whether she is granted another, on her next request."""

    def holds(*granted, asked):
        for permission in granted:
            auth.grant_permission(permission, username="carol")
        return auth.guard({}).is_granted(asked, auth.get_user("carol"))

    return holds


def test_a_name_brings_its_branches(auth):
    """Declaring a leaf declares what stands above it, each once, in order."""
    assert auth.list_permissions() == sorted({*DECLARED, "general", "general.delete", "shop"})
    auth.create_permission("general.delete.local")
    assert auth.list_permissions() == sorted({*DECLARED, "general", "general.delete", "shop"})


@pytest.mark.parametrize(
    ("permission", "exists"),
    [
        ("general.read", True),
        ("general.delete.local", True),
        ("general", True),
        ("general.*", True),
        ("general.delete.*", True),
        ("general.write", False),
        ("general.write.*", False),
        ("gener", False),
        ("general.rea", False),
        ("GENERAL.READ", False),
        ("general.read.", False),
        (".read", False),
        ("general..read", False),
        ("*", False),
        (".*", False),
        ("*.*", False),
        ("general.%", False),
        ("general._ead", False),
        ("", False),
    ],
)
def test_existence_is_exact(auth, permission, exists):
    """A name exists as it was declared, and a branch where it was declared too; nothing is a pattern."""
    assert auth.permission_exists(permission) is exists


@pytest.mark.parametrize("name", ["a", "A", "general", "general.read", "a-b.c_d.9", "x" * 255, ".".join("a" * 128)])
def test_names_by_the_grammar(auth, name):
    """Segments of letters, digits, hyphen and underscore, with dots between."""
    auth.create_permission(name)
    assert auth.permission_exists(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "a.",
        ".a",
        "a..b",
        "a b",
        "a.*",
        "*",
        "a.*.b",
        "ä",
        "a\n",
        "a\0",
        "a/b",
        "a:b",
        "x" * 256,
        "\u0430.b",
        "\u0661",
    ],
)
def test_names_outside_the_grammar(auth, name):
    """Anything else is refused, and nothing is declared of it."""
    before = auth.list_permissions()
    with pytest.raises(InvalidParameterError) as refused:
        auth.create_permission(name)
    assert refused.value.evidence == {"parameter": "permission"}
    assert auth.list_permissions() == before


@pytest.mark.parametrize(
    ("granted", "asked", "answer"),
    [
        ("general.read", "general.read", True),
        ("general.read", "general.delete.local", False),
        ("general.read", "general", False),
        ("general.read", "general.read.more", False),
        ("general", "general.read", False),
        ("general.*", "general.read", True),
        ("general.*", "general.delete.local", True),
        ("general.*", "general.delete", True),
        ("general.*", "general", False),
        ("general.*", "shop.order", False),
        ("general.*", "general.write", False),
        ("general.*", "general.read.more", False),
        ("general.delete.*", "general.delete.remote", True),
        ("general.delete.*", "general.read", False),
    ],
)
def test_what_a_grant_covers(holds, granted, asked, answer):
    """A name covers itself; a branch covers everything that was declared below it, at any depth, and only that."""
    assert holds(granted, asked=asked) is answer


@pytest.mark.parametrize("neighbour", NEIGHBOURS)
def test_a_branch_does_not_cover_its_neighbours(auth, holds, neighbour):
    """A name that merely begins like the branch is another branch's."""
    auth.create_permission(neighbour)
    assert not holds("general.*", asked=neighbour)
    assert not holds(asked=neighbour.replace("read", "*"))


@pytest.mark.parametrize(
    ("granted", "asked", "answer"),
    [
        ("general.read", "general.*", True),
        ("general.delete.local", "general.*", True),
        ("general.delete.local", "general.delete.*", True),
        ("general.read", "general.delete.*", False),
        ("general", "general.*", False),
        ("shop.order", "general.*", False),
        ("general.*", "general.*", True),
        ("general.*", "general.delete.*", True),
        ("general.*", "general.write.*", False),
        ("general.blogadmin", "general.blog.*", False),
        ("general.blogadmin", "general.blogadmin.*", False),
        ("general.*", "general.blog.*", False),
    ],
)
def test_questions_with_a_wildcard(holds, granted, asked, answer):
    """`branch.*` asks whether anything below the branch is held, segment by segment."""
    assert holds(granted, asked=asked) is answer


NO_PATTERNS = ["*", ".*", "general*", "general.*.*", "g.*l.read", "general.rea.", "general\\.read", "general.[a-z]+"]
NO_PATTERNS += [
    "general.",
    "general..read",
    ".general.read",
    "general.%",
    "general.____",
    "(",
    "general.read|x",
    "$",
    "^",
]


@pytest.mark.parametrize("asked", NO_PATTERNS)
def test_no_question_is_a_pattern(holds, asked):
    """Whoever holds everything declared is still not granted what only looks like it."""
    assert holds("general.*", "shop.*", "general.read", asked=asked) is False


@pytest.mark.parametrize("asked", [asked for asked in NO_PATTERNS if asked != "general.____"])
def test_no_question_is_a_pattern_for_a_providers_user(auth, asked):
    """Nor are users with branches of their provider's; underscores are letters of a name like any other."""
    user = User({"username": "dave"}, (), ["general.*", "general.read", "shop.*"])
    assert auth.guard({}).is_granted(asked, user) is False


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("undeclared.read", True),
        ("undeclared.tree.leaf", True),
        ("undeclared.*", True),
        ("undeclared.tree.branch.*", True),
        ("undeclared.other.*", False),
        ("general.read", False),
    ],
)
def test_a_providers_permissions_need_no_declaration(auth, asked, answer):
    """What the provider supplies is granted as it is, its branches too."""
    user = User({"username": "dave"}, (), ["undeclared.read", "undeclared.tree.*"])
    assert auth.guard({}).is_granted(asked, user) is answer


@pytest.mark.parametrize("act", ["grant_permission", "revoke_permission"])
@pytest.mark.parametrize("permission", ["general.write", "general.write.*", "general.", "*", "", None, 5])
def test_an_unknown_permission_is_an_error(auth, carol, snapshot, act, permission):
    """Granting and revoking what nobody declared raises, so that a typo does not look like success. It is shown."""
    before = snapshot()
    with pytest.raises(PermissionNotFoundError) as refused:
        getattr(auth, act)(permission, username="carol")
    shown = repr(permission) if isinstance(permission, str) else f"of type {type(permission).__name__}"
    assert f"The permission {shown} has not been declared." in str(refused.value)
    assert snapshot() == before


@pytest.mark.parametrize("act", ["grant_permission", "revoke_permission"])
def test_a_permission_is_held_by_one_user_or_one_role(auth, carol, snapshot, act):
    """Neither and both are errors, as are an unknown user and an unknown role."""
    auth.create_role("editor")
    before = snapshot()
    for holder, error in [
        ({}, InvalidParameterError),
        ({"username": "carol", "role": "editor"}, InvalidParameterError),
        ({"username": "nobody"}, UserNotFoundError),
        ({"role": "nobody"}, InvalidParameterError),
    ]:
        with pytest.raises(error):
            getattr(auth, act)("general.read", **holder)
    assert snapshot() == before


def test_changes_act_on_the_next_request(auth, carol):
    """Granted and revoked without a new sign-in; revoking again is revoking nothing."""
    visitor = Visitor(auth)
    visitor.request().login("carol", PASSWORD, OURS)
    assert not visitor.request().is_granted("general.read")
    auth.grant_permission("general.read", username="carol")
    auth.grant_permission("general.read", username="CAROL")
    assert visitor.request().is_granted("general.read")
    assert visitor.request().user().permissions == ("general.read",)
    assert auth.revoke_permission("general.read", username="carol") is True
    assert auth.revoke_permission("general.read", username="carol") is False
    assert not visitor.request().is_granted("general.read")


def test_what_is_declared_later_is_covered_by_an_older_branch(auth, carol, holds):
    """A branch is a branch: new leaves below it need no new grant."""
    assert not holds("general.*", asked="general.new.leaf")
    auth.create_permission("general.new.leaf")
    assert holds(asked="general.new.leaf")


def test_revoking_a_branch_leaves_what_was_granted_by_name(auth, holds):
    """Grants are rows: each is taken away as it was given."""
    assert holds("general.*", "general.read", asked="general.delete.local")
    assert auth.revoke_permission("general.*", username="carol")
    assert holds(asked="general.read")
    assert not holds(asked="general.delete.local")


def test_revoking_a_name_does_not_cut_a_branch(auth, holds):
    """What the branch still covers is still held, and the answer says that nothing was there to revoke."""
    assert holds("general.*", asked="general.read")
    assert auth.revoke_permission("general.read", username="carol") is False
    assert holds(asked="general.read")


def test_nobodys_grants_are_anybody_elses(auth, carol, register):
    """A grant is one user's."""
    register(auth, "dave")
    auth.grant_permission("general.read", username="carol")
    assert not auth.guard({}).is_granted("general.read", auth.get_user("dave"))


def test_a_guest_is_granted_nothing(auth):
    """Whatever is declared."""
    assert not auth.guard({}).is_granted("general.read")
    assert not auth.guard({}).is_granted("general.*")
