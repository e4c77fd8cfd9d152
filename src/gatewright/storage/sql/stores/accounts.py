"""Accounts and their wallets in SQL."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from gatewright.errors import TakenError
from gatewright.model import Account, AuditEntry, QueuedMail
from gatewright.offload import quick
from gatewright.storage.sql.rows import row_of
from gatewright.storage.sql.stores.account_base import AccountBase
from gatewright.storage.sql.stores.challenges import account_row
from gatewright.storage.sql.stores.profiles import profile_row


class SQLAccounts(AccountBase):
    """Implements `AccountStore`."""

    async def add_account(
        self, account: Account, *, password_hash: str | None, roles: Sequence[str], audit: AuditEntry
    ) -> Account:
        """Implement `AccountStore`."""
        assigned = [{"account_id": account.id, "role": role} for role in roles]
        with self._new_account(account, password_hash) as connection:
            connection.executemany(self._statements.assign_role, assigned)
            self._record(connection, audit)
        return self._read.account(tuple(row_of(account).values()))

    async def sign_up_account(
        self,
        account: Account,
        *,
        password_hash: str,
        profile: Mapping[str, str],
        mail: QueuedMail | None,
        audit: AuditEntry,
    ) -> Account:
        """Implement `AccountStore`."""
        with self._new_account(account, password_hash) as connection:
            connection.execute(self._statements.save_profile, profile_row(account.id, profile))
            self._post(connection, mail)
            self._record(connection, audit)
        return self._read.account(tuple(row_of(account).values()))

    @quick
    async def find_account(self, account_id: str) -> Account | None:
        """Implement `AccountStore`."""
        row = self._database.fetch_one(self._statements.find_account, {"account_id": account_id})
        return None if row is None else self._read.account(row)

    @quick
    async def find_credentials(self, name: str) -> tuple[Account, str | None] | None:
        """Implement `AccountStore`."""
        row = self._database.fetch_one(self._statements.find_credentials, {"name": name})
        return None if row is None else (self._read.account(row[:-1]), row[-1])

    @quick
    async def find_account_by_wallet(self, evrmore_address: str) -> Account | None:
        """Implement `AccountStore`."""
        which = {"evrmore_address": evrmore_address}
        row = self._database.fetch_one(self._statements.find_account_by_wallet, which)
        return None if row is None else self._read.account(row)

    async def list_accounts(self, *, after: str, at_most: int) -> list[Account]:
        """Implement `AccountStore`."""
        page = {"after": after, "at_most": at_most}
        return [self._read.account(row) for row in self._database.fetch_all(self._statements.list_accounts, page)]

    async def change_account(
        self, account_id: str, *, is_active: bool | None = None, is_verified: bool | None = None, audit: AuditEntry
    ) -> bool:
        """Implement `AccountStore`."""
        change = {"account_id": account_id, "is_active": is_active, "is_verified": is_verified}
        with self._database.transaction() as connection:
            if connection.execute(self._statements.change_account, change).rowcount == 0:
                return False
            if is_active is False:
                self._forget(connection, account_id, keep=None)
            self._record(connection, audit)
        return True

    async def set_password_hash(
        self, account_id: str, new_hash: str, *, keep: str | None, mail: QueuedMail | None = None, audit: AuditEntry
    ) -> None:
        """Implement `AccountStore`."""
        with self._database.transaction() as connection:
            self._replace_password(connection, account_id, new_hash, keep=keep)
            self._post(connection, mail)
            self._record(connection, audit)

    async def renew_password_hash(self, account_id: str, *, old_hash: str, new_hash: str) -> None:
        """Implement `AccountStore`."""
        with self._database.transaction() as connection:
            change = {"account_id": account_id, "old_hash": old_hash, "new_hash": new_hash}
            connection.execute(self._statements.renew_password_hash, change)

    async def list_wallets(self, account_id: str) -> list[str]:
        """Implement `AccountStore`."""
        rows = self._database.fetch_all(self._statements.list_wallets, {"account_id": account_id})
        return [address for (address,) in rows]

    async def remove_wallet(self, evrmore_address: str, *, account_id: str, audit: AuditEntry) -> bool:
        """Implement `AccountStore`."""
        which = {"evrmore_address": evrmore_address, "account_id": account_id}
        with self._database.transaction() as connection:
            if connection.execute(self._statements.remove_wallet, which).rowcount == 0:
                return False
            connection.execute(self._statements.end_sessions_of_wallet, which)
            self._record(connection, audit)
        return True

    @contextmanager
    def _new_account(self, account: Account, password_hash: str | None) -> Iterator[sqlite3.Connection]:
        """Insert an account in a transaction, and let the caller add what comes with it."""
        try:
            with self._database.transaction() as connection:
                connection.execute(self._statements.insert_account, account_row(account, password_hash=password_hash))
                yield connection
        except sqlite3.IntegrityError:
            raise TakenError("This username, mail address or identifier is taken.", username=account.username) from None
