"""Operations are observed at the methods that applications and pages call, in either build."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from gatewright.auth.must_await import must_await
from gatewright.operations.parts import Parts
from gatewright.ports import Observer


class _Facade(Protocol):
    _parts: Parts


F = TypeVar("F", bound=_Facade)

NO_OPERATIONS = frozenset(
    {
        *("add_hook", "add_message", "add_middleware", "add_voter", "close", "create_wallet_address", "guard"),
        *("load_user_provider", "messages", "session", "sign_message"),
        *("current_session", "is_fully_authenticated", "is_guest", "user"),  # ask `_look_up`, once a request
    }
)
"""Public methods that query no store, beyond what ``recognise`` has queried."""

_NAMES = {"_look_up": "recognise"}
"""Operations that are not public methods."""


def observe(facade: F, observer: Observer | None) -> F:
    """Make an observer watch every operation of a facade, and return the facade.

    Without an observer, nothing changes. With one, the facade's class is replaced by one derived from it, created once.
    """
    if observer is not None:
        facade.__class__ = _observed(facade.__class__)
    return facade


def operations_of(kind: type[Any]) -> dict[str, str]:
    """Return the methods of a facade that are operations -> their names for operators.

    Methods that an application's subclass adds are not watched.
    """
    ours = {name for each in kind.__mro__ if each.__module__.startswith("gatewright.") for name in vars(each)}
    functions = {name for name, _ in inspect.getmembers(kind, inspect.isfunction)}
    public = {name: name for name in ours & functions - NO_OPERATIONS if not name.startswith("_")}
    return public | {name: shown for name, shown in _NAMES.items() if name in functions}


@functools.cache
def _observed(kind: type[Any]) -> type[Any]:
    methods = {name: _watched(getattr(kind, name), shown) for name, shown in sorted(operations_of(kind).items())}
    return type(kind.__name__, (kind,), {"__module__": kind.__module__, "__qualname__": kind.__qualname__} | methods)


def _watched(method: Callable[..., Any], name: str) -> Callable[..., Any]:
    if inspect.iscoroutinefunction(inspect.unwrap(method)):

        @functools.wraps(method)
        async def run(self: _Facade, *args: Any, **kwargs: Any) -> Any:
            with self._parts.observer.operation(name):  # type: ignore[union-attr] # there is one here
                return await method(self, *args, **kwargs)

        return run if inspect.iscoroutinefunction(method) else must_await(run)

    @functools.wraps(method)
    def run_blocking(self: _Facade, *args: Any, **kwargs: Any) -> Any:
        with self._parts.observer.operation(name):  # type: ignore[union-attr] # there is one here
            return method(self, *args, **kwargs)

    return run_blocking
