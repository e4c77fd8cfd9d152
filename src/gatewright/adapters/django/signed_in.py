"""A user who is not in Django's database, with the interface that Django's code expects of users."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NoReturn

from asgiref.sync import sync_to_async

from gatewright.adapters.django.auths import get_auth
from gatewright.errors import ConfigurationError
from gatewright.model import User


class SignedInUser:
    """``request.user`` for one of gatewright's own users, or of a provider unrelated to Django.

    It has all attributes of the `User`, and those that Django expects of users. No such user is staff: Django's admin
    is for Django's users.

    Args:
        user: The signed-in user.
    """

    is_authenticated = True
    is_anonymous = False
    is_staff = False
    is_superuser = False

    def __init__(self, user: User) -> None:
        self._user = user

    @property
    def pk(self) -> str:
        """The identifier."""
        return self._user.id

    @property
    def groups(self) -> Any:
        """Django's groups: none."""
        from django.contrib.auth.models import Group

        return Group.objects.none()

    @property
    def user_permissions(self) -> Any:
        """Django's permissions: none."""
        from django.contrib.auth.models import Permission

        return Permission.objects.none()

    def get_username(self) -> str:
        """Return the name that the user signs in with."""
        return self._user.username

    def get_all_permissions(self, obj: object = None) -> set[str]:
        """Return the names of the user's permissions."""
        return set(self._user.permissions)

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Return whether gatewright grants the user a permission; ``obj`` is passed to voters."""
        return get_auth().guard({}).is_granted(perm, self._user, subject=obj)

    def has_perms(self, perm_list: Iterable[str], obj: object = None) -> bool:
        """Return whether the user has all of several permissions."""
        return all(self.has_perm(perm, obj) for perm in perm_list)

    def has_module_perms(self, app_label: str) -> bool:
        """Return whether the user has any permission in an app."""
        return self.has_perm(f"{app_label}.*")

    def check_password(self, raw_password: object) -> NoReturn:
        """Refuse: one of Django's password views is calling.

        Raises:
            ConfigurationError: Always. Nothing would read what it stored.
        """
        raise ConfigurationError(
            f"{self.get_username()} is not a user of Django's, so Django's password views do not work for them. Send "
            "them to {% url 'gatewright:account' %}, where users of gatewright's own tables change their password."
        )

    async def acheck_password(self, raw_password: object) -> NoReturn:
        """Do what `check_password` does.

        Raises:
            ConfigurationError: Always.
        """
        self.check_password(raw_password)

    def set_password(self, raw_password: object) -> NoReturn:
        """Do what `check_password` does.

        Raises:
            ConfigurationError: Always.
        """
        self.check_password(raw_password)

    async def aget_all_permissions(self, obj: object = None) -> set[str]:
        """Do what `get_all_permissions` does."""
        return self.get_all_permissions(obj)

    async def ahas_perm(self, perm: str, obj: object = None) -> bool:
        """Do what `has_perm` does."""
        return await sync_to_async(self.has_perm)(perm, obj)

    async def ahas_perms(self, perm_list: Iterable[str], obj: object = None) -> bool:
        """Do what `has_perms` does."""
        return await sync_to_async(self.has_perms)(perm_list, obj)

    async def ahas_module_perms(self, app_label: str) -> bool:
        """Do what `has_module_perms` does."""
        return await sync_to_async(self.has_module_perms)(app_label)

    def __getattr__(self, name: str) -> Any:
        """Return the `User`'s own attributes."""
        return getattr(self._user, name)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SignedInUser) and self.pk == other.pk

    def __hash__(self) -> int:
        return hash(self.pk)

    def __str__(self) -> str:
        return self.get_username()

    def __repr__(self) -> str:
        return f"SignedInUser({self._user!r})"
