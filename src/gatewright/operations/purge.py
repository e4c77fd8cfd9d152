"""Delete what has expired. Correctness never depends on it; it only keeps the tables small."""

from __future__ import annotations

from datetime import timedelta

from gatewright.operations.arguments import require_count
from gatewright.operations.outbox import life_of_links
from gatewright.operations.parts import Parts
from gatewright.operations.sign_up import SIGN_UP_WINDOW


async def delete_expired_challenges(parts: Parts, *, at_most: int) -> int:
    """Delete expired challenges in one transaction and return how many.

    Raises:
        InvalidParameterError: If ``at_most`` is not a positive number of rows.
    """
    at_most = require_count("at_most", at_most)
    return await parts.store.delete_expired_challenges(now=parts.clock.now(), at_most=at_most)


async def delete_expired_sessions(parts: Parts, *, at_most: int) -> int:
    """Delete expired sessions in one transaction and return how many.

    Data kept to detect changes of their users' passwords is deleted as well.

    Raises:
        InvalidParameterError: If ``at_most`` is not a positive number of rows.
    """
    at_most = require_count("at_most", at_most)
    now = parts.clock.now()
    await parts.store.delete_expired_credentials(now=now, at_most=at_most)
    return await parts.store.delete_expired_sessions(now=now, at_most=at_most)


async def delete_expired_links(parts: Parts, *, at_most: int) -> int:
    """Delete expired email links in one transaction and return how many.

    Raises:
        InvalidParameterError: If ``at_most`` is not a positive number of rows.
    """
    at_most = require_count("at_most", at_most)
    return await parts.store.delete_expired_links(now=parts.clock.now(), at_most=at_most)


async def delete_expired_attempts(parts: Parts, *, at_most: int) -> int:
    """Delete attempts that no longer count towards any limit, in one transaction, and return how many.

    Raises:
        InvalidParameterError: If ``at_most`` is not a positive number of rows.
    """
    at_most = require_count("at_most", at_most)
    longest_window = max(parts.attempt_limit.window, life_of_links(parts), SIGN_UP_WINDOW)
    return await parts.store.delete_expired_attempts(before=parts.clock.now() - longest_window, at_most=at_most)


async def delete_expired_remembered(parts: Parts, *, at_most: int) -> int:
    """Delete expired remembered browsers in one transaction and return how many.

    Raises:
        InvalidParameterError: If ``at_most`` is not a positive number of rows.
    """
    at_most = require_count("at_most", at_most)
    return await parts.store.delete_expired_remembered(now=parts.clock.now(), at_most=at_most)


async def delete_expired_pending_steps(parts: Parts, *, at_most: int) -> int:
    """Delete steps that browsers have begun and not finished in time, in one transaction, and return how many.

    Raises:
        InvalidParameterError: If ``at_most`` is not a positive number of rows.
    """
    at_most = require_count("at_most", at_most)
    return await parts.store.delete_expired_pending_steps(now=parts.clock.now(), at_most=at_most)


async def delete_expired_audit(parts: Parts, *, at_most: int) -> int:
    """Delete lines of the audit record that are older than the setting ``audit_days``, and return how many.

    Raises:
        InvalidParameterError: If ``at_most`` is not a positive number of rows.
    """
    at_most = require_count("at_most", at_most)
    before = parts.clock.now() - timedelta(days=parts.settings.audit_days)
    return await parts.store.delete_audit(before=before, at_most=at_most)
