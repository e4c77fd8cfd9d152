"""Who must give a second factor, and by which methods they can."""

from __future__ import annotations

from collections.abc import Set

from gatewright.operations.parts import Parts
from gatewright.operations.sessions import is_account
from gatewright.operations.step import Step
from gatewright.ports import ProofMethod
from gatewright.proofs import Kind, Proof, assurance_of, kinds_of


async def needs_second_factor(step: Step, proofs: tuple[Proof, ...]) -> bool:
    """Say whether a user who has given these proofs must give another one before they have a session.

    The application's own policy decides first, then the settings ``second_factor``, ``second_factor_roles`` and
    ``second_factor_after``.

    Args:
        step: The step, with its user.
        proofs: What the user has proven.
    """
    parts, user = step.parts, step.require_user()
    if len(kinds_of(proofs)) > 1 and not await is_one_mailbox(step, kinds_of(proofs)):
        return False
    if parts.second_factor_policy is not None:
        decided = parts.second_factor_policy(user, proofs)
        if decided is not None:
            return decided
    if any(_is_enough(parts, proof.method) for proof in proofs):
        return False
    settings = parts.settings
    if settings.second_factor == "required" or set(settings.second_factor_roles).intersection(user.roles):
        return True
    return settings.second_factor == "enrolled" and await _has_demanded(parts, step)


async def is_one_mailbox(step: Step, kinds: Set[Kind]) -> bool:
    """Say whether these kinds of proof are one factor, in whatever order they come: a mailbox, and a password that a
    link in this mailbox has set. Whoever can read the mail would need nothing else.

    Args:
        step: The step, with its user.
        kinds: What has been proven, or would be.
    """
    user = step.require_user()
    return (
        kinds == {Kind.KNOWLEDGE, Kind.MAILBOX}
        and is_account(user)
        and await step.parts.store.is_password_by_mail(user.id)
    )


def may_ask_after(parts: Parts, method: str) -> bool:
    """Say whether anybody may be asked for a second factor after this first method."""
    return parts.second_factor_policy is not None or method in parts.settings.second_factor_after


async def usable_methods(step: Step, *, is_second: bool) -> list[ProofMethod]:
    """Return the methods by which a user can prove themselves now, the strongest first.

    Args:
        step: The step, with its user.
        is_second: Whether only those count that show something else than the proofs of the step.
    """
    enrolled = await step.enrolled()
    shown = kinds_of(step.proofs) if is_second else frozenset()
    usable = [
        method
        for method in step.parts.methods.values()
        if method.kinds - shown
        and not await is_one_mailbox(step, shown | method.kinds)
        and await method.is_ready(step, enrolled)
    ]
    return sorted(usable, key=lambda method: -method.strength)


async def raising_methods(step: Step) -> list[ProofMethod]:
    """Return the methods by which a user can raise the assurance level of their session now, the strongest first."""
    level = assurance_of(step.proofs)
    usable = await usable_methods(step, is_second=False)
    return [method for method in usable if assurance_of((*step.proofs, _at_best(step, method))) > level]


def _at_best(step: Step, method: ProofMethod) -> Proof:
    """Return the strongest proof that a method can give."""
    return Proof(method.name, step.now, method.kinds, (), is_bound_to_device=len(method.kinds) > 1)


def _is_enough(parts: Parts, name: str) -> bool:
    """Say whether nobody who has proven themselves by a method is asked for another one.

    Never where a sign-in cannot begin with it, such as a code from an authenticator app: it only ever comes second.
    """
    method = parts.methods.get(name)
    is_second_only = method is not None and method.at_most > 0 and not method.can_begin
    return not is_second_only and name not in parts.settings.second_factor_after


async def _has_demanded(parts: Parts, step: Step) -> bool:
    enrolled = await step.enrolled()
    return any(method.is_demanded and enrolled.get(name) for name, method in parts.methods.items())
