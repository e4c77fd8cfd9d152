"""Decide who must give a second factor, and with which methods they can."""

from __future__ import annotations

from collections.abc import Sequence, Set
from typing import Any

from gatewright.errors import ConfigurationError
from gatewright.model import require_collection
from gatewright.operations.parts import Parts
from gatewright.operations.sessions import is_account
from gatewright.operations.step import Step
from gatewright.ports import ProofMethod
from gatewright.proofs import Kind, Proof, assurance_of, kinds_of


async def needs_second_factor(step: Step, proofs: tuple[Proof, ...]) -> bool:
    """Return whether a user who has given these proofs must give another one before they get a session.

    The application's own policy decides first, then the settings ``second_factor``, ``second_factor_roles`` and
    ``second_factor_after``.

    Args:
        step: The step, with its user.
        proofs: The proofs that the user has given.
    """
    parts, user = step.parts, step.require_user()
    if proofs and all(_is_second_only(parts, proof.method) for proof in proofs):
        return True  # as when a remembered visitor confirms with a code: no sign-in can begin with one
    if _are_two(parts, proofs) and not await is_one_mailbox(step, kinds_of(proofs)):
        return False
    if parts.second_factor_policy is not None:
        decided = parts.second_factor_policy(user, proofs)
        if decided is not None:
            return _require_decision(decided)
    if any(_is_enough(parts, proof.method) for proof in proofs):
        return False
    settings = parts.settings
    if settings.second_factor == "required":
        return True
    if set(settings.second_factor_roles).intersection(require_collection(user.roles)):
        return True
    return settings.second_factor == "enrolled" and await _has_demanded(step)


def may_ask_after(parts: Parts, method: str) -> bool:
    """Return whether anybody may be asked for a second factor after this first method."""
    return parts.second_factor_policy is not None or method in parts.settings.second_factor_after


async def is_one_mailbox(step: Step, kinds: Set[Kind]) -> bool:
    """Return whether these kinds of proof are one factor: a mailbox, and a password set through a link to this mailbox.

    Somebody who can read the email would need nothing else. The order of the proofs does not matter.

    Args:
        step: The step, with its user.
        kinds: The kinds that have been proven, or would be.
    """
    user = step.require_user()
    return (
        kinds == {Kind.KNOWLEDGE, Kind.MAILBOX}
        and is_account(user)
        and await step.parts.store.is_password_by_mail(user.id)
    )


async def usable_methods(step: Step, *, is_second: bool) -> list[ProofMethod]:
    """Return the methods that a user can authenticate with now, the strongest first.

    Args:
        step: The step, with its user.
        is_second: Whether to return only methods that add a factor to the proofs of the step.
    """
    enrolled = await step.enrolled()
    usable = [
        method
        for method in step.parts.methods.values()
        if (not is_second or await _adds(step, method)) and await method.is_ready(step, enrolled)
    ]
    return sorted(usable, key=lambda method: -method.strength)


async def confirming_methods(step: Step, *, aal: int) -> list[ProofMethod]:
    """Return the methods that a visitor can authenticate with again, the strongest first.

    Args:
        step: The step, with the visitor and the proofs of their session.
        aal: The authentication assurance level that they need: methods that `is_fresh` would not count are left out.
    """
    return [method for method in await usable_methods(step, is_second=False) if _confirms(step, method, aal=aal)]


async def enrollable_methods(step: Step, *, aal: int | None = None) -> list[ProofMethod]:
    """Return, in order, the methods that a user can enrol to continue if none of those that they have helps.

    Args:
        step: The step, with its user and their proofs.
        aal: The authentication assurance level that a visitor needs; None for the second step of a sign-in.
    """
    enrolled = [method for method in step.parts.methods.values() if method.at_most]
    if aal is not None:
        return [method for method in enrolled if _confirms(step, method, aal=aal)]
    return [method for method in enrolled if await _adds(step, method)]


def is_confirmed_by(proofs: Sequence[Proof], *, aal: int) -> bool:
    """Return whether fresh proofs suffice to confirm a session at an authentication assurance level.

    One factor suffices, at level 2 too (NIST SP 800-63B-4, 2.2.3), because the session's secret is the other one. But a
    mailbox does not suffice there, because it is not an authenticator (3.1.3). Level 3 requires as much as a sign-in
    does (2.3.3).

    Args:
        proofs: The fresh proofs.
        aal: The level.
    """
    if aal >= 3:
        return assurance_of(proofs) >= aal
    return any(aal < 2 or proof.kinds - {Kind.MAILBOX} for proof in proofs)


async def is_first_demanded(step: Step, method: ProofMethod) -> bool:
    """Return whether a user who enrols a method must use it from then on, and had no such method before."""
    return method.is_demanded and not await _has_demanded(step)


def _are_two(parts: Parts, proofs: tuple[Proof, ...]) -> bool:
    """Return whether proofs show two kinds of factor, or two possessions of which a sign-in can begin with one.

    Two possessions are one factor, and do not raise the level (NIST SP 800-63B-4, 2.2.1). But a thief of one still
    lacks the other.
    """
    had = {proof.method for proof in proofs if Kind.POSSESSION in proof.kinds}
    return len(kinds_of(proofs)) > 1 or (len(had) > 1 and not all(_is_second_only(parts, name) for name in had))


async def _adds(step: Step, method: ProofMethod) -> bool:
    """Return whether a proof by a method would, at best, turn the proofs of a step into two factors, or more."""
    shown = kinds_of(step.proofs)
    if method.kinds - shown:
        return not await is_one_mailbox(step, shown | method.kinds)
    is_other = method.name not in {proof.method for proof in step.proofs}
    return is_other and Kind.POSSESSION in method.kinds and _are_two(step.parts, (*step.proofs, _at_best(step, method)))


def _confirms(step: Step, method: ProofMethod, *, aal: int) -> bool:
    """Return whether a proof by a method would, at best, help a visitor reach an authentication assurance level."""
    level, proof = assurance_of(step.proofs), _at_best(step, method)
    if level >= aal:
        return is_confirmed_by([proof], aal=aal)
    reached = assurance_of((*step.proofs, proof))
    # Two steps may lead to level 2, as in a remembered browser. Level 3 is reached in one step or not at all.
    return reached >= aal if aal >= 3 else reached > level


def _at_best(step: Step, method: ProofMethod) -> Proof:
    """Return the strongest proof that a method can give."""
    return Proof(method.name, step.now, method.kinds, (), is_bound_to_device=True)


def _is_enough(parts: Parts, name: str) -> bool:
    """Return whether a proof by a method never requires another one.

    False for a method that no sign-in can begin with, such as an authenticator app: it only ever comes second.
    """
    return not _is_second_only(parts, name) and name not in parts.settings.second_factor_after


def _is_second_only(parts: Parts, name: str) -> bool:
    """Return whether no sign-in can begin with a method, so that it only ever comes second."""
    method = parts.methods.get(name)
    return method is not None and not method.can_begin


async def _has_demanded(step: Step) -> bool:
    enrolled = await step.enrolled()
    return any(method.is_demanded and enrolled.get(name) for name, method in step.parts.methods.items())


def _require_decision(decided: Any) -> bool:
    """Return a policy's decision if it is a bool: an empty list of factors, say, might mean either.

    Raises:
        ConfigurationError: If it is anything else.
    """
    if not isinstance(decided, bool):
        raise ConfigurationError(
            f"second_factor_policy must return True, False, or None to leave it to the settings, not {decided!r:.40}."
        )
    return decided
