"""How a session was proven: by which methods, when, and how strong that is.

Levels are authentication assurance levels as defined by NIST SP 800-63B-4, section 2. Names of methods in tokens and
responses are authentication method references (RFC 8176).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum


class Kind(StrEnum):
    """What a proof shows: that somebody knows, has or is something, or can read a mailbox."""

    KNOWLEDGE = "knowledge"
    POSSESSION = "possession"
    INHERENCE = "inherence"
    MAILBOX = "mailbox"
    """Access to an email address. NIST SP 800-63B-4, 3.1.3 does not count it as possession."""


@dataclass(frozen=True, slots=True)
class Proof:
    """One proof of somebody's identity.

    Args:
        method: The name of the method that verified it.
        at: When, aware UTC.
        kinds: What it shows. Two kinds in one proof, such as a passkey with user verification, are two factors.
        amr: Authentication method references (RFC 8176), such as ``pwd`` and ``otp``.
        is_bound_to_device: Whether the key cannot leave the device that it was created on.
    """

    method: str
    at: datetime
    kinds: frozenset[Kind]
    amr: tuple[str, ...]
    is_bound_to_device: bool = False


def with_proof(earlier: Iterable[Proof], proof: Proof) -> tuple[Proof, ...]:
    """Return the earlier proofs and a new one, which replaces an earlier one of the same method."""
    return (*(each for each in earlier if each.method != proof.method), proof)


def kinds_of(proofs: Iterable[Proof]) -> frozenset[Kind]:
    """Return the kinds of all proofs together."""
    return frozenset(kind for proof in proofs for kind in proof.kinds)


def assurance_of(proofs: Iterable[Proof]) -> int:
    """Return the authentication assurance level of proofs, from 0 (no proofs) to 3.

    Level 2 requires two factors, one of them possession. Level 3 requires a key that is bound to its device and that
    its user has unlocked with something that they know or are.
    """
    proofs = tuple(proofs)
    if not proofs:
        return 0
    kinds = kinds_of(proofs)
    if Kind.POSSESSION not in kinds or not kinds & {Kind.KNOWLEDGE, Kind.INHERENCE}:
        return 1
    is_high = any(proof.is_bound_to_device and len(proof.kinds) > 1 for proof in proofs)
    return 3 if is_high else 2


def write_proofs(proofs: Iterable[Proof]) -> str:
    """Return proofs in the form in which a column stores them; empty for none."""
    written = [
        [proof.method, int(proof.at.timestamp()), sorted(proof.kinds), list(proof.amr), int(proof.is_bound_to_device)]
        for proof in proofs
    ]
    return json.dumps(written, separators=(",", ":")) if written else ""


def read_proofs(written: str) -> tuple[Proof, ...]:
    """Read proofs that `write_proofs` has written."""
    return tuple(
        Proof(method, datetime.fromtimestamp(at, UTC), frozenset(map(Kind, kinds)), tuple(amr), bool(is_bound))
        for method, at, kinds, amr, is_bound in json.loads(written or "[]")
    )
