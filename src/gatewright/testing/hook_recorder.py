"""A record of every hook that fired."""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

from gatewright.auth import AsyncAuth, Auth
from gatewright.errors import UnknownHookError


class HookEvent(NamedTuple):
    """One firing of one hook point."""

    event: str
    parameters: dict[str, Any]


class HookRecorder:
    """Records each event with its parameters, and changes nothing.

    It sees the parameters as of its place in the order of registration: as changed by hooks that were added before it.

    Args:
        auth: The application to watch, of either build.
    """

    def __init__(self, auth: Auth | AsyncAuth) -> None:
        self.events: list[HookEvent] = []
        self._points = [point.name for point in auth.hooks]
        for point in auth.hooks:
            point(partial(self._record, point.name))

    @property
    def names(self) -> list[str]:
        """The events' names, in the order in which they fired."""
        return [event for event, _ in self.events]

    def of(self, event: str) -> list[dict[str, Any]]:
        """Return the parameters of each firing of one event.

        Raises:
            UnknownHookError: If there is no such point, so that a typo never looks like an event that did not fire.
        """
        if event not in self._points:
            raise UnknownHookError(f"There is no hook point {event!r}. Hook points: {', '.join(self._points)}.")
        return [parameters for name, parameters in self.events if name == event]

    def clear(self) -> None:
        """Clear what has been recorded."""
        self.events.clear()

    def _record(self, event: str, /, **parameters: Any) -> None:
        self.events.append(HookEvent(event, parameters))
