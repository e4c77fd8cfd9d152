"""Verify a user's proof by a method: count the attempt, fire the hooks, record a refusal."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from gatewright.errors import (
    AttemptBlockedError,
    AuthenticationError,
    ConfigurationError,
    GatewrightError,
    InvalidParameterError,
)
from gatewright.model import User
from gatewright.operations.arguments import client_of, read_ip_address
from gatewright.operations.attempts import UNDECIDED, Trial, account_name, limit_requests
from gatewright.operations.audit import entry
from gatewright.operations.best_effort import best_effort_write
from gatewright.operations.names import name_for_record
from gatewright.operations.step import Step
from gatewright.ports import ProofMethod
from gatewright.proofs import Proof

_BEGIN = "begin"
"""The action under which a guest's begun proofs are counted, because each writes a row."""


async def begin_by_method(step: Step, method: ProofMethod, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """Prepare a proof. A client whose guests begin too often must wait, as with the challenges of wallets.

    Raises:
        RateLimitError: If it must wait.
        GatewrightError: What the method raises.
    """
    if step.user is None and not method.records_itself(step):
        client, at_most = client_of(read_ip_address(step.device.ip_address)), step.parts.settings.challenges_per_client
        await limit_requests(step.parts, _BEGIN, client=client, at_most=at_most, window=timedelta(minutes=1))
    return require_json(await method.begin(step, given), f"{type(method).__qualname__}.begin must return")


async def prove_by_method(step: Step, method: ProofMethod, given: Mapping[str, Any]) -> Any:
    """Verify a proof.

    Args:
        step: The step.
        method: The method.
        given: The values that were sent.

    Returns:
        What the method has verified: a user and a proof.

    Raises:
        AttemptBlockedError: If too many attempts have failed. Nothing was verified.
        InvalidProofError: If the proof is wrong.
        Denied: If a ``pre_method_use`` hook refuses.
    """
    if method.records_itself(step):
        return await method.verify(step, given)
    parts, user = step.parts, step.user
    claimed = await method.claimed_name(step, given) if user is None else user.username
    trial = Trial(parts, client=step.device.ip_address, is_further=user is not None)
    try:
        await parts.hooks.pre_method_use.fire(user=user, method=method.name)
        await trial.begin(name=account_name(step.provider, claimed) if claimed else None)
        proven = _require_proven(await method.verify(step, given), method)
    except UNDECIDED:
        await trial.forgive()
        raise
    except (AuthenticationError, AttemptBlockedError, InvalidParameterError) as error:
        await trial.fail()
        await tell_failure(step, "sign_in_failed", method.name, claimed, error)
        raise
    await trial.forgive()
    await parts.hooks.post_method_use.fire(user=proven.user, method=method.name, proof=proven.proof)
    return proven


def require_json(value: Any, said: str) -> Mapping[str, Any]:
    """Return what a method sends to a browser or a program, if it is a mapping that JSON can represent.

    Args:
        value: What the method returned.
        said: The beginning of the error: where the value comes from.

    Raises:
        ConfigurationError: If it is not a mapping, or contains something else, such as a datetime.
    """
    if not isinstance(value, Mapping):
        raise ConfigurationError(f"{said} a mapping, not {type(value).__name__}.")
    try:
        json.dumps(dict(value))
    except (TypeError, ValueError) as error:
        raise ConfigurationError(
            f"{said} values that JSON can represent, because programs receive them too ({error}). Convert other values "
            "to texts or numbers, such as moment.isoformat()."
        ) from error
    return value


def _require_proven(proven: Any, method: ProofMethod) -> Any:
    """Return a method's result if it is one.

    Raises:
        ConfigurationError: If it is anything else, such as True or None.
    """
    if not isinstance(getattr(proven, "user", None), User) or not isinstance(proven.proof, Proof):
        raise ConfigurationError(
            f"{type(method).__qualname__}.verify must return Proven(user, proof), not {type(proven).__name__}. If the "
            "proof is wrong, raise InvalidProofError."
        )
    return proven


async def tell_failure(step: Step, event: str, method: str, claimed: str, error: GatewrightError) -> None:
    """Record that a proof or an enrolment was refused, and fire ``auth_failed``.

    Args:
        step: The step.
        event: The event's name in the audit record.
        method: The method's name.
        claimed: The name that the visitor claimed.
        error: Why.
    """
    parts, user = step.parts, step.user
    reason = str(error.evidence.get("reason", error.code))
    failed = entry(
        parts,
        event,
        user_id=None if user is None else user.id,
        username=name_for_record(claimed),
        provider=step.provider,
        method=method,
        client=step.device.ip_address,
        reason=reason,
    )
    with best_effort_write("The record of a refusal"):
        await parts.store.add_audit(failed)
    await parts.hooks.auth_failed.fire(username=claimed, method=method, reason=reason)
