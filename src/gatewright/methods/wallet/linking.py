"""Link wallets to an account, each proven by a signed challenge, and unlink them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from gatewright.crypto import is_address, read_address
from gatewright.errors import (
    AuthenticationError,
    ChallengeAlreadyUsedError,
    InvalidParameterError,
    TakenError,
    UserNotFoundError,
)
from gatewright.methods.wallet.binding import require_offered
from gatewright.methods.wallet.signed_challenge import WalletAttempt, require_signed_challenge
from gatewright.model import Account, AuditEntry, User
from gatewright.operations.accounts import require_account_of_id
from gatewright.operations.audit import entry
from gatewright.operations.best_effort import best_effort_write
from gatewright.operations.parts import Parts
from gatewright.operations.rights import require_account
from gatewright.operations.sessions import is_account
from gatewright.operations.step import Step


async def link_wallet(parts: Parts, username: str, attempt: WalletAttempt, *, actor: str | None) -> None:
    """Link another wallet to an account, so that it can sign in with it.

    Args:
        parts: The application's parts.
        username: The account's user.
        attempt: The wallet's address, and a challenge for it with its signature, used up as in a sign-in.
        actor: Who links it, if not the user.

    Raises:
        UserNotFoundError: If there is no such user.
        InvalidChallengeError: If the challenge is unknown, for another address, used or expired.
        InvalidSignatureError: If the signature is not the address's over the challenge.
        TakenError: If the wallet already belongs to an account.
    """
    account = await require_account(parts, username)
    async with _telling_failures(parts, account, attempt, actor=actor):
        await _link(parts, account, attempt, actor=actor)


async def link_own_wallet(step: Step, attempt: WalletAttempt) -> None:
    """Link another wallet to the account of a step's user, by a challenge of this browser.

    Raises:
        GatewrightError: What `link_wallet` raises.
    """
    user = step.require_user()
    if not is_account(user):
        raise UserNotFoundError("The user is not in our own tables.", username=user.username)
    account = await require_account_of_id(step.parts, user.id)  # their name may be another's by now
    async with _telling_failures(step.parts, account, attempt, actor=user.username):
        await require_offered(step, attempt)
        await _link(step.parts, account, attempt, actor=user.username)


@asynccontextmanager
async def _telling_failures(
    parts: Parts, account: Account, attempt: WalletAttempt, *, actor: str | None
) -> AsyncIterator[None]:
    try:
        yield
    except (AuthenticationError, InvalidParameterError, TakenError) as error:
        reason = str(error.evidence.get("reason", error.code))
        with best_effort_write("The record of a refusal"):
            await parts.store.add_audit(_about(parts, "wallet_link_failed", account, reason, actor=actor))
        await parts.hooks.auth_failed.fire(username=attempt.evrmore_address, method="wallet", reason=reason)
        raise


async def _link(parts: Parts, account: Account, attempt: WalletAttempt, *, actor: str | None) -> None:
    read_address(attempt.evrmore_address, parts.networks)
    challenge = await require_signed_challenge(parts, attempt, now=parts.clock.now())
    linked = _about(parts, "wallet_linked", account, attempt.evrmore_address, actor=actor)
    is_linked = await parts.store.claim_challenge_for_wallet(
        challenge.id, account_id=account.id, evrmore_address=attempt.evrmore_address, audit=linked
    )
    if not is_linked:
        raise ChallengeAlreadyUsedError("Another attempt has just used this challenge.", reason="challenge_used")


async def unlink_wallet(parts: Parts, username: str, evrmore_address: str, *, actor: str | None) -> bool:
    """Unlink a wallet from an account, end the sessions that it opened, and return whether it was linked.

    Raises:
        UserNotFoundError: If there is no such user.
        InvalidParameterError: If it is the account's only way to sign in.
    """
    account = await require_account(parts, username)
    if not is_address(evrmore_address, parts.networks):
        return False
    unlinked = _about(parts, "wallet_unlinked", account, evrmore_address, actor=actor)
    if await parts.store.remove_wallet(evrmore_address, account_id=account.id, audit=unlinked):
        return True
    if evrmore_address in await parts.store.list_wallets(account.id):
        raise InvalidParameterError("This wallet is the account's only way to sign in. Link another one first.")
    return False


def _about(parts: Parts, event: str, account: Account, reason: str, *, actor: str | None) -> AuditEntry:
    username = User(account).username
    return entry(parts, event, user_id=account.id, username=username, method="wallet", reason=reason, actor=actor)
