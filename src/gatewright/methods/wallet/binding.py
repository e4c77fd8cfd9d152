"""Bind a challenge to the browser that it was issued to: no other browser can submit the signature.

So a site that tricks a visitor into signing somebody else's challenge gains nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from gatewright.errors import InvalidChallengeError
from gatewright.methods.wallet.generate_challenge import generate_challenge
from gatewright.methods.wallet.signed_challenge import NAME, WalletAttempt
from gatewright.model import PendingStep, as_utc, has_passed
from gatewright.operations.step import Step, data_of

_MINUTES = 10
_KEPT_LONGER = timedelta(hours=1)
"""How much longer than its lifetime a challenge is stored, so that the log can tell expired from another browser's."""


async def offer_challenge(step: Step, evrmore_address: str) -> Mapping[str, Any]:
    """Create a challenge and bind it to the browser of a step, replacing the previous one.

    Raises:
        GatewrightError: What `generate_challenge` raises.
    """
    challenge = await generate_challenge(
        step.parts, evrmore_address, expire_minutes=_MINUTES, ip_address=step.device.ip_address
    )
    offered = {
        "evrmore_address": challenge.evrmore_address,
        "challenge": challenge.challenge_text,
        "expires_at": as_utc(challenge.expires_at).isoformat(),
    }
    kept = challenge.expires_at - challenge.created_at + _KEPT_LONGER
    await step.keep(NAME, offered, minutes=kept / timedelta(minutes=1))
    return offered


async def offered_challenge(step: Step) -> Mapping[str, Any] | None:
    """Return the last challenge issued to this browser, unless it has expired."""
    pending = await step.kept(NAME)
    if pending is None:
        return None
    offered = data_of(pending)
    return None if has_passed(datetime.fromisoformat(offered["expires_at"]), now=step.now) else offered


def require_same(pending: PendingStep | None, attempt: WalletAttempt) -> None:
    """Refuse a challenge that is not the one that was issued.

    Raises:
        InvalidChallengeError: If it is not.
    """
    if pending is None or data_of(pending)["challenge"] != attempt.challenge:
        raise InvalidChallengeError("This challenge was issued to another browser.", reason="challenge_not_bound")


async def require_offered(step: Step, attempt: WalletAttempt) -> None:
    """Refuse a challenge that was not issued to the browser of a step, whoever its user is.

    Raises:
        InvalidChallengeError: If it was not.
    """
    require_same(await replace(step, user=None).kept(NAME), attempt)
