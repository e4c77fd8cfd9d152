"""gatewright's configuration in ``settings.py``: one dict, ``GATEWRIGHT``.

::

    GATEWRIGHT = {
        "site_name": "Shop",                        # any setting of gatewright, in lower case
        "controller": "shop.pages.ShopPages",       # the pages, if not the ready-made ones
        "providers": ["shop.users.StaffProvider"],  # where users come from, besides our tables and Django's users
    }
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings as django_settings
from django.utils.module_loading import import_string

from gatewright.adapters.django.provider import DjangoUserProvider
from gatewright.auth.configured import read_configured, require_known
from gatewright.errors import ConfigurationError
from gatewright.methods import Method
from gatewright.providers import UserProvider
from gatewright.settings import Settings
from gatewright.web import AuthController, SimpleAuthController
from gatewright.web.debug import refuse_debug

NAME = "GATEWRIGHT"
APP_NAME = "gatewright"
"""The namespace of the pages' names, as in ``gatewright:login``."""

_OF_DJANGO = ("controller", "providers")


def read_values() -> Mapping[str, Any]:
    """Return the gatewright settings that ``settings.py`` sets.

    Raises:
        ConfigurationError: If one is not a setting of gatewright.
    """
    values = {name: value for name, value in _given().items() if name not in _OF_DJANGO}
    require_known(f"{NAME} in settings.py", values)
    return values


def read_settings() -> tuple[Settings, list[Method]]:
    """Return the settings in force, from ``settings.py``, then the environment; and the methods that have settings.

    Raises:
        ConfigurationError: If one is not acceptable, or ``DEBUG`` is on in production.
    """
    settings, methods = read_configured(read_values())
    refuse_debug(settings, is_debug=django_settings.DEBUG, cure="Set DEBUG = False in settings.py.")
    return settings, methods


def make_controller() -> AuthController:
    """Return the pages of the project.

    Raises:
        ConfigurationError: If there are no such pages.
    """
    name = _given().get("controller")
    made = SimpleAuthController() if name is None else _make(name)
    if not isinstance(made, AuthController):
        raise ConfigurationError(f"{NAME}['controller'] must name a subclass of AuthController, not {name!r:.80}.")
    return made


def make_providers() -> list[UserProvider]:
    """Return the providers besides gatewright's own tables: always Django's users, and those that the project names.

    Raises:
        ConfigurationError: If one cannot be instantiated.
    """
    names = _given().get("providers", ())
    if isinstance(names, str):
        raise ConfigurationError(f"{NAME}['providers'] must be a list of dotted names, not a str.")
    providers = [_make(name) for name in names]
    strangers = [name for name, made in zip(names, providers, strict=True) if not isinstance(made, UserProvider)]
    if strangers:
        raise ConfigurationError(f"{NAME}['providers'] must name subclasses of UserProvider, not {strangers[0]!r:.80}.")
    own = (
        [] if any(type(made).__name__ == DjangoUserProvider.__name__ for made in providers) else [DjangoUserProvider()]
    )
    return [*own, *providers]


def _given() -> Mapping[str, Any]:
    given = getattr(django_settings, NAME, {})
    if not isinstance(given, Mapping):
        raise ConfigurationError(f"{NAME} in settings.py must be a dict, not {type(given).__name__}.")
    return given


def _make(name: Any) -> Any:
    """Return an instance of the class that a dotted name refers to, or the object itself if it refers to one."""
    try:
        found = import_string(name)
        return found() if isinstance(found, type) else found
    except (ImportError, TypeError, ValueError, AttributeError) as error:
        raise ConfigurationError(f"{name!r:.80} in {NAME} cannot be created: {error}.") from error
