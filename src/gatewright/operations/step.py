"""One authentication step: who must authenticate, from where, and what their browser has begun."""

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
    """The context that a method works in.

    Args:
        parts: The application's parts.
        device: Where the visit comes from.
        browser: Stores the secret that identifies the visit's pending steps; None if there are none.
        provider: The provider of the login form's users; if there is a user, their own provider.
        user: Who must authenticate, if known: they are signed in, or have given a first proof.
        proofs: The proofs that they have given so far.
        waiting: This browser's pending sign-in that this step continues, if any.
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
        """Return the user who must authenticate.

        Raises:
            InvalidProofError: If the user is not known.
        """
        if self.user is None:
            raise InvalidProofError("Nobody has begun to authenticate in this browser.", reason="no_user")
        return self.user

    def require_browser(self) -> Browser:
        """Return the browser, which stores something for the visit's next request.

        Raises:
            ConfigurationError: If there is no visit.
        """
        if self.browser is None:
            raise ConfigurationError("Without a browser, nothing can be begun for another request to finish.")
        return self.browser

    @property
    def language(self) -> str | None:
        """The language of emails; None for the setting's."""
        return self.device.language

    @property
    def base_url(self) -> str | None:
        """The base URL of links in emails; None for the setting's."""
        return self.device.base_url

    @property
    def now(self) -> datetime:
        """The current time, UTC."""
        return self.parts.clock.now()

    async def enrolled(self) -> Mapping[str, list[Authenticator]]:
        """Return what the user has enrolled, by method, oldest first; empty for nothing, or for an unknown user."""
        if self._enrolled is None:
            by_method: defaultdict[str, list[Authenticator]] = defaultdict(list)
            if self.user is not None:
                for each in await self.parts.store.list_authenticators(owner_of(self.user)):
                    by_method[each.method].append(each)
            self._enrolled = by_method
        return self._enrolled

    def forget_enrolled(self) -> None:
        """Discard the cached enrolments, because they have just changed."""
        self._enrolled = None

    async def keep(
        self, kind: str, data: Mapping[str, Any], *, minutes: float | None = None, step_id: str | None = None
    ) -> PendingStep:
        """Store what this browser has begun, so that another request can finish it, once.

        Args:
            kind: Its kind, such as ``passkey``; a browser has at most one of each.
            data: JSON-compatible data to store. It stays on the server.
            minutes: How long it may take to finish; None for the setting ``pending_minutes``.
            step_id: The step's identifier, if something else already refers to it; by default a new one.
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
        """Return what this browser has begun of a kind, if it has not expired.

        Another user who comes after the first one in the same browser does not get it.
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
            InvalidProofError: If it has begun none, has begun it for somebody else, or it has expired.
        """
        found = await self.kept(kind)
        user_id = None if self.user is None else self.user.id
        if found is None or found.user_id != user_id:
            raise InvalidProofError(f"This browser has no {kind} step, or it expired.", reason=f"{kind}_not_begun")
        return found

    def _browser_secret(self) -> str:
        """Return the secret that identifies this browser's steps, after storing a new one in it if it has none."""
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
            raise InvalidProofError("Too many attempts. Start again.", reason=f"{pending.kind}_too_many_tries")

    async def claim(self, pending: PendingStep) -> None:
        """Finish a step: only one request can.

        Raises:
            InvalidProofError: If another one has just done it.
        """
        if not await self.parts.store.claim_pending_step(pending.id, now=self.now):
            raise InvalidProofError("Another request has just used this.", reason=f"{pending.kind}_used")


def data_of(kept: PendingStep | Authenticator) -> dict[str, Any]:
    """Return the stored data, parsed from JSON."""
    data: dict[str, Any] = json.loads(kept.data)
    return data


def owner_of(user: User) -> Owner:
    """Return the owner under which a user's authenticators and sessions are stored."""
    return Owner(user.id) if is_account(user) else Owner(user.id, user.provider_name)
