"""Send the emails that are due. An email stays in the outbox until a server accepts it, however long that takes."""

from __future__ import annotations

import logging
from datetime import timedelta
from urllib.parse import urlencode

from gatewright.errors import GatewrightError, UserNotFoundError
from gatewright.model import Account, AuditEntry, QueuedMail, User
from gatewright.operations.audit import entry
from gatewright.operations.links import mint_link
from gatewright.operations.outbox import ABOUT_SESSIONS, EMAIL_CHANGE, EMAIL_VERIFICATION, PASSWORD_RESET, objection_to
from gatewright.operations.parts import Parts
from gatewright.page_paths import PATHS
from gatewright.ports import Mailed

_logger = logging.getLogger("gatewright.mail")

_AT_MOST = 1000
"""Maximum number of emails per call, so that it ends."""

_LEASE = timedelta(minutes=2)
"""How long an email is reserved while it is being sent. If the process dies, this is the longest delay."""

_LONGEST_PAUSE = 60
"""Maximum interval between attempts, in minutes, after intervals of 1, 2, 4, ..."""

_LONGEST_ERROR = 255

_PAGES = {
    EMAIL_VERIFICATION: "email_verification",
    PASSWORD_RESET: "password_reset_form",
    EMAIL_CHANGE: "email_change",
}
_SIGN_IN = "login"


async def deliver_mails(parts: Parts) -> int:
    """Send the emails that are due, oldest first, and return how many were handed over."""
    sent = 0
    for _ in range(_AT_MOST):
        now = parts.clock.now()
        queued = await parts.store.claim_queued_mail(now=now, busy_until=now + _LEASE)
        if queued is None:
            break
        sent += await parts.shield(_deliver(parts, queued))
    return sent


async def _deliver(parts: Parts, queued: QueuedMail) -> bool:
    """Send one email, and return whether it was handed over."""
    account = None if queued.account_id is None else await parts.store.find_account(queued.account_id)
    objection = objection_to(queued.kind, email=queued.email, account=account)
    method = parts.methods.get(queued.kind)
    try:
        mailed = None if method is None or objection else method.mailed(parts, queued)
        if method is not None and mailed is None:
            objection = objection or "expired"
        if objection is None and not await _hand_over(parts, queued, mailed):
            return False
    except Exception as error:  # noqa: BLE001 - method, writer and mailer may be the application's own
        await _postpone(parts, queued, error)
        return False
    if objection is None:
        done = _about(parts, "mail_sent", account, queued.kind)
    else:
        done = _about(parts, "mail_discarded", account, f"{queued.kind} {objection}")
    await parts.store.remove_queued_mail(queued.id, audit=done)
    return objection is None


async def _hand_over(parts: Parts, queued: QueuedMail, mailed: Mailed | None) -> bool:
    """Write an email and send it; return False if its account has just been deleted, and the email with it."""
    try:
        link = await _link_of(parts, queued, mailed)
    except UserNotFoundError:
        return False
    hours = max(1, int(parts.settings.link_hours))
    mail = parts.writer.write(queued, link=link, hours=hours, code=None if mailed is None else mailed.code)
    await parts.call(parts.mailer.send, mail)
    return True


async def _link_of(parts: Parts, queued: QueuedMail, mailed: Mailed | None) -> str | None:
    """Return the URL of an email's link. Its secret is created here: a queued email contains none.

    If the page is switched off, the application is expected to serve its usual path.
    """
    if queued.account_id is None:
        return None  # the account no longer exists
    if mailed is not None:
        path = parts.settings.paths["login_link"].format(token=f"{queued.kind}.{mailed.token}")
        return f"{queued.base_url}{path}" if path else None
    if queued.kind in ABOUT_SESSIONS:
        return f"{queued.base_url}{parts.settings.paths['account'] or PATHS['account']}?show=sessions"
    page = _PAGES.get(queued.kind, _SIGN_IN)
    path = parts.settings.paths[page] or PATHS[page]
    if page == _SIGN_IN:
        query = f"?{urlencode({'next': queued.next_path})}" if queued.next_path else ""
        return f"{queued.base_url}{path}{query}"
    token = await mint_link(parts, queued, account_id=queued.account_id)
    return f"{queued.base_url}{path.format(token=token)}"


async def _postpone(parts: Parts, queued: QueuedMail, error: Exception) -> None:
    """Retry later. Keep only the class of a foreign exception: its text may contain the email, and so the secret."""
    name = type(error).__name__
    shown = f"{name}: {error}" if isinstance(error, GatewrightError) else name
    minutes = min(2**queued.tries, _LONGEST_PAUSE)
    _logger.warning("An email (%s) could not be sent: %s. It will be retried in %d min.", queued.kind, shown, minutes)
    due_at = parts.clock.now() + timedelta(minutes=minutes)
    await parts.store.postpone_queued_mail(queued.id, due_at=due_at, error=shown[:_LONGEST_ERROR])


def _about(parts: Parts, event: str, account: Account | None, reason: str) -> AuditEntry:
    user_id, username = (None, None) if account is None else (account.id, User(account).username)
    return entry(parts, event, user_id=user_id, username=username, reason=reason)
