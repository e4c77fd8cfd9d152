"""Dotted permission names, compared by segments, never as patterns.

``general.delete.local`` is a leaf below ``general.delete`` below ``general``. A grant of ``general.*`` holds for
everything below ``general``; the question ``general.*`` asks whether anything below ``general`` is held.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from gatewright.errors import InvalidParameterError

_LONGEST_NAME = 255
_NAME = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*", re.ASCII)
_BRANCH = ".*"


def require_permission(name: object) -> str:
    """Return ``name`` if it can be the name of one permission.

    Raises:
        InvalidParameterError: If it is anything else, a whole branch included.
    """
    if not isinstance(name, str) or len(name) > _LONGEST_NAME or not _NAME.fullmatch(name):
        raise InvalidParameterError(
            "A permission is named by letters, digits, - and _ in segments with dots between, such as general.read.",
            parameter="permission",
        )
    return name


def require_grantable(name: object) -> str:
    """Return ``name`` if it can be granted: one permission, or a whole branch such as ``general.*``.

    Raises:
        InvalidParameterError: If it is anything else.
    """
    if isinstance(name, str) and name.endswith(_BRANCH):
        return require_permission(name.removesuffix(_BRANCH)) + _BRANCH
    return require_permission(name)


def is_held(asked: object, held: Collection[str]) -> bool:
    """Say whether one of the permissions ``held`` answers the question ``asked``.

    Args:
        asked: A permission, or ``branch.*`` to ask for anything below it. Anything else is not held.
        held: Permissions and branches that were granted.
    """
    if not isinstance(asked, str):
        return False
    if asked in held:
        return True
    if asked.endswith(_BRANCH):
        below = asked.removesuffix("*")
        return any(name.startswith(below) for name in held) or _is_in_branch(below.removesuffix("."), held)
    return _is_in_branch(asked, held)


def _is_in_branch(name: str, held: Collection[str]) -> bool:
    """Say whether one of the branches above ``name`` is held."""
    while "." in name:
        name = name.rpartition(".")[0]
        if name + _BRANCH in held:
            return True
    return False
