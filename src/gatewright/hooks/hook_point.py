"""Run the callbacks of one hook point, and handle what they return and raise."""

from __future__ import annotations

import functools
import inspect
import logging
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any, TypeVar

from gatewright.drive import is_coroutine_function
from gatewright.errors import Denied, HookSignatureError
from gatewright.hooks.declarations import SECRETS, HookDeclaration
from gatewright.hooks.redaction import redacted_traceback
from gatewright.ports import Observer

F = TypeVar("F", bound=Callable[..., Any])

_logger = logging.getLogger("gatewright.hooks")


@dataclass(frozen=True, slots=True)
class _Callback:
    """A callback and the parameters that it takes."""

    function: Callable[..., Any]
    wanted: tuple[str, ...]

    @property
    def name(self) -> str:
        function = self.function
        return f"{getattr(function, '__module__', '?')}.{getattr(function, '__qualname__', repr(type(function)))}"


class HookPoint:
    """A place where callbacks run, in the order in which they were added.

    Call it with a function to add that function: ``@auth.hooks.post_auth``.
    """

    def __init__(
        self,
        declaration: HookDeclaration,
        *,
        propagate_errors: bool,
        accepts_coroutines: bool,
        observer: Observer | None = None,
    ) -> None:
        self.declaration = declaration
        self._observer = observer
        self._propagate_errors = propagate_errors
        self._accepts_coroutines = accepts_coroutines
        self._callbacks: tuple[_Callback, ...] = ()

    @property
    def name(self) -> str:
        """The event's name."""
        return self.declaration.name

    def __call__(self, callback: F) -> F:
        """Add a callback, and return it unchanged so that this works as a decorator.

        A callback that has already been added keeps its place and runs once: modules may be imported twice, and
        extensions set up twice. Methods are the same if they belong to the same object.

        Raises:
            HookSignatureError: If the callback cannot be called with the parameters of this point.
        """
        added = _Callback(callback, self._parameters_for(callback))
        if all(each.function != callback for each in self._callbacks):
            self._callbacks = (*self._callbacks, added)
        return callback

    @property
    def is_empty(self) -> bool:
        """Whether no callback has been added yet."""
        return not self._callbacks

    @property
    def may_suspend(self) -> bool:
        """Whether any callback is a coroutine function."""
        return any(is_coroutine_function(callback.function) for callback in self._callbacks)

    async def fire(self, **parameters: Any) -> dict[str, Any]:
        """Run the callbacks in order.

        Each callback sees the changes of the ones before it. Only ``pre_*`` points accept changes, and only to their
        own parameters; anything else that a callback returns is ignored.

        Returns:
            The parameters, changed or not. They are untrusted: validate them again.

        Raises:
            Denied: If a callback of a ``pre_*`` point refuses.
            Exception: Whatever a callback raised, if errors are propagated.
        """
        for callback in self._callbacks:
            parameters.update(await self._call(callback, parameters))
        return parameters

    async def _call(self, callback: _Callback, parameters: dict[str, Any]) -> dict[str, Any]:
        """Run one callback and return its changes."""
        try:
            with nullcontext() if self._observer is None else self._observer.hook(self.name, callback.name):
                answer = callback.function(**{name: parameters[name] for name in callback.wanted})
                if inspect.isawaitable(answer):
                    answer = await answer
            if self.declaration.is_before and isinstance(answer, Mapping):
                return {name: answer[name] for name in self.declaration.parameters if name in answer}
            if self.declaration.is_before and answer is not None:
                _logger.warning(
                    "The hook %s at %s returned something of type %s, which has no effect. "
                    "Return a mapping to change parameters, or `raise Denied(...)` to refuse.",
                    callback.name,
                    self.name,
                    type(answer).__name__,
                )
        except Exception as error:
            is_veto = isinstance(error, Denied) and self.declaration.is_before
            if is_veto or self._propagate_errors:
                parameters.clear()  # error reporters show the variables of each frame, and redact them only by name
                raise
            _logger.error(
                "The hook %s at %s failed; the operation continues.\n%s",
                callback.name,
                self.name,
                redacted_traceback(
                    error, secrets=[value for name, value in parameters.items() if _is_secret(name, value)]
                ),
            )
        return {}

    def _parameters_for(self, callback: Callable[..., Any]) -> tuple[str, ...]:
        """Return which of the point's parameters a callback takes."""
        if not callable(callback):
            raise HookSignatureError(
                f"A hook for {self.name} must be callable, not {type(callback).__name__}. Pass the function itself, "
                "without parentheses."
            )
        if not self._accepts_coroutines and is_coroutine_function(callback):
            raise HookSignatureError(
                f"{callback!r} is a coroutine function, which the blocking API cannot await. "
                "Make it a plain function, or use the asynchronous counterpart of this class."
            )
        offered = tuple(self.declaration.parameters)
        try:
            asked = _parameters_of(callback)
        except ValueError:  # some callables written in C have no signature
            return offered
        named = [parameter for parameter in asked if parameter.kind not in _VARIABLE]
        refused = [
            parameter.name
            for parameter in named
            if parameter.name not in offered or parameter.kind is parameter.POSITIONAL_ONLY
        ]
        if refused:
            raise HookSignatureError(
                f"{self.name} passes {', '.join(offered)}, by keyword; {callback!r} requires {', '.join(refused)}. "
                "Take only these parameters, and bind others with functools.partial."
            )
        if any(parameter.kind is parameter.VAR_KEYWORD for parameter in asked):
            return offered
        return tuple(parameter.name for parameter in named)


def _is_secret(name: str, value: object) -> bool:
    """Return whether a parameter must not be logged. A text too long for an address may be a key pasted as one."""
    return name in SECRETS or (isinstance(value, str) and len(value) > _LONGEST_ADDRESS)


_LONGEST_ADDRESS = 35
_VARIABLE = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


def _parameters_of(callback: Callable[..., Any]) -> list[inspect.Parameter]:
    """Return the parameters that a callback still takes, without those that ``functools.partial`` has bound."""
    bound = callback.keywords if isinstance(callback, functools.partial) else {}
    return [parameter for name, parameter in inspect.signature(callback).parameters.items() if name not in bound]
