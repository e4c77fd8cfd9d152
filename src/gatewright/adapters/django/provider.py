"""Django's own users: whatever ``AUTH_USER_MODEL`` says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.db import InterfaceError, OperationalError, router, transaction

from gatewright.adapters.django.hasher import DjangoHasher
from gatewright.errors import ConfigurationError, ProviderUnavailableError
from gatewright.identifiers import id_text
from gatewright.model import User
from gatewright.providers.credentials import CredentialsUserProvider, Found
from gatewright.providers.possible_credentials import is_possible_username


class DjangoUser(User):
    """A Django user as gatewright sees them: the entity is the model instance.

    Groups become roles; Django permissions, ``app.codename``, become permissions.
    """

    @property
    def username(self) -> str:
        """The value of the model's ``USERNAME_FIELD``."""
        return str(self.entity.get_username())

    @property
    def id(self) -> str:
        """The primary key, as text."""
        return self._within_scope(id_text(self.entity.pk))

    @property
    def created_at(self) -> Any:
        """When the user was created, if the model records it."""
        return getattr(self.entity, "date_joined", None)


class DjangoUserProvider(CredentialsUserProvider):
    """Users of the project's user model. Nothing but renewed hashes is ever written.

    Passwords are verified and renewed by the project's ``PASSWORD_HASHERS``, as everywhere in Django; gatewright's
    settings do not apply.
    """

    user_class = DjangoUser
    own_hasher = DjangoHasher()

    def find(self, username: str) -> Found | None:
        """Return the user with this name and their password hash, or None.

        Raises:
            ProviderUnavailableError: If Django's database cannot be reached.
        """
        if not is_possible_username(username):
            return None
        model: Any = get_user_model()
        with _clear_errors():
            try:
                entity = model._default_manager.get_by_natural_key(username)
            except model.DoesNotExist:
                return None
            password_hash = entity.password
            del entity.__dict__["password"]  # from now on Django loads it on access
            return self.user_of(entity), password_hash

    def user_of(self, entity: Any) -> DjangoUser:
        """Return a Django user as gatewright sees them, with all their permissions."""
        groups = getattr(entity, "groups", None)
        roles = () if groups is None else groups.values_list("name", flat=True)
        granted = getattr(entity, "get_all_permissions", tuple)
        return self.user_class(entity, roles, sorted(granted()))

    def save_hash(self, username: str, *, old_hash: str, new_hash: str) -> None:
        """Replace a user's password hash, if it is still the old one: by primary key, however the name was typed.

        Raises:
            ConfigurationError: If the field is too short. Nothing is written: some databases would truncate the hash.
            ProviderUnavailableError: If Django's database cannot be reached.
        """
        model: Any = get_user_model()
        room = room_for_hash(model)
        if room is not None and len(new_hash) > room:
            raise ConfigurationError(f"{model.__name__}.password has room for {room} characters. Make that 128.")
        found = self.find(username)
        if found is None:
            return
        row = model._base_manager.filter(pk=found[0].entity.pk, password=old_hash)
        # In a separate transaction: an open one of the application's must survive a failure.
        with _clear_errors(), transaction.atomic(using=router.db_for_write(model)):
            row.update(password=new_hash)

    def hash_password(self, password: str) -> str:
        """Return the hash of a password by the project's ``PASSWORD_HASHERS``."""
        return make_password(password)

    def verify_password(self, password: str, hash: str) -> bool:  # noqa: A002 - the documented name
        """Return whether a password matches this hash, of any kind that Django reads."""
        return self.own_hasher.verify(password, against=hash).is_valid


def room_for_hash(model: Any) -> int | None:
    """Return the maximum length of a user model's hash, or None if the field does not specify it."""
    length: int | None = getattr(model._meta.get_field("password"), "max_length", None)
    return length


@contextmanager
def _clear_errors() -> Iterator[None]:
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        raise ProviderUnavailableError(f"Django's users are unreachable now ({type(error).__name__}).") from error
