"""The outbox: who asks for a mail, how many there may be, and what is kept until it is sent."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from gatewright.errors import InvalidParameterError
from gatewright.model import Account, Attempt, QueuedMail
from gatewright.operations.arguments import client_of, read_ip_address, require_text
from gatewright.operations.attempts import limit_requests
from gatewright.operations.parts import Parts
from gatewright.ports import AttemptLimit

EMAIL_VERIFICATION = "email_verification"
PASSWORD_RESET = "password_reset"  # noqa: S105 - the name of a kind
ALREADY_REGISTERED = "already_registered"
PASSWORD_CHANGED = "password_changed"  # noqa: S105 - the name of a kind
EMAIL_CHANGE = "email_change"
EMAIL_CHANGE_REQUESTED = "email_change_requested"
EMAIL_CHANGED = "email_changed"
ACCOUNT_DELETED = "account_deleted"
METHOD_ENROLLED = "method_enrolled"
METHOD_REMOVED = "method_removed"
METHOD_REMOVAL_ANNOUNCED = "method_removal_announced"
RECOVERY_CODE_USED = "recovery_code_used"
NEW_DEVICE = "new_device"

PURPOSES = (EMAIL_VERIFICATION, PASSWORD_RESET, EMAIL_CHANGE)
"""The kinds of mails whose link lets its reader do something."""

ABOUT_SESSIONS = (METHOD_ENROLLED, METHOD_REMOVED, METHOD_REMOVAL_ANNOUNCED, RECOVERY_CODE_USED, NEW_DEVICE)
"""The kinds of notices whose link leads to the list of sessions."""

NOTICES = (
    ALREADY_REGISTERED,
    PASSWORD_CHANGED,
    EMAIL_CHANGE_REQUESTED,
    EMAIL_CHANGED,
    ACCOUNT_DELETED,
    *ABOUT_SESSIONS,
)
"""The kinds of mails that only tell. Any other is a method's own, and named like it."""

COUNTED = (*PURPOSES, ALREADY_REGISTERED)
"""The kinds of which one address can be made to receive only so many."""

_PER_CLIENT = 20
"""How many mails of one kind one client may ask for in the life of a link, whomever they are for."""

_BASE_URL = re.compile(r"https?://[^/?#\s]+(/[^?#\s]*)?")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z]{2,4})?")
_DEVELOPMENT = "http://localhost:8000"
_LONGEST_PATH = 8000
"""In characters: longer ones do not fit into the first line of a request everywhere (RFC 9112, 3)."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Whoever has done something that causes a mail.

    Args:
        ip_address: Where the request comes from.
        client: The network that counts as one client.
        language: The language to write in.
        base_url: Where the site is that the mail's link leads to, without a slash at the end.
        next_path: Where on the site they want to go in the end, if anywhere in particular.
    """

    ip_address: str | None
    client: str | None
    language: str
    base_url: str
    next_path: str | None = None


def read_asker(
    parts: Parts,
    *,
    ip_address: object = None,
    language: object = None,
    base_url: object = None,
    next_path: object = None,
) -> Asker:
    """Return who asks, with the settings' language and address of the site where none is given.

    Raises:
        InvalidParameterError: If an argument is not acceptable.
    """
    address = read_ip_address(ip_address)
    if language is None:
        language = parts.settings.language or "en"
    if base_url is None:
        base_url = parts.settings.public_url or _DEVELOPMENT
    return Asker(
        ip_address=None if address is None else str(address),
        client=client_of(address),
        language=_require_language(language),
        base_url=_require_base_url(base_url),
        next_path=None if next_path is None else _require_next_path(next_path),
    )


def new_queued_mail(
    parts: Parts,
    kind: str,
    *,
    account_id: str | None,
    email: str,
    asker: Asker,
    details: Mapping[str, str | None] | None = None,
) -> QueuedMail:
    """Return a mail that is due at once; ``details`` are what it tells of."""
    now = parts.clock.now()
    return QueuedMail(
        id=parts.new_id(),
        kind=kind,
        account_id=account_id,
        email=email,
        language=asker.language,
        base_url=asker.base_url,
        created_at=now,
        due_at=now,
        next_path=asker.next_path,
        details="" if details is None else json.dumps(details, separators=(",", ":")),
    )


def objection_to(kind: str, *, email: str, account: Account | None) -> str | None:
    """Return why a mail of this kind is not to be sent, as a stable code, or None where nothing is against it."""
    if account is None:
        return None if kind == ACCOUNT_DELETED else "user_not_found"
    if kind in NOTICES:
        return None
    if account.email != email and kind != EMAIL_CHANGE:
        return "user_not_found"
    if not account.is_active:
        return "inactive_user"
    if kind not in PURPOSES and not account.is_verified:
        return "unverified_user"  # whoever made the account may have named somebody else's address
    return "user_verified" if kind == EMAIL_VERIFICATION and account.is_verified else None


async def limit_client(parts: Parts, kind: str, asker: Asker, *, window: timedelta | None = None) -> None:
    """Count a client's request for a mail of this kind, by default for as long as a link is good.

    Raises:
        RateLimitError: If the client has had too many.
    """
    life = window or life_of_links(parts)
    await limit_requests(parts, kind, client=asker.client, at_most=_PER_CLIENT, window=life)


async def is_one_too_many(parts: Parts, kind: str, *, email: str, window: timedelta | None = None) -> bool:
    """Count a mail of this kind to an address, whether or not it has an account, and say whether it is one too many.

    The address's limit and the client's are counted in rows of their own: the visitor may be told of the client's,
    but never of the address's.
    """
    limit = AttemptLimit(window=window or life_of_links(parts), on_name=parts.settings.mails_per_address)
    attempt = Attempt(id=parts.new_id(), action=kind, name=email, client=None, at=parts.clock.now())
    return await parts.store.add_attempt(attempt, limit=limit) is not None


def life_of_links(parts: Parts) -> timedelta:
    """Return how long a link is good once its mail is sent."""
    return timedelta(hours=parts.settings.link_hours)


def _require_language(value: object) -> str:
    if not _LANGUAGE.fullmatch(require_text("language", value, at_most=8)):
        raise InvalidParameterError("language must be a code such as en, or None.", parameter="language")
    return str(value)


def _require_base_url(value: object) -> str:
    url = require_text("base_url", value, at_most=255).rstrip("/")
    if not (_BASE_URL.fullmatch(url) and url.isascii() and url.isprintable()):
        raise InvalidParameterError("base_url must look like https://example.com, or be None.", parameter="base_url")
    return url


def _require_next_path(value: object) -> str:
    path = require_text("next_path", value, at_most=_LONGEST_PATH)
    if not path.startswith("/"):
        raise InvalidParameterError("next_path must be a path such as /checkout, or None.", parameter="next_path")
    return path
