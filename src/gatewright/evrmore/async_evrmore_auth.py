"""`AsyncEvrmoreAuth`: sign in by signing a challenge with a wallet, for asynchronous code."""

from __future__ import annotations

from gatewright.auth.async_auth import AsyncAuth
from gatewright.crypto import new_wallet, sign_message
from gatewright.methods.wallet.authenticate import authenticate
from gatewright.methods.wallet.generate_challenge import find_challenge, generate_challenge
from gatewright.methods.wallet.signed_challenge import WalletAttempt
from gatewright.methods.wallet.verify_signature import verify_signature
from gatewright.model import Challenge, Session
from gatewright.operations.purge import delete_expired_challenges


class AsyncEvrmoreAuth(AsyncAuth):
    """Wallet sign-in, on top of everything that `AsyncAuth` does."""

    async def generate_challenge(
        self, evrmore_address: str, expire_minutes: float = 10, *, ip_address: str | None = None
    ) -> str:
        """Create a challenge: a text that the holder of an address is asked to sign.

        Args:
            evrmore_address: The P2PKH address that wants to sign in.
            expire_minutes: The challenge's lifetime, in minutes; with 0 it has already expired.
            ip_address: Where the request comes from, to limit how often one client may ask.

        Returns:
            The text to sign: one line that names the site, the address and the time.

        Raises:
            InvalidAddressError: If the address is not on a network that may sign in.
            InvalidParameterError: If another argument is not acceptable.
            RateLimitError: If the address or the client has made too many requests.
            Denied: If a ``pre_challenge`` hook refuses.
            StoreUnavailableError: If the challenge cannot be stored.
        """
        challenge = await generate_challenge(
            self._parts, evrmore_address, expire_minutes=expire_minutes, ip_address=ip_address
        )
        return challenge.challenge_text

    async def authenticate(
        self,
        evrmore_address: str,
        challenge: str,
        signature: str,
        *,
        skip_ownership_check: bool = False,
        token_expire_minutes: float | None = None,
        ip_address: str | None = None,
        user_agent: str | None = None,
    ) -> Session:
        """Exchange a signed challenge for a session, exactly once.

        Args:
            evrmore_address: The address that wants to sign in.
            challenge: The text from `generate_challenge`.
            signature: The signature over it, base64, as wallets and ``signmessage`` produce it.
            skip_ownership_check: Accept a challenge made for another address. The signature is always checked.
            token_expire_minutes: The session's lifetime, in minutes; by default the setting ``token_minutes``.
            ip_address: Where the attempt comes from, to show in the list of sessions, and to limit how often one client
                may fail.
            user_agent: The browser's ``User-Agent``, to show in the list of sessions.

        Returns:
            The new session; ``session.token`` is what the client keeps.

        Raises:
            AttemptBlockedError: If too many attempts by this client have failed.
            InvalidChallengeError: If the challenge is unknown, for another address, used or expired.
            InvalidSignatureError: If the signature over the challenge was not made with the address's key.
            InactiveUserError: If the account has been deactivated.
            InvalidParameterError: If an argument is not acceptable.
            Denied: If a ``pre_auth`` or ``pre_verify`` hook refuses.
            StoreUnavailableError: If the database refuses. The challenge is not used up.
        """
        attempt = WalletAttempt(
            evrmore_address=evrmore_address,
            challenge=challenge,
            signature=signature,
            skip_ownership_check=skip_ownership_check,
        )
        return await authenticate(
            self._parts,
            attempt,
            token_expire_minutes=token_expire_minutes,
            ip_address=ip_address,
            user_agent=user_agent,
        )

    async def verify_signature(self, address: str, message: str, signature: str) -> bool:
        """Return whether the key of an address signed a message. The verify hooks fire.

        Raises:
            Denied: If a ``pre_verify`` hook refuses.
        """
        return await verify_signature(self._parts, address=address, message=message, signature=signature)

    async def get_challenge_details(self, challenge: str) -> Challenge | None:
        """Return the details of the challenge with this text, or None.

        Raises:
            InvalidParameterError: If ``challenge`` cannot be the text of a challenge.
            StoreUnavailableError: If it cannot be looked up.
        """
        return await find_challenge(self._parts, challenge)

    async def cleanup_expired_challenges(self, *, at_most: int = 2**31) -> int:
        """Delete expired challenges, and return how many; at most ``at_most`` in one transaction.

        Raises:
            InvalidParameterError: If ``at_most`` is not a positive number of rows.
            StoreUnavailableError: If the challenges cannot be deleted.
        """
        return await delete_expired_challenges(self._parts, at_most=at_most)

    def create_wallet_address(self) -> tuple[str, str]:
        """Create a new wallet on the first configured network.

        Returns:
            The address, and its private key in wallet import format. Nothing is stored.
        """
        return new_wallet(self._parts.random.token_bytes, network=self._parts.networks[0])

    def sign_message(self, wif: str, message: str) -> str:
        """Sign a message as a wallet would.

        Args:
            wif: A private key in wallet import format, of a configured network.
            message: The text to sign, exactly.

        Returns:
            The recoverable signature, base64.

        Raises:
            InvalidKeyError: If the key cannot be read.
            InvalidParameterError: If the message is not a string.
        """
        return sign_message(message, wif=wif, networks=self._parts.networks)
