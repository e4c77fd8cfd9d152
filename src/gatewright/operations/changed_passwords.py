"""Passwords stored by another provider: if one is changed there, its user's sessions end here.

Our own accounts need none of this: changing an account's password ends its sessions at the same time.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from gatewright.model import User
from gatewright.operations.audit import entry
from gatewright.operations.parts import Parts
from gatewright.operations.sessions import is_account
from gatewright.ports import CredentialSource, Owner, credential_digest, hands_out_hashes


async def has_changed(parts: Parts, user: User, *, provider: str) -> bool:
    """Return whether a user who has just been loaded has a different password from when they were last seen.

    If so, all their sessions have been ended, and their browsers forgotten.
    """
    digest = user.credential_digest
    if digest is None or is_account(user):
        return False
    owner = Owner(user.id, provider)
    is_current = await parts.store.is_credential_current(owner, digest=digest)
    return not is_current and await _keep(parts, owner, digest)


async def note_password(parts: Parts, user: User, *, provider: str) -> bytes | None:
    """Record the password of a user who is about to get a session; sessions opened with an older one end.

    Returns:
        The value to pass to `has_still` later; None if there is nothing to check.
    """
    if is_account(user):
        return None
    digest = user.credential_digest or await _ask(parts, user, provider=provider)
    if digest is not None:
        await _keep(parts, Owner(user.id, provider), digest)
    return digest


async def has_still(parts: Parts, user: User, noted: bytes, *, provider: str) -> bool:
    """Return whether a user still has the password that was noted, no matter who has noticed a change meanwhile."""
    return await parts.store.is_credential_current(Owner(user.id, provider), digest=noted)


async def renew_hash(
    parts: Parts, user: User, source: CredentialSource, *, provider: str, username: str, old_hash: str, new_hash: str
) -> None:
    """Have a provider store a new hash of a user's password. The password is the same, so no session ends.

    The new hash is announced before it is stored, because a session may be resumed in between.

    Args:
        parts: The application's parts.
        user: The user whose password it is.
        source: The provider.
        provider: Its name.
        username: The name that the user was found by.
        old_hash: The hash that the password was verified against.
        new_hash: The hash to store in its place.

    Raises:
        ProviderUnavailableError: If it cannot be stored.
    """
    save = partial(source.save_hash, username, old_hash=old_hash, new_hash=new_hash)
    if is_account(user):
        await parts.call(save)
        return
    owner, old, new = Owner(user.id, provider), credential_digest(old_hash), credential_digest(new_hash)
    await note_password(parts, user, provider=provider)
    await parts.store.renew_credential(owner, old=old, new=new, is_stored=False)
    stored = old
    try:
        await parts.call(save)
        found = await parts.call(source.find, username)
        stored = old if found is None else credential_digest(found[1])
    finally:
        if stored == new:
            await parts.store.renew_credential(owner, old=old, new=new, is_stored=True)
        elif stored == old:
            await parts.store.renew_credential(owner, old=new, new=old, is_stored=False)


async def _keep(parts: Parts, owner: Owner, digest: bytes) -> bool:
    now, settings = parts.clock.now(), parts.settings
    revoked = entry(
        parts, "sessions_revoked", user_id=owner.user_id, provider=owner.provider, reason="password_changed"
    )
    expires_at = now + timedelta(days=max(settings.session_days, settings.remember_days))
    return await parts.store.keep_credential(owner, digest=digest, expires_at=expires_at, audit=revoked)


async def _ask(parts: Parts, user: User, *, provider: str) -> bytes | None:
    """Return the password hash that a provider has of a user whom other code loaded, such as Django's sign-in."""
    source = parts.sources.get(provider)
    if source is None or not hands_out_hashes(source):
        return None
    found = await parts.call(source.find, user.username)
    return None if found is None else credential_digest(found[1])
