"""People in a directory: find one, compare their password, read what they are and which roles their groups give."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gatewright.errors import ConfigurationError
from gatewright.providers.directory import Connected, Directory, Entry
from gatewright.providers.is_set import is_set
from gatewright.providers.ldap_layout import LDAPLayout

_IN_NAME = "{username}"


@dataclass(frozen=True, slots=True)
class Person:
    """What a directory knows of somebody."""

    fields: dict[str, Any]
    roles: list[str]


class LDAPPeople:
    """The people of one directory.

    Args:
        directory: The directory.
        layout: Where it keeps people and groups.
    """

    def __init__(self, directory: Directory, layout: LDAPLayout) -> None:
        self._directory = directory
        self._layout = layout

    def find(self, username: str, password: str | None) -> Person | None:
        """Return somebody; with a password, only if it is right. Neither can be found out from the number of answers.

        Raises:
            ProviderUnavailableError: If the directory cannot be asked.
            ConfigurationError: If it refuses the service account, or two people share the name.
        """
        with self._directory.connect() as connected:
            entry = self._find_entry(connected, username)
            is_right = password is None or self._is_password_of(entry, username, password)
            return self._read(connected, entry) if entry is not None and is_right else None

    def _find_entry(self, connected: Connected, username: str) -> Entry | None:
        layout = self._layout
        people = connected.search(
            layout.people,
            f"(&{layout.people_filter}({layout.username_attribute}={{username}}))",
            {"username": username},
            attributes={layout.username_attribute, *layout.attributes.values()},
            at_most=2,
        )
        if len(people) > 1:
            raise ConfigurationError(
                f"Two people below {layout.people} have the same {layout.username_attribute}. "
                "Choose an attribute that is unique, or a people_filter.",
                username=username,
            )
        return people[0] if people else None

    def _is_password_of(self, entry: Entry | None, username: str, password: str) -> bool:
        """Bind as somebody in any case, so that an unknown user costs as many answers as a wrong password."""
        if entry is not None:
            return self._directory.is_password_of(entry.dn, password)
        people, attribute = self._layout.people, self._layout.username_attribute
        nobody = people if _IN_NAME in people else f"{attribute}={_IN_NAME},{people}"
        return self._directory.is_password_of(nobody, password, values={"username": username})

    def _read(self, connected: Connected, entry: Entry) -> Person:
        layout = self._layout
        fields: dict[str, Any] = {name: entry.first(held) for name, held in layout.attributes.items()}
        fields |= {name: is_set(fields[name]) for name in ("active", "verified") if name in fields}
        username = str(entry.first(layout.username_attribute))
        roles = self._roles_of(connected, entry.dn, username)
        return Person(fields | {"username": username, "dn": entry.dn}, roles)

    def _roles_of(self, connected: Connected, dn: str, username: str) -> list[str]:
        layout = self._layout
        if layout.groups is None:
            return []
        groups = connected.search(
            layout.groups,
            layout.groups_filter,
            {"dn": dn, "username": username},
            attributes={layout.group_name_attribute},
        )
        names = {str(group.first(layout.group_name_attribute)) for group in groups}
        return [role for group, role in layout.roles.items() if group in names]
