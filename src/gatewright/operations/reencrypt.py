"""Encrypt the secrets of users anew, so that a key that was rotated can go."""

from __future__ import annotations

import json
from dataclasses import dataclass

from gatewright.model import Authenticator
from gatewright.operations.parts import Parts
from gatewright.operations.step import data_of
from gatewright.ports import Owner
from gatewright.tokens import has_encrypted

_BATCH = 500
"""Rows that are read at once."""


@dataclass(frozen=True, slots=True)
class Reencrypted:
    """What has become of the secrets of users.

    Args:
        renewed: How many have been encrypted anew.
        current: How many were encrypted by the current key already.
        unreadable: How many no key decrypts: they stay as they are.
    """

    renewed: int = 0
    current: int = 0
    unreadable: int = 0


async def reencrypt_secrets(parts: Parts) -> Reencrypted:
    """Encrypt each secret that the previous key has encrypted by the current one, one transaction for each.

    Users may go on to sign in meanwhile: a secret that is used at the same moment is left to whoever uses it, who
    encrypts it anew as well. Doing it twice does no harm.
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
    new = json.dumps(data_of(authenticator) | encrypted)  # a method may keep more beside it
    is_renewed = await parts.store.replace_authenticator_data(authenticator.id, old=authenticator.data, new=new)
    return "renewed" if is_renewed else "current"
