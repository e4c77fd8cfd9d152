"""Django's own users: whatever ``AUTH_USER_MODEL`` says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import check_password, make_password
from django.db import InterfaceError, OperationalError

from gatewright.errors import ProviderUnavailableError
from gatewright.identifiers import id_text
from gatewright.model import User
from gatewright.providers.could_be import could_be_username
from gatewright.providers.credentials import CredentialsUserProvider, Found

_PREFIXES = {"argon2": "$argon2", "bcrypt$": "$2"}
"""What Django writes before a hash that others keep as it is -> how that hash begins."""


class DjangoUser(User):
    """A user of Django's, as gatewright sees them: the entity is the model's instance.

    Groups are roles; what the user may do in Django, ``app.codename``, are permissions.
    """

    @property
    def username(self) -> str:
        """What the model's ``USERNAME_FIELD`` holds."""
        return str(self.entity.get_username())

    @property
    def id(self) -> str:
        """The primary key, as text."""
        return self._within_scope(id_text(self.entity.pk))

    @property
    def created_at(self) -> Any:
        """When the user was made, if the model knows."""
        return getattr(self.entity, "date_joined", None)


class DjangoUserProvider(CredentialsUserProvider):
    """Users of the project's user model. Nothing but renewed hashes is ever written, and Django can read them."""

    user_class = DjangoUser

    def find(self, username: str) -> Found | None:
        """Return the user with this name and their password hash, or None.

        Raises:
            ProviderUnavailableError: If Django's database cannot be reached.
        """
        if not could_be_username(username):
            return None
        model: Any = get_user_model()
        with _clear_errors():
            try:
                entity = model._default_manager.get_by_natural_key(username)
            except model.DoesNotExist:
                return None
            password_hash = entity.__dict__.pop("password")  # from now on Django loads it when it is asked for
            return self.user_of(entity), _as_others_write(password_hash)

    def user_of(self, entity: Any) -> DjangoUser:
        """Return a user of Django's as gatewright sees them, with everything that they may do."""
        groups = getattr(entity, "groups", None)
        roles = () if groups is None else groups.values_list("name", flat=True)
        granted = getattr(entity, "get_all_permissions", tuple)
        return self.user_class(entity, roles, sorted(granted()))

    def save_hash(self, username: str, *, old_hash: str, new_hash: str) -> None:
        """Replace the hash of a user's password, if it is still the old one, in the way that Django writes hashes.

        Raises:
            ProviderUnavailableError: If Django's database cannot be reached.
        """
        model: Any = get_user_model()
        is_theirs = {model.USERNAME_FIELD: username, "password": _as_django_writes(old_hash)}
        with _clear_errors():
            model._default_manager.filter(**is_theirs).update(password=_as_django_writes(new_hash))

    def hash_password(self, password: str) -> str:
        """Return the hash of a password by the project's ``PASSWORD_HASHERS``."""
        return make_password(password)

    def verify_password(self, password: str, hash: str) -> bool:  # noqa: A002 - the documented name
        """Say whether a password has this hash, of whatever kind Django reads."""
        return check_password(password, hash)


@contextmanager
def _clear_errors() -> Iterator[None]:
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        raise ProviderUnavailableError(f"Django's users cannot be reached now ({type(error).__name__}).") from error


def _as_others_write(stored: str) -> str:
    for prefix, start in _PREFIXES.items():
        if stored.startswith(prefix + start):
            return stored.removeprefix(prefix)
    return stored


def _as_django_writes(known: str) -> str:
    for prefix, start in _PREFIXES.items():
        if known.startswith(start):
            return prefix + known
    return known
