"""Normalise names: spellings that differ only in case or width mean the same person.

An email address is a name with a domain, which is normalised separately: see `gatewright.mail.domains`.
"""

from __future__ import annotations

import re
import unicodedata

from gatewright.errors import InvalidParameterError
from gatewright.mail.domains import ascii_domain, canonical_domain
from gatewright.operations.arguments import require_text

_LONGEST_NAME = 255
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Unicode categories of invisible characters, which only serve to make a look-alike."""

_IGNORABLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0000-\U000e0fff]"
)
"""Invisible letters and marks: Unicode's Default_Ignorable_Code_Point, and the blank Braille pattern."""

_LOCAL = re.compile(r"(?!\.)(?:[^\x00-\x20\x7f()<>\[\]:;@\\,\".\s]|\.(?!\.|$)){1,64}")
"""The local part of an email address, without quotes, which few systems pass on (RFC 5321, 4.1.2 and 4.5.3.1)."""

_ENDS_IN_NUMBER = re.compile(r"(?:.*\.)?\d+")
"""As an IP address does, but no domain (RFC 1123, section 2.1)."""


def canonical_name(parameter: str, value: object) -> str:
    """Return the canonical spelling under which a username or an email address is stored and looked up.

    Compatibility forms (full-width letters) and case are folded, runs of whitespace become one space, and outer spaces
    and dots are removed. What looks the same is the same, so that nobody can register a look-alike of another's name
    (RFC 8265 has the same aim). The domain of an email address is stored as people read it, however it was written.

    Args:
        parameter: The parameter's name, for the error.
        value: The name as typed.

    Raises:
        InvalidParameterError: If it is not a string of 1 to 255 characters, or contains invisible characters.
    """
    typed, domain = _split(require_text(parameter, value, at_most=_LONGEST_NAME))
    folded = _fold(typed)
    name = folded + domain
    if not name or len(name) > _LONGEST_NAME or not (_is_plain(typed) or _is_seen(typed, folded)):
        raise InvalidParameterError(
            f"{parameter} must have 1 to {_LONGEST_NAME} visible characters.", parameter=parameter
        )
    return name


def folded_name(typed: str) -> str:
    """Return a name without anything that only makes a look-alike, including invisible characters.

    For counting, not for look-up: some directories ignore more than we do (RFC 4518, section 2.2), and counting must
    not ignore less than they do.
    """
    local, domain = _split(typed)
    name = local + domain
    if _is_plain(name):
        return _fold(name)
    letters = _IGNORABLE.sub("", unicodedata.normalize("NFKC", name))
    return _fold(
        "".join(letter for letter in letters if letter.isspace() or unicodedata.category(letter) not in _UNSEEN)
    )


def kept_names(parameter: str, value: object) -> tuple[str, ...]:
    """Return the names under which the account of a name may be stored.

    These are its canonical spelling and, before it, the spelling with an email's domain in ASCII if it was typed so. Of
    two accounts that shared one mailbox before domains were normalised, both can still be found.

    Raises:
        InvalidParameterError: If it is not a name; see `canonical_name`.
    """
    name = canonical_name(parameter, value)
    _, at, domain = (typed := str(value)).rpartition("@")
    return tuple(dict.fromkeys((_fold(typed), name))) if at and domain.isascii() else (name,)


def spellings(typed: str) -> tuple[str, ...]:
    """Return how another system may spell a name: as typed and, for an email address, with either form of its domain.

    The domain's forms are the one that people read, and ASCII.
    """
    local, at, domain = typed.rpartition("@")
    domains = (canonical_domain(domain), ascii_domain(domain)) if at else ()
    return tuple(dict.fromkeys((typed, *(f"{local}@{known}" for known in domains if known is not None))))


def _split(typed: str) -> tuple[str, str]:
    """Return an email address up to its @ and its canonical domain; any other name whole, and an empty text."""
    local, at, domain = unicodedata.normalize("NFKC", typed).strip().rpartition("@")
    canonical = canonical_domain(domain) if at else None
    return (typed, "") if canonical is None else (f"{local}@", canonical)


def _is_plain(typed: str) -> bool:
    """Return whether a name consists of visible ASCII characters, as most do: then none needs a closer look."""
    return typed.isascii() and typed.isprintable()


def _is_seen(typed: str, name: str) -> bool:
    return not _IGNORABLE.search(typed) and not any(unicodedata.category(letter) in _UNSEEN for letter in name)


def _fold(typed: str) -> str:
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", typed).casefold())
    return " ".join(folded.split()).strip(" .")


def name_for_record(typed: object) -> str | None:
    """Return a name as the audit record shows it: folded, so that it can be found in any spelling."""
    try:
        return canonical_name("username", typed)
    except InvalidParameterError:
        return None  # an invalid name is not recorded


def canonical_email(value: object) -> str:
    """Return the canonical spelling of an email address.

    Raises:
        InvalidParameterError: If it is malformed, or we cannot send email to it, for instance because its domain is an
            IP address. Whether it exists, only an email to it can tell.
    """
    email = canonical_name("email", value)
    local, at, domain = email.rpartition("@")
    if not (at and _LOCAL.fullmatch(local) and domain) or _ENDS_IN_NUMBER.fullmatch(domain):
        raise InvalidParameterError("email must look like name@example.com.", parameter="email")
    if canonical_domain(domain) is None:
        raise InvalidParameterError("The domain of the email cannot exist. Is there a typing error?", parameter="email")
    return email
