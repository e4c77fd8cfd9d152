"""Prove a user by a method: count the attempt, fire the hooks, record a refusal."""

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
from gatewright.operations.attempts import Trial, account_name, limit_requests
from gatewright.operations.audit import entry
from gatewright.operations.names import name_for_record
from gatewright.operations.second_writes import second_write
from gatewright.operations.step import Step
from gatewright.ports import ProofMethod
from gatewright.proofs import Proof

_BEGIN = "begin"
"""The action under which it is counted that guests begin to prove themselves, each of which writes a row."""


async def begin_by_method(step: Step, method: ProofMethod, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """Prepare a proof. A client whose guests begin too often has to wait, as with the challenges of wallets.

    Raises:
        RateLimitError: If it does.
        GatewrightError: What the method raises.
    """
    if step.user is None and not method.records_itself(step):
        client, at_most = client_of(read_ip_address(step.device.ip_address)), step.parts.settings.challenges_per_client
        await limit_requests(step.parts, _BEGIN, client=client, at_most=at_most, window=timedelta(minutes=1))
    return require_json(await method.begin(step, given), f"{type(method).__qualname__}.begin has to return")


async def prove_by_method(step: Step, method: ProofMethod, given: Mapping[str, Any]) -> Any:
    """Verify a proof.

    Args:
        step: The step.
        method: The method.
        given: What was sent.

    Returns:
        What the method has verified: a user and a proof.

    Raises:
        AttemptBlockedError: If too many attempts have failed. Nothing was verified.
        InvalidProofError: If the proof is not right.
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
    except (AuthenticationError, AttemptBlockedError, InvalidParameterError) as error:
        await trial.fail()
        await tell_failure(step, "sign_in_failed", method.name, claimed, error)
        raise
    await trial.forgive()
    await parts.hooks.post_method_use.fire(user=proven.user, method=method.name, proof=proven.proof)
    return proven


def require_json(value: Any, said: str) -> Mapping[str, Any]:
    """Return what a method tells a browser or a program, if it is a mapping that JSON can write.

    Args:
        value: What it tells.
        said: How the error begins: whose it is.

    Raises:
        ConfigurationError: If it is none, or holds something else, such as a datetime.
    """
    if not isinstance(value, Mapping):
        raise ConfigurationError(f"{said} a mapping, not {type(value).__name__}.")
    try:
        json.dumps(dict(value))
    except (TypeError, ValueError) as error:
        raise ConfigurationError(
            f"{said} what JSON can write, since programs are told it, too ({error}). Make texts and numbers of the "
            "rest, such as moment.isoformat()."
        ) from error
    return value


def _require_proven(proven: Any, method: ProofMethod) -> Any:
    """Return what a method has verified, if it has.

    Raises:
        ConfigurationError: If it returned anything else, such as True or None.
    """
    if not isinstance(getattr(proven, "user", None), User) or not isinstance(proven.proof, Proof):
        raise ConfigurationError(
            f"{type(method).__qualname__}.verify has to return Proven(user, proof), not {type(proven).__name__}. For "
            "what is not right it raises InvalidProofError."
        )
    return proven


async def tell_failure(step: Step, event: str, method: str, claimed: str, error: GatewrightError) -> None:
    """Record that a proof or an enrolment was refused, and tell ``auth_failed``.

    Args:
        step: The step.
        event: What the audit record calls it.
        method: The method's name.
        claimed: Who it was, as far as they said.
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
    with second_write("The record of a refusal"):
        await parts.store.add_audit(failed)
    await parts.hooks.auth_failed.fire(username=claimed, method=method, reason=reason)
