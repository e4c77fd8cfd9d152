"""Re-encrypt users' secrets, so that a rotated key can be removed."""

from __future__ import annotations

import json
from dataclasses import dataclass

from gatewright.model import Authenticator
from gatewright.operations.parts import Parts
from gatewright.operations.step import data_of
from gatewright.ports import Owner
from gatewright.tokens import has_encrypted

_BATCH = 500
"""Rows read per batch."""


@dataclass(frozen=True, slots=True)
class Reencrypted:
    """The result of re-encrypting users' secrets.

    Args:
        renewed: How many have been re-encrypted.
        current: How many were already encrypted with the current key.
        unreadable: How many no key decrypts; they are left unchanged.
    """

    renewed: int = 0
    current: int = 0
    unreadable: int = 0


async def reencrypt_secrets(parts: Parts) -> Reencrypted:
    """Re-encrypt each secret that the previous key has encrypted with the current one, each in its own transaction.

    Users may sign in meanwhile: a secret that is used at the same moment is left to that sign-in, which re-encrypts it
    as well. Doing it twice is harmless.
    """
    counts = {"renewed": 0, "current": 0, "unreadable": 0}
    after = ""
    while found := await parts.store.list_all_authenticators(after=after, at_most=_BATCH):
        for authenticator, owner in found:
            if has_encrypted(authenticator.data):
                counts[await _renew(parts, authenticator, owner)] += 1
        after = found[-1][0].id
    return Reencrypted(**counts)


async def _renew(parts: Parts, authenticator: Authenticator, owner: Owner) -> str:
    kept = parts.vault.decrypt(authenticator.data, method=authenticator.method, owner=owner)
    if kept is None:
        return "unreadable"
    if kept.is_current:
        return "current"
    encrypted = parts.vault.encrypt(kept.secret, method=authenticator.method, owner=owner)
    new = json.dumps(data_of(authenticator) | encrypted)  # a method may store more beside it
    is_renewed = await parts.store.replace_authenticator_data(authenticator.id, old=authenticator.data, new=new)
    return "renewed" if is_renewed else "current"
