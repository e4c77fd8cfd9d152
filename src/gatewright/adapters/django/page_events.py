"""Collect what the hooks, which know no request, report while one of gatewright's pages is served."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from gatewright.auth import Auth
from gatewright.model import User


@dataclass(slots=True)
class PageEvents:
    """What happened while one page was served.

    Attributes:
        user: The user who signed in.
        is_login: Whether this is a login, and not a confirmation by a visitor who is already signed in.
        failed: The name for which authentication failed, in a tuple, since it may be anything.
        has_logged_out: Whether a session was ended.
    """

    user: User | None = None
    is_login: bool = False
    failed: tuple[Any] | None = None
    has_logged_out: bool = False


_EVENTS: ContextVar[PageEvents | None] = ContextVar("gatewright_page_events", default=None)


def subscribe(auth: Auth) -> None:
    """Listen to the hooks of the project's auth."""
    auth.add_hook("pre_login", _login_requested)
    auth.add_hook("login_success", _signed_in)
    auth.add_hook("auth_failed", _failed)
    auth.add_hook("logout", _signed_out)


@contextmanager
def collect_events() -> Iterator[PageEvents]:
    """Record what happens while a page is served; not Django's own sign-in, which sends its signals itself."""
    events = PageEvents()
    token = _EVENTS.set(events)
    try:
        yield events
    finally:
        _EVENTS.reset(token)


def _login_requested() -> None:
    if (events := _EVENTS.get()) is not None:
        events.is_login = True


def _signed_in(user: User) -> None:
    if (events := _EVENTS.get()) is not None:
        events.user = user


def _failed(username: Any, method: str) -> None:
    if (events := _EVENTS.get()) is not None and events.is_login and method == "password":
        events.failed = (username,)


def _signed_out() -> None:
    if (events := _EVENTS.get()) is not None:
        events.has_logged_out = True
