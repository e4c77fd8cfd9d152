"""The policy for new passwords: long, and not among the first guesses (NIST SP 800-63B-4, section 3.1.1.2)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from unicodedata import normalize

from gatewright.errors import ConfigurationError, InvalidParameterError, WeakPasswordError
from gatewright.passwords.breached import BreachedPasswords
from gatewright.passwords.common import is_common
from gatewright.passwords.encoding import encode_password, normalize_password

_LEAST_MINIMUM = 8  # NIST's minimum, and only with a second factor
_GREATEST_MINIMUM = 64  # NIST requires that passwords of 64 characters are accepted

_MINIMUM_WORD_LENGTH = 4
_SEPARATORS = re.compile(r"[\W_]+")


class PasswordPolicy:
    """Refuses passwords that are short, common, or made of what is known about the site or the user.

    There are no composition rules, and any character is allowed, including spaces and emoji: rules only make passwords
    harder to remember. A character is a Unicode code point of the password in form NFC.

    Args:
        minimum_length: In characters. 15 if the password is the only factor; never below 8.
        context_words: Names of the site, the product, the company. Only words of four characters or more count.
        breached: Leaked passwords, searched after the checks for length and for common passwords.

    Raises:
        ConfigurationError: If the minimum is not within 8 to 64.
        InvalidParameterError: If ``context_words`` is a single ``str``.
    """

    def __init__(
        self, *, minimum_length: int = 15, context_words: Iterable[str] = (), breached: BreachedPasswords | None = None
    ) -> None:
        if not _LEAST_MINIMUM <= minimum_length <= _GREATEST_MINIMUM:
            raise ConfigurationError(
                f"The minimum length of passwords is {minimum_length}; "
                f"it must be between {_LEAST_MINIMUM} and {_GREATEST_MINIMUM}, and NIST requires 15.",
                minimum_length=minimum_length,
            )
        self._minimum_length = minimum_length
        self._context_words = _words_of(context_words)
        self._breached = breached

    def check(self, password: str, *, personal: Iterable[str] = ()) -> None:
        """Return if the password may be chosen; raise if not.

        Args:
            password: The password as typed.
            personal: What is known about the user: username, display name, email address (only the part before the
                ``@`` counts). Only words of four characters or more count.

        Raises:
            WeakPasswordError: If it may not. ``public_message`` says what to do, and ``evidence["reason"]`` why:
                ``too_short``, ``too_long``, ``common`` or ``context``.
            InvalidParameterError: If it is not a ``str`` or not Unicode text, or ``personal`` is a single ``str``.
        """
        encode_password(password)
        chosen = normalize_password(password)
        if len(chosen) < self._minimum_length:
            raise WeakPasswordError(
                f"This password is too short. Use at least {self._minimum_length} characters, "
                "for instance several words that have nothing to do with each other.",
                reason="too_short",
                minimum=self._minimum_length,
            )
        if is_common(chosen) or (self._breached is not None and chosen in self._breached):
            raise WeakPasswordError(
                "This password is too common. Use another one, "
                "for instance several words that have nothing to do with each other.",
                reason="common",
            )
        text = chosen.casefold()
        if any(word in text for word in self._context_words | _words_of(personal)):
            raise WeakPasswordError(
                "This password contains the name of this site, your own name or your email address. Leave it out.",
                reason="context",
            )


def _words_of(texts: Iterable[str]) -> frozenset[str]:
    """Split names into forbidden words: each as a whole, and its parts; of an email address, the local part's."""
    if isinstance(texts, str):
        raise InvalidParameterError("Pass the words as a list of texts; a single str is a list of characters.")
    whole = [normalize("NFC", text).casefold() for text in texts]
    names = [text.partition("@")[0] for text in whole]
    words = {word for name in names for word in (name, *_SEPARATORS.split(name))}.union(whole)
    return frozenset(word for word in words if len(word) >= _MINIMUM_WORD_LENGTH)
