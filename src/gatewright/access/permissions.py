"""Dotted permission names, compared by segment, never as patterns.

``general.delete.local`` is a leaf below ``general.delete``, which is below ``general``. Granting ``general.*`` grants
everything below ``general``; asking for ``general.*`` asks whether anything below ``general`` is held.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from gatewright.errors import InvalidParameterError

_LONGEST_NAME = 255
_NAME = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*", re.ASCII)
_BRANCH = ".*"


def require_permission(name: object) -> str:
    """Return ``name`` if it is a valid name of one permission.

    Raises:
        InvalidParameterError: If it is anything else, including a whole branch.
    """
    if not _is_name(name):
        raise InvalidParameterError(
            "A permission's name has segments of letters, digits, - and _, separated by dots, such as general.read.",
            parameter="permission",
        )
    return str(name)


def require_grantable(name: object) -> str:
    """Return ``name`` if it can be granted: one permission, or a whole branch such as ``general.*``.

    Raises:
        InvalidParameterError: If it is anything else.
    """
    if isinstance(name, str) and name.endswith(_BRANCH):
        return require_permission(name.removesuffix(_BRANCH)) + _BRANCH
    return require_permission(name)


def is_held(asked: str, held: Collection[str]) -> bool:
    """Return whether ``asked`` is among ``held`` or, for ``branch.*``, whether anything below the branch is.

    Args:
        asked: A permission, or a branch to ask for anything below it. An invalid name is never held.
        held: Permissions and branches that were granted.
    """
    if asked in held:
        return True
    branch = asked.removesuffix(_BRANCH)
    return branch != asked and _is_name(branch) and any(name.startswith(f"{branch}.") for name in held)


def is_covered(asked: str, held: Collection[str]) -> bool:
    """Return whether ``asked`` is held, either itself or through a branch above it that was granted as a whole."""
    if is_held(asked, held):
        return True
    name = asked.removesuffix(_BRANCH)
    if not _is_name(name):
        return False
    while "." in name:
        name = name.rpartition(".")[0]
        if name + _BRANCH in held:
            return True
    return False


def _is_name(name: object) -> bool:
    return isinstance(name, str) and len(name) <= _LONGEST_NAME and _NAME.fullmatch(name) is not None
