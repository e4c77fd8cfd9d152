"""Statements on roles and permissions."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Subquery,
    and_,
    bindparam,
    delete,
    func,
    literal_column,
    select,
    union,
    union_all,
)

from gatewright.storage.sql.statements.compile import StatementsBase
from gatewright.storage.sql.tables import (
    permissions,
    role_parents,
    role_permissions,
    roles,
    user_permissions,
    user_roles,
)


class RightsStatements(StatementsBase):
    """The SQL statements on roles and permissions."""

    @cached_property
    def rights_of(self) -> str:
        """Parameters: ``account_id``. Rows of ``kind`` (role or permission) and ``name``."""
        held, every = _rights(bindparam("account_id"))
        return self._sql(
            union_all(
                select(literal_column("'role'").label("kind"), held.c.role.label("name")),
                select(literal_column("'permission'").label("kind"), every.c.name),
            )
        )

    @cached_property
    def add_permission(self) -> str:
        """Parameters: ``name``."""
        return self._sql(self._insert_or(permissions).on_conflict_do_nothing())

    @cached_property
    def has_permission(self) -> str:
        """Parameters: ``name``."""
        return self._sql(select(permissions.c.name).where(permissions.c.name == bindparam("name")))

    @cached_property
    def list_permissions(self) -> str:
        """No parameters."""
        return self._sql(select(permissions.c.name).order_by(permissions.c.name))

    @cached_property
    def add_role(self) -> str:
        """Parameters: ``name``."""
        return self._sql(self._insert_or(roles).on_conflict_do_nothing())

    @cached_property
    def add_role_parent(self) -> str:
        """Parameters: ``role``, ``parent``."""
        return self._sql(self._insert_or(role_parents).on_conflict_do_nothing())

    @cached_property
    def list_roles(self) -> str:
        """No parameters."""
        return self._sql(select(roles.c.name).order_by(roles.c.name))

    @cached_property
    def grant_to_account(self) -> str:
        """Parameters: ``account_id``, ``permission``."""
        return self._sql(self._insert_or(user_permissions).on_conflict_do_nothing())

    @cached_property
    def grant_to_role(self) -> str:
        """Parameters: ``role``, ``permission``."""
        return self._sql(self._insert_or(role_permissions).on_conflict_do_nothing())

    @cached_property
    def revoke_from_account(self) -> str:
        """Parameters: ``account_id``, ``permission``."""
        return self._sql(_delete_exactly(user_permissions))

    @cached_property
    def revoke_from_role(self) -> str:
        """Parameters: ``role``, ``permission``."""
        return self._sql(_delete_exactly(role_permissions))

    @cached_property
    def assign_role(self) -> str:
        """Parameters: ``account_id``, ``role``."""
        return self._sql(self._insert_or(user_roles).on_conflict_do_nothing())

    @cached_property
    def unassign_role(self) -> str:
        """Parameters: ``account_id``, ``role``."""
        return self._sql(_delete_exactly(user_roles))


def rights_in_one_value(account_id: ColumnElement[str]) -> ColumnElement[Any]:
    """Build an array of an account's roles and permissions, such as ``role:editor`` and ``permission:blog.read``."""
    held, every = _rights(account_id)
    roles_held = select(literal_column("'role:'").concat(held.c.role))
    permissions_held = select(literal_column("'permission:'").concat(every.c.name))
    return func.array(union_all(roles_held, permissions_held).scalar_subquery())


def _rights(account_id: ColumnElement[str]) -> tuple[CTE, Subquery]:
    """Build the roles of an account, and all permissions that follow from them and from its own grants."""
    held = _roles_of(account_id)
    own = select(user_permissions.c.permission).where(user_permissions.c.account_id == account_id)
    by_role = select(role_permissions.c.permission).join(held, held.c.role == role_permissions.c.role)
    granted = union_all(own, by_role).cte("granted", nesting=True)
    below = select(permissions.c.name).join(granted, _is_below(permissions.c.name, granted.c.permission))
    return held, union(select(granted.c.permission.label("name")), below).subquery()


def _roles_of(account_id: ColumnElement[str]) -> CTE:
    """Build the roles of an account and those that they inherit, each once, so that cycles terminate."""
    own = select(user_roles.c.role).where(user_roles.c.account_id == account_id)
    held = own.cte("held", recursive=True, nesting=True)
    inherited = select(role_parents.c.parent).join(held, held.c.role == role_parents.c.role)
    return held.union(inherited)


def _is_below(name: ColumnElement[str], branch: ColumnElement[str]) -> Any:
    """Match names below ``branch.*``: between ``branch.`` and ``branch/``, whose last character is the next one.

    A range instead of a pattern, so that the index can be used and no character is special.
    """
    stem = func.rtrim(branch, literal_column("'*'"))  # as in "shop."
    beyond = func.rtrim(branch, literal_column("'.*'")).concat(literal_column("'/'"))
    return and_(branch.like(literal_column("'%.*'")), name > stem, name < beyond)


def _delete_exactly(table: Any) -> Any:
    """Delete the row whose columns equal the parameters of the same names."""
    return delete(table).where(and_(*(column == bindparam(column.name) for column in table.c)))
