"""`AsyncOwnAccount`: what visitors do with their own account, for code that runs in an event loop."""

from __future__ import annotations

from typing import Any

from gatewright.auth.async_proving import AsyncProving
from gatewright.methods.wallet.linking import link_own_wallet
from gatewright.methods.wallet.signed_challenge import WalletAttempt
from gatewright.model import Session, User
from gatewright.operations.outbox import Asker, read_asker
from gatewright.operations.own_account import (
    change_own_password,
    change_own_username,
    delete_own_account,
    export_own_data,
    request_own_email_change,
)
from gatewright.operations.visits import open_visit
from gatewright.proofs import Proof, write_proofs


class AsyncOwnAccount(AsyncProving):
    """Changes, exports and deletes the visitor's account. Each of these needs fresh proof of who they are.

    That is one by any method within the setting ``fresh_minutes`` in this session, at sign-in or by `prove`; or else
    ``password``, their current one. Users of other providers than our own tables cannot be changed here.
    """

    async def change_password(self, current: str | None, new: str, *, language: str | None = None) -> None:
        """Replace the visitor's password, which ends all their sessions but this visit's, and forgets their browsers.

        Args:
            current: Their current password; None where they have proven themselves recently.
            new: The password that they want, checked against the policy.
            language: The language of the mail that tells them; by default the visitor's, then the setting's.

        Raises:
            AuthenticationError: If nobody is signed in.
            UserNotFoundError: If the current password is wrong.
            StepUpRequiredError: If no password is given, and the visitor has not proven themselves recently.
            AttemptBlockedError: If too many attempts have failed.
            WeakPasswordError: If the new password is too easy to guess.
            InvalidParameterError: If the user is not in our own tables.
            Denied: If a ``pre_password_change`` hook refuses.
        """
        session, user = await self._require_visit()
        step, asker = self._step_of(user), self._asker(language=language)
        proofs = await change_own_password(step, session, current=current, new=new, asker=asker)
        await self._renew(session, user, proofs)

    async def change_username(self, username: str, *, password: str | None = None) -> None:
        """Give the visitor another username. All their sessions go on.

        Args:
            username: The new name.
            password: Their current password; not needed where they have proven themselves recently.

        Raises:
            AuthenticationError: If nobody is signed in.
            UserNotFoundError: If the password is wrong.
            StepUpRequiredError: If no password is given, and the visitor has not proven themselves recently.
            AttemptBlockedError: If too many attempts have failed.
            InvalidParameterError: If the name is not acceptable, or the user is not in our own tables.
            TakenError: If the name is already taken.
            Denied: If a ``pre_username_change`` hook refuses.
        """
        session, user = await self._require_visit()
        await change_own_username(self._step_of(user), session, username=username, password=password)
        self._is_resumed = False

    async def request_email_change(
        self, email: str, *, password: str | None = None, language: str | None = None, base_url: str | None = None
    ) -> None:
        """Send a link to the visitor's new mail address, and a notice to the old one. Nothing changes until it is used.

        Args:
            email: The new address.
            password: Their current password; not needed where they have proven themselves recently.
            language: The language of the mails; by default the visitor's, then the setting's.
            base_url: Where the mails lead, such as ``https://example.com``; by default where the visit is.

        Raises:
            AuthenticationError: If nobody is signed in.
            UserNotFoundError: If the password is wrong.
            StepUpRequiredError: If no password is given, and the visitor has not proven themselves recently.
            RateLimitError: If too many attempts have failed, or the client has asked for too many mails.
            InvalidParameterError: If the address is not acceptable, or the user is not in our own tables.
            Denied: If a ``pre_email_change`` hook refuses.
        """
        session, user = await self._require_visit()
        asker = self._asker(language=language, base_url=base_url)
        await request_own_email_change(self._step_of(user), session, email=email, password=password, asker=asker)

    async def link_wallet(self, evrmore_address: str, challenge: str, signature: str) -> None:
        """Let the visitor sign in with another wallet too, which has signed a challenge of this browser.

        Args:
            evrmore_address: The wallet's address.
            challenge: What `begin_enrolment` or `begin` has returned for it in this browser.
            signature: The signature over it, base64.

        Raises:
            AuthenticationError: If nobody is signed in.
            StepUpRequiredError: If the visitor has not proven themselves recently.
            InvalidChallengeError: If the challenge was given to another browser, is used or has expired.
            InvalidSignatureError: If the signature is not right.
            TakenError: If the wallet belongs to an account already.
            UserNotFoundError: If the user is not in our own tables.
        """
        await self.require_fresh()
        _, user = await self._require_visit()
        await link_own_wallet(self._step_of(user), WalletAttempt(evrmore_address, challenge, signature))

    async def export(self, *, password: str | None = None) -> dict[str, Any]:
        """Return everything that is kept about the visitor, as JSON can write it.

        Args:
            password: Their current password; not needed where they have proven themselves recently.

        Raises:
            AuthenticationError: If nobody is signed in.
            UserNotFoundError: If the password is wrong.
            StepUpRequiredError: If no password is given, and the visitor has not proven themselves recently.
            AttemptBlockedError: If too many attempts have failed.
            InvalidParameterError: If the user is not in our own tables.
        """
        session, user = await self._require_visit()
        return await export_own_data(self._step_of(user), session, password=password)

    async def delete_account(self, *, password: str | None = None, language: str | None = None) -> None:
        """Delete the visitor's account and sign them out, here and everywhere. What the visit kept is forgotten.

        Args:
            password: Their current password; not needed where they have proven themselves recently.
            language: The language of the mail that tells them; by default the visitor's, then the setting's.

        Raises:
            AuthenticationError: If nobody is signed in.
            UserNotFoundError: If the password is wrong.
            StepUpRequiredError: If no password is given, and the visitor has not proven themselves recently.
            AttemptBlockedError: If too many attempts have failed.
            InvalidParameterError: If the user is not in our own tables.
            Denied: If a ``pre_account_deletion`` hook refuses.
        """
        session, user = await self._require_visit()
        asker = self._asker(language=language)
        await delete_own_account(self._step_of(user), session, password=password, asker=asker)
        await self.destroy()

    async def _renew(self, session: Session, user: User, proofs: tuple[Proof, ...]) -> None:
        """Give the visit a new secret for the session that it has, with these proofs."""
        renewed = await open_visit(
            self._parts,
            user,
            provider=session.provider,
            previous_secret=self._state.secret(),
            device=self._device,
            method="password",
            proven_by=write_proofs(proofs),
        )
        self._keep(renewed, user)

    def _asker(self, *, language: str | None, base_url: str | None = None) -> Asker:
        device = self._device
        return read_asker(
            self._parts,
            ip_address=device.ip_address,
            language=device.language if language is None else language,
            base_url=device.base_url if base_url is None else base_url,
        )
