"""Secrets that are encrypted in the database, so that a copy of it alone does not reveal them."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field

from gatewright.ports import Owner, Random

_MEMBER = "encrypted"
_NONCE_SIZE = 12


@dataclass(frozen=True, slots=True)
class Decrypted:
    """A secret, and whether the first key encrypted it. If not, re-encrypt it."""

    secret: bytes = field(repr=False)
    is_current: bool


class Vault:
    """Encrypts secrets with AES-256-GCM (NIST SP 800-38D) under random nonces.

    Its owner and method are authenticated with a secret: moved to another user's row, it cannot be decrypted.

    Args:
        keys: At least one key of 32 bytes. The first one encrypts, all of them decrypt: keys can be rotated.
        random: The source of the nonces.
    """

    def __init__(self, keys: Sequence[bytes], random: Random) -> None:
        self._keys = tuple(keys)
        self._random = random

    def encrypt(self, secret: bytes, *, method: str, owner: Owner) -> dict[str, str]:
        """Return a secret encrypted, to be stored as the data of an authenticator or of a pending step.

        Args:
            secret: The secret.
            method: The method that it belongs to.
            owner: The user that it belongs to.
        """
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # takes as much memory as a small application

        nonce = self._random.token_bytes(_NONCE_SIZE)
        encrypted = AESGCM(self._keys[0]).encrypt(nonce, secret, _bound_to(method, owner))
        return {_MEMBER: urlsafe_b64encode(nonce + encrypted).decode()}

    def decrypt(self, data: str, *, method: str, owner: Owner) -> Decrypted | None:
        """Return the secret that `encrypt` encrypted for this method and owner, from its result as JSON.

        None if no key decrypts it: its key has been removed, or the data was damaged or moved.
        """
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        try:
            raw = urlsafe_b64decode(json.loads(data)[_MEMBER])
        except (ValueError, KeyError, TypeError):
            return None
        for number, key in enumerate(self._keys):
            try:
                secret = AESGCM(key).decrypt(raw[:_NONCE_SIZE], raw[_NONCE_SIZE:], _bound_to(method, owner))
            except (InvalidTag, ValueError):
                continue
            return Decrypted(secret, is_current=number == 0)
        return None


def has_encrypted(data: str) -> bool:
    """Return whether an authenticator's data contains something that a vault has encrypted."""
    try:
        kept = json.loads(data)
    except ValueError:
        return False
    return isinstance(kept, dict) and _MEMBER in kept


def _bound_to(method: str, owner: Owner) -> bytes:
    return json.dumps([method, owner.provider, owner.user_id]).encode()
