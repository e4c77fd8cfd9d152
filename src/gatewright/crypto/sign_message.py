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
    """Sign a message; the node's ``signmessagewithprivkey`` gives the same signature, byte for byte.

    The nonce follows RFC 6979 and S is low, so one key makes one signature of one message.

    Args:
        message: Any text; it is signed exactly as it is.
        wif: The private key in wallet import format.
        networks: The network of the key, whose magic goes in front of the message. The key tells its network only by a
            version byte that all main networks share: of several, the first that fits is meant.

    Returns:
        88 characters of base64: header, r and s.

    Raises:
        InvalidKeyError: This is no private key of any of the networks. The error never holds the key.
        InvalidParameterError: The message is not a ``str``, or holds a lone surrogate.
    """
    import coincurve

    key = read_wif(wif, networks)
    digest = message_hash(message, key.network)
    signature = coincurve.PrivateKey(key.secret).sign_recoverable(digest, hasher=None)
    r_and_s, recovery_id = signature[:-1], signature[-1]
    header = _HEADER + recovery_id + (_COMPRESSED if key.is_compressed else 0)
    return b64encode(bytes([header]) + r_and_s).decode("ascii")
