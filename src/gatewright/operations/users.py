"""Users in our own tables, with their rights."""

from __future__ import annotations

from functools import partial

from gatewright.drive import run_to_completion
from gatewright.model import Account, Rights, User, with_rights_from
from gatewright.operations.arguments import is_possible_id
from gatewright.operations.names import kept_names
from gatewright.operations.parts import Parts
from gatewright.ports import AccountStore, SignedIn, Store

OWN_PROVIDER, WALLET_PROVIDER = "SQLUserProvider", "WalletUserProvider"
"""Our providers that reload an account: by its name, or by its wallet."""


async def find_user(parts: Parts, user_id: object) -> User | None:
    """Return the user with this identifier, active or not, or None."""
    account = await parts.store.find_account(user_id) if is_possible_id(user_id) else None
    return None if account is None else await user_of(parts, account)


async def find_by_name(store: AccountStore, name: object) -> tuple[Account, str | None] | None:
    """Return the account with this username or email address, in any spelling, and its password hash, or None.

    The store is asked for every spelling, so that an unknown name takes as many queries as a known one.

    Raises:
        InvalidParameterError: If it is not a valid name.
    """
    found = [await store.find_credentials(kept) for kept in kept_names("username", name)]
    return next((each for each in found if each is not None), None)


async def user_of(parts: Parts, account: Account) -> User:
    """Return the user of an account, with the roles and permissions that it has now."""
    rights = await parts.store.rights_of(account.id)
    return _known(User(account, rights.roles, rights.permissions), account)


def newcomer_of(account: Account) -> User:
    """Return the user of an account that has just been created, and holds no role yet."""
    return _known(User(account), account)


def visitor_of(parts: Parts, found: SignedIn) -> User:
    """Return the user of a session for one request. Roles and permissions not found yet are loaded lazily."""
    account, rights = found.account, found.rights
    if rights is not None:
        return _known(User(account, rights.roles, rights.permissions), account)
    reader = parts.reader or parts.store
    return _known(with_rights_from(partial(read_rights, reader, account.id), User(account)), account)


async def listed_user_of(parts: Parts, account: Account) -> User:
    """Return one of many users. Roles and permissions are looked up when asked for, unless that would need an await."""
    if parts.reader is None:
        return await user_of(parts, account)
    return _known(with_rights_from(partial(read_rights, parts.reader, account.id), User(account)), account)


def read_rights(reader: Store, account_id: str) -> Rights:
    """Return an account's current rights from a store that never suspends."""
    return run_to_completion(reader.rights_of(account_id))


def _known(user: User, account: Account) -> User:
    user.provider_name = OWN_PROVIDER if account.username or account.email else WALLET_PROVIDER
    return user
