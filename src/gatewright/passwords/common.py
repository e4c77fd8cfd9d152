"""The most common passwords, from the list in the zxcvbn package. Nothing is downloaded."""

from __future__ import annotations

import string
from functools import cache

_SHORTEST_ENTRY = 4
_DECORATION = string.digits + string.punctuation + string.whitespace


def is_common(password: str) -> bool:
    """Return whether a password is on the list, or so close to it that guessing programs try it early.

    The list's entries have 4 to 20 characters, and few have the 15 that a password needs today: people stretch them.
    So a password is also common if it is a common one repeated, followed by another common one, or, if it begins and
    ends with a letter, surrounded by digits and punctuation; and if it is up to three characters repeated. Case does
    not matter.
    """
    text = password.casefold()
    words = {text, text.strip(_DECORATION)}
    parts = {_repeated_part(word) for word in words}
    return len(_repeated_part(text)) < _SHORTEST_ENTRY or any(map(_is_one_or_two_entries, words | parts))


@cache
def common_passwords() -> frozenset[str]:
    """Return the list. Loaded on first use: it takes 50 ms and 17 MB, and only setting a password needs it."""
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    return frozenset(FREQUENCY_LISTS["passwords"])


def _repeated_part(word: str) -> str:
    """Return the shortest part whose repetition gives the word; the last repetition may be cut short."""
    return next((word[:size] for size in range(1, len(word)) if word.startswith(word[size:])), word)


def _is_one_or_two_entries(word: str) -> bool:
    common = common_passwords()
    return word in common or any(
        word[:middle] in common and word[middle:] in common for middle in range(_SHORTEST_ENTRY, len(word))
    )
