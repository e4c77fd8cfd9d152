"""Sign a text with a private key, as a wallet does."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence

from gatewright.crypto.message_hash import message_hash
from gatewright.crypto.networks import Network
from gatewright.crypto.wif import read_wif

_HEADER = 27
_COMPRESSED = 4


def sign_message(message: str, *, wif: str, networks: Sequence[Network]) -> str:
    """Sign a message; the signature is byte for byte that of the node's ``signmessagewithprivkey``.

    The nonce follows RFC 6979 and S is low, so a key has exactly one signature of a message.

    Args:
        message: Any text; it is signed exactly as it is.
        wif: The private key in wallet import format.
        networks: The network of the key, whose magic precedes the message. Only its version byte, which all main
            networks share, identifies the network of a key: if several match, the first one is used.

    Returns:
        88 characters of base64: header, r and s.

    Raises:
        InvalidKeyError: If it is not a private key of any of the networks. The error never contains the key.
        InvalidParameterError: If the message is not a ``str``, or contains a lone surrogate.
    """
    import coincurve

    key = read_wif(wif, networks)
    digest = message_hash(message, key.network)
    signature = coincurve.PrivateKey(key.secret).sign_recoverable(digest, hasher=None)
    r_and_s, recovery_id = signature[:-1], signature[-1]
    header = _HEADER + recovery_id + (_COMPRESSED if key.is_compressed else 0)
    return b64encode(bytes([header]) + r_and_s).decode("ascii")
