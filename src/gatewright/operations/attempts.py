"""Count sign-ins, and refuse excessive ones before anything is verified."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from math import ceil

from gatewright.errors import (
    AttemptBlockedError,
    BusyError,
    MailUnavailableError,
    ProviderUnavailableError,
    RateLimitError,
    StoreUnavailableError,
)
from gatewright.model import Attempt, as_utc
from gatewright.operations.arguments import client_of, read_ip_address
from gatewright.operations.best_effort import best_effort_write
from gatewright.operations.names import folded_name
from gatewright.operations.parts import Parts
from gatewright.ports import AttemptLimit

SIGN_IN = "sign_in"
"""The action under which sign-ins are counted."""

SECOND_STEP = "second_step"
"""The action under which attempts after a first proof are additionally counted."""

UNDECIDED = (BusyError, MailUnavailableError, ProviderUnavailableError, StoreUnavailableError)
"""Errors that say nothing about a proof: whoever gets one has not failed."""

_LONGEST_NAME = 512


def account_name(provider: str, username: str) -> str:
    """Return the name under which attempts on a user are counted, regardless of how their name was spelled.

    The user need not exist: guesses at unknown names are limited in exactly the same way.
    """
    name = f"{provider}:{folded_name(username)}"
    return name if len(name) <= _LONGEST_NAME else sha256(name.encode()).hexdigest()


class Trial:
    """An attempt to sign in with something that can be guessed: begun before it is verified, then failed or forgiven.

    Counting first and forgiving successes prevents a burst from evading a limit: however many attempts run at once, no
    more are verified than may fail. If the client is unknown, only the user can be slowed down. That limit is checked
    first and counted last, which saves every success two commits, and a burst may exceed it by its size.

    Args:
        parts: The application's parts.
        client: The address that the attempt comes from, or None if unknown.
        is_further: Whether the visitor has already given a proof. Six digits can be guessed from many clients
            (NIST SP 800-63B-4, 3.2.2), and strangers do not get this far, so here the account is blocked: nobody else
            can use up its attempts.
    """

    def __init__(self, parts: Parts, *, client: str | None, is_further: bool = False) -> None:
        self._parts = parts
        self._client = client
        self._attempt: Attempt | None = None
        self._kept: list[Attempt] = []
        self._is_further = is_further
        self._is_unnamed = False

    async def begin(self, *, name: str | None) -> None:
        """Count the attempt, or refuse it.

        Args:
            name: The user that it is about, as an `account_name`. None if nobody is named before verification, as with
                a passkey: then only its client is limited, because the failures of some would otherwise slow everybody
                down, and only its failure is counted, because the right answer cannot be guessed.

        Raises:
            AttemptBlockedError: If too many have failed: by this client on this user, by this client, or on this user,
                who is then only slowed down, so that nobody can lock them out.
        """
        if name is None:
            await refuse_blocked_client(self._parts, client=self._client)
            self._is_unnamed = True
            return
        if not self._parts.settings.enable_brute_force_protection:
            return
        attempt = _attempt(self._parts, name=name, client=self._client)
        if attempt.client is None:
            _refuse(await self._parts.store.blocked_until(attempt, limit=self._parts.attempt_limit), attempt)
        else:
            await self._keep(attempt, self._parts.attempt_limit)
        if self._is_further:
            await self._keep_further(replace(attempt, id=self._parts.new_id(), action=SECOND_STEP, client=None))
        self._attempt = attempt

    async def fail(self) -> None:
        """Keep the attempt counted, unless it was refused."""
        if self._is_unnamed:
            await count_failure(self._parts, name="", client=self._client)
        if self._attempt is not None and self._attempt.client is None:
            await self._parts.store.add_attempt(self._attempt, limit=self._parts.attempt_limit)

    async def forgive(self) -> None:
        """Forget the attempt: it has succeeded, or nothing was verified. All others still count.

        If this cannot be written, the attempt counts as failed until the limit's window has passed.
        """
        for attempt in self._kept:
            with best_effort_write("The success of an attempt"):
                await self._parts.store.remove_attempt(attempt.id)

    async def _keep_further(self, attempt: Attempt) -> None:
        try:
            await self._keep(attempt, _limit_of_further(self._parts))
        except AttemptBlockedError:
            await self.forgive()  # nothing will be verified, so the first step must not be blocked as well
            raise

    async def _keep(self, attempt: Attempt, limit: AttemptLimit) -> None:
        _refuse(await self._parts.store.add_attempt(attempt, limit=limit), attempt)
        self._kept.append(attempt)


async def refuse_blocked_client(parts: Parts, *, client: str | None) -> None:
    """Refuse a client that has failed too often, whatever it tried. Counts nothing, so it costs no commit.

    Args:
        parts: The application's parts.
        client: The address that the attempt comes from, or None if unknown.

    Raises:
        AttemptBlockedError: If too many attempts by this client have failed.
    """
    if client is not None and parts.settings.enable_brute_force_protection:
        attempt = _attempt(parts, name="", client=client)
        _refuse(await parts.store.blocked_until(attempt, limit=_limit_of_client(parts)), attempt)


async def count_failure(parts: Parts, *, name: str, client: str | None) -> None:
    """Count a failure whose right answer cannot be guessed, such as a signature.

    Args:
        parts: The application's parts.
        name: The user that it was about, as an `account_name`.
        client: The address that it came from; if unknown, nothing is counted.
    """
    if client is not None and parts.settings.enable_brute_force_protection:
        await parts.store.add_attempt(_attempt(parts, name=name, client=client), limit=_limit_of_client(parts))


async def limit_requests(parts: Parts, action: str, *, client: str | None, at_most: int, window: timedelta) -> None:
    """Count a client's request, whoever it is for.

    Args:
        parts: The application's parts.
        action: What it requests.
        client: The network that it comes from; if unknown, nothing is counted.
        at_most: How many of its requests are served within the window.
        window: How long a request counts.

    Raises:
        RateLimitError: If the client has made too many.
    """
    if client is None:
        return
    attempt = Attempt(id=parts.new_id(), action=action, name="", client=client, at=parts.clock.now())
    until = await parts.store.add_attempt(attempt, limit=AttemptLimit(window=window, of_client=at_most))
    if until is not None:
        raise RateLimitError(retry_after=_seconds_until(until, attempt), client=client)


def _attempt(parts: Parts, *, name: str, client: str | None) -> Attempt:
    network = client_of(read_ip_address(client))
    return Attempt(id=parts.new_id(), action=SIGN_IN, name=name, client=network, at=parts.clock.now())


def _limit_of_client(parts: Parts) -> AttemptLimit:
    limit = parts.attempt_limit
    return AttemptLimit(window=limit.window, of_client=limit.of_client)


def _limit_of_further(parts: Parts) -> AttemptLimit:
    return AttemptLimit(window=parts.attempt_limit.window, on_name=parts.settings.attempts_at_second_step)


def _refuse(until: datetime | None, attempt: Attempt) -> None:
    if until is not None:
        raise AttemptBlockedError(
            "Too many sign-ins have failed.",
            retry_after=_seconds_until(until, attempt),
            reason="attempt_blocked",
            client=attempt.client,
        )


def _seconds_until(until: datetime, attempt: Attempt) -> int:
    return ceil((as_utc(until) - as_utc(attempt.at)).total_seconds())
