"""Renaming, moving, exporting and deleting accounts, in SQL."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from gatewright.errors import TakenError
from gatewright.model import Account, AuditEntry, QueuedMail
from gatewright.ports import AccountData
from gatewright.storage.sql.rows import Row, text_of
from gatewright.storage.sql.stores.account_base import AccountBase


class SQLAccountChanges(AccountBase):
    """Implements `AccountChangeStore`."""

    async def change_username(self, account_id: str, username: str, *, audit: AuditEntry) -> bool:
        """Implement `AccountChangeStore`."""
        with self._transaction_of_name("This username is taken.", username=username) as connection:
            account = self._find(connection, account_id)
            if account is None:
                return False
            change = {"account_id": account_id, "username": username}
            connection.execute(self._statements.change_username, change)
            self._rename(connection, account_id, name=account.username, new_name=username)
            self._record(connection, audit)
        return True

    async def begin_email_change(
        self, account_id: str, *, link: QueuedMail | None, notice: QueuedMail | None, audit: AuditEntry
    ) -> None:
        """Implement `AccountChangeStore`."""
        with self._database.transaction() as connection:
            self._drop_email_change(connection, account_id)
            self._post(connection, link)
            self._post(connection, notice)
            self._record(connection, audit)

    async def change_email(self, link_id: str, *, mail: QueuedMail | None, audit: AuditEntry) -> bool:
        """Implement `AccountChangeStore`."""
        sql = self._statements
        with self._transaction_of_name("This mail address is taken.") as connection:
            spent = self._spend_link(connection, link_id, purpose="email_change", now=audit.at)
            if spent is None:
                return False
            account_id, email = spent
            account = self._find(connection, account_id)
            connection.execute(sql.change_email, {"account_id": account_id, "email": email})
            connection.execute(sql.delete_links_of_account, {"account_id": account_id})
            self._drop_email_change(connection, account_id)
            self._rename(connection, account_id, name=None if account is None else account.email, new_name=email)
            self._post(connection, mail)
            self._record(connection, audit)
        return True

    async def delete_account(
        self, account_id: str, *, attempts: Sequence[tuple[str, str]], mail: QueuedMail | None, audit: AuditEntry
    ) -> bool:
        """Implement `AccountChangeStore`."""
        sql, which = self._statements, {"account_id": account_id}
        with self._database.transaction() as connection:
            account = self._find(connection, account_id)
            if account is None:
                return False
            connection.execute(sql.delete_challenges_of_account, which)
            self._record(connection, audit)
            self._forget_person(connection, account)
            connection.executemany(
                sql.delete_attempts_on, [{"action": action, "name": name} for action, name in attempts]
            )
            connection.execute(sql.delete_account, which)
            self._post(connection, mail)
        return True

    async def export_account(self, account_id: str, *, audit: AuditEntry) -> AccountData | None:
        """Implement `AccountChangeStore`."""
        sql, read = self._statements, self._read
        with self._database.transaction() as connection:
            account = self._find(connection, account_id)
            if account is None:
                return None
            self._record(connection, audit)

            def rows(statement: str) -> list[Row]:
                return connection.execute(statement, {"account_id": account_id}).fetchall()

            profile = rows(sql.find_profile)
            return AccountData(
                account=account,
                has_password=bool(rows(sql.has_password)[0][0]),
                wallets=[address for (address,) in rows(sql.list_wallets)],
                profile=json.loads(profile[0][0]) if profile else {},
                roles=[role for (role,) in rows(sql.own_roles_of_account)],
                permissions=[permission for (permission,) in rows(sql.own_permissions_of_account)],
                sessions=[read.session(row) for row in rows(sql.all_sessions_of_account)],
                remembered=[read.remembered(row) for row in rows(sql.all_remembered_of_account)],
                links=[read.link(row) for row in rows(sql.all_links_of_account)],
                mails=[read.mail(row) for row in rows(sql.all_mails_of_account)],
                audit=self._lines_about(connection, account),
            )

    async def names_of_account(self, account_id: str) -> list[str]:
        """Implement `AccountChangeStore`."""
        rows = self._database.fetch_all(self._statements.names_of_account, {"account_id": account_id})
        return [name for (name,) in rows]

    async def sole_roles(self, account_id: str) -> list[str]:
        """Implement `AccountChangeStore`."""
        rows = self._database.fetch_all(self._statements.sole_roles_of_account, {"account_id": account_id})
        return [role for (role,) in rows]

    @contextmanager
    def _transaction_of_name(self, message: str, **evidence: str) -> Iterator[sqlite3.Connection]:
        """Hold a transaction that fails where a name is somebody else's."""
        try:
            with self._database.transaction() as connection:
                yield connection
        except sqlite3.IntegrityError:
            raise TakenError(message, **evidence) from None

    def _find(self, connection: sqlite3.Connection, account_id: str) -> Account | None:
        row = connection.execute(self._statements.find_account, {"account_id": account_id}).fetchone()
        return None if row is None else self._read.account(row)

    def _rename(self, connection: sqlite3.Connection, account_id: str, *, name: str | None, new_name: str) -> None:
        """Let sessions and remembered browsers that are known by an account's former name go on."""
        change = {"account_id": account_id, "name": name, "new_name": new_name}
        connection.execute(self._statements.rename_sessions, change)
        connection.execute(self._statements.rename_remembered, change)

    def _forget_person(self, connection: sqlite3.Connection, account: Account) -> None:
        """Take an account's person out of the audit record, whose lines stay."""
        sql, named = self._statements, self._named(connection, account)
        connection.executemany(sql.forget_name_in_audit, named)
        connection.executemany(sql.forget_actor_in_audit, named)
        connection.execute(sql.forget_person_in_audit, {"account_id": account.id})

    def _lines_about(self, connection: sqlite3.Connection, account: Account) -> list[tuple[int, AuditEntry]]:
        """Return the lines of the audit record that are about an account, or name it."""
        sql = self._statements
        rows = connection.execute(sql.audit_of_account, {"account_id": account.id}).fetchall()
        for which in self._named(connection, account):
            rows += connection.execute(sql.audit_of_name, which).fetchall()
        return [(row[0], self._read.audit_entry(row[1:])) for row in sorted(rows)]

    def _named(self, connection: sqlite3.Connection, account: Account) -> list[dict[str, str]]:
        """Return what the record may call an account, each with what the statements about it ask for."""
        names = connection.execute(self._statements.names_of_account, {"account_id": account.id}).fetchall()
        since = text_of(account.created_at)
        return [{"account_id": account.id, "name": name, "since": since} for (name,) in names]
