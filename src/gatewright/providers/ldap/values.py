"""The values of LDAP attributes as text. They are bytes, and only some of them are UTF-8 text."""

from __future__ import annotations

from uuid import UUID  # noqa: TID251 - to write them, not to make any

from gatewright.identifiers import id_text, text_in

_LITTLE_ENDIAN_UUIDS = {"objectguid", "ms-ds-consistencyguid"}
"""Active Directory stores the first three groups of a UUID in little-endian order ([MS-DTYP] 2.3.4.2)."""

_BINARY = {"guid", "objectsid", *_LITTLE_ENDIAN_UUIDS}
"""Attributes that are never text, even if their bytes happen to be valid UTF-8."""


def shown_as_text(attribute: str, value: bytes) -> str:
    """Return a value as text, without loss: binary values as a UUID or in hexadecimal (`id_text`).

    Args:
        attribute: The name of the attribute.
        value: The value as the directory stores it.
    """
    name = attribute.lower().removesuffix(";binary")
    if name in _LITTLE_ENDIAN_UUIDS and len(value) == 16:
        return str(UUID(bytes_le=value))
    text = None if name in _BINARY else text_in(value)
    return (id_text(value) or "") if text is None else text
