"""One step of a proof: who must prove themselves, from where, and what their browser has begun."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from gatewright.errors import ConfigurationError, InvalidProofError
from gatewright.model import Authenticator, PendingStep, User, is_ahead
from gatewright.operations.parts import Parts
from gatewright.operations.sessions import is_account
from gatewright.operations.visits import Device, digest_of
from gatewright.ports import Browser, Owner
from gatewright.proofs import Proof

_MOST_TRIES = 5


@dataclass(slots=True)
class Step:
    """What a method works with.

    Args:
        parts: The application's parts.
        device: Where the visit comes from.
        browser: What keeps the secret that names the visit's pending steps; None where there are none.
        provider: Where the users of the login form come from; the user's own provider where there is a user.
        user: Who must prove themselves, where that is known: they are signed in, or have given a first proof.
        proofs: What they have proven so far.
        waiting: The sign-in of this browser that waits for this step, if one does.
    """

    parts: Parts
    device: Device
    browser: Browser | None
    provider: str
    user: User | None = None
    proofs: tuple[Proof, ...] = ()
    waiting: PendingStep | None = None
    _enrolled: dict[str, list[Authenticator]] | None = field(default=None, init=False)

    def require_user(self) -> User:
        """Return who must prove themselves.

        Raises:
            InvalidProofError: If that is not known.
        """
        if self.user is None:
            raise InvalidProofError("Nobody is about to prove themselves in this browser.", reason="no_user")
        return self.user

    def require_browser(self) -> Browser:
        """Return what keeps something for the visit's next request.

        Raises:
            ConfigurationError: If there is no visit.
        """
        if self.browser is None:
            raise ConfigurationError("Without a browser nothing can be begun that another request finishes.")
        return self.browser

    @property
    def language(self) -> str | None:
        """The language of mails; None for the setting's."""
        return self.device.language

    @property
    def base_url(self) -> str | None:
        """Where the links of mails lead; None for the setting's."""
        return self.device.base_url

    @property
    def now(self) -> datetime:
        """The current time, UTC."""
        return self.parts.clock.now()

    async def enrolled(self) -> Mapping[str, list[Authenticator]]:
        """Return what the user has enrolled, by method, oldest first; empty for one who has none or is not known."""
        if self._enrolled is None:
            by_method: defaultdict[str, list[Authenticator]] = defaultdict(list)
            if self.user is not None:
                for each in await self.parts.store.list_authenticators(owner_of(self.user)):
                    by_method[each.method].append(each)
            self._enrolled = by_method
        return self._enrolled

    def forget_enrolled(self) -> None:
        """Take note that what the user has enrolled has just changed."""
        self._enrolled = None

    async def keep(
        self, kind: str, data: Mapping[str, Any], *, minutes: float | None = None, step_id: str | None = None
    ) -> PendingStep:
        """Keep what this browser has begun, so that it can be finished by another request, once.

        Args:
            kind: What it is, such as ``passkey``; a browser has one of each.
            data: What to keep, as JSON can write it. It stays on the server.
            minutes: How long it may take to finish; None for the setting ``pending_minutes``.
            step_id: The step's identifier, where something else has it already; by default a new one.
        """
        parts, now = self.parts, self.now
        secret = self._browser_secret()
        life = timedelta(minutes=parts.settings.pending_minutes if minutes is None else minutes)
        user = self.user
        step = PendingStep(
            id=step_id or parts.new_id(),
            kind=kind,
            user_id=None if user is None else user.id,
            username=None if user is None else user.username,
            provider=None if user is None else user.provider_name,
            data=json.dumps(data, separators=(",", ":")),
            created_at=now,
            expires_at=now + life,
        )
        account_id = user.id if user is not None and is_account(user) else None
        await parts.store.keep_pending_step(step, digest=digest_of(secret), account_id=account_id)
        return step

    async def kept(self, kind: str) -> PendingStep | None:
        """Return what this browser has begun of a kind, if there is still time to finish it.

        It is not for another user to see, who comes after the first in the same browser.
        """
        secret = None if self.browser is None else self.browser.pending()
        if secret is None:
            return None
        found = await self.parts.store.find_pending_step(digest_of(secret), kind=kind, now=self.now)
        if found is None or is_ahead(found.created_at, now=self.now):
            return None
        return found if self.user is None or found.user_id == self.user.id else None

    async def require_kept(self, kind: str) -> PendingStep:
        """Return what this browser has begun of a kind, for this user.

        Raises:
            InvalidProofError: If it has begun none, or for somebody else, or it took too long.
        """
        found = await self.kept(kind)
        user_id = None if self.user is None else self.user.id
        if found is None or found.user_id != user_id:
            raise InvalidProofError(f"This browser has not begun {kind}, or too long ago.", reason=f"{kind}_not_begun")
        return found

    def _browser_secret(self) -> str:
        """Return what names this browser's steps; it is told to keep it where it has none yet."""
        browser = self.require_browser()
        secret = browser.pending()
        if secret is None:
            secret = self.parts.new_secret()
            browser.keep_pending(secret)
        return secret

    async def count_try(self, pending: PendingStep, *, at_most: int = _MOST_TRIES) -> None:
        """Count an attempt to finish a step.

        Raises:
            InvalidProofError: If there have been too many.
        """
        if not await self.parts.store.count_try(pending.id, at_most=at_most):
            raise InvalidProofError("Too many tries. Begin again.", reason=f"{pending.kind}_too_many_tries")

    async def claim(self, pending: PendingStep) -> None:
        """Finish a step: exactly one request can.

        Raises:
            InvalidProofError: If another one has just done it.
        """
        if not await self.parts.store.claim_pending_step(pending.id, now=self.now):
            raise InvalidProofError("Another request has just used this.", reason=f"{pending.kind}_used")


def data_of(kept: PendingStep | Authenticator) -> dict[str, Any]:
    """Return what was kept, as it was before JSON."""
    data: dict[str, Any] = json.loads(kept.data)
    return data


def owner_of(user: User) -> Owner:
    """Return what a user's authenticators and sessions are kept under."""
    return Owner(user.id) if is_account(user) else Owner(user.id, user.provider_name)
