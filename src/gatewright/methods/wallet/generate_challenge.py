"""Create a challenge: a text for the holder of an address to sign, valid for one sign-in."""

from __future__ import annotations

from datetime import datetime, timedelta

from gatewright.crypto import read_address
from gatewright.errors import RateLimitError
from gatewright.model import Challenge
from gatewright.operations.arguments import client_of, read_ip_address, require_minutes, require_text
from gatewright.operations.parts import Parts
from gatewright.ports import ChallengeLimit

_LIMIT_WINDOW = timedelta(minutes=1)


async def generate_challenge(
    parts: Parts, evrmore_address: str, *, expire_minutes: float, ip_address: str | None
) -> Challenge:
    """Create and store a challenge. This does not create an account.

    Args:
        parts: The application's parts.
        evrmore_address: A P2PKH address of a network that may sign in.
        expire_minutes: Lifetime of the challenge, in minutes; with 0 it has already expired.
        ip_address: Where the request comes from, for the limit per client.

    Raises:
        InvalidAddressError: If the address may not sign in.
        InvalidParameterError: If another argument is not acceptable.
        RateLimitError: If the address or the client has requested too many.
        Denied: If a ``pre_challenge`` hook refuses.
    """
    asked = await parts.hooks.pre_challenge.fire(evrmore_address=evrmore_address, expire_minutes=expire_minutes)
    address: str = asked["evrmore_address"]
    network, _ = read_address(address, parts.networks)
    minutes = require_minutes("expire_minutes", asked["expire_minutes"], least=0)
    client = client_of(read_ip_address(ip_address))
    now = parts.clock.now()
    expires_at = now + timedelta(minutes=minutes)
    text = _challenge_text(
        domain=parts.settings.domain,
        wallet=network.title,
        address=address,
        nonce=parts.random.token_bytes(16).hex(),
        issued_at=now,
        expires_at=expires_at,
    )
    draft = Challenge(
        id=parts.new_id(),
        evrmore_address=address,
        challenge_text=text,
        created_at=now,
        expires_at=expires_at,
        used=False,
    )

    async def keep() -> Challenge:
        challenge = await parts.store.add_challenge(draft, client=client, limit=_limit(parts, now))
        if challenge is None:
            raise RateLimitError(retry_after=int(_LIMIT_WINDOW.total_seconds()), address=address, client=client)
        await parts.hooks.post_challenge.fire(evrmore_address=address, challenge=text, challenge_record=challenge)
        return challenge

    return await parts.shield(keep())


async def find_challenge(parts: Parts, challenge: str) -> Challenge | None:
    """Return the challenge with exactly this text, used or not, expired or not.

    Raises:
        InvalidParameterError: If ``challenge`` is not a string, or too long for a challenge.
    """
    return await parts.store.find_challenge(require_text("challenge", challenge, at_most=LONGEST_CHALLENGE))


def _limit(parts: Parts, now: datetime) -> ChallengeLimit:
    return ChallengeLimit(
        since=now - _LIMIT_WINDOW,
        per_address=parts.settings.challenges_per_address,
        per_client=parts.settings.challenges_per_client,
    )


LONGEST_CHALLENGE = 1000
"""Characters. gatewright never creates longer ones."""


def _challenge_text(
    *, domain: str, wallet: str, address: str, nonce: str, issued_at: datetime, expires_at: datetime
) -> str:
    """Return a text that the signer can read: who asks, for which wallet, and until when. It is a single line, so that
    any wallet and any shell accepts it unchanged.
    """
    return (
        f"{domain} asks you to sign in with your {wallet} wallet {address}. "
        f"Nonce: {nonce}. Issued: {issued_at:%Y-%m-%dT%H:%M:%SZ}. Expires: {expires_at:%Y-%m-%dT%H:%M:%SZ}."
    )
