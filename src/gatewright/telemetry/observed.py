"""Parts of an application that an observer watches. Without an observer, the parts are used directly."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, TypeVar, cast

from gatewright.model import AuditEntry
from gatewright.ports import Hasher, Observer, Passwords, Store, Verified

S = TypeVar("S", bound=Store)


def observe_store(store: S, observer: Observer) -> S:
    """Return a store whose every call is observed, and which reports sign-ins as it records them."""
    return cast(S, _ObservedStore(store, observer))


def observe_passwords(passwords: Passwords, observer: Observer) -> Passwords:
    """Return a password hasher that is observed, including the time in the queue."""
    return _ObservedPasswords(passwords, observer)


class _ObservedStore:
    """Stands in for a store."""

    def __init__(self, store: Store, observer: Observer) -> None:
        self._store = store
        self._observer = observer

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._store, name)
        if not inspect.iscoroutinefunction(method):
            return method
        has_signed_in = _SIGNS_IN.get(name)

        @functools.wraps(method)  # including its mark as quick
        async def observed(*args: Any, **kwargs: Any) -> Any:
            with self._observer.store_call(name):
                result = await method(*args, **kwargs)
            if has_signed_in is not None and has_signed_in(result):
                self._tell(kwargs["audit"], is_successful=True)
            elif name == "add_audit" and args[0].event == "sign_in_failed":
                self._tell(args[0], is_successful=False)
            return result

        setattr(self, name, observed)
        return observed

    def _tell(self, entry: AuditEntry, *, is_successful: bool) -> None:
        self._observer.sign_in(provider=str(entry.provider), method=str(entry.method), is_successful=is_successful)


_SIGNS_IN: dict[str, Callable[[Any], bool]] = {
    "open_session": lambda session: session is not None,
    "claim_challenge": lambda claimed: claimed is not None and claimed[0].is_active,
}
"""The store's methods that sign somebody in -> whether one did, given what it returned."""


class _ObservedPasswords:
    """Stands in for a password hasher."""

    def __init__(self, passwords: Passwords, observer: Observer) -> None:
        self._passwords = passwords
        self._observer = observer

    async def hash(self, password: str) -> str:
        with self._observer.hashing():
            return await self._passwords.hash(password)

    async def verify(self, password: str, *, against: object, by: Hasher | None = None) -> Verified:
        with self._observer.hashing():
            return await self._passwords.verify(password, against=against, by=by)
