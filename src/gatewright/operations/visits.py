"""A visitor's session in a cookie: open it, recognise the user on each request, end it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from hashlib import sha256
from typing import Any

from gatewright.errors import (
    InactiveUserError,
    PermissionNotFoundError,
    UnverifiedUserError,
    UserNotFoundError,
)
from gatewright.model import CLOCKS_APART, Session, User, as_utc, with_rights
from gatewright.operations.arguments import read_ip_address, read_user_agent
from gatewright.operations.audit import entry
from gatewright.operations.best_effort import best_effort_write
from gatewright.operations.changed_passwords import has_changed, note_password
from gatewright.operations.new_device import tell_of_new_device
from gatewright.operations.open_session import open_session
from gatewright.operations.parts import Parts
from gatewright.operations.prove_user import require_user
from gatewright.operations.sessions import is_account
from gatewright.ports import SignedIn, UserSource, VisitSecrets, admits_accounts, reads_quickly

_SEEN_EVERY = timedelta(minutes=1)
"""Minimum interval between updates of the last-seen time, so that reads rarely cost a write."""


@dataclass(frozen=True, slots=True)
class Device:
    """Where a visit comes from, to show in the list of sessions, and how to write to its user.

    Args:
        ip_address: The client's address.
        user_agent: The ``User-Agent`` header.
        language: The language of emails; None for the setting's.
        base_url: The base URL of links in emails, such as ``https://example.com``; None for the setting's.
    """

    ip_address: str | None = None
    user_agent: str | None = None
    language: str | None = None
    base_url: str | None = None


def read_device(ip_address: object, user_agent: object) -> Device:
    """Return the device of a visit in canonical form.

    Raises:
        InvalidParameterError: If the address is not an IP address, or the user agent is not a string.
    """
    address = read_ip_address(ip_address)
    return Device(None if address is None else str(address), read_user_agent(user_agent))


async def open_visit(
    parts: Parts,
    user: User,
    *,
    provider: str,
    previous_secret: str | None,
    device: Device,
    method: str,
    proven_by: str,
    is_fully_authenticated: bool = True,
) -> Session:
    """Create a session for a user who has authenticated, and end the visit's previous one.

    Args:
        parts: The application's parts.
        user: The user who signs in.
        provider: The provider that reloads the user on the next request.
        previous_secret: What the visit's session mapping has contained until now.
        device: Where the visit comes from.
        method: The method of authentication, for the audit record.
        proven_by: All their proofs, as `gatewright.proofs.write_proofs` writes them.
        is_fully_authenticated: Whether they authenticated now, rather than being merely remembered.

    Returns:
        The session; its ``token`` is the secret that the session mapping contains from now on.

    Raises:
        ConfigurationError: If the session cannot refer to the provider's user.
        InactiveUserError: If the account was deactivated or deleted meanwhile.
    """
    now = parts.clock.now()
    require_user(user, provider=provider)
    await note_password(parts, user, provider=provider)
    secret, secrets = new_visit_secret(parts, previous_secret=previous_secret)
    draft = Session(
        id=parts.new_id(),
        user_id=user.id,
        evrmore_address=user.evrmore_address if user.username == user.evrmore_address else None,
        provider=provider,
        created_at=now,
        expires_at=now + life_of_visits(parts),
        is_active=True,
        ip_address=device.ip_address,
        user_agent=device.user_agent,
        username=user.username,
        last_seen_at=now,
        is_fully_authenticated=is_fully_authenticated,
        proven_by=proven_by,
    )
    signed_in = entry(
        parts,
        "signed_in",
        user_id=user.id,
        username=user.username,
        provider=provider,
        method=method,
        client=draft.ip_address,
    )

    async def keep() -> Session:
        session = await parts.store.open_session(
            draft,
            account_id=user.id if is_account(user) else None,
            digest=secrets.digest,
            ends=secrets.ends,
            audit=signed_in,
        )
        if session is None:
            raise InactiveUserError("The account was deactivated or deleted meanwhile.", user_id=user.id)
        if is_account(user) and is_fully_authenticated:
            has_been_here = user.entity.last_login is not None
            await tell_of_new_device(parts, user.entity, session, device=device, has_been_here=has_been_here)
        return await open_session(parts, user, session, make_token=lambda: secret)

    return await parts.shield(keep())


def new_visit_secret(parts: Parts, *, previous_secret: str | None) -> tuple[str, VisitSecrets]:
    """Return a new secret for the session mapping, and what the database stores of it and of the previous one."""
    secret = parts.new_secret()
    ends = None if previous_secret is None else digest_of(previous_secret)
    return secret, VisitSecrets(digest_of(secret), ends=ends)


def life_of_visits(parts: Parts) -> timedelta:
    """Return the maximum lifetime of a visitor's session, however active it is."""
    return timedelta(days=parts.settings.session_days)


async def resume_visit(parts: Parts, secret: str) -> tuple[Session, User] | None:
    """Return the session that a secret identifies and its user, reloaded from their provider.

    Args:
        parts: The application's parts.
        secret: The secret in the session mapping.

    Returns:
        None if the session has ended or is from the future, or if its user no longer loads, is inactive or unverified,
        or has changed their password.
    """
    now = parts.clock.now()
    idle = timedelta(minutes=parts.settings.session_idle_minutes)
    found = await parts.store.find_session(_digest_of_visit(secret), now=now, idle_since=now - idle)
    if found is None:
        return None
    session, signed_in = found
    if as_utc(session.last_seen_at) > now + idle:
        return None
    user = await reload_user(parts, provider=session.provider, username=session.username, signed_in=signed_in)
    if user is None or user.id != session.user_id:
        return None  # deleted, or the name now belongs to somebody else
    if await has_changed(parts, user, provider=session.provider):
        return None
    return session, user


async def note_visit(parts: Parts, session: Session) -> None:
    """Record that a session has been seen, unless that was done recently."""
    now = parts.clock.now()
    if not -CLOCKS_APART <= now - as_utc(session.last_seen_at) < _SEEN_EVERY:
        with best_effort_write("The time of a session's last request"):
            await parts.store.touch_session(session.id, now=now)


async def reload_user(parts: Parts, *, provider: str, username: str, signed_in: SignedIn | None = None) -> User | None:
    """Return a user as the provider knows them now, or None if they may no longer sign in.

    Args:
        parts: The application's parts.
        provider: The provider's name.
        username: The name that the provider knows them by.
        signed_in: The account of ours that the session belongs to, if already known.
    """
    source = parts.sources.get(provider)
    if source is None:
        return None
    try:
        user = None if signed_in is None else _admit(source, username, signed_in)
        if user is None:
            user = require_user(await _load(parts, source, username), provider=provider)
    except (UserNotFoundError, InactiveUserError, UnverifiedUserError, PermissionNotFoundError):
        return None
    user.provider_name = provider
    return user


def _admit(source: UserSource, username: str, signed_in: SignedIn) -> User | None:
    """Return the user of a known account, or None if the source must be asked."""
    user = source.admit(signed_in.account, username) if admits_accounts(source) else None
    return user if user is None or signed_in.rights is None else with_rights(signed_in.rights, user)


async def _load(parts: Parts, source: UserSource, username: str) -> Any:
    return source.bypass(username) if reads_quickly(source) else await parts.call(source.bypass, username)


async def end_visit(parts: Parts, secret: str) -> None:
    """End the session that a secret identifies, and fire the hooks if this call ended it.

    The user need not load: somebody who is locked out, or whose provider is unreachable, can still sign out.
    """

    async def end() -> None:
        if await parts.store.end_visit(digest_of(secret), audit=entry(parts, "signed_out")) is not None:
            await parts.hooks.logout.fire()

    await parts.shield(end())


def digest_of(secret: str) -> bytes:
    """Return the digest of a secret for the database. The secret is long and random, so a plain digest suffices."""
    return sha256(secret.encode(errors="surrogatepass")).digest()


_digest_of_visit = lru_cache(maxsize=1024)(digest_of)
"""Cached, since a browser sends the same secret with each request."""
