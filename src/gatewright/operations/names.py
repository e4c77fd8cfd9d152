"""One spelling of a name: whoever types it in another case or width means the same person.

A mail address is a name with a domain, which has a spelling of its own: see `gatewright.mail.domains`.
"""

from __future__ import annotations

import re
import unicodedata

from gatewright.errors import InvalidParameterError
from gatewright.mail.domains import ascii_domain, canonical_domain
from gatewright.operations.arguments import require_text

_LONGEST_NAME = 255
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Unicode categories of what nobody can see, and so of what only makes a look-alike."""

_IGNORABLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0000-\U000e0fff]"
)
"""Letters and marks that nobody sees either: Unicode's Default_Ignorable_Code_Point, and the blank Braille pattern."""

_LOCAL = re.compile(r"(?!\.)(?:[^\x00-\x20\x7f()<>\[\]:;@\\,\".\s]|\.(?!\.|$)){1,64}")
"""Of a mail address, without quotes, which nobody types and few systems pass on (RFC 5321, sections 4.1.2, 4.5.3.1)."""

_ENDS_IN_NUMBER = re.compile(r"(?:.*\.)?\d+")
"""As the number of a machine does, and no domain (RFC 1123, section 2.1)."""


def canonical_name(parameter: str, value: object) -> str:
    """Return the one spelling under which a username or a mail address is kept and looked up.

    Compatibility forms (full-width letters) and case are folded, a run of any spaces is one, outer spaces and dots
    fall away: what looks the same is the same, so that nobody can register a look-alike of another's (RFC 8265 has the
    same aim). The domain of a mail address is kept as people read it, however it was written.

    Args:
        parameter: How the caller named it, for the error.
        value: What was typed.

    Raises:
        InvalidParameterError: If it is not a string of 1 to 255 characters, or holds characters that cannot be seen.
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
    """Return a name without what only makes a look-alike, what nobody sees included. Made to count by, not to find by:
    some directories overlook more than we do (RFC 4518, section 2.2), and whoever counts must overlook no less.
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
    """Return the names under which the account of a name may be kept: its one spelling; and before that, where the
    domain of a mail address was typed in ASCII, that one.

    Of two accounts that had one mailbox before a domain had one spelling, both can still be found.

    Raises:
        InvalidParameterError: If it is no name; see `canonical_name`.
    """
    name = canonical_name(parameter, value)
    _, at, domain = (typed := str(value)).rpartition("@")
    return tuple(dict.fromkeys((_fold(typed), name))) if at and domain.isascii() else (name,)


def spellings(typed: str) -> tuple[str, ...]:
    """Return how a name may be written where somebody else keeps it: as it was typed, and if it is a mail address,
    with its domain as people read it, and in ASCII.
    """
    local, at, domain = typed.rpartition("@")
    domains = (canonical_domain(domain), ascii_domain(domain)) if at else ()
    return tuple(dict.fromkeys((typed, *(f"{local}@{known}" for known in domains if known is not None))))


def _split(typed: str) -> tuple[str, str]:
    """Return a mail address up to its @, and the canonical domain; any other name whole, and nothing."""
    local, at, domain = unicodedata.normalize("NFKC", typed).strip().rpartition("@")
    canonical = canonical_domain(domain) if at else None
    return (typed, "") if canonical is None else (f"{local}@", canonical)


def _is_plain(typed: str) -> bool:
    """Say whether a name is of visible ASCII letters, as most are: then nobody need look at each."""
    return typed.isascii() and typed.isprintable()


def _is_seen(typed: str, name: str) -> bool:
    return not _IGNORABLE.search(typed) and not any(unicodedata.category(letter) in _UNSEEN for letter in name)


def _fold(typed: str) -> str:
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", typed).casefold())
    return " ".join(folded.split()).strip(" .")


def name_for_record(typed: object) -> str | None:
    """Return a name as the audit record shows it: folded, so that it is found however it was typed."""
    try:
        return canonical_name("username", typed)
    except InvalidParameterError:
        return None  # nonsense has no place in the record


def canonical_email(value: object) -> str:
    """Return the one spelling of a mail address.

    Raises:
        InvalidParameterError: If it has not the shape of one, or no mail of ours can be sent to it: one whose domain is
            the number of a machine, for instance. Whether it exists only a mail to it can tell.
    """
    email = canonical_name("email", value)
    local, at, domain = email.rpartition("@")
    if not (at and _LOCAL.fullmatch(local) and domain) or _ENDS_IN_NUMBER.fullmatch(domain):
        raise InvalidParameterError("email must look like name@example.com.", parameter="email")
    if canonical_domain(domain) is None:
        raise InvalidParameterError("The domain of the email cannot exist. Is there a typing error?", parameter="email")
    return email
