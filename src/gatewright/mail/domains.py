"""The domain of a mail address: one spelling to keep, compare and show, and one for mail servers."""

from __future__ import annotations

import re

_LONGEST_DOMAIN = 253
_ASCII_DOMAIN = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(?:\.(?!-)[a-z0-9_-]{1,63}(?<!-))*", re.ASCII)
_ENCODED = "xn--"
"""What a label begins with that stands for one beyond ASCII (RFC 5890, section 2.3.2.1)."""


def canonical_domain(domain: str) -> str | None:
    """Return the one spelling of a domain, in the letters that people read: ``münchen.example`` for
    ``XN--MNCHEN-3YA.Example.`` too.

    By IDNA 2008 with the mapping of UTS 46, non-transitional, as browsers do it: ``straße`` and ``strasse`` are two
    domains, of two owners perhaps. Names that merely look alike, in letters of another script, stay two as well.

    Returns:
        None if there can be no such domain.
    """
    encoded = ascii_domain(domain)
    if encoded is None or _ENCODED not in encoded:
        return encoded
    import idna  # few domains need its tables

    return idna.decode(encoded)


def ascii_domain(domain: str) -> str | None:
    """Return the one spelling of a domain in ASCII, which every mail server understands, or None if there is none."""
    if len(domain) > _LONGEST_DOMAIN:
        return None
    is_plain = domain.isascii() and _ENCODED not in domain.lower()
    encoded = (domain.lower() if is_plain else _encode(domain)).rstrip(" .")
    return encoded if len(encoded) <= _LONGEST_DOMAIN and _ASCII_DOMAIN.fullmatch(encoded) else None


def _encode(domain: str) -> str:
    import idna

    try:
        return idna.encode(domain.rstrip(), uts46=True).decode("ascii")
    except UnicodeError:  # IDNAError is one
        return ""
