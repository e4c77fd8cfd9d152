"""Sign in with a wallet: a challenge signed with the key of its address is exchanged for exactly one session."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from gatewright.crypto import is_address, read_address
from gatewright.errors import (
    AttemptBlockedError,
    AuthenticationError,
    ChallengeAlreadyUsedError,
    InactiveUserError,
    InvalidParameterError,
    SecondFactorRequiredError,
)
from gatewright.methods.method import Proven
from gatewright.methods.wallet.binding import require_offered
from gatewright.methods.wallet.signed_challenge import WalletAttempt, require_signed_challenge, wallet_proof
from gatewright.model import Account, Challenge, Session
from gatewright.operations.arguments import (
    is_ip_address,
    require_flag,
    require_minutes,
)
from gatewright.operations.attempts import account_name, count_failure, refuse_blocked_client
from gatewright.operations.audit import entry
from gatewright.operations.best_effort import best_effort_write
from gatewright.operations.new_device import tell_of_new_device
from gatewright.operations.open_session import open_session
from gatewright.operations.parts import Parts
from gatewright.operations.second_factor import may_ask_after, needs_second_factor
from gatewright.operations.sign_in import require_no_more
from gatewright.operations.step import Step
from gatewright.operations.users import WALLET_PROVIDER, user_of
from gatewright.operations.visits import Device, life_of_visits, new_visit_secret, read_device, reload_user
from gatewright.ports import Browser, VisitSecrets
from gatewright.proofs import write_proofs

_Failure = AuthenticationError | AttemptBlockedError | InvalidParameterError


@dataclass(frozen=True, slots=True)
class _Naming:
    """How a client identifies its new session: by a token, or by the secret of a visit."""

    lifetime: timedelta
    make_token: Callable[[Session], str]
    visit: VisitSecrets | None = None


async def authenticate(
    parts: Parts,
    attempt: WalletAttempt,
    *,
    token_expire_minutes: float | None,
    ip_address: str | None,
    user_agent: str | None,
) -> Session:
    """Exchange a signed challenge for a session identified by a token.

    All checks precede the claim, so a wrong signature, another user's attempt or a late one does not use up the
    challenge.

    Args:
        parts: The application's parts.
        attempt: The address, challenge and signature.
        token_expire_minutes: Lifetime of the session, in minutes; None means the setting.
        ip_address: Where the attempt comes from, to show in the list of sessions, and to limit a client's failures.
        user_agent: The ``User-Agent`` header, to show in the list of sessions.

    Returns:
        The new session. This is the only time that it includes its token.

    Raises:
        AttemptBlockedError: If too many attempts of this client have failed.
        InvalidChallengeError: If the challenge is unknown, for another address, used or expired.
        InvalidSignatureError: If the signature is not the address's over the challenge.
        InactiveUserError: If the account has been deactivated.
        InvalidParameterError: If an argument is not acceptable.
        SecondFactorRequiredError: If the policy requires another proof, which only a visit can provide.
        Denied: If a ``pre_auth`` or ``pre_verify`` hook refuses.
    """

    async def sign_in() -> Session:
        minutes = parts.settings.token_minutes if token_expire_minutes is None else token_expire_minutes
        lifetime = timedelta(minutes=require_minutes("token_expire_minutes", minutes, least=1 / 60))
        naming = _Naming(lifetime, make_token=lambda session: _issue_token(parts, session))
        device = read_device(ip_address, user_agent)
        await refuse_blocked_client(parts, client=device.ip_address)
        return await _sign_in(parts, attempt, naming, device=device)

    return await _telling_failures(parts, attempt, sign_in, ip_address=ip_address)


async def authenticate_visit(step: Step, attempt: WalletAttempt, *, is_bound: bool = False) -> Proven:
    """Exchange a signed challenge for the session of a visit, and end the visit's previous session.

    Args:
        step: The first step of a sign-in, with the browser.
        attempt: The address, challenge and signature.
        is_bound: Whether the challenge must have been issued to this browser.

    Returns:
        The user, with the session; its ``token`` is the secret to store in the session mapping.

    Raises:
        SecondFactorRequiredError: If the policy requires another proof. The sign-in stays pending.
        InvalidChallengeError: If it was issued to another browser.
        GatewrightError: What `authenticate` raises.
    """
    parts, device, browser = step.parts, step.device, step.require_browser()
    secret, secrets = new_visit_secret(parts, previous_secret=browser.secret())
    naming = _Naming(life_of_visits(parts), make_token=lambda _: secret, visit=secrets)

    async def sign_in() -> Session:
        await refuse_blocked_client(parts, client=device.ip_address)
        if is_bound:
            await require_offered(step, attempt)
        return await _sign_in(parts, attempt, naming, device=device, browser=browser)

    session = await _telling_failures(parts, attempt, sign_in, ip_address=device.ip_address)
    user = await reload_user(parts, provider=session.provider, username=session.username)
    if user is None:
        raise InactiveUserError("The account has meanwhile been deactivated or deleted.", user_id=session.user_id)
    return Proven(user, wallet_proof(session.created_at), session)


async def _sign_in(
    parts: Parts, attempt: WalletAttempt, naming: _Naming, *, device: Device, browser: Browser | None = None
) -> Session:
    attempt = await _ask_hooks(parts, attempt)
    now = parts.clock.now()
    challenge = await require_signed_challenge(parts, attempt, now=now)
    step = Step(parts, device, browser, WALLET_PROVIDER, proofs=(wallet_proof(now),))
    known = (
        await parts.store.find_account_by_wallet(attempt.evrmore_address) if may_ask_after(parts, "wallet") else None
    )
    if known is not None and known.is_active:
        await _require_no_more(step, known, challenge)
    newcomer = _account_for(parts, attempt.evrmore_address, now)
    draft = Session(
        id=parts.new_id(),
        user_id=newcomer.id,
        evrmore_address=attempt.evrmore_address,
        provider=WALLET_PROVIDER,
        created_at=now,
        expires_at=now + naming.lifetime,
        is_active=True,
        ip_address=device.ip_address,
        user_agent=device.user_agent,
        username=attempt.evrmore_address,
        last_seen_at=now,
        is_fully_authenticated=True,
        proven_by=write_proofs(step.proofs),
    )
    signed_in = entry(
        parts,
        "signed_in",
        username=attempt.evrmore_address,
        provider=WALLET_PROVIDER,
        method="wallet",
        client=draft.ip_address,
        at=now,
    )

    async def claim() -> Session:
        claimed = await parts.store.claim_challenge(
            challenge.id, newcomer=newcomer, session=draft, audit=signed_in, visit=naming.visit
        )
        if claimed is None:
            raise ChallengeAlreadyUsedError("Another attempt has just used this challenge.", reason="challenge_used")
        account, session = claimed
        if not account.is_active:
            raise InactiveUserError(user_id=account.id)
        named = replace(draft, user_id=account.id)
        try:
            # Whoever gave a wallet's account an email address has signed in to it before.
            await tell_of_new_device(parts, account, session, device=device, has_been_here=True)
            user = await user_of(parts, account)
            if known is None and may_ask_after(parts, "wallet"):
                # A new account must exist before it can have a second factor.
                await require_no_more(replace(step, user=user))
        except BaseException:  # the policy and the user class are the application's own code
            await parts.store.end_session(session.id)
            raise
        return await open_session(parts, user, session, make_token=lambda: naming.make_token(named))

    return await parts.shield(claim())


async def _require_no_more(step: Step, account: Account, challenge: Challenge) -> None:
    """Use up the challenge as a first proof, if the policy requires a second one.

    Raises:
        SecondFactorRequiredError: If it does.
        ChallengeAlreadyUsedError: If another attempt has just used the challenge.
    """
    parts = step.parts
    step = replace(step, user=await user_of(parts, account))
    if not await needs_second_factor(step, step.proofs):
        return
    if not await parts.store.spend_challenge(challenge.id, now=step.now):
        raise ChallengeAlreadyUsedError("Another attempt has just used this challenge.", reason="challenge_used")
    await require_no_more(step)


async def _ask_hooks(parts: Parts, attempt: WalletAttempt) -> WalletAttempt:
    """Let hooks change the parameters, and validate the results like the originals."""
    asked = await parts.hooks.pre_auth.fire(
        evrmore_address=attempt.evrmore_address,
        challenge=attempt.challenge,
        signature=attempt.signature,
        skip_ownership_check=attempt.skip_ownership_check,
    )
    read_address(asked["evrmore_address"], parts.networks)
    require_flag("skip_ownership_check", asked["skip_ownership_check"])
    return WalletAttempt(**asked)


def _account_for(parts: Parts, evrmore_address: str, now: datetime) -> Account:
    """Return the account to create if the address signs in for the first time."""
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


def _issue_token(parts: Parts, session: Session) -> str:
    return parts.tokens.issue(
        subject=session.user_id,
        session_id=session.id,
        issued_at=session.created_at,
        expires_at=session.expires_at,
        extra={"evrmore_address": session.evrmore_address},
    )


async def _telling_failures(
    parts: Parts, attempt: WalletAttempt, sign_in: Callable[[], Awaitable[Session]], *, ip_address: object
) -> Session:
    """Sign in. Count and record a failure, fire its event, and raise it."""
    try:
        return await sign_in()
    except SecondFactorRequiredError:
        raise  # nothing has failed
    except (AuthenticationError, AttemptBlockedError, InvalidParameterError) as error:
        await _tell_failure(parts, attempt, error, client=str(ip_address) if is_ip_address(ip_address) else None)
        raise


async def _tell_failure(parts: Parts, attempt: WalletAttempt, error: _Failure, *, client: str | None) -> None:
    reason = str(error.evidence.get("reason", error.code))
    username = attempt.evrmore_address
    # Anything but an address may be a private key pasted by mistake, which must not get into the database.
    shown = username if is_address(username, parts.networks) else None
    if not isinstance(error, AttemptBlockedError):
        with best_effort_write("The count of a failure"):
            await count_failure(parts, name=account_name(WALLET_PROVIDER, shown or ""), client=client)
    failed = entry(
        parts, "sign_in_failed", username=shown, provider=WALLET_PROVIDER, method="wallet", client=client, reason=reason
    )
    with best_effort_write("The record of a refusal"):
        await parts.store.add_audit(failed)
    await parts.hooks.auth_failed.fire(username=username, method="wallet", reason=reason)
