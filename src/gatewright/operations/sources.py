"""The user providers by name: a session stores the name of a provider's class."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from typing import Any

from gatewright.drive import misfit
from gatewright.errors import ConfigurationError
from gatewright.model import User
from gatewright.ports import UserSource, reads_quickly

_CALLS = (
    ("load_user_by_username", "username"),
    ("load_user_by_username", "username", "password"),
    ("bypass", "username"),
    ("check_user_is_active", "user"),
    ("check_user_is_verified", "user"),
    ("find", "username"),
)
"""The methods of a provider, with their arguments."""


class Sources:
    """The user providers of one application, each under the name of its class.

    Args:
        given: The application's own providers; a name stands for one object.
        built_in: Ours, each used unless the application has its own of that name.

    Raises:
        ConfigurationError: If one is not a user provider, or two of the application's have the same name.
    """

    def __init__(self, given: Iterable[UserSource], *, built_in: Iterable[UserSource] = ()) -> None:
        self._by_name: dict[str, UserSource] = {}
        self._full_names: dict[str, str] = {}
        for source in given:
            self._add(source)
        for source in built_in:
            self._by_name.setdefault(type(source).__name__, source)

    def get(self, name: str) -> UserSource | None:
        """Return the provider that a session names, or None if this process cannot create it."""
        known = self._by_name.get(name)
        if known is not None:
            return known
        try:
            return self.find(name)[1]
        except ConfigurationError:
            return None

    @property
    def are_quick(self) -> bool:
        """Whether all of them can be asked on an event loop."""
        return all(map(reads_quickly, self._by_name.values()))

    def find(self, provider: object) -> tuple[str, UserSource]:
        """Return a provider with its name.

        Args:
            provider: A known name, ``package.module:Class`` to import and instantiate, or the object itself, which is
                known from then on. An imported provider keeps its full name, so that any process can reload its users.

        Raises:
            ConfigurationError: If there is no such provider, or another object has its name.
        """
        if not isinstance(provider, str):
            return self._add(provider)
        source = self._by_name.get(provider)
        if source is not None:
            return self._full_names.get(provider, provider), source
        module, colon, class_name = provider.partition(":")
        if not (module and colon and class_name):
            raise ConfigurationError(
                f"There is no user provider {provider!r:.80}. Known providers: {self._names()}. Pass an object of "
                "yours to Auth, providers=[...], or name its class as package.module:Class."
            )
        return self._import(module, class_name)

    def fitting(self, user_class: type) -> list[str]:
        """Return the names of the providers whose users are of exactly this class."""
        return [name for name, source in self._by_name.items() if source.user_class is user_class]

    def _add(self, given: Any) -> tuple[str, UserSource]:
        source = self._checked(given)
        name = type(source).__name__
        if self._by_name.setdefault(name, source) is not source:
            raise ConfigurationError(
                f"Another user provider is already named {name}. Sessions identify providers by the names of their "
                "classes: create one object and use it everywhere, or create a subclass with a different name."
            )
        return name, source

    @staticmethod
    def _checked(given: Any) -> UserSource:
        if isinstance(given, type) or not isinstance(given, UserSource):
            shown = given.__name__ if isinstance(given, type) else f"of type {type(given).__name__}"
            raise ConfigurationError(f"A user provider must be an instance of a subclass of UserProvider, not {shown}.")
        name = type(given).__name__
        if not isinstance(given.user_class, type) or not issubclass(given.user_class, User):
            raise ConfigurationError(f"{name}.user_class must be a subclass of User, not {given.user_class!r:.80}.")
        for method, *values in _CALLS:
            called = getattr(given, method, None)
            problem = None if called is None else misfit(called, *values)
            if problem is not None:
                raise ConfigurationError(f"{name}.{method} cannot be called with ({', '.join(values)}): {problem}.")
        return given

    def _import(self, module: str, class_name: str) -> tuple[str, UserSource]:
        name = f"{module}:{class_name}"
        try:
            kind = getattr(import_module(module), class_name)
            known = self._by_name.get(class_name)
            source = known if known is not None and type(known) is kind else self._checked(kind())
        except (ImportError, AttributeError, TypeError, ValueError) as error:
            raise ConfigurationError(f"The user provider {name} cannot be created: {error}.") from error
        if self._by_name.setdefault(class_name, source) is source:
            self._full_names[class_name] = name
        return name, self._by_name.setdefault(name, source)

    def _names(self) -> str:
        return ", ".join(self._by_name)
