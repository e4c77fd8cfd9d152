"""Renaming, moving, exporting and deleting accounts, for asynchronous code."""

from __future__ import annotations

from typing import Any

from gatewright.auth.facade import Facade
from gatewright.model import User
from gatewright.operations.accounts import require_account_of_id
from gatewright.operations.change_username import change_username
from gatewright.operations.delete_user import delete_user
from gatewright.operations.email_change import confirm_email_change, request_email_change
from gatewright.operations.export_user import export_user
from gatewright.operations.outbox import read_asker


class AsyncAccountChanges(Facade):
    """Renames, exports and deletes accounts in gatewright's own tables, and changes their email addresses.

    ``actor`` is who does it, if not the user. ``ip_address``, ``language`` and ``base_url`` are as in
    `AsyncSelfService`.
    """

    async def change_username(self, user_id: str, *, username: str, actor: str | None = None) -> User:
        """Change an account's username. Its sessions continue, and its former name becomes available to others.

        Args:
            user_id: The user's id.
            username: The new name.
            actor: Who changes it.

        Returns:
            The user, with the new name.

        Raises:
            UserNotFoundError: If there is no such user.
            InvalidParameterError: If the name is not acceptable.
            TakenError: If the name is already taken.
            Denied: If a ``pre_username_change`` hook refuses.
        """
        return await change_username(self._parts, user_id, username, actor=actor)

    async def request_email_change(
        self,
        user_id: str,
        *,
        email: str,
        actor: str | None = None,
        ip_address: str | None = None,
        language: str | None = None,
        base_url: str | None = None,
    ) -> None:
        """Send a link to the new email address and a notice to the old one. Nothing changes until the link is used.

        If the address belongs to another account, no link is sent, and the caller is not told.

        Args:
            user_id: The user's id.
            email: The new address.
            actor: Who requests it.
            ip_address: Where the request comes from.
            language: The language of the emails, such as ``en``.
            base_url: Base URL of the links in the emails, such as ``https://example.com``.

        Raises:
            UserNotFoundError: If there is no such user.
            InvalidParameterError: If the address is not acceptable, or is the account's already.
            RateLimitError: If the client has made too many requests.
            Denied: If a ``pre_email_change`` hook refuses.
        """
        asker = read_asker(self._parts, ip_address=ip_address, language=language, base_url=base_url)
        await request_email_change(self._parts, user_id, email, asker=asker, actor=actor)

    async def confirm_email_change(
        self, token: str, *, ip_address: str | None = None, language: str | None = None, base_url: str | None = None
    ) -> User:
        """Set the email address that a link was sent to. The account's sessions continue; the old address is notified.

        Args:
            token: The secret of the link.
            ip_address: Where the request comes from.
            language: The language of the email to the old address.
            base_url: Base URL of the links in that email.

        Returns:
            The user, with the new address and now verified.

        Raises:
            InvalidLinkError: If the link is unknown, used, expired or replaced by a newer one.
            TakenError: If another account has taken the address in the meantime.
            InvalidParameterError: If an argument is not acceptable.
        """
        return await confirm_email_change(
            self._parts, token, ip_address=ip_address, language=language, base_url=base_url
        )

    async def export_user(self, user_id: str, *, actor: str | None = None) -> dict[str, Any]:
        """Return everything stored about a user, as JSON-serialisable data without hashes, digests or secrets.

        Args:
            user_id: The user's id.
            actor: Who requests it.

        Raises:
            UserNotFoundError: If there is no such user.
        """
        return await export_user(self._parts, user_id, actor=actor)

    async def delete_user(self, user_id: str, *, actor: str | None = None, language: str | None = None) -> None:
        """Delete an account and everything stored about it. Its sessions end at once, and its names become available.

        The audit record keeps its lines, under the id but without personal data.

        Args:
            user_id: The user's id.
            actor: Who deletes it.
            language: The language of the email that notifies the owner.

        Raises:
            UserNotFoundError: If there is no such user.
            Denied: If a ``pre_account_deletion`` hook refuses.
            InvalidParameterError: If an argument is not acceptable.
        """
        asker = read_asker(self._parts, language=language)
        await delete_user(self._parts, user_id, asker=asker, actor=actor)

    async def list_sole_roles(self, user_id: str) -> list[str]:
        """Return the roles that only this user has been assigned, such as that of the last administrator.

        Raises:
            UserNotFoundError: If there is no such user.
        """
        account = await require_account_of_id(self._parts, user_id)
        return await self._parts.store.sole_roles(account.id)
