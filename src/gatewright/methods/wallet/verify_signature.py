"""Decide whether a signature over a message was made by the key of an address."""

from __future__ import annotations

from gatewright.crypto import verify_message
from gatewright.operations.parts import Parts


async def verify_signature(parts: Parts, *, address: str, message: str, signature: str) -> bool:
    """Verify a signed message. Hooks may change the parameters, but not the result.

    Args:
        parts: The application's parts.
        address: The P2PKH address that should have signed.
        message: The text that should have been signed, exactly.
        signature: The recoverable signature, base64.

    Returns:
        Whether the signature is valid. Anything malformed is not.

    Raises:
        Denied: If a ``pre_verify`` hook refuses.
    """
    asked = await parts.hooks.pre_verify.fire(address=address, message=message, signature=signature)
    is_valid = verify_message(
        asked["address"], message=asked["message"], signature=asked["signature"], networks=parts.networks
    )
    await parts.hooks.post_verify.fire(**asked, is_valid=is_valid)
    return is_valid
