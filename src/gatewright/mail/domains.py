"""Normalise the domain of an email address: one spelling to store, compare and show, and one for mail servers."""

from __future__ import annotations

import re
import unicodedata

_LONGEST_DOMAIN = 253
_ASCII_DOMAIN = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(?:\.(?!-)[a-z0-9_-]{1,63}(?<!-))*", re.ASCII)
_ENCODED = "xn--"
"""The prefix of a label that stands for a non-ASCII one (RFC 5890, section 2.3.2.1)."""


def canonical_domain(domain: str) -> str | None:
    """Return the canonical Unicode spelling of a domain: ``münchen.example`` also for ``XN--MNCHEN-3YA.Example.``.

    By IDNA 2008 with the mapping of UTS 46, non-transitional, as in browsers: ``straße`` and ``strasse`` are two
    domains, which may have different owners. Names that merely look alike, in different scripts, stay different too.

    Returns:
        None if no such domain can exist.
    """
    encoded = ascii_domain(domain)
    return None if encoded is None else ".".join(map(_decoded, encoded.split(".")))


def ascii_domain(domain: str) -> str | None:
    """Return the canonical ASCII spelling of a domain, which every mail server understands, or None if it has none."""
    if len(domain) > _LONGEST_DOMAIN:
        return None
    is_plain = domain.isascii() and _ENCODED not in domain.lower()
    encoded = (domain.lower() if is_plain else _encode(domain)).rstrip(" .")
    return encoded if len(encoded) <= _LONGEST_DOMAIN and _ASCII_DOMAIN.fullmatch(encoded) else None


def _encode(domain: str) -> str:
    import idna  # its tables are large, and few domains need them

    try:
        labels = idna.uts46_remap(domain.rstrip(), std3_rules=False).split(".")
        return ".".join(_encode_label(label) if label else "" for label in labels)
    except UnicodeError:  # the base class of IDNAError
        return ""


def _encode_label(label: str) -> str:
    """Return a label in ASCII, even with symbols.

    IDNA 2008 does not allow symbols, but some registries sell names such as ``i❤``. The rest of such a label must still
    be valid.

    Raises:
        UnicodeError: If no such label can exist.
    """
    import idna

    shown = _decoded(label)
    plain = "".join(character for character in shown if not _is_symbol(character))
    if plain == shown:
        return idna.alabel(label).decode()
    if plain:
        idna.alabel(plain)
    if idna.uts46_remap(shown, std3_rules=False) != shown:
        raise UnicodeError("The encoded label is not in its canonical spelling.")
    return _ENCODED + shown.encode("punycode").decode()


def _decoded(label: str) -> str:
    return label.removeprefix(_ENCODED).encode().decode("punycode") if label.startswith(_ENCODED) else label


def _is_symbol(character: str) -> bool:
    """Return whether a character is a pictogram or a skin tone, and visible: the blank Braille pattern is not."""
    is_pictogram = unicodedata.category(character) == "So" and character != "\u2800"
    return is_pictogram or "\U0001f3fb" <= character <= "\U0001f3ff"
