"""Count sign-ins, and refuse one too many before anything is verified."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from math import ceil

from gatewright.errors import AttemptBlockedError, RateLimitError
from gatewright.model import Attempt, as_utc
from gatewright.operations.arguments import client_of, read_ip_address
from gatewright.operations.names import folded_name
from gatewright.operations.parts import Parts
from gatewright.operations.second_writes import second_write
from gatewright.ports import AttemptLimit

SIGN_IN = "sign_in"
"""The action under which sign-ins are counted."""

SECOND_STEP = "second_step"
"""The action under which the tries of those who have proven something already are counted once more."""

_LONGEST_NAME = 512


def account_name(provider: str, username: str) -> str:
    """Return the name under which attempts on one user are counted, however their name was spelled.

    The user need not exist: whoever guesses at unknown names is limited exactly alike.
    """
    name = f"{provider}:{folded_name(username)}"
    return name if len(name) <= _LONGEST_NAME else sha256(name.encode()).hexdigest()


class Trial:
    """One attempt to sign in with what can be guessed: begun before it is verified, then failed or forgiven.

    Counting first and forgiving what succeeds keeps a burst from getting around a limit: however many try at once,
    no more are verified than may fail. Where the client is not known only the user can be slowed down; that limit is
    looked at first and counted last, which spares every success two commits, and a burst may exceed it by its size.

    Args:
        parts: The application's parts.
        client: The address that the attempt comes from, or None where that is not known.
        is_further: Whether whoever tries has proven something already. Six digits can be guessed from many clients
            (NIST SP 800-63B-4, 3.2.2), and strangers do not get so far, so an account is blocked here: nobody else
            can use up its tries.
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
            name: Whom it is about: an `account_name`. None where nobody is named before it is verified, as by a
                passkey: then only its client is limited, or failures of some would slow down all, and only its failure
                is counted, for nobody can guess what is right.

        Raises:
            AttemptBlockedError: If too many have failed: of this client on this user, of this client, or on this
                user, who is then slowed down, so that nobody can lock them out.
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
        self._attempt = attempt
        if self._is_further:
            further = replace(attempt, id=self._parts.new_id(), action=SECOND_STEP, client=None)
            await self._keep(further, _limit_of_further(self._parts))

    async def fail(self) -> None:
        """Let the attempt count, unless it was refused."""
        if self._is_unnamed:
            await count_failure(self._parts, name="", client=self._client)
        if self._attempt is not None and self._attempt.client is None:
            await self._parts.store.add_attempt(self._attempt, limit=self._parts.attempt_limit)

    async def forgive(self) -> None:
        """Forget the attempt: it has succeeded, or nothing was verified. All others still count.

        Where that cannot be written it counts, like those that failed, until the window of the limit has passed.
        """
        for attempt in self._kept:
            with second_write("That an attempt has succeeded"):
                await self._parts.store.remove_attempt(attempt.id)

    async def _keep(self, attempt: Attempt, limit: AttemptLimit) -> None:
        _refuse(await self._parts.store.add_attempt(attempt, limit=limit), attempt)
        self._kept.append(attempt)


async def refuse_blocked_client(parts: Parts, *, client: str | None) -> None:
    """Refuse a client that has failed too often, whatever it tried. Counts nothing, and so costs no commit.

    Args:
        parts: The application's parts.
        client: The address that an attempt comes from, or None where that is not known.

    Raises:
        AttemptBlockedError: If too many attempts of this client have failed.
    """
    if client is not None and parts.settings.enable_brute_force_protection:
        attempt = _attempt(parts, name="", client=client)
        _refuse(await parts.store.blocked_until(attempt, limit=_limit_of_client(parts)), attempt)


async def count_failure(parts: Parts, *, name: str, client: str | None) -> None:
    """Count what has failed, where nobody can guess what is right: a signature, say.

    Args:
        parts: The application's parts.
        name: Whom it was about: an `account_name`.
        client: The address that it came from; where that is not known, nothing is counted.
    """
    if client is not None and parts.settings.enable_brute_force_protection:
        await parts.store.add_attempt(_attempt(parts, name=name, client=client), limit=_limit_of_client(parts))


async def limit_requests(parts: Parts, action: str, *, client: str | None, at_most: int, window: timedelta) -> None:
    """Count that a client asks for something, whoever it is for.

    Args:
        parts: The application's parts.
        action: What it asks for.
        client: The network that it comes from; where that is not known, nothing is counted.
        at_most: How many requests of it are answered within the window.
        window: How long a request counts.

    Raises:
        RateLimitError: If the client has had too many.
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
