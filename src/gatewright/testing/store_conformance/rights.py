"""Promises of `gatewright.ports.RightsStore`: who may do what follows from grants, roles and inheritance."""

from __future__ import annotations

import pytest

from gatewright.model import Rights
from gatewright.ports import Holder, Store
from gatewright.testing.store_conformance.fixtures import StoreFixtures
from gatewright.testing.store_conformance.samples import (
    IDLE,
    NOW,
    Run,
    add_account,
    an_entry,
    digest_of,
    open_visit,
    record_of,
)

DECLARED = ["general", "general.read", "general.delete", "general.delete.local", "generals.read", "general-x"]


class RightsPromises(StoreFixtures):
    """Promises of `gatewright.ports.RightsStore`: who may do what follows from grants, roles and inheritance."""

    def test_nobody_may_do_anything_at_first(self, store: Store, run: Run) -> None:
        """An account without grants, and one that is not there."""
        add_account(store, run, "a")
        run(store.add_permissions(DECLARED, audit=an_entry()))

        assert [run(store.rights_of(account_id)) for account_id in ("a", "unknown", "")] == [Rights()] * 3

    def test_rights_follow_from_grants_roles_and_their_parents(self, store: Store, run: Run) -> None:
        """Each is named once, however many ways lead to it; what other accounts and roles hold is not among them."""
        for id_ in "ab":
            add_account(store, run, id_)
        self._declare_roles(
            store, run, {"author": [], "editor": ["author"], "chief": ["editor", "author"], "guest": []}
        )
        run(store.add_permissions(["own", "read", "edit", "lead", "shared", "others"], audit=an_entry()))
        for permission, holder in (
            ("own", Holder(account_id="a")),
            ("shared", Holder(account_id="a")),
            ("read", Holder(role="author")),
            ("shared", Holder(role="author")),
            ("edit", Holder(role="editor")),
            ("lead", Holder(role="chief")),
            ("others", Holder(role="guest")),
            ("others", Holder(account_id="b")),
        ):
            run(store.grant(permission, to=holder, audit=an_entry()))
        run(store.assign_role("editor", account_id="a", audit=an_entry()))
        rights = run(store.rights_of("a"))

        assert sorted(rights.roles) == ["author", "editor"]
        assert sorted(rights.permissions) == ["edit", "own", "read", "shared"]

    def test_roles_that_inherit_in_a_circle_end(self, store: Store, run: Run) -> None:
        """Everybody in it has what each has."""
        add_account(store, run, "a")
        self._declare_roles(store, run, {"one": ["two"], "two": ["three"], "three": ["one", "three"]})
        run(store.add_permissions(["read"], audit=an_entry()))
        run(store.grant("read", to=Holder(role="three"), audit=an_entry()))
        run(store.assign_role("one", account_id="a", audit=an_entry()))
        rights = run(store.rights_of("a"))

        assert (sorted(rights.roles), rights.permissions) == (["one", "three", "two"], ("read",))

    @pytest.mark.parametrize("holder", [Holder(account_id="a"), Holder(role="editor")])
    def test_a_branch_gives_what_is_declared_below_it(self, store: Store, run: Run, holder: Holder) -> None:
        """At any depth, and later declarations too; never another name that merely begins like it."""
        add_account(store, run, "a")
        self._declare_roles(store, run, {"editor": []})
        run(store.assign_role("editor", account_id="a", audit=an_entry()))
        run(store.add_permissions(DECLARED, audit=an_entry()))
        run(store.grant("general.*", to=holder, audit=an_entry()))
        before = run(store.rights_of("a")).permissions
        run(store.add_permissions(["general.late", "g%.x", "general%"], audit=an_entry()))
        after = run(store.rights_of("a")).permissions

        assert sorted(before) == ["general.*", "general.delete", "general.delete.local", "general.read"]
        assert sorted(after) == sorted([*before, "general.late"])

    def test_what_is_no_branch_gives_itself_only(self, store: Store, run: Run) -> None:
        """Not what stands below it, nor below a name that merely ends two characters earlier."""
        add_account(store, run, "a")
        run(store.add_permissions(["blog", "blog.read", "blogxx"], audit=an_entry()))
        for name in ("blog", "blogxx"):
            run(store.grant(name, to=Holder(account_id="a"), audit=an_entry()))

        assert sorted(run(store.rights_of("a")).permissions) == ["blog", "blogxx"]

    @pytest.mark.parametrize("branch", ["a_b.*", "a%.*", "A.*"])
    def test_no_character_of_a_branch_is_a_wildcard(self, store: Store, run: Run, branch: str) -> None:
        """Names are compared as they are, case included."""
        add_account(store, run, "a")
        run(store.add_permissions(["a-b.read", "axb.read", "ab.read", "a.read"], audit=an_entry()))
        run(store.grant(branch, to=Holder(account_id="a"), audit=an_entry()))

        assert run(store.rights_of("a")).permissions == (branch,)

    def test_permissions_are_declared_once_and_listed_in_order(self, store: Store, run: Run) -> None:
        """Declaring again changes nothing; a branch exists where its stem has been declared."""
        for names in (["general", "general.read"], ["general", "blog"]):
            run(store.add_permissions(names, audit=an_entry()))
        asked = ["general.read", "general", "general.*", "blog.*", "blog.read", "General", "%", "", "general."]

        assert run(store.list_permissions()) == ["blog", "general", "general.read"]
        assert [name for name in asked if run(store.has_permission(name))] == asked[:4]

    def test_roles_are_declared_once_and_listed_in_order(self, store: Store, run: Run) -> None:
        """Parents included; declaring again adds parents and takes none away."""
        add_account(store, run, "a")
        self._declare_roles(store, run, {"editor": ["author"], "author": []})
        self._declare_roles(store, run, {"editor": ["reader"]})
        run(store.assign_role("editor", account_id="a", audit=an_entry()))

        assert run(store.list_roles()) == ["author", "editor", "reader"]
        assert sorted(run(store.rights_of("a")).roles) == ["author", "editor", "reader"]

    def test_rights_that_come_with_a_session_are_those_of_its_account(self, store: Store, run: Run) -> None:
        """Be it found by a cookie's secret or by a token; a store may leave them out, to be asked for on demand."""
        for id_ in "ab":
            add_account(store, run, id_)
            open_visit(store, run, id_, account_id=id_)
        self._declare_roles(store, run, {"author:odd": [], "editor": ["author:odd"]})
        run(store.add_permissions(DECLARED, audit=an_entry()))
        run(store.grant("general.*", to=Holder(role="author:odd"), audit=an_entry()))
        run(store.assign_role("editor", account_id="a", audit=an_entry()))

        for id_ in "ab":
            rights = run(store.rights_of(id_))
            found = run(store.find_session(digest_of(id_), now=NOW, idle_since=NOW - IDLE))
            by_token = run(store.find_account_of_session(id_, user_id=id_, now=NOW))
            for signed_in in (found and found[1], by_token):
                assert signed_in is not None
                assert signed_in.rights is None or _sorted(signed_in.rights) == _sorted(rights)

    @pytest.mark.parametrize("holder", [Holder(account_id="a"), Holder(role="editor")])
    def test_what_is_granted_can_be_revoked(self, store: Store, run: Run, holder: Holder) -> None:
        """Granting twice is granting once; revoking takes exactly that from exactly them, and says if it was there.

        A branch is not revoked by revoking what is below it.
        """
        for id_ in "abc":
            add_account(store, run, id_)
        self._declare_roles(store, run, {"editor": [], "guest": []})
        run(store.assign_role("editor", account_id="a", audit=an_entry()))
        run(store.assign_role("guest", account_id="c", audit=an_entry()))
        run(store.add_permissions(["read", "read.all"], audit=an_entry()))
        for permission in ("read", "read", "read.*"):
            run(store.grant(permission, to=holder, audit=an_entry()))
        for other in (Holder(account_id="b"), Holder(role="guest")):
            run(store.grant("read", to=other, audit=an_entry()))

        revoked = [run(store.revoke(name, of=holder, audit=an_entry())) for name in ("read", "read", "read.all", "%")]

        assert revoked == [True, False, False, False]
        assert sorted(run(store.rights_of("a")).permissions) == ["read.*", "read.all"]
        assert [run(store.rights_of(id_)).permissions for id_ in "bc"] == [("read",)] * 2

    def test_a_role_can_be_taken_away(self, store: Store, run: Run) -> None:
        """Assigning twice is assigning once; taking away says whether it was there, and leaves others theirs."""
        for id_ in "ab":
            add_account(store, run, id_)
        self._declare_roles(store, run, {"editor": [], "author": []})
        for role, account_id in (("editor", "a"), ("editor", "a"), ("author", "a"), ("editor", "b")):
            run(store.assign_role(role, account_id=account_id, audit=an_entry()))

        taken = [run(store.unassign_role("editor", account_id="a", audit=an_entry())) for _ in range(2)]

        assert taken == [True, False]
        assert [run(store.rights_of(id_)).roles for id_ in "ab"] == [("author",), ("editor",)]

    def test_every_change_is_recorded_and_nothing_else(self, store: Store, run: Run) -> None:
        """One line each, in the transaction of what it records."""
        add_account(store, run, "a")
        run(store.add_role("editor", inherits=(), audit=an_entry("role_created")))
        run(store.add_permissions(["read"], audit=an_entry("permission_created")))
        run(store.grant("read", to=Holder(role="editor"), audit=an_entry("permission_granted")))
        run(store.assign_role("editor", account_id="a", audit=an_entry("role_assigned")))
        for _ in range(2):
            run(store.revoke("read", of=Holder(role="editor"), audit=an_entry("permission_revoked")))
            run(store.unassign_role("editor", account_id="a", audit=an_entry("role_unassigned")))

        assert " ".join(entry.event for entry in record_of(store, run)) == (
            "user_created role_created permission_created permission_granted role_assigned "
            "permission_revoked role_unassigned"
        )

    def _declare_roles(self, store: Store, run: Run, roles: dict[str, list[str]]) -> None:
        for role, parents in roles.items():
            run(store.add_role(role, inherits=parents, audit=an_entry()))


def _sorted(rights: Rights) -> tuple[list[str], list[str]]:
    return sorted(rights.roles), sorted(rights.permissions)
