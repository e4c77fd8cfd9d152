"""The 32 bytes that a wallet really signs when it is asked to sign a text."""

from __future__ import annotations

from hashlib import sha256

from gatewright.crypto.compact_size import compact_size
from gatewright.crypto.networks import Network
from gatewright.errors import InvalidParameterError


def message_hash(message: str, network: Network) -> bytes:
    """Hash a message as the wallets of a network do: SHA-256 twice, over magic and message with their lengths.

    Lengths count UTF-8 bytes, not characters. Nothing is trimmed or normalised: spaces, line ends, a byte order mark
    and NUL are all signed.

    Args:
        message: Any text, even an empty one.
        network: Whose magic goes in front.

    Returns:
        32 bytes.

    Raises:
        InvalidParameterError: The message is not a ``str``, or holds a lone surrogate, which UTF-8 cannot write.
    """
    if not isinstance(message, str):
        raise InvalidParameterError(f"A message must be a str, not {type(message).__name__}.")
    try:
        text = message.encode()
    except UnicodeEncodeError as error:
        raise InvalidParameterError(f"The message holds a lone surrogate at index {error.start}; remove it.") from None
    magic = network.message_magic.encode()
    signed = compact_size(len(magic)) + magic + compact_size(len(text)) + text
    return sha256(sha256(signed).digest()).digest()
