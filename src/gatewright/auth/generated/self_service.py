# Generated from auth/async_self_service.py by tools/write_facades.py: change that file, never this one.
"""What users do for themselves, mostly by email, for blocking code."""

from __future__ import annotations

from collections.abc import Mapping

from gatewright.auth.facade import Facade
from gatewright.drive import run_to_completion
from gatewright.model import Link, QueuedMail, User
from gatewright.operations.deliver_mails import deliver_mails
from gatewright.operations.email_verification import request_email_verification, verify_email
from gatewright.operations.links import find_link
from gatewright.operations.outbox import read_asker
from gatewright.operations.password_reset import request_password_reset, reset_password
from gatewright.operations.profiles import get_profile, set_profile
from gatewright.operations.purge import delete_expired_links
from gatewright.operations.sign_up import SignUpForm, sign_up


class SelfService(Facade):
    """Sign-up, email addresses, forgotten passwords and profiles.

    ``ip_address`` is where the request comes from. Emails are written in ``language`` (default: the setting, then
    English) and link to ``base_url`` (default: the setting ``public_url``, then this machine): never derive it from a
    request's host name. ``next_path`` is stored with the link, for whoever follows it: `find_link`.
    """

    def sign_up(
        self,
        email: str,
        *,
        password: str | None = None,
        username: str | None = None,
        profile: Mapping[str, str] | None = None,
        ip_address: str | None = None,
        language: str | None = None,
        base_url: str | None = None,
        next_path: str | None = None,
    ) -> None:
        """Create an account for a visitor. If the email address already has one, its owner gets an email instead.

        Args:
            email: The email address that was entered.
            password: The chosen password, checked against the policy. None only if the setting ``methods`` leaves
                passwords out.
            username: A name to sign in with; the email address works as well. Names are public.
            profile: The other fields, by name: at most 20 strings of at most 255 characters.
            ip_address: Where the request comes from.
            language: The language of the email, such as ``en``.
            base_url: Base URL of the email's link, such as ``https://example.com``.
            next_path: Where on the site to continue after following the link, such as ``/checkout``.

        Raises:
            InvalidParameterError: If a value is not acceptable.
            WeakPasswordError: If the password is too easy to guess.
            TakenError: If the username is already taken. That an email address is taken is never revealed.
            RateLimitError: If the client has tried too often.
            Denied: If a ``pre_signup`` hook refuses.
            BusyError: If too many passwords are being hashed.
        """
        asker = read_asker(
            self._parts, ip_address=ip_address, language=language, base_url=base_url, next_path=next_path
        )
        form = SignUpForm(email, password=password, username=username, profile=profile)
        run_to_completion(sign_up(self._parts, form, asker=asker))

    def request_email_verification(
        self,
        email: str,
        *,
        ip_address: str | None = None,
        language: str | None = None,
        base_url: str | None = None,
        next_path: str | None = None,
    ) -> None:
        """Send a link if there is an unverified account with this address. The caller is not told whether there is one.

        Raises:
            InvalidParameterError: If a value is not acceptable.
            RateLimitError: If the client has made too many requests.
        """
        asker = read_asker(
            self._parts, ip_address=ip_address, language=language, base_url=base_url, next_path=next_path
        )
        run_to_completion(request_email_verification(self._parts, email, asker=asker))

    def verify_email(self, token: str, *, ip_address: str | None = None) -> User:
        """Mark an account as verified, by the secret of the link that was sent to its address.

        Raises:
            InvalidLinkError: If the link is unknown, used, expired or replaced by a newer one.
            Denied: If a ``pre_email_verification`` hook refuses.
            InvalidParameterError: If an argument is not acceptable.
        """
        return run_to_completion(verify_email(self._parts, token, ip_address=ip_address))

    def request_password_reset(
        self,
        email: str,
        *,
        ip_address: str | None = None,
        language: str | None = None,
        base_url: str | None = None,
        next_path: str | None = None,
    ) -> None:
        """Send a link if there is an active account with this address. The caller is not told whether there is one.

        Raises:
            InvalidParameterError: If a value is not acceptable.
            RateLimitError: If the client has made too many requests.
        """
        asker = read_asker(
            self._parts, ip_address=ip_address, language=language, base_url=base_url, next_path=next_path
        )
        run_to_completion(request_password_reset(self._parts, email, asker=asker))

    def reset_password(
        self,
        token: str,
        password: str,
        *,
        ip_address: str | None = None,
        language: str | None = None,
        base_url: str | None = None,
    ) -> User:
        """Set a new password by the secret of a link. All the user's sessions end, and none is opened.

        ``language`` and ``base_url`` are those of the email that notifies the owner.

        Raises:
            InvalidLinkError: If the link is unknown, used, expired or replaced by a newer one.
            WeakPasswordError: If the password is too easy to guess. The link stays valid.
            Denied: If a ``pre_password_reset`` hook refuses.
            BusyError: If too many passwords are being hashed.
            InvalidParameterError: If an argument is not acceptable.
        """
        asker = read_asker(self._parts, ip_address=ip_address, language=language, base_url=base_url)
        return run_to_completion(reset_password(self._parts, token, password, asker=asker))

    def is_link_valid(self, token: str, *, purpose: str) -> bool:
        """Return whether a link could be used now, without using it.

        Args:
            token: The secret of the link.
            purpose: ``email_verification``, ``password_reset`` or ``email_change``.

        Raises:
            InvalidParameterError: If links have no such purpose.
        """
        return run_to_completion(find_link(self._parts, token, purpose=purpose)) is not None

    def find_link(self, token: str, *, purpose: str) -> Link | None:
        """Return a link that could be used now, without using it: its recipient's address, and where to continue.

        Its ``next_path`` comes from a request: check that it leads to your own site before redirecting to it.

        Args:
            token: The secret of the link.
            purpose: ``email_verification`` or ``password_reset``.

        Raises:
            InvalidParameterError: If links have no such purpose.
        """
        return run_to_completion(find_link(self._parts, token, purpose=purpose))

    def get_profile(self, username: str) -> dict[str, str]:
        """Return the fields of a user's profile; none if nothing has been stored.

        Raises:
            UserNotFoundError: If there is no such user.
            InvalidParameterError: If an argument is not acceptable.
        """
        return run_to_completion(get_profile(self._parts, username))

    def set_profile(self, username: str, profile: Mapping[str, str], *, actor: str | None = None) -> None:
        """Replace a user's profile: at most 20 strings of at most 255 characters, by names of at most 64.

        Raises:
            UserNotFoundError: If there is no such user.
            InvalidParameterError: If it is not a valid profile.
        """
        run_to_completion(set_profile(self._parts, username, profile, actor=actor))

    def deliver_mails(self) -> int:
        """Send the emails that are due, and return how many were handed over. The others are retried later.

        Raises:
            StoreUnavailableError: If the emails cannot be read.
        """
        return run_to_completion(deliver_mails(self._parts))

    def list_queued_mails(self) -> list[QueuedMail]:
        """Return the queued emails, oldest first, with the error of the last attempt.

        Raises:
            StoreUnavailableError: If the emails cannot be read.
        """
        return run_to_completion(self._parts.store.list_queued_mails())

    def cleanup_expired_links(self, *, at_most: int = 2**31) -> int:
        """Delete expired email links, and return how many; at most ``at_most`` in one transaction.

        Raises:
            InvalidParameterError: If ``at_most`` is not a positive number of rows.
            StoreUnavailableError: If the links cannot be deleted.
        """
        return run_to_completion(delete_expired_links(self._parts, at_most=at_most))
