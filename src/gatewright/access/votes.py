"""Votes on a permission: each voter grants, denies or abstains, and a strategy counts the votes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import Enum
from typing import Any

from gatewright.model import User


class Vote(Enum):
    """One voter's answer."""

    GRANT = "grant"
    DENY = "deny"
    ABSTAIN = "abstain"


Voter = Callable[[User, str, Any], Vote]
"""A function of the user, the requested permission and the subject (any object, or None)."""


class Strategy(Enum):
    """How votes are counted. If nobody grants, the answer is no."""

    AFFIRMATIVE = "affirmative"
    """One grant is enough."""

    CONSENSUS = "consensus"
    """More grants than denials."""

    UNANIMOUS = "unanimous"
    """At least one grant, and no denial."""


def decide(votes: Iterable[Vote], *, strategy: Strategy) -> bool:
    """Count votes.

    Args:
        votes: The votes.
        strategy: How to count them.
    """
    grants = denials = 0
    for vote in votes:
        grants += vote is Vote.GRANT
        denials += vote is Vote.DENY
    if strategy is Strategy.AFFIRMATIVE:
        return grants > 0
    if strategy is Strategy.CONSENSUS:
        return grants > denials
    return grants > 0 and denials == 0
