"""Create and change accounts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gatewright.errors import InvalidParameterError, UnreadableHashError, UserNotFoundError
from gatewright.model import Account, QueuedMail, User
from gatewright.operations.arguments import (
    is_possible_id,
    require_count,
    require_flag,
    require_id,
    require_names,
    require_note,
    require_text,
)
from gatewright.operations.audit import entry
from gatewright.operations.names import canonical_email, canonical_name
from gatewright.operations.outbox import PASSWORD_CHANGED, Asker, new_queued_mail
from gatewright.operations.parts import Parts
from gatewright.operations.rights import require_account, require_role
from gatewright.operations.users import listed_user_of, user_of
from gatewright.passwords import read_hash, text_of


@dataclass(frozen=True, slots=True)
class NewAccount:
    """The properties of a new account.

    Args:
        username: The name to sign in with; the email address works as well.
        email: The email address.
        is_active: Whether the account may be used at once.
        is_verified: Whether the email address counts as verified.
        roles: Declared roles.
        id: An identifier chosen by the application; by default a random one.
    """

    username: str | None = None
    email: str | None = None
    is_active: bool = True
    is_verified: bool = False
    roles: Iterable[str] = ()
    id: str | None = None


async def create_user(
    parts: Parts, new: NewAccount, *, password: str | None, password_hash: str | None, actor: str | None
) -> User:
    """Create an account.

    Args:
        parts: The application's parts.
        new: The properties of the account.
        password: Its password, checked against the policy.
        password_hash: Instead of a password, its hash from another system; replaced at the first sign-in.
        actor: Who creates it.

    Raises:
        UnreadableHashError: If the hash is of an unknown kind, damaged, or too costly.
        InvalidParameterError: If a name, a role or a hash is invalid, or there is neither a username nor an email.
        WeakPasswordError: If the password is too easy to guess.
        TakenError: If the name, the email address or the identifier is already taken.
    """
    draft = draft_account(parts, new)
    names = [name for name in (draft.username, draft.email) if name]
    roles = [await require_role(parts, role) for role in require_names("roles", new.roles)]
    if password is not None and password_hash is not None:
        raise InvalidParameterError("Pass either a password or a password_hash, not both.")
    if password_hash is not None:
        password_hash = _require_readable(password_hash)
    if password is not None:
        check_password(parts, password, of=draft)
        password_hash = await parts.passwords.hash(password)
    reason = f"roles:{','.join(roles)}" if roles else None
    created = entry(parts, "user_created", user_id=draft.id, username=names[0], reason=reason, actor=actor)
    account = await parts.store.add_account(draft, password_hash=password_hash, roles=roles, audit=created)
    return await user_of(parts, account)


def _require_readable(password_hash: object) -> str:
    """Return a foreign hash in the form in which it is stored.

    Raises:
        UnreadableHashError: If nobody could sign in with it. The message names its kind.
    """
    try:
        is_there = read_hash(password_hash) is not None
    except UnreadableHashError as error:
        raise UnreadableHashError(f"password_hash must be readable. {error}", parameter="password_hash") from None
    if not is_there:
        raise UnreadableHashError(
            "password_hash must be a hash; this value means that there is no password. Leave it out."
        )
    return text_of(password_hash)


def draft_account(parts: Parts, new: NewAccount) -> Account:
    """Return the account to create, each name in its canonical spelling.

    Raises:
        InvalidParameterError: If a name, a flag or the identifier is invalid, or there is neither a username nor an
            email.
    """
    username = None if new.username is None else canonical_name("username", new.username)
    email = None if new.email is None else canonical_email(new.email)
    if username is None and email is None:
        raise InvalidParameterError("A user needs a username or an email.")
    if username is not None:
        require_own_username(username, email=email)
    return Account(
        id=parts.new_id() if new.id is None else require_id("user_id", new.id),
        username=username,
        email=email,
        evrmore_address=None,
        is_active=require_flag("is_active", new.is_active),
        is_verified=require_flag("is_verified", new.is_verified),
        created_at=parts.clock.now(),
        last_login=None,
    )


def require_own_username(username: str, *, email: str | None) -> None:
    """Refuse a username that is an email address, unless it is the account's own.

    Raises:
        InvalidParameterError: If it is another address.
    """
    if "@" in username and username != email:
        raise InvalidParameterError("A username with an @ must be the user's own email.", parameter="username")


async def has_password(parts: Parts, username: str) -> bool:
    """Return whether an account has a password.

    Raises:
        UserNotFoundError: If there is no such user.
    """
    return await account_has_password(parts, await require_account(parts, username))


async def account_has_password(parts: Parts, account: Account) -> bool:
    """Return whether an account has a password, rather than only a wallet."""
    found = await parts.store.find_credentials(account.username or account.email or "")
    return found is not None and found[1] is not None


async def require_account_of_id(parts: Parts, user_id: object) -> Account:
    """Return the account with this identifier.

    Raises:
        UserNotFoundError: If there is none.
    """
    account = await parts.store.find_account(user_id) if is_possible_id(user_id) else None
    if account is None:
        raise UserNotFoundError("There is no such user.")
    return account


def check_password(parts: Parts, password: str, *, of: Account) -> None:
    """Check a new password against the policy; it must not contain the account's own names either.

    Raises:
        WeakPasswordError: If the password is too easy to guess.
        InvalidParameterError: If it is not a string.
    """
    parts.password_policy.check(password, personal=[name for name in (of.username, of.email) if name])


async def set_password(
    parts: Parts,
    username: str,
    password: str,
    *,
    keep_session: str | None,
    actor: str | None,
    asker: Asker,
) -> None:
    """Change a password, end the user's sessions but one, and notify its owner by email.

    Args:
        parts: The application's parts.
        username: The user's name.
        password: The new password, checked against the policy.
        keep_session: The identifier of the session that changes it.
        actor: Who changes it, if not the user.
        asker: Who asks; determines the email's language and where it leads.

    Raises:
        UserNotFoundError: If there is no such user.
        WeakPasswordError: If the password is too easy to guess.
        Denied: If a ``pre_password_change`` hook refuses.
    """
    account = await require_account(parts, username)
    await set_password_of(parts, account, password, keep_session=keep_session, actor=actor, asker=asker)


async def set_password_of(
    parts: Parts, account: Account, password: str, *, keep_session: str | None, actor: str | None, asker: Asker
) -> None:
    """Do what `set_password` does for an account that has been found.

    Raises:
        WeakPasswordError: If the password is too easy to guess.
        Denied: If a ``pre_password_change`` hook refuses.
    """
    keep_session = require_note("keep_session", keep_session)
    user = await user_of(parts, account)
    await parts.hooks.pre_password_change.fire(user=user)
    check_password(parts, password, of=account)
    password_hash = await parts.passwords.hash(password)
    changed = entry(parts, "password_changed", user_id=account.id, username=user.username, actor=actor)
    notice = _notice_to(parts, account, asker=asker)

    async def save() -> None:
        await parts.store.set_password_hash(account.id, password_hash, keep=keep_session, mail=notice, audit=changed)
        if notice is not None:
            parts.wake_mail_worker()
        await parts.hooks.post_password_change.fire(user=user)

    await parts.shield(save())


def _notice_to(parts: Parts, account: Account, *, asker: Asker) -> QueuedMail | None:
    """Return the notice that the password was changed, or None if the account has no email address."""
    if account.email is None:
        return None
    return new_queued_mail(parts, PASSWORD_CHANGED, account_id=account.id, email=account.email, asker=asker)


async def set_user_active(parts: Parts, username: str, *, is_active: bool, actor: str | None) -> None:
    """Activate or deactivate an account; deactivating it ends its sessions at once.

    Raises:
        UserNotFoundError: If there is no such user.
    """
    account = await require_account(parts, username)
    event = "user_enabled" if is_active else "user_disabled"
    change = entry(parts, event, user_id=account.id, username=User(account).username, actor=actor)
    await parts.store.change_account(account.id, is_active=is_active, audit=change)


async def verify_user(parts: Parts, username: str, *, actor: str | None) -> None:
    """Mark an account as verified.

    Raises:
        UserNotFoundError: If there is no such user.
    """
    account = await require_account(parts, username)
    change = entry(parts, "user_verified", user_id=account.id, username=User(account).username, actor=actor)
    await parts.store.change_account(account.id, is_verified=True, audit=change)


async def list_users(parts: Parts, *, after: str | None, at_most: int) -> list[User]:
    """Return users in the order of their identifiers.

    Raises:
        InvalidParameterError: If ``at_most`` is not a positive number.
    """
    after = "" if after is None or after == "" else require_text("after", after, at_most=255)
    accounts = await parts.store.list_accounts(after=after, at_most=require_count("at_most", at_most))
    return [await listed_user_of(parts, account) for account in accounts]
