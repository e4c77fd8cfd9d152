"""Where a sign-in may lead: somewhere on this site, or nowhere (OWASP ASVS 5.0, 3.7.2)."""

from __future__ import annotations

from urllib.parse import quote

_LONGEST = 2000


def local_path(target: str | None) -> str | None:
    """Return a target as a path of this site, percent-encoded, or None where it could lead elsewhere.

    Browsers drop tabs, line breaks and leading control characters, take a backslash for a slash, and read two
    slashes as another host. So nothing passes but one slash and what a browser cannot read in two ways.
    """
    if not target or len(target) > _LONGEST or target[0] != "/" or target[1:2] in ("/", "\\"):
        return None
    if "\\" in target or "//" in target.partition("?")[0] or not target.isprintable() or _is_rewritten(target):
        return None
    try:
        return quote(target, safe="/?#[]@!$&'()*+,;=:%~-._")
    except UnicodeEncodeError:  # a lone surrogate
        return None


def _is_rewritten(target: str) -> bool:
    """Say whether somebody who decodes the path once more, or resolves its dots, would leave the site."""
    path = target.partition("?")[0].partition("#")[0].lower()
    return any(mark in path for mark in ("%2f", "%5c", "%00", "%0", "%1", "%7f")) or "/." in path
