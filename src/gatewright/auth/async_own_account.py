"""`AsyncOwnAccount`: what visitors do with their own account, for code that runs in an event loop."""

from __future__ import annotations

from typing import Any

from gatewright.auth.async_proving import AsyncProving
from gatewright.operations.outbox import Asker, read_asker
from gatewright.operations.own_account import (
    change_own_username,
    delete_own_account,
    export_own_data,
    request_own_email_change,
)


class AsyncOwnAccount(AsyncProving):
    """Changes, exports and deletes the visitor's account. Each of these needs fresh proof of who they are.

    That is ``password``, their current one. An account without a password is proved by its wallet: the visitor
    must have signed in with it within the last ten minutes. Users of other providers than our own tables cannot be
    changed here.
    """

    async def change_username(self, username: str, *, password: str | None = None) -> None:
        """Give the visitor another username. All their sessions go on.

        Args:
            username: The new name.
            password: Their current password.

        Raises:
            AuthenticationError: If nobody is signed in.
            UserNotFoundError: If the password is wrong.
            UnconfirmedError: If there is no password, and the visitor has not signed with a wallet recently.
            AttemptBlockedError: If too many attempts have failed.
            InvalidParameterError: If the name is not acceptable, or the user is not in our own tables.
            TakenError: If the name is already taken.
            Denied: If a ``pre_username_change`` hook refuses.
        """
        session, user = await self._require_visit()
        client = self._device.ip_address
        await change_own_username(self._parts, session, user, username=username, password=password, client=client)
        self._is_resumed = False

    async def request_email_change(
        self, email: str, *, password: str | None = None, language: str | None = None, base_url: str | None = None
    ) -> None:
        """Send a link to the visitor's new mail address, and a notice to the old one. Nothing changes until it is used.

        Args:
            email: The new address.
            password: Their current password.
            language: The language of the mails; by default the setting's, then English.
            base_url: Where the mails lead, such as ``https://example.com``.

        Raises:
            AuthenticationError: If nobody is signed in.
            UserNotFoundError: If the password is wrong.
            UnconfirmedError: If there is no password, and the visitor has not signed with a wallet recently.
            RateLimitError: If too many attempts have failed, or the client has asked for too many mails.
            InvalidParameterError: If the address is not acceptable, or the user is not in our own tables.
            Denied: If a ``pre_email_change`` hook refuses.
        """
        session, user = await self._require_visit()
        asker = self._asker(language=language, base_url=base_url)
        await request_own_email_change(self._parts, session, user, email=email, password=password, asker=asker)

    async def export(self, *, password: str | None = None) -> dict[str, Any]:
        """Return everything that is kept about the visitor, as JSON can write it.

        Args:
            password: Their current password.

        Raises:
            AuthenticationError: If nobody is signed in.
            UserNotFoundError: If the password is wrong.
            UnconfirmedError: If there is no password, and the visitor has not signed with a wallet recently.
            AttemptBlockedError: If too many attempts have failed.
            InvalidParameterError: If the user is not in our own tables.
        """
        session, user = await self._require_visit()
        return await export_own_data(self._parts, session, user, password=password, client=self._device.ip_address)

    async def delete_account(self, *, password: str | None = None, language: str | None = None) -> None:
        """Delete the visitor's account and sign them out, here and everywhere. What the visit kept is forgotten.

        Args:
            password: Their current password.
            language: The language of the mail that tells them; by default the setting's, then English.

        Raises:
            AuthenticationError: If nobody is signed in.
            UserNotFoundError: If the password is wrong.
            UnconfirmedError: If there is no password, and the visitor has not signed with a wallet recently.
            AttemptBlockedError: If too many attempts have failed.
            InvalidParameterError: If the user is not in our own tables.
            Denied: If a ``pre_account_deletion`` hook refuses.
        """
        session, user = await self._require_visit()
        asker = self._asker(language=language)
        await delete_own_account(self._parts, session, user, password=password, asker=asker)
        await self.destroy()

    def _asker(self, *, language: str | None, base_url: str | None = None) -> Asker:
        return read_asker(self._parts, ip_address=self._device.ip_address, language=language, base_url=base_url)
