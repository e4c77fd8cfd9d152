"""Sign in with a wallet: a challenge, signed by the key of its address, becomes exactly one session."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from gatewright.crypto import is_address, read_address
from gatewright.errors import (
    AuthenticationError,
    ChallengeAlreadyUsedError,
    ChallengeExpiredError,
    GatewrightError,
    InactiveUserError,
    InvalidChallengeError,
    InvalidParameterError,
    InvalidSignatureError,
)
from gatewright.model import Account, Challenge, Session, has_passed
from gatewright.operations.arguments import (
    is_ip_address,
    read_ip_address,
    read_user_agent,
    require_flag,
    require_minutes,
)
from gatewright.operations.audit import entry
from gatewright.operations.generate_challenge import find_challenge
from gatewright.operations.open_session import open_session
from gatewright.operations.parts import Parts
from gatewright.operations.users import user_of
from gatewright.operations.verify_signature import verify_signature

PROVIDER = "WalletUserProvider"
"""Where users of wallet sign-in come from."""


@dataclass(frozen=True, slots=True)
class WalletAttempt:
    """Somebody's attempt to sign in with a wallet.

    Args:
        evrmore_address: The address that wants to sign in.
        challenge: The challenge's text.
        signature: The signature over it, base64.
        skip_ownership_check: Whether a challenge made for another address will do. The signature never is skipped.
    """

    evrmore_address: str
    challenge: str = field(repr=False)
    signature: str = field(repr=False)
    skip_ownership_check: bool = False


async def authenticate(
    parts: Parts,
    attempt: WalletAttempt,
    *,
    token_expire_minutes: float | None,
    ip_address: str | None,
    user_agent: str | None,
) -> Session:
    """Turn a signed challenge into a session.

    Every check comes before the claim, so a wrong signature, somebody else's attempt or a late one burns nothing.

    Args:
        parts: The application's parts.
        attempt: Who tries, with what.
        token_expire_minutes: How long the session lives, in minutes; None means the setting.
        ip_address: Where the attempt comes from, to show in the list of sessions.
        user_agent: What the browser says of itself, to show in the list of sessions.

    Returns:
        The new session, the only time with its token.

    Raises:
        InvalidChallengeError: If the challenge is unknown, somebody else's, used or expired.
        InvalidSignatureError: If the signature is not the address's over the challenge.
        InactiveUserError: If the account has been deactivated.
        InvalidParameterError: If an argument is not acceptable.
        Denied: If a ``pre_auth`` or ``pre_verify`` hook refuses.
    """
    try:
        return await _sign_in(
            parts,
            attempt,
            minutes=parts.settings.token_minutes if token_expire_minutes is None else token_expire_minutes,
            ip_address=ip_address,
            user_agent=user_agent,
        )
    except (AuthenticationError, InvalidParameterError) as error:
        await _tell_failure(parts, attempt, error, ip_address=ip_address)
        raise


async def require_signed_challenge(parts: Parts, attempt: WalletAttempt, *, now: datetime) -> Challenge:
    """Return the challenge of an attempt, if it can still be spent and its address has signed it.

    Raises:
        InvalidChallengeError: If it is unknown, somebody else's, used or expired.
        InvalidSignatureError: If the signature is not the address's over the challenge.
    """
    challenge = await _usable_challenge(parts, attempt, now)
    if not await verify_signature(
        parts, address=attempt.evrmore_address, message=challenge.challenge_text, signature=attempt.signature
    ):
        raise InvalidSignatureError(address=attempt.evrmore_address, challenge_id=challenge.id)
    return challenge


async def _sign_in(
    parts: Parts, attempt: WalletAttempt, *, minutes: object, ip_address: object, user_agent: object
) -> Session:
    lifetime = timedelta(minutes=require_minutes("token_expire_minutes", minutes, least=1 / 60))
    client = read_ip_address(ip_address)
    device = read_user_agent(user_agent)
    attempt = await _ask_hooks(parts, attempt)
    now = parts.clock.now()
    challenge = await require_signed_challenge(parts, attempt, now=now)
    newcomer = _account_for(parts, attempt.evrmore_address, now)
    draft = Session(
        id=parts.new_id(),
        user_id=newcomer.id,
        evrmore_address=attempt.evrmore_address,
        provider=PROVIDER,
        created_at=now,
        expires_at=now + lifetime,
        is_active=True,
        ip_address=None if client is None else str(client),
        user_agent=device,
        username=attempt.evrmore_address,
        last_seen_at=now,
        is_fully_authenticated=True,
    )
    signed_in = entry(
        parts,
        "signed_in",
        username=attempt.evrmore_address,
        provider=PROVIDER,
        method="wallet",
        client=draft.ip_address,
        at=now,
    )

    async def claim() -> Session:
        claimed = await parts.store.claim_challenge(challenge.id, newcomer=newcomer, session=draft, audit=signed_in)
        if claimed is None:
            raise ChallengeAlreadyUsedError("Another attempt has just used this challenge.", reason="challenge_used")
        account, session = claimed
        if not account.is_active:
            raise InactiveUserError(user_id=account.id)

        def make_token() -> str:
            return parts.tokens.issue(
                subject=account.id,
                session_id=session.id,
                issued_at=now,
                expires_at=draft.expires_at,
                extra={"evrmore_address": attempt.evrmore_address},
            )

        return await open_session(parts, await user_of(parts, account), session, make_token=make_token)

    return await parts.shield(claim())


async def _ask_hooks(parts: Parts, attempt: WalletAttempt) -> WalletAttempt:
    """Let hooks change the question, and check the final values like given ones."""
    asked = await parts.hooks.pre_auth.fire(
        evrmore_address=attempt.evrmore_address,
        challenge=attempt.challenge,
        signature=attempt.signature,
        skip_ownership_check=attempt.skip_ownership_check,
    )
    read_address(asked["evrmore_address"], parts.networks)
    require_flag("skip_ownership_check", asked["skip_ownership_check"])
    return WalletAttempt(**asked)


async def _usable_challenge(parts: Parts, attempt: WalletAttempt, now: datetime) -> Challenge:
    """Find the challenge and check owner, use and time, in this order."""
    challenge = await find_challenge(parts, attempt.challenge)
    if challenge is None:
        raise InvalidChallengeError("There is no such challenge.", reason="challenge_unknown")
    if challenge.evrmore_address != attempt.evrmore_address and not attempt.skip_ownership_check:
        raise InvalidChallengeError("This challenge was made for another address.", reason="challenge_not_owned")
    if challenge.used:
        raise ChallengeAlreadyUsedError("This challenge has been used.", reason="challenge_used")
    if has_passed(challenge.expires_at, now=now):
        raise ChallengeExpiredError("This challenge has expired.", reason="challenge_expired")
    return challenge


def _account_for(parts: Parts, evrmore_address: str, now: datetime) -> Account:
    """Return the account to make where the address signs in for the first time."""
    return Account(
        id=parts.new_id(),
        username=None,
        email=None,
        evrmore_address=evrmore_address,
        is_active=True,
        is_verified=True,
        created_at=now,
        last_login=now,
    )


async def _tell_failure(parts: Parts, attempt: WalletAttempt, error: GatewrightError, *, ip_address: object) -> None:
    reason = str(error.evidence.get("reason", error.code))
    username = attempt.evrmore_address
    # What is no address may be a key that was pasted as one: it has no place in the record.
    shown = username if is_address(username, parts.networks) else None
    client = str(ip_address) if is_ip_address(ip_address) else None
    failed = entry(
        parts, "sign_in_failed", username=shown, provider=PROVIDER, method="wallet", client=client, reason=reason
    )
    await parts.store.add_audit(failed)
    await parts.hooks.auth_failed.fire(username=username, method="wallet", reason=reason)
