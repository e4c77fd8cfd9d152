"""Decide whether a user has a permission: the voters vote, and the user's own permissions count as one vote."""

from __future__ import annotations

import inspect
from typing import Any

from gatewright.access import Strategy, Vote, Voter, decide, is_covered, is_held
from gatewright.drive import is_coroutine_function, misfit
from gatewright.errors import ConfigurationError
from gatewright.model import User, require_collection
from gatewright.operations.names import name_for_record
from gatewright.operations.parts import Parts
from gatewright.operations.sessions import is_account

_ASKED = ("user", "permission", "subject")
"""The arguments of a voter, in this order."""


def require_voter(parts: Parts, voter: Voter) -> Voter:
    """Return a voter that an application adds, after checking that it can be called.

    Raises:
        ConfigurationError: If it cannot. The message says why.
    """
    if not callable(voter):
        raise ConfigurationError(
            f"A voter must be callable, not {type(voter).__name__}. Pass the function itself, without parentheses."
        )
    if not parts.hooks.accepts_coroutines and is_coroutine_function(voter):
        raise ConfigurationError(
            f"The voter {voter!r} is a coroutine function, which the blocking API cannot await. Make it a plain "
            "function, or use AsyncAuth."
        )
    problem = misfit(voter, *_ASKED)
    if problem is not None:
        raise ConfigurationError(f"A voter is called with {', '.join(_ASKED)}; {voter!r} cannot be: {problem}.")
    return voter


async def is_granted(parts: Parts, user: User, permission: object, *, subject: object) -> bool:
    """Return whether a user has a permission.

    Args:
        parts: The application's parts.
        user: The user.
        permission: A dotted name, or ``branch.*`` to ask for anything below it.
        subject: What it is about, for voters; any object, or None.

    Raises:
        ConfigurationError: If a voter returns anything but a `Vote`.
    """
    if not isinstance(permission, str):
        return False
    votes = [await _ask(voter, user, permission, subject) for voter in parts.voters]
    if _holds(user, permission):
        votes.append(Vote.GRANT)
    return decide(votes, strategy=Strategy(parts.settings.access_strategy))


async def _ask(voter: Voter, user: User, permission: str, subject: object) -> Vote:
    answer: Any = voter(user, permission, subject)
    vote = await answer if inspect.isawaitable(answer) else answer
    if not isinstance(vote, Vote):
        raise ConfigurationError(f"The voter {voter!r} must return Vote.GRANT, Vote.DENY or Vote.ABSTAIN.")
    return vote


def has_role(user: User, role: object) -> bool:
    """Return whether a user has a role. Our own accounts' roles have one spelling, to which ``role`` is normalised."""
    name = name_for_record(role) if is_account(user) else role
    return name is not None and name in require_collection(user.roles)


def _holds(user: User, permission: str) -> bool:
    """Return whether a user holds a permission.

    In our own tables a branch is expanded to the names that it covers, so that an undeclared permission is not held.
    Only a provider knows what its own branch covers, so that counts as everything below it.
    """
    is_answered_by = is_held if is_account(user) else is_covered
    return is_answered_by(permission, require_collection(user.permissions))
