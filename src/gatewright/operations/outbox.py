"""The outbox: who asks for an email, how many are allowed, and what is stored until it is sent."""

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
"""The kinds of emails whose link lets its reader do something."""

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
"""The kinds of emails that only inform. Any other kind is a method's own, with the method's name."""

COUNTED = (*PURPOSES, ALREADY_REGISTERED)
"""The kinds for which the number of emails to one address is limited."""

_PER_CLIENT = 20
"""How many emails of one kind one client may request within the lifetime of a link, to any addresses."""

_BASE_URL = re.compile(r"https?://[^/?#\s]+(/[^?#\s]*)?")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z]{2,4})?")
_DEVELOPMENT = "http://localhost:8000"
_LONGEST_PATH = 8000
"""In characters: not every server accepts a longer one in a request line (RFC 9112, 3)."""


@dataclass(frozen=True, slots=True)
class Asker:
    """The person who causes an email.

    Args:
        ip_address: Where the request comes from.
        client: The network that counts as one client.
        language: The language to write in.
        base_url: The URL of the site that the email's link leads to, without a trailing slash.
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
    """Return who asks; the language and the site's URL default to the settings'.

    Raises:
        InvalidParameterError: If an argument is invalid.
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
    """Return an email that is due at once; ``details`` are the facts that it reports."""
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
    """Return why an email of this kind must not be sent, as a stable code, or None if it may."""
    if account is None:
        return None if kind == ACCOUNT_DELETED else "user_not_found"
    if kind in NOTICES:
        return None
    if account.email != email and kind != EMAIL_CHANGE:
        return "user_not_found"
    if not account.is_active:
        return "inactive_user"
    if kind not in PURPOSES and not account.is_verified:
        return "unverified_user"  # the account may have been created with somebody else's address
    return "user_verified" if kind == EMAIL_VERIFICATION and account.is_verified else None


async def limit_client(parts: Parts, kind: str, asker: Asker, *, window: timedelta | None = None) -> None:
    """Count a client's request for an email of this kind, by default for the lifetime of a link.

    Raises:
        RateLimitError: If the client has made too many.
    """
    life = window or life_of_links(parts)
    await limit_requests(parts, kind, client=asker.client, at_most=_PER_CLIENT, window=life)


async def is_one_too_many(parts: Parts, kind: str, *, email: str, window: timedelta | None = None) -> bool:
    """Count an email of this kind to an address, whether or not it has an account, and return whether it is too many.

    The limits of the address and of the client are counted in separate rows: the visitor may be told about the
    client's, but never about the address's.
    """
    limit = AttemptLimit(window=window or life_of_links(parts), on_name=parts.settings.mails_per_address)
    attempt = Attempt(id=parts.new_id(), action=kind, name=email, client=None, at=parts.clock.now())
    return await parts.store.add_attempt(attempt, limit=limit) is not None


def life_of_links(parts: Parts) -> timedelta:
    """Return how long a link is valid once its email is sent."""
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
