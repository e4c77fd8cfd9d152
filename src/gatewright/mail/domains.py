"""The domain of a mail address: one spelling to keep, compare and show, and one for mail servers."""

from __future__ import annotations

import re
import unicodedata

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
    return None if encoded is None else ".".join(map(_decoded, encoded.split(".")))


def ascii_domain(domain: str) -> str | None:
    """Return the one spelling of a domain in ASCII, which every mail server understands, or None if there is none."""
    if len(domain) > _LONGEST_DOMAIN:
        return None
    is_plain = domain.isascii() and _ENCODED not in domain.lower()
    encoded = (domain.lower() if is_plain else _encode(domain)).rstrip(" .")
    return encoded if len(encoded) <= _LONGEST_DOMAIN and _ASCII_DOMAIN.fullmatch(encoded) else None


def _encode(domain: str) -> str:
    import idna  # few domains need its tables

    try:
        labels = idna.uts46_remap(domain.rstrip(), std3_rules=False).split(".")
        return ".".join(_encode_label(label) if label else "" for label in labels)
    except UnicodeError:  # IDNAError is one
        return ""


def _encode_label(label: str) -> str:
    """Return a label in ASCII. IDNA 2008 has no symbols, but some registries sell names such as ``i❤``: there the
    rest of the label must be what it allows.

    Raises:
        UnicodeError: If there can be no such label.
    """
    import idna

    shown = _decoded(label)
    mails = "".join(mail for mail in shown if not _is_symbol(mail))
    if mails == shown:
        return idna.alabel(label).decode()
    if mails:
        idna.alabel(mails)
    if idna.uts46_remap(shown, std3_rules=False) != shown:
        raise UnicodeError("Encoded is what has another spelling.")
    return _ENCODED + shown.encode("punycode").decode()


def _decoded(label: str) -> str:
    return label.removeprefix(_ENCODED).encode().decode("punycode") if label.startswith(_ENCODED) else label


def _is_symbol(mail: str) -> bool:
    """Say whether a character is a picture, or the skin of one, that can be seen: the blank Braille pattern cannot."""
    return (unicodedata.category(mail) == "So" and mail != "\u2800") or "\U0001f3fb" <= mail <= "\U0001f3ff"
