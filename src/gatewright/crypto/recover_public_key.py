"""Recover the signer's public key: ECDSA over secp256k1 allows it, given the two extra bits in a signature's header."""

from __future__ import annotations

_SIGNATURE_SIZE = 65
_FIRST_HEADER = 27
_FIRST_COMPRESSED_HEADER = 31
_LAST_HEADER = 34


def recover_public_key(digest: bytes, signature: bytes) -> bytes | None:
    """Compute the public key that made a signature.

    This alone proves nothing: nearly any 65 bytes give *some* key. Compare the key's address with the expected one,
    over a message that nobody else could choose. High S is accepted, as the node does, so a signature is not unique:
    anybody who has one can compute its mirror image.

    Args:
        digest: The 32 bytes that were signed.
        signature: 65 bytes: a header from 27 to 34, then r and s of 32 bytes each, big-endian. The header contains the
            recovery id; from 31 on, it means that the wallet uses the compressed key. The node also accepts other
            headers, of which it reads three bits; here a signature has only one header.

    Returns:
        The public key in the form that the header indicates (33 or 65 bytes), or None if there is none.
    """
    if len(signature) != _SIGNATURE_SIZE or not _FIRST_HEADER <= signature[0] <= _LAST_HEADER:
        return None
    import coincurve  # imported on first use: not everybody signs in with a wallet

    recovery_id = (signature[0] - _FIRST_HEADER) & 3
    try:
        key = coincurve.PublicKey.from_signature_and_message(signature[1:] + bytes([recovery_id]), digest, hasher=None)
    except ValueError:
        return None
    return key.format(compressed=signature[0] >= _FIRST_COMPRESSED_HEADER)
