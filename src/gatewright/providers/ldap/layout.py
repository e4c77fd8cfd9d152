"""How a directory is laid out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from gatewright.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class LDAPLayout:
    """Where a directory keeps people and groups, and what their attributes are called.

    Args:
        people: The entry below which to search for people, such as ``ou=people,dc=example,dc=org``; or a template for
            the name of a person's entry, with ``{username}`` in it: ``uid={username},ou=people,dc=example,dc=org``.
        username_attribute: The attribute to find a person by: ``uid``; for Active Directory ``sAMAccountName``.
        id_attributes: Attributes that identify a person permanently, even if renamed: the first one that their entry
            has is the user's id. The defaults cover OpenLDAP and others, Active Directory, 389 Directory Server and
            eDirectory. An ``id`` in ``attributes`` replaces them. If empty, the username is the id, and a name that is
            reassigned to another person gives them whatever its previous owner left open.
        people_filter: A further filter for people (RFC 4515).
        attributes: Attributes to read, by the field of the entity that each becomes: the first value counts.
            ``active`` and ``verified`` are read as flags, and count as not set if the attribute is missing.
        groups: The entry below which to search for groups; None if roles do not come from groups.
        groups_filter: Which groups a person is in; ``{dn}`` and ``{username}`` stand for that person's.
        group_name_attribute: The attribute that holds a group's name.
        roles: The role that each group gives its members, by the group's name. Other groups are ignored and not read.

    Raises:
        ConfigurationError: If ``id_attributes`` is a single ``str`` instead of a sequence.
    """

    people: str
    username_attribute: str = "uid"
    people_filter: str = "(objectClass=person)"
    attributes: Mapping[str, str] = field(default_factory=lambda: {"email": "mail", "first_name": "givenName"})
    groups: str | None = None
    groups_filter: str = "(member={dn})"
    group_name_attribute: str = "cn"
    roles: Mapping[str, str] = field(default_factory=dict)
    id_attributes: Sequence[str] = ("entryUUID", "objectGUID", "nsUniqueId", "GUID")

    def __post_init__(self) -> None:
        if isinstance(self.id_attributes, str):
            raise ConfigurationError(f'id_attributes takes a list of attributes: ["{self.id_attributes}"].')
