# Generated from auth/async_own_account.py by tools/write_facades.py: change that file, never this one.
"""`OwnAccount`: what visitors do with their own account, for blocking code."""

from __future__ import annotations

from typing import Any

from gatewright.auth.generated.proving import Proving
from gatewright.drive import run_to_completion
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


class OwnAccount(Proving):
    """Changes, exports and deletes the visitor's account. Each of these requires a fresh proof.

    That is a proof by any method within the setting ``fresh_minutes`` in this session, at sign-in or by `prove`; or
    else ``password``, their current one. Only users in gatewright's own tables can be changed here.
    """

    def change_password(self, current: str | None, new: str, *, language: str | None = None) -> None:
        """Replace the visitor's password. This ends all their other sessions and forgets their remembered browsers.

        Args:
            current: Their current password; None if they have authenticated recently.
            new: The new password, checked against the policy.
            language: The language of the email that notifies them; by default the visitor's, then the setting's.

        Raises:
            AuthenticationError: If nobody is signed in.
            UserNotFoundError: If the current password is wrong.
            StepUpRequiredError: If no password is given, and the visitor has not authenticated recently.
            AttemptBlockedError: If too many attempts have failed.
            WeakPasswordError: If the new password is too easy to guess.
            InvalidParameterError: If the user is not in our own tables.
            Denied: If a ``pre_password_change`` hook refuses.
        """
        session, user = self._require_visit()
        step, asker = (self._step_of(user), self._asker(language=language))
        proofs = run_to_completion(change_own_password(step, session, current=current, new=new, asker=asker))
        self._renew(session, user, proofs)

    def change_username(self, username: str, *, password: str | None = None) -> None:
        """Change the visitor's username. All their sessions continue.

        Args:
            username: The new name.
            password: Their current password; not needed if they have authenticated recently.

        Raises:
            AuthenticationError: If nobody is signed in.
            UserNotFoundError: If the password is wrong.
            StepUpRequiredError: If no password is given, and the visitor has not authenticated recently.
            AttemptBlockedError: If too many attempts have failed.
            InvalidParameterError: If the name is not acceptable, or the user is not in our own tables.
            TakenError: If the name is already taken.
            Denied: If a ``pre_username_change`` hook refuses.
        """
        session, user = self._require_visit()
        run_to_completion(change_own_username(self._step_of(user), session, username=username, password=password))
        self._is_resumed = False

    def request_email_change(
        self, email: str, *, password: str | None = None, language: str | None = None, base_url: str | None = None
    ) -> None:
        """Send a link to the visitor's new email address, and a notice to the old one. Until it is used, nothing
        changes.

        Args:
            email: The new address.
            password: Their current password; not needed if they have authenticated recently.
            language: The language of the emails; by default the visitor's, then the setting's.
            base_url: Base URL of the links in the emails, such as ``https://example.com``; by default that of the
                visit.

        Raises:
            AuthenticationError: If nobody is signed in.
            UserNotFoundError: If the password is wrong.
            StepUpRequiredError: If no password is given, and the visitor has not authenticated recently.
            RateLimitError: If too many attempts have failed, or the client has requested too many emails.
            InvalidParameterError: If the address is not acceptable, or the user is not in our own tables.
            Denied: If a ``pre_email_change`` hook refuses.
        """
        session, user = self._require_visit()
        asker = self._asker(language=language, base_url=base_url)
        run_to_completion(
            request_own_email_change(self._step_of(user), session, email=email, password=password, asker=asker)
        )

    def link_wallet(self, evrmore_address: str, challenge: str, signature: str) -> None:
        """Link another wallet, which has signed a challenge of this browser, so that the visitor can sign in with it.

        Args:
            evrmore_address: The wallet's address.
            challenge: The challenge that `begin_enrolment` or `begin` returned for it in this browser.
            signature: The signature over it, base64.

        Raises:
            AuthenticationError: If nobody is signed in.
            StepUpRequiredError: If the visitor has not authenticated recently.
            InvalidChallengeError: If the challenge was issued to another browser, is used or has expired.
            InvalidSignatureError: If the signature is wrong.
            TakenError: If the wallet already belongs to an account.
            UserNotFoundError: If the user is not in our own tables.
        """
        self.require_fresh()
        _, user = self._require_visit()
        run_to_completion(link_own_wallet(self._step_of(user), WalletAttempt(evrmore_address, challenge, signature)))

    def export(self, *, password: str | None = None) -> dict[str, Any]:
        """Return everything stored about the visitor, as JSON-serialisable data.

        Args:
            password: Their current password; not needed if they have authenticated recently.

        Raises:
            AuthenticationError: If nobody is signed in.
            UserNotFoundError: If the password is wrong.
            StepUpRequiredError: If no password is given, and the visitor has not authenticated recently.
            AttemptBlockedError: If too many attempts have failed.
            InvalidParameterError: If the user is not in our own tables.
        """
        session, user = self._require_visit()
        return run_to_completion(export_own_data(self._step_of(user), session, password=password))

    def delete_account(self, *, password: str | None = None, language: str | None = None) -> None:
        """Delete the visitor's account and sign them out everywhere. The visit's data is discarded.

        Args:
            password: Their current password; not needed if they have authenticated recently.
            language: The language of the email that notifies them; by default the visitor's, then the setting's.

        Raises:
            AuthenticationError: If nobody is signed in.
            UserNotFoundError: If the password is wrong.
            StepUpRequiredError: If no password is given, and the visitor has not authenticated recently.
            AttemptBlockedError: If too many attempts have failed.
            InvalidParameterError: If the user is not in our own tables.
            Denied: If a ``pre_account_deletion`` hook refuses.
        """
        session, user = self._require_visit()
        asker = self._asker(language=language)
        run_to_completion(delete_own_account(self._step_of(user), session, password=password, asker=asker))
        self.destroy()

    def _renew(self, session: Session, user: User, proofs: tuple[Proof, ...]) -> None:
        """Give the visit's session a new secret, with these proofs."""
        renewed = run_to_completion(
            open_visit(
                self._parts,
                user,
                provider=session.provider,
                previous_secret=self._state.secret(),
                device=self._device,
                method="password",
                proven_by=write_proofs(proofs),
            )
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
