"""Private keys in wallet import format (WIF), which wallets export and `sign_message` takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from gatewright.crypto.base58check import decode_base58check, encode_base58check
from gatewright.crypto.networks import Network
from gatewright.errors import InvalidKeyError

_SECRET_SIZE = 32
_COMPRESSED = b"\x01"
_GROUP_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """A valid private key. Its ``repr`` does not show the secret.

    Args:
        secret: 32 bytes, big-endian, from 1 to one less than the order of secp256k1.
        is_compressed: Which form of the public key, and therefore which address, the wallet uses.
        network: The network that the key belongs to.

    Raises:
        InvalidKeyError: If the secret has another size or is out of range.
    """

    secret: bytes = field(repr=False)
    is_compressed: bool
    network: Network

    def __post_init__(self) -> None:
        if len(self.secret) != _SECRET_SIZE or not 0 < int.from_bytes(self.secret, "big") < _GROUP_ORDER:
            raise InvalidKeyError("A private key must be 32 bytes, from 1 to one less than the order of secp256k1.")


def read_wif(wif: object, networks: Sequence[Network]) -> PrivateKey:
    """Read an untrusted private key, or refuse it. Nothing is trimmed.

    Args:
        wif: The value received.
        networks: The networks to accept. If two share a version byte, as all main networks do, the first one is used:
            pass only the one that you mean.

    Raises:
        InvalidKeyError: If it is not a private key of any of the networks. The error never contains the key.
    """
    if not isinstance(wif, str):
        raise InvalidKeyError(f"A private key in wallet import format must be a str, not {type(wif).__name__}.")
    try:
        payload = decode_base58check(wif)
    except ValueError as error:
        raise InvalidKeyError(f"This is not a private key in wallet import format: {error}.") from None
    version, secret, suffix = payload[:1], payload[1 : 1 + _SECRET_SIZE], payload[1 + _SECRET_SIZE :]
    if suffix not in (b"", _COMPRESSED):
        raise InvalidKeyError("This is not a private key in wallet import format: it is too long.")
    for network in networks:
        if version == bytes([network.wif_version]):
            return PrivateKey(secret, is_compressed=suffix == _COMPRESSED, network=network)
    accepted = ", ".join(network.title for network in networks)
    raise InvalidKeyError(f"This private key belongs to another network. Give one of: {accepted}.")


def write_wif(key: PrivateKey) -> str:
    """Write a private key in wallet import format. The result is the secret itself: never log it."""
    suffix = _COMPRESSED if key.is_compressed else b""
    return encode_base58check(bytes([key.network.wif_version]) + key.secret + suffix)


def public_key_of(key: PrivateKey) -> bytes:
    """Compute the public key of a private key: 33 bytes if the key is compressed, otherwise 65."""
    import coincurve

    return coincurve.PublicKey.from_valid_secret(key.secret).format(compressed=key.is_compressed)
