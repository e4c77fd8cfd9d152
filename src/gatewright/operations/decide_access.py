"""Answer whether a user may do something: voters are asked, and what the user holds is one of the votes."""

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
"""What a voter is given, in this order."""


def require_voter(parts: Parts, voter: Voter) -> Voter:
    """Return what an application adds as a voter, if it can be asked.

    Raises:
        ConfigurationError: If it cannot; says why.
    """
    if not callable(voter):
        raise ConfigurationError(
            f"A voter must be callable, not {type(voter).__name__}. Name the function without calling it: without "
            "parentheses."
        )
    if not parts.hooks.accepts_coroutines and is_coroutine_function(voter):
        raise ConfigurationError(
            f"The voter {voter!r} is a coroutine function, which the blocking API cannot wait for. Make it a plain "
            "function, or use AsyncAuth."
        )
    problem = misfit(voter, *_ASKED)
    if problem is not None:
        raise ConfigurationError(f"A voter is called with {', '.join(_ASKED)}: {voter!r} does not fit, {problem}.")
    return voter


async def is_granted(parts: Parts, user: User, permission: object, *, subject: object) -> bool:
    """Say whether a user may do something.

    Args:
        parts: The application's parts.
        user: Who asks.
        permission: A dotted name, or ``branch.*`` to ask for anything below it.
        subject: What it is about, for voters; any object, or None.

    Raises:
        ConfigurationError: If a voter answers with anything but a `Vote`.
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
    """Say whether a user has a role. Those of our own accounts have one spelling, whoever asks in another one."""
    name = name_for_record(role) if is_account(user) else role
    return name is not None and name in require_collection(user.roles)


def _holds(user: User, permission: str) -> bool:
    """Say whether a user holds a permission.

    What a branch covers in our own tables stands among the user's permissions, name by name, so that what nobody
    declared is not held. What a provider's own branch covers only the provider knows: everything below it.
    """
    is_answered_by = is_held if is_account(user) else is_covered
    return is_answered_by(permission, require_collection(user.permissions))
