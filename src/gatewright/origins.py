"""Normalise origins so that they can be compared: scheme, host and port, as browsers send them.

Source: RFC 6454, section 6, and the WHATWG URL standard, which maps international names with UTS 46.
"""

from __future__ import annotations

import re
from ipaddress import IPv6Address

_PARTS = re.compile(r"(https?)://(\[[0-9a-f:.]*\]|[^\s/?#@:\[\]\\]+)(?::([0-9]{0,5}))?", re.IGNORECASE)
_NAME = re.compile(r"(?!.{254})[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*")
_PATH = re.compile(r"(?:/(?:[a-z0-9._~!$&'()*+,;=:@-]|%[0-9a-f]{2})+)+", re.IGNORECASE | re.ASCII)
_DEFAULT_PORTS = {"http": 80, "https": 443}
_LONGEST = 300
"""In characters: a scheme, a host name of 253 characters, a port, and some slack."""


def normal_origin(text: str) -> str | None:
    """Return an origin as browsers write it, or None if the text is not one, such as ``null`` or a URL with a path.

    In lower case, with an international name in its ``xn--`` form, an IPv6 address in its shortest form, no default
    port, and no trailing dot after the name, which would name the same host.
    """
    parts = _PARTS.fullmatch(text) if len(text) <= _LONGEST else None
    if parts is None:
        return None
    scheme = parts[1].lower()
    host, port = _normal_host(parts[2]), int(parts[3] or _DEFAULT_PORTS[scheme])
    if host is None or port > 65535:
        return None
    return f"{scheme}://{host}" if port == _DEFAULT_PORTS[scheme] else f"{scheme}://{host}:{port}"


def origin_in(setting: str) -> str:
    """Return the origin in a setting, ignoring whitespace around it and a trailing slash.

    Raises:
        ValueError: If it is not an origin, or is a pattern of several; the message says what to write instead.
    """
    origin = normal_origin(setting.strip().removesuffix("/"))
    if origin is not None:
        return origin
    if "*" in setting:
        raise ValueError("does not accept *: list every origin, such as https://app.example.com")
    raise ValueError(
        "must be a scheme, a host and, unless it is the default, a port, such as https://example.com, without a path; "
        "write an international name in its xn-- form if it is not accepted as it is"
    )


def url_in(setting: str) -> str:
    """Return the URL in a setting: an origin, and the path that a site is mounted under, if any.

    Raises:
        ValueError: If it is not a URL; the message says what to write instead.
    """
    scheme, separator, rest = setting.strip().rstrip("/").partition("://")
    host, slash, path = rest.partition("/")
    origin = origin_in(f"{scheme}{separator}{host}")
    if slash and not (_PATH.fullmatch(f"/{path}") and {".", ".."}.isdisjoint(path.split("/"))):
        raise ValueError("must have a path such as https://example.com/shop, if any, without a query or whitespace")
    return f"{origin}{slash}{path}"


def origin_of(url: str) -> str:
    """Return the origin of a URL that `url_in` has normalised."""
    return "/".join(url.split("/", 3)[:3])


def host_of(origin: str) -> str:
    """Return the host of an origin that `normal_origin` has returned; an IPv6 address keeps its brackets."""
    return re.sub(r":\d+$", "", origin.partition("://")[2])


def _normal_host(text: str) -> str | None:
    try:
        if text.startswith("["):
            return f"[{IPv6Address(text[1:-1])}]"
        name = text.lower() if text.isascii() else _encoded(text)
    except ValueError:  # the base class of idna's errors
        return None
    name = name.removesuffix(".")
    return name if _NAME.fullmatch(name) else None


def _encoded(name: str) -> str:
    import idna  # its tables are large, and few names need them

    return idna.encode(name, uts46=True).decode()
