"""Renaming, moving, exporting and deleting accounts, in SQL."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from gatewright.errors import TakenError
from gatewright.model import Account, AuditEntry, QueuedMail
from gatewright.ports import AccountData, EnrolledAuthenticator
from gatewright.storage.sql.database import DuplicateError, Transaction
from gatewright.storage.sql.rows import Row
from gatewright.storage.sql.stores.account_base import AccountBase


class SQLAccountChanges(AccountBase):
    """Implements `AccountChangeStore`."""

    async def change_username(self, account_id: str, username: str, *, audit: AuditEntry) -> bool:
        """Implement `AccountChangeStore`."""
        async with self._transaction_of_name("This username is already taken.", username=username) as tx:
            await self._lock_account(tx, account_id)
            account = await self._find(tx, account_id)
            if account is None:
                return False
            change = {"account_id": account_id, "username": username}
            await tx.execute(self._statements.change_username, change)
            await self._rename(tx, account_id, name=account.username, new_name=username)
            await self._record(tx, audit)
        return True

    async def begin_email_change(
        self, account_id: str, *, link: QueuedMail | None, notice: QueuedMail | None, audit: AuditEntry
    ) -> None:
        """Implement `AccountChangeStore`."""
        async with self._database.transaction() as tx:
            await self._lock_account(tx, account_id)
            await self._drop_email_change(tx, account_id)
            await self._post(tx, link)
            await self._post(tx, notice)
            await self._record(tx, audit)

    async def change_email(self, link_id: str, *, mail: QueuedMail | None, audit: AuditEntry) -> bool:
        """Implement `AccountChangeStore`."""
        sql = self._statements
        async with self._transaction_of_name("This email address is already taken.") as tx:
            spent = await self._spend_link(tx, link_id, purpose="email_change", now=audit.at)
            if spent is None:
                return False
            account_id, email = spent
            account = await self._find(tx, account_id)
            await tx.execute(sql.change_email, {"account_id": account_id, "email": email})
            await tx.execute(sql.delete_links_of_account, {"account_id": account_id})
            await tx.execute(sql.delete_pending_steps_of_account, {"account_id": account_id})
            await self._drop_email_change(tx, account_id)
            await self._rename(tx, account_id, name=None if account is None else account.email, new_name=email)
            await self._post(tx, mail)
            await self._record(tx, audit)
        return True

    async def delete_account(
        self, account_id: str, *, attempts: Sequence[tuple[str, str]], mail: QueuedMail | None, audit: AuditEntry
    ) -> bool:
        """Implement `AccountChangeStore`."""
        sql, which = self._statements, {"account_id": account_id}
        async with self._database.transaction() as tx:
            await self._lock_account(tx, account_id)
            account = await self._find(tx, account_id)
            if account is None:
                return False
            await tx.execute(sql.delete_challenges_of_account, which)
            await self._record(tx, audit)
            await self._forget_person(tx, account)
            await tx.execute_many(
                sql.delete_attempts_on, [{"action": action, "name": name} for action, name in attempts]
            )
            await tx.execute(sql.delete_account, which)
            await self._post(tx, mail)
        return True

    async def export_account(self, account_id: str, *, audit: AuditEntry) -> AccountData | None:
        """Implement `AccountChangeStore`."""
        sql, read = self._statements, self._read
        async with self._database.transaction() as tx:
            await self._lock_account(tx, account_id)
            account = await self._find(tx, account_id)
            if account is None:
                return None
            await self._record(tx, audit)

            async def rows(statement: str) -> list[Row]:
                return await tx.fetch_all(statement, {"account_id": account_id})

            profile = await rows(sql.find_profile)
            return AccountData(
                account=account,
                has_password=bool((await rows(sql.has_password))[0][0]),
                wallets=[address for (address,) in await rows(sql.list_wallets)],
                profile=json.loads(profile[0][0]) if profile else {},
                roles=[role for (role,) in await rows(sql.own_roles_of_account)],
                permissions=[permission for (permission,) in await rows(sql.own_permissions_of_account)],
                sessions=[read.session(row) for row in await rows(sql.all_sessions_of_account)],
                authenticators=[
                    EnrolledAuthenticator(
                        method, name, read.moment(created_at), last_used_at and read.moment(last_used_at)
                    )
                    for method, name, created_at, last_used_at in await rows(sql.all_authenticators_of_account)
                ],
                remembered=[read.remembered(row) for row in await rows(sql.all_remembered_of_account)],
                links=[read.link(row) for row in await rows(sql.all_links_of_account)],
                mails=[read.mail(row) for row in await rows(sql.all_mails_of_account)],
                audit=await self._lines_about(tx, account),
            )

    async def names_of_account(self, account_id: str) -> list[str]:
        """Implement `AccountChangeStore`."""
        rows = await self._database.fetch_all(self._statements.names_of_account, {"account_id": account_id})
        return [name for (name,) in rows]

    async def sole_roles(self, account_id: str) -> list[str]:
        """Implement `AccountChangeStore`."""
        rows = await self._database.fetch_all(self._statements.sole_roles_of_account, {"account_id": account_id})
        return [role for (role,) in rows]

    @asynccontextmanager
    async def _transaction_of_name(self, message: str, **evidence: str) -> AsyncIterator[Transaction]:
        """Hold a transaction that fails if a name belongs to another account."""
        try:
            async with self._database.transaction() as tx:
                yield tx
        except DuplicateError:
            raise TakenError(message, **evidence) from None

    async def _rename(self, tx: Transaction, account_id: str, *, name: str | None, new_name: str) -> None:
        """Move everything recorded under an account's former name to the new one."""
        sql, change = self._statements, {"account_id": account_id, "name": name, "new_name": new_name}
        for statement in (
            sql.rename_sessions,
            sql.rename_remembered,
            sql.rename_authenticators,
            sql.rename_pending_steps,
        ):
            await tx.execute(statement, change)

    async def _forget_person(self, tx: Transaction, account: Account) -> None:
        """Anonymise an account in the audit record, whose lines stay."""
        sql, named = self._statements, await self._named(tx, account)
        await tx.execute_many(sql.forget_name_in_audit, named)
        await tx.execute_many(sql.forget_actor_in_audit, named)
        await tx.execute(sql.forget_person_in_audit, {"account_id": account.id})

    async def _lines_about(self, tx: Transaction, account: Account) -> list[tuple[int, AuditEntry]]:
        """Return the lines of the audit record that are about an account or name it."""
        sql = self._statements
        rows = await tx.fetch_all(sql.audit_of_account, {"account_id": account.id})
        for which in await self._named(tx, account):
            rows += await tx.fetch_all(sql.audit_of_name, which)
        return [(row[0], self._read.audit_entry(row[1:])) for row in sorted(rows)]

    async def _named(self, tx: Transaction, account: Account) -> list[dict[str, object]]:
        """Return the names that the audit record may use for an account, as parameters of the statements on names."""
        names = await tx.fetch_all(self._statements.names_of_account, {"account_id": account.id})
        since = self._moment(account.created_at)
        return [{"account_id": account.id, "name": name, "since": since} for (name,) in names]
