"""Base58: bytes as a number in base 58, written without the characters that people confuse (0 and O, I and l)."""

from __future__ import annotations

_ALPHABET = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_NO_DIGIT = 255
_DIGITS = bytes(_ALPHABET.find(character) % 256 for character in range(256))


def encode_base58(data: bytes) -> str:
    """Encode bytes in base 58; each leading zero byte becomes a leading ``1``.

    Args:
        data: Bytes of any length. The cost is quadratic, so keep them short.
    """
    zeros = len(data) - len(data.lstrip(b"\0"))
    number = int.from_bytes(data, "big")
    characters = bytearray()
    while number:
        number, digit = divmod(number, 58)
        characters.append(_ALPHABET[digit])
    characters.reverse()
    return "1" * zeros + characters.decode("ascii")


def decode_base58(text: str) -> bytes:
    """Decode base 58. Every character counts: nothing is skipped or trimmed.

    Args:
        text: Base 58 of any length. The cost is quadratic, so bound the length first.

    Raises:
        ValueError: If a character is not one of the 58. The text is not quoted, because it may be a private key.
    """
    if not text.isascii():
        raise ValueError("it contains a character that is not ASCII")
    digits = text.encode("ascii").translate(_DIGITS)
    if _NO_DIGIT in digits:
        raise ValueError("it contains a character that is not base58")
    number = 0
    for digit in digits:
        number = number * 58 + digit
    zeros = len(digits) - len(digits.lstrip(b"\0"))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")
