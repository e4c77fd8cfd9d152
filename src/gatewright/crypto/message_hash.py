"""The 32 bytes that a wallet actually signs when it is asked to sign a text."""

from __future__ import annotations

from hashlib import sha256

from gatewright.crypto.compact_size import compact_size
from gatewright.crypto.networks import Network
from gatewright.errors import InvalidParameterError


def message_hash(message: str, network: Network) -> bytes:
    """Hash a message as the wallets of a network do: SHA-256 twice, over magic and message with their lengths.

    Lengths count UTF-8 bytes, not characters. Nothing is trimmed or normalised: spaces, line breaks, a byte order mark
    and NUL are all signed.

    Args:
        message: Any text, including the empty one.
        network: The network whose magic precedes the message.

    Returns:
        32 bytes.

    Raises:
        InvalidParameterError: If the message is not a ``str``, or contains a lone surrogate, which UTF-8 cannot encode.
    """
    if not isinstance(message, str):
        raise InvalidParameterError(f"A message must be a str, not {type(message).__name__}.")
    try:
        text = message.encode()
    except UnicodeEncodeError as error:
        raise InvalidParameterError(f"The message has a lone surrogate at index {error.start}; remove it.") from None
    magic = network.message_magic.encode()
    signed = compact_size(len(magic)) + magic + compact_size(len(text)) + text
    return sha256(sha256(signed).digest()).digest()
