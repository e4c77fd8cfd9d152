"""Which passwords may be chosen: long ones that nobody would try first (NIST SP 800-63B-4, section 3.1.1.2)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from unicodedata import normalize

from gatewright.errors import ConfigurationError, InvalidParameterError, WeakPasswordError
from gatewright.passwords.breached import BreachedPasswords
from gatewright.passwords.common import is_common
from gatewright.passwords.encoding import encode_password, normalize_password

_LEAST_MINIMUM = 8  # NIST's least, and only beside a second factor
_GREATEST_MINIMUM = 64  # NIST asks to take passwords of 64 characters

_MINIMUM_WORD_LENGTH = 4
_SEPARATORS = re.compile(r"[\W_]+")


class PasswordPolicy:
    """Refuses passwords that are short, common, or made of what is known about the site or the user.

    There are no composition rules, and any character will do, space and emoji too: rules only make passwords harder
    to remember. A character is a Unicode code point of the password's form NFC.

    Args:
        minimum_length: In characters. 15 where the password is the only factor; never below 8.
        context_words: Names of the site, the product, the company. Only words of four characters or more count.
        breached: Passwords that have leaked; asked for each password after its other rules.

    Raises:
        ConfigurationError: The minimum is not within 8 to 64.
        InvalidParameterError: ``context_words`` is a single ``str``.
    """

    def __init__(
        self, *, minimum_length: int = 15, context_words: Iterable[str] = (), breached: BreachedPasswords | None = None
    ) -> None:
        if not _LEAST_MINIMUM <= minimum_length <= _GREATEST_MINIMUM:
            raise ConfigurationError(
                f"The minimum length of passwords is {minimum_length}; "
                f"it must be within {_LEAST_MINIMUM} to {_GREATEST_MINIMUM}, and 15 is NIST's.",
                minimum_length=minimum_length,
            )
        self._minimum_length = minimum_length
        self._context_words = _words_of(context_words)
        self._breached = breached

    def check(self, password: str, *, personal: Iterable[str] = ()) -> None:
        """Return if the password may be chosen.

        Args:
            password: As it was typed.
            personal: What is known about the user: user name, display name, mail address (of which the part before
                the ``@`` counts). Only words of four characters or more count.

        Raises:
            WeakPasswordError: It may not. ``public_message`` says what to do, and ``evidence["reason"]`` why:
                ``too_short``, ``too_long``, ``common`` or ``context``.
            InvalidParameterError: It is not a ``str`` or not Unicode text, or ``personal`` is a single ``str``.
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
                "This password contains the name of this site, your own name or your mail address. Leave it out.",
                reason="context",
            )


def _words_of(texts: Iterable[str]) -> frozenset[str]:
    """Split names into what a password may not contain: each whole, and its words; of a mail address its local ones."""
    if isinstance(texts, str):
        raise InvalidParameterError("Give the words as a list of texts; a single str is a list of characters.")
    whole = [normalize("NFC", text).casefold() for text in texts]
    names = [text.partition("@")[0] for text in whole]
    words = {word for name in names for word in (name, *_SEPARATORS.split(name))}.union(whole)
    return frozenset(word for word in words if len(word) >= _MINIMUM_WORD_LENGTH)
