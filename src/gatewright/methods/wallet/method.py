"""`Wallet`: a key that somebody holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hmac import compare_digest
from pathlib import Path
from typing import Any

from gatewright.errors import InvalidAddressError, InvalidChallengeError
from gatewright.fields import N_, Field
from gatewright.methods.method import Method, Proven
from gatewright.methods.wallet.generate_challenge import generate_challenge
from gatewright.methods.wallet.signed_challenge import AMR, FIELDS, KINDS, NAME, WalletAttempt, spend_signed_challenge
from gatewright.model import Authenticator, as_utc
from gatewright.operations.sessions import is_account
from gatewright.operations.step import Step, data_of

_MINUTES = 10


class Wallet(Method):
    """Something that a user has: a private key. It proves users who are known; `authenticate` signs in by it alone."""

    name = NAME
    title = N_("Wallet")
    kinds = KINDS
    amr = AMR
    strength = 30
    needs_begin = True
    templates = Path(__file__).parent / "templates"
    prompt = N_("Sign a short text with your wallet to go on.")
    fields = (Field("evrmore_address", N_("Wallet address"), is_required=True, longest=100),)

    async def is_ready(self, step: Step, enrolled: Mapping[str, Sequence[Authenticator]]) -> bool:
        """Say whether a wallet is linked to the user's account."""
        return bool(await self._wallets(step))

    async def begin(self, step: Step, given: Mapping[str, Any]) -> Mapping[str, Any]:
        """Make a challenge for ``evrmore_address``, and bind it to this browser.

        Raises:
            InvalidAddressError: If the address may not sign in, or is not one of the user's.
            RateLimitError: If the address or the client has asked too often.
        """
        address = await self._own_address(step, given)
        challenge = await generate_challenge(
            step.parts, address, expire_minutes=_MINUTES, ip_address=step.device.ip_address
        )
        begun = {
            "evrmore_address": address,
            "challenge": challenge.challenge_text,
            "expires_at": as_utc(challenge.expires_at).isoformat(),
        }
        await step.keep(self.name, begun, minutes=_MINUTES)
        return begun

    async def resume(self, step: Step) -> Mapping[str, Any] | None:
        """Return the challenge that this browser was given."""
        pending = await step.kept(self.name)
        return None if pending is None else data_of(pending)

    async def options(self, step: Step) -> Mapping[str, Any]:
        """Return the user's wallets."""
        return {"wallets": await self._wallets(step)}

    async def verify(self, step: Step, given: Mapping[str, Any]) -> Proven:
        """Verify ``signature`` over ``challenge`` by ``evrmore_address``.

        Raises:
            InvalidAddressError: If the wallet is not the user's own.
            InvalidChallengeError: If the challenge was given to another browser, is used or has expired.
            InvalidSignatureError: If the signature is not right.
        """
        address = await self._own_address(step, given)
        challenge, signature = (str(given.get(name, "")).strip() for name in FIELDS[1:])
        pending = await step.require_kept(self.name)
        if not compare_digest(data_of(pending)["challenge"].encode(), challenge.encode(errors="surrogatepass")):
            raise InvalidChallengeError("This challenge was given to another browser.", reason="challenge_not_bound")
        await spend_signed_challenge(step.parts, WalletAttempt(address, challenge, signature))
        await step.claim(pending)
        return Proven(step.require_user(), self.proof(step))

    async def _own_address(self, step: Step, given: Mapping[str, Any]) -> str:
        address = given.get("evrmore_address")
        if not isinstance(address, str) or address.strip() not in await self._wallets(step):
            raise InvalidAddressError("This wallet is not the visitor's own.")
        return address.strip()

    async def _wallets(self, step: Step) -> list[str]:
        user = step.user
        return await step.parts.store.list_wallets(user.id) if user is not None and is_account(user) else []
