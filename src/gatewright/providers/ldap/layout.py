"""How a directory is laid out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from gatewright.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class LDAPLayout:
    """Where a directory keeps people and groups, and what their attributes are called.

    Args:
        people: The entry below which people are searched, such as ``ou=people,dc=example,dc=org``; or with
            ``{username}`` in it the very name of a person's entry: ``uid={username},ou=people,dc=example,dc=org``.
        username_attribute: What finds a person: ``uid``; for Active Directory ``sAMAccountName``.
        id_attributes: What a person is for good, whatever they are called: the first of these that their entry has is
            the user's id. The defaults are those of OpenLDAP and others, Active Directory, 389 Directory Server and
            eDirectory. An ``id`` in ``attributes`` goes first. Empty for none: then the username is the id, and a name
            that is given to a new person opens what the old person left open.
        people_filter: What else they must fit (RFC 4515).
        attributes: Attributes to read, by the field of the entity that each becomes: the first value counts.
            ``active`` and ``verified`` are read as flags, and whoever lacks the attribute is not.
        groups: The entry below which groups are searched; None where roles do not come from groups.
        groups_filter: Which of them a person is in; ``{dn}`` and ``{username}`` stand for the person's.
        group_name_attribute: What a group is called.
        roles: Roles, by the name of the group whose members have them. Other groups mean nothing, and are not read.

    Raises:
        ConfigurationError: If ``id_attributes`` is one ``str``, which is a collection of characters.
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
            raise ConfigurationError(f'id_attributes is a list of attributes: ["{self.id_attributes}"].')
