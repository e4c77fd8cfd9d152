"""Delete what has expired. Nothing depends on it; it only keeps the tables small."""

from __future__ import annotations

from datetime import timedelta

from gatewright.operations.arguments import require_count
from gatewright.operations.parts import Parts


async def delete_expired_challenges(parts: Parts, *, at_most: int) -> int:
    """Delete expired challenges in one transaction and return how many.

    Raises:
        InvalidParameterError: If ``at_most`` is no positive number of rows.
    """
    at_most = require_count("at_most", at_most)
    return await parts.store.delete_expired_challenges(now=parts.clock.now(), at_most=at_most)


async def delete_expired_sessions(parts: Parts, *, at_most: int) -> int:
    """Delete expired sessions in one transaction and return how many.

    Raises:
        InvalidParameterError: If ``at_most`` is no positive number of rows.
    """
    at_most = require_count("at_most", at_most)
    return await parts.store.delete_expired_sessions(now=parts.clock.now(), at_most=at_most)


async def delete_expired_audit(parts: Parts, *, at_most: int) -> int:
    """Delete lines of the audit record that are older than the setting ``audit_days``, and return how many.

    Raises:
        InvalidParameterError: If ``at_most`` is no positive number of rows.
    """
    at_most = require_count("at_most", at_most)
    before = parts.clock.now() - timedelta(days=parts.settings.audit_days)
    return await parts.store.delete_audit(before=before, at_most=at_most)
