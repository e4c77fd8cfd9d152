"""A signed challenge: how a wallet authenticates, to sign in or to be linked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from gatewright.crypto import read_address
from gatewright.errors import (
    ChallengeAlreadyUsedError,
    ChallengeExpiredError,
    InvalidChallengeError,
    InvalidSignatureError,
)
from gatewright.methods.wallet.generate_challenge import find_challenge
from gatewright.methods.wallet.verify_signature import verify_signature
from gatewright.model import Challenge, has_passed, is_ahead
from gatewright.operations.parts import Parts
from gatewright.proofs import Kind, Proof

NAME, KINDS, AMR = "wallet", frozenset({Kind.POSSESSION}), ("pop",)
"""The method's name, what a proof by it shows, and its reference in RFC 8176."""

FIELDS = ("evrmore_address", "challenge", "signature")
"""The field names of an attempt in forms and JSON, in the order of `WalletAttempt`."""


@dataclass(frozen=True, slots=True)
class WalletAttempt:
    """An attempt to sign in with a wallet.

    Args:
        evrmore_address: The address that wants to sign in.
        challenge: The challenge's text.
        signature: The signature over it, base64.
        skip_ownership_check: Whether a challenge made for another address is accepted. The signature is always checked.
    """

    evrmore_address: str = field(repr=False)  # unchecked: it may be a private key, pasted into the wrong field
    challenge: str = field(repr=False)
    signature: str = field(repr=False)
    skip_ownership_check: bool = False


def attempt_in(given: Mapping[str, Any]) -> WalletAttempt:
    """Return the attempt that was sent, without surrounding white space. A value that is no string is empty."""
    sent = (given.get(name) for name in FIELDS)
    address, challenge, signature = (each.strip() if isinstance(each, str) else "" for each in sent)
    return WalletAttempt(address, challenge, signature)


def is_signed(given: Mapping[str, Any]) -> bool:
    """Return whether what was sent includes a challenge or a signature, rather than an address alone."""
    return bool(given.keys() & set(FIELDS[1:]))


def wallet_proof(now: datetime) -> Proof:
    """Return the proof that a valid signature gives."""
    return Proof(NAME, now, KINDS, AMR)


async def require_signed_challenge(parts: Parts, attempt: WalletAttempt, *, now: datetime) -> Challenge:
    """Return the challenge of an attempt, if it can still be used and its address has signed it.

    Raises:
        InvalidChallengeError: If it is unknown, for another address, used or expired.
        InvalidSignatureError: If the signature is not the address's over the challenge.
    """
    challenge = await _usable_challenge(parts, attempt, now)
    if not await verify_signature(
        parts, address=attempt.evrmore_address, message=challenge.challenge_text, signature=attempt.signature
    ):
        raise InvalidSignatureError(address=attempt.evrmore_address, challenge_id=challenge.id)
    return challenge


async def spend_signed_challenge(parts: Parts, attempt: WalletAttempt) -> None:
    """Use up a challenge to prove that its address has signed it, and for nothing else.

    Raises:
        InvalidAddressError: If the address is not of a network that may sign in.
        InvalidChallengeError: If the challenge is unknown, for another address, used or expired.
        InvalidSignatureError: If the signature is not the address's over the challenge.
    """
    read_address(attempt.evrmore_address, parts.networks)
    now = parts.clock.now()
    challenge = await require_signed_challenge(parts, attempt, now=now)
    if not await parts.store.spend_challenge(challenge.id, now=now):
        raise ChallengeAlreadyUsedError("Another attempt has just used this challenge.", reason="challenge_used")


async def _usable_challenge(parts: Parts, attempt: WalletAttempt, now: datetime) -> Challenge:
    """Find the challenge, and check its owner, use and time, in this order."""
    challenge = await find_challenge(parts, attempt.challenge)
    if challenge is None:
        raise InvalidChallengeError("There is no such challenge.", reason="challenge_unknown")
    if challenge.evrmore_address != attempt.evrmore_address and not attempt.skip_ownership_check:
        raise InvalidChallengeError("This challenge was made for another address.", reason="challenge_not_owned")
    if challenge.used:
        raise ChallengeAlreadyUsedError("This challenge has been used.", reason="challenge_used")
    if has_passed(challenge.expires_at, now=now) or is_ahead(challenge.created_at, now=now):
        raise ChallengeExpiredError("This challenge has expired.", reason="challenge_expired")
    return challenge
