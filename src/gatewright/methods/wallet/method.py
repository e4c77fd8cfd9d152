"""`Wallet`: a private key that the user holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from gatewright.errors import InvalidAddressError
from gatewright.fields import N_, Field
from gatewright.methods.method import Method, Proven
from gatewright.methods.wallet.authenticate import authenticate_visit
from gatewright.methods.wallet.binding import offer_challenge, offered_challenge, require_same
from gatewright.methods.wallet.signed_challenge import (
    AMR,
    KINDS,
    NAME,
    attempt_in,
    is_signed,
    spend_signed_challenge,
)
from gatewright.model import Authenticator
from gatewright.operations.sessions import is_account
from gatewright.operations.step import Step
from gatewright.settings import Settings


class Wallet(Method):
    """Something that a user has: a private key. As a first step, `authenticate_visit` signs in."""

    name = NAME
    title = N_("Wallet")
    kinds = KINDS
    amr = AMR
    strength = 30
    can_begin = True
    page = "login_wallet"
    needs_begin = True
    templates = Path(__file__).parent / "templates"
    prompt = N_("Sign a short text with your wallet to continue.")
    fields = (Field("evrmore_address", N_("Wallet address"), is_required=True, longest=100),)
    api_fields = {  # noqa: RUF012 - declared by Method
        "challenge": "the challenge, exactly as it was given",
        "signature": "the wallet's signature over it, in base64",
    }

    def begins(self, settings: Settings) -> bool:
        """Return whether the settings let visitors sign in with a wallet."""
        return settings.enable_wallet_login

    def records_itself(self, step: Step) -> bool:
        """Return whether this is the first step: `authenticate_visit` counts, fires hooks and records."""
        return step.user is None

    def action_of(self, given: Mapping[str, Any]) -> str | None:
        """Return ``begin`` for an address alone, ``prove`` if there is a challenge or a signature."""
        if is_signed(given):
            return "prove"
        return "begin" if "evrmore_address" in given else None

    async def is_ready(self, step: Step, enrolled: Mapping[str, Sequence[Authenticator]]) -> bool:
        """Return whether a wallet is linked to the user's account."""
        return bool(await self._wallets(step))

    async def begin(self, step: Step, given: Mapping[str, Any]) -> Mapping[str, Any]:
        """Create a challenge for ``evrmore_address``, and bind it to this browser.

        Raises:
            InvalidAddressError: If the address may not sign in, or is not one of the user's.
            RateLimitError: If the address or the client has requested too many.
        """
        address = attempt_in(given).evrmore_address
        if step.user is not None:
            await self._require_own(step, address)
        return await offer_challenge(step, address)

    async def begin_enrolment(self, step: Step, given: Mapping[str, Any]) -> Mapping[str, Any]:
        """Create a challenge for ``evrmore_address``, a wallet to be linked by `link_own_wallet`.

        Raises:
            InvalidAddressError: If the address may not sign in.
            RateLimitError: If the address or the client has requested too many.
        """
        return await offer_challenge(step, attempt_in(given).evrmore_address)

    async def resume(self, step: Step) -> Mapping[str, Any] | None:
        """Return the challenge that this browser was given."""
        return await offered_challenge(step)

    async def options(self, step: Step) -> Mapping[str, Any]:
        """Return the user's wallets."""
        return {"wallets": await self._wallets(step)}

    async def verify(self, step: Step, given: Mapping[str, Any]) -> Proven:
        """Verify ``signature`` over ``challenge`` by ``evrmore_address``; without a user, sign in the wallet's owner.

        Raises:
            InvalidAddressError: If the wallet is not the user's own.
            InvalidChallengeError: If the challenge was issued to another browser, is used or has expired.
            InvalidSignatureError: If the signature is not right.
            GatewrightError: What `authenticate_visit` raises.
        """
        attempt = attempt_in(given)
        if step.user is None:
            return await authenticate_visit(step, attempt, is_bound=True)
        await self._require_own(step, attempt.evrmore_address)
        pending = await step.require_kept(self.name)
        require_same(pending, attempt)
        await spend_signed_challenge(step.parts, attempt)
        await step.claim(pending)
        return Proven(step.user, self.proof(step))

    async def _require_own(self, step: Step, evrmore_address: str) -> None:
        if evrmore_address not in await self._wallets(step):
            raise InvalidAddressError("This wallet is not the visitor's own.")

    async def _wallets(self, step: Step) -> list[str]:
        user = step.user
        return await step.parts.store.list_wallets(user.id) if user is not None and is_account(user) else []
