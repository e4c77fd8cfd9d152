"""Django's own sign-in, in its admin and wherever ``authenticate()`` is called, with the same limits and hooks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from asgiref.sync import sync_to_async
from django.contrib.auth import get_user_model
from django.contrib.auth.backends import ModelBackend
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from gatewright.adapters.django.auths import get_async_auth, get_auth, get_site
from gatewright.adapters.django.provider import DjangoUser, DjangoUserProvider
from gatewright.adapters.django.visitor import visit_of
from gatewright.errors import (
    AuthenticationError,
    BusyError,
    Denied,
    InvalidParameterError,
    PermissionNotFoundError,
    RateLimitError,
)

_KNOWN = "_gatewright_known"


class GatewrightBackend(ModelBackend):
    """Django's users, authenticated by `Auth.attempt`; their permissions, with the votes of the project's voters."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> Any:
        """Return the user with this name and password, or None.

        Raises:
            PermissionDenied: If further attempts are blocked, or a hook refuses: then no other backend is tried.
            ProviderUnavailableError: If Django's users cannot be looked up.
        """
        name = _name_in(username, kwargs)
        if name is None or password is None:
            return None
        with _as_django_refuses():
            provider, _ = provider_of_django()
            return get_auth().attempt(name, password, provider, ip_address=_client_of(request)).entity
        return None

    async def aauthenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> Any:
        """Do what `authenticate` does."""
        name = _name_in(username, kwargs)
        if name is None or password is None:
            return None
        with _as_django_refuses():
            provider, _ = provider_of_django()
            user = await get_async_auth().attempt(name, password, provider, ip_address=_client_of(request))
            await user.entity.arefresh_from_db(fields=["password"])  # which Django's alogin asks for
            return user.entity
        return None

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        """Return whether a Django user has a permission; ``obj`` is passed to voters."""
        if not user_obj.is_active:
            return False
        return get_auth().guard({}).is_granted(perm, _as_known(user_obj), subject=obj)

    async def ahas_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        """Do what `has_perm` does."""
        return await sync_to_async(self.has_perm)(user_obj, perm, obj)


def provider_of_django() -> tuple[str, DjangoUserProvider]:
    """Return the provider of Django's users, by name: the login page's provider if it is one, or the ready-made one."""
    sources = get_auth().parts.sources
    name, source = sources.find(get_site().provider)
    if not isinstance(source, DjangoUserProvider):
        name, source = sources.find(DjangoUserProvider.__name__)
    if not isinstance(source, DjangoUserProvider):
        raise TypeError(f"{name} must be a subclass of {DjangoUserProvider.__module__}.{name}.")
    return name, source


@contextmanager
def _as_django_refuses() -> Iterator[None]:
    """Pass a failed attempt on to the other backends, but not a blocked one."""
    try:
        yield
    except (RateLimitError, BusyError, Denied) as error:
        raise PermissionDenied from error
    except (AuthenticationError, InvalidParameterError, PermissionNotFoundError):
        return


def _name_in(username: str | None, credentials: dict[str, Any]) -> Any:
    model: Any = get_user_model()
    return credentials.get(model.USERNAME_FIELD) if username is None else username


def _client_of(request: HttpRequest | None) -> str | None:
    return None if request is None else visit_of(request).client.ip_address


def _as_known(user_obj: Any) -> DjangoUser:
    """Return a user as gatewright sees them, looked up once in the lifetime of Django's object."""
    known: DjangoUser | None = getattr(user_obj, _KNOWN, None)
    if known is None:
        known = provider_of_django()[1].user_of(user_obj)
        setattr(user_obj, _KNOWN, known)
    return known
