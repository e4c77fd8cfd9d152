"""Remember a browser beyond one session: a series of tokens, each replaced when it is used.

This follows Charles Miller and Barry Jaspan ("Improved Persistent Login Cookie Best Practice"): using a token returns
its successor. A response can be lost, so a token stays valid until its successor is used. If both a token and its
successor are used, two parties have the series, and it ends for both.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta

from gatewright.errors import AuthenticationError, InactiveUserError
from gatewright.model import Remembered, Session, User, is_ahead
from gatewright.operations.audit import entry
from gatewright.operations.changed_passwords import has_changed
from gatewright.operations.parts import Parts
from gatewright.operations.second_factor import needs_second_factor
from gatewright.operations.sessions import is_account
from gatewright.operations.step import Step
from gatewright.operations.visits import Device, digest_of, open_visit, reload_user
from gatewright.ports import Recollection
from gatewright.proofs import Kind, Proof, read_proofs

_METHOD = "remember_me"
_THEFT = "remember_me_theft"
_GRACE = timedelta(seconds=30)
"""How long a new token may still be in transit. A browser sends concurrent requests, all with the previous one."""

_COOKIE = re.compile(r"([0-9a-f]{32})\.([A-Za-z0-9_-]{43})")


@dataclass(frozen=True, slots=True)
class Recalled:
    """A recognised visitor, with their new session, and the cookie to be recognised by next time."""

    session: Session
    user: User
    cookie: str = field(repr=False)


async def remember(parts: Parts, session: Session, user: User) -> str:
    """Begin a series for the visitor's browser.

    Args:
        parts: The application's parts.
        session: The visitor's session.
        user: The session's user.

    Returns:
        The value of the cookie for the browser. Only its digest is stored.

    Raises:
        AuthenticationError: If the visitor is merely remembered: they would be remembered for ever.
    """
    if not session.is_fully_authenticated:
        raise AuthenticationError("Only a visitor who has authenticated can be remembered.")
    now, secret = parts.clock.now(), parts.new_secret()
    series = Remembered(
        id=parts.new_id(),
        user_id=session.user_id,
        username=session.username,
        provider=session.provider,
        created_at=now,
        expires_at=now + timedelta(days=parts.settings.remember_days),
        rotated_at=now,
        proven_by=session.proven_by,
    )
    account_id = user.id if is_account(user) else None
    await parts.store.add_remembered(series, account_id=account_id, digest=digest_of(secret))
    return _cookie_of(series, secret)


async def recall(parts: Parts, cookie: object, *, device: Device, previous_secret: str | None) -> Recalled | None:
    """Sign a remembered visitor in, with a session that is not fully authenticated.

    The user is loaded before the token is used up, so nothing is lost while the provider cannot be reached.

    Args:
        parts: The application's parts.
        cookie: What the browser sent.
        device: Where the visit comes from.
        previous_secret: What the visit's session mapping has contained until now.

    Returns:
        None if the cookie is worthless: it is malformed, expired or stolen, or its user may no longer sign in.

    Raises:
        ProviderUnavailableError: If the provider cannot be reached.
    """
    read = _read(cookie)
    if read is None:
        return None
    series_id, secret = read
    now = parts.clock.now()
    series = await parts.store.find_remembered(series_id, now=now)
    if series is None or is_ahead(series.created_at, now=now):
        return None
    user = await reload_user(parts, provider=series.provider, username=series.username)
    if user is None or user.id != series.user_id:
        await parts.store.remove_remembered(series_id)
        return None
    if await has_changed(parts, user, provider=series.provider):
        return None
    step = Step(parts, device, browser=None, provider=series.provider, user=user)
    if await needs_second_factor(step, _proofs_of(series)):
        return None  # a second factor has become required since
    return await parts.shield(_use(parts, series, user, secret=secret, device=device, previous_secret=previous_secret))


async def forget(parts: Parts, series_id: str) -> None:
    """Forget a browser: its tokens of this series are worthless from now on."""
    await parts.store.remove_remembered(series_id)


def series_of(cookie: object) -> str | None:
    """Return the series that a cookie belongs to, or None if it is malformed."""
    read = _read(cookie)
    return None if read is None else read[0]


async def _use(
    parts: Parts, series: Remembered, user: User, *, secret: str, device: Device, previous_secret: str | None
) -> Recalled | None:
    now, new_secret = parts.clock.now(), parts.new_secret()
    recollection, _ = await parts.store.rotate_remembered(
        series.id,
        digest=digest_of(secret),
        new_digest=digest_of(new_secret),
        now=now,
        grace_since=now - _GRACE,
        audit=entry(parts, _THEFT, method=_METHOD, client=device.ip_address),
    )
    if recollection is Recollection.STOLEN:
        await parts.hooks.auth_failed.fire(username=series.username, method=_METHOD, reason=_THEFT)
    if recollection in (Recollection.UNKNOWN, Recollection.STOLEN):
        return None
    try:
        session = await open_visit(
            parts,
            user,
            provider=series.provider,
            previous_secret=previous_secret,
            device=device,
            method=_METHOD,
            proven_by="",
            is_fully_authenticated=False,
        )
    except InactiveUserError:
        return None  # deactivated just now
    is_on_its_way = recollection is Recollection.JUST_ROTATED
    return Recalled(session, user, cookie=_cookie_of(series, secret if is_on_its_way else new_secret))


def _proofs_of(series: Remembered) -> tuple[Proof, ...]:
    """Return how a browser's user had proven their identity; older releases remembered only passwords."""
    return read_proofs(series.proven_by) or (Proof("password", series.created_at, frozenset({Kind.KNOWLEDGE}), ()),)


def _read(cookie: object) -> tuple[str, str] | None:
    read = _COOKIE.fullmatch(cookie) if isinstance(cookie, str) else None
    return None if read is None else (read[1], read[2])


def _cookie_of(series: Remembered, secret: str) -> str:
    return f"{series.id}.{secret}"
