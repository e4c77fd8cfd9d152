"""People in a directory: find one, verify their password, read their attributes and the roles of their groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gatewright.errors import ConfigurationError
from gatewright.flags import is_flag_set
from gatewright.providers.ldap.directory import Connected, Directory, Entry
from gatewright.providers.ldap.layout import LDAPLayout

_IN_NAME = "{username}"


@dataclass(frozen=True, slots=True)
class Person:
    """What a directory holds about a person."""

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
        own = layout.attributes.get("id")
        self._id_attributes = tuple(layout.id_attributes) if own is None else (own,)

    def find(self, username: str, password: str | None) -> Person | None:
        """Return a person; with a password, only if it is right. The number of round trips reveals neither.

        Raises:
            ProviderUnavailableError: If the directory cannot be queried.
            ConfigurationError: If it refuses the service account, if two people share the name, or if somebody has
                no id, or a name that is not text.
        """
        with self._directory.connect() as connected:
            entry = self._find_entry(connected, username)
            is_right = password is None or self._is_password_of(entry, username, password)
            return self._read(connected, entry) if entry is not None and is_right else None

    def _find_entry(self, connected: Connected, username: str) -> Entry | None:
        layout = self._layout
        people, are_all = connected.search(
            layout.people,
            f"(&{layout.people_filter}({layout.username_attribute}={{username}}))",
            {"username": username},
            attributes={layout.username_attribute, *self._id_attributes, *layout.attributes.values()},
            at_most=2,
        )
        if len(people) > 1 or not are_all:
            raise ConfigurationError(
                f"Two people below {layout.people} have the same {layout.username_attribute}. "
                "Choose an attribute that is unique, or a people_filter.",
                username=username,
            )
        return people[0] if people else None

    def _is_password_of(self, entry: Entry | None, username: str, password: str) -> bool:
        """Bind in any case, so that an unknown user costs as many round trips as a wrong password."""
        if entry is not None:
            return self._directory.is_password_of(entry.dn, password)
        people, attribute = self._layout.people, self._layout.username_attribute
        nobody = people if _IN_NAME in people else f"{attribute}={_IN_NAME},{people}"
        return self._directory.is_password_of(nobody, password, values={"username": username})

    def _read(self, connected: Connected, entry: Entry) -> Person:
        layout = self._layout
        fields: dict[str, Any] = {name: entry.first(held) for name, held in layout.attributes.items()}
        fields |= {name: is_flag_set(fields[name]) for name in ("active", "verified") if name in fields}
        username = self._username_of(entry)
        roles = self._roles_of(connected, {"dn": entry.dn, "username": username})
        return Person(fields | self._id_of(entry) | {"username": username, "dn": entry.dn}, roles)

    def _username_of(self, entry: Entry) -> str:
        attribute = self._layout.username_attribute
        username = next(iter(entry.texts(attribute)), None)
        if username is None:
            raise ConfigurationError(
                f"The {attribute} of {entry.dn} is not text. Choose a username_attribute that people can type."
            )
        return username

    def _id_of(self, entry: Entry) -> dict[str, str]:
        """Return the id field. A missing id is an error: a name alone may be reassigned to somebody else."""
        if not self._id_attributes:
            return {}
        held = next(filter(None, map(entry.first, self._id_attributes)), None)
        if held is None:
            raise ConfigurationError(
                f"{entry.dn} has none of {', '.join(self._id_attributes)} that gatewright may read. Let the service "
                "account read one, or name another attribute that never changes in id_attributes of LDAPLayout. If "
                "that is empty, the username is the id, which is safe only if no name is ever reassigned."
            )
        return {"id": held}

    def _roles_of(self, connected: Connected, values: Mapping[str, str]) -> list[str]:
        layout = self._layout
        if layout.groups is None or not layout.roles:
            return []
        names = self._groups_among(connected, layout.groups, [*layout.roles], values)
        return [role for group, role in layout.roles.items() if group in names]

    def _groups_among(
        self, connected: Connected, base: str, names: Sequence[str], values: Mapping[str, str]
    ) -> set[str]:
        """Return which of these groups a person is in; halve the list where a server limits the size of results."""
        attribute = self._layout.group_name_attribute
        named = {f"group_{number}": name for number, name in enumerate(names)}
        wanted = "".join(f"({attribute}={{{place}}})" for place in named)
        groups, are_all = connected.search(
            base, f"(&{self._layout.groups_filter}(|{wanted}))", {**values, **named}, attributes={attribute}
        )
        if are_all or len(names) == 1:  # of several groups with the same name, one is enough
            return {name for group in groups for name in group.texts(attribute)}
        middle = len(names) // 2
        halves = (names[:middle], names[middle:])
        return set().union(*(self._groups_among(connected, base, half, values) for half in halves))
