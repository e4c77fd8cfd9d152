# Generated from auth/async_accounts.py by tools/write_facades.py: change that file, never this one.
"""Accounts in our own tables, for blocking code."""

from __future__ import annotations

from collections.abc import Iterable

from gatewright.auth.facade import Facade
from gatewright.drive import run_to_completion
from gatewright.methods.wallet.linking import link_wallet, unlink_wallet
from gatewright.methods.wallet.signed_challenge import WalletAttempt
from gatewright.model import Authenticator, User
from gatewright.operations.accounts import (
    NewAccount,
    create_user,
    has_password,
    list_users,
    set_password,
    set_user_active,
    verify_user,
)
from gatewright.operations.factors import list_factors, remove_factors
from gatewright.operations.outbox import read_asker
from gatewright.operations.reencrypt import Reencrypted, reencrypt_secrets
from gatewright.operations.rights import require_account
from gatewright.operations.users import user_of
from gatewright.providers import UserProvider


class Accounts(Facade):
    """Creates and changes accounts. ``actor`` is always who does so, for the audit record."""

    def create_user(
        self,
        username: str | None = None,
        *,
        email: str | None = None,
        password: str | None = None,
        password_hash: str | None = None,
        is_active: bool = True,
        is_verified: bool = False,
        roles: Iterable[str] = (),
        user_id: str | None = None,
        actor: str | None = None,
    ) -> User:
        """Create an account.

        Args:
            username: The name to sign in with; the email address works as well.
            email: The email address. One of the two is required.
            password: Its password, checked against the policy.
            password_hash: Instead of a password, a hash made by another system; renewed at the first sign-in.
            is_active: Whether the account may be used at once.
            is_verified: Whether the email address counts as verified.
            roles: Declared roles.
            user_id: An identifier of your own, stored unchanged, of at most 255 characters; by default a random one.
            actor: Who creates it.

        Raises:
            InvalidParameterError: If a name or the identifier is not acceptable, or a role has not been declared.
            WeakPasswordError: If the password is too easy to guess.
            TakenError: If the name, the email address or the identifier is already taken.
        """
        new = NewAccount(username, email=email, is_active=is_active, is_verified=is_verified, roles=roles, id=user_id)
        return run_to_completion(
            create_user(self._parts, new, password=password, password_hash=password_hash, actor=actor)
        )

    def get_user(self, username: str) -> User:
        """Return the user with this username, email address or wallet, active or not.

        Raises:
            UserNotFoundError: If there is none.
            InvalidParameterError: If an argument is not acceptable.
        """
        return run_to_completion(user_of(self._parts, run_to_completion(require_account(self._parts, username))))

    def list_users(self, *, after: str = "", at_most: int = 1000) -> list[User]:
        """Return users ordered by id, starting after the id ``after``.

        Raises:
            InvalidParameterError: If ``at_most`` is not a positive number.
        """
        return run_to_completion(list_users(self._parts, after=after, at_most=at_most))

    def has_password(self, username: str) -> bool:
        """Return whether a user can sign in with a password, rather than only with a wallet.

        Raises:
            UserNotFoundError: If there is no such user.
            InvalidParameterError: If an argument is not acceptable.
        """
        return run_to_completion(has_password(self._parts, username))

    def set_password(
        self, username: str, password: str, *, keep_session: str | None = None, actor: str | None = None
    ) -> None:
        """Change a password. This ends all the user's sessions except the one with the id ``keep_session``.

        Raises:
            UserNotFoundError: If there is no such user.
            WeakPasswordError: If the password is too easy to guess.
            Denied: If a ``pre_password_change`` hook refuses.
            InvalidParameterError: If an argument is not acceptable.
        """
        asker = read_asker(self._parts)
        run_to_completion(
            set_password(self._parts, username, password, keep_session=keep_session, actor=actor, asker=asker)
        )

    def enable_user(self, username: str, *, actor: str | None = None) -> None:
        """Activate an account.

        Raises:
            UserNotFoundError: If there is no such user.
            InvalidParameterError: If an argument is not acceptable.
        """
        run_to_completion(set_user_active(self._parts, username, is_active=True, actor=actor))

    def disable_user(self, username: str, *, actor: str | None = None) -> None:
        """Deactivate an account; its sessions end at once.

        Raises:
            UserNotFoundError: If there is no such user.
            InvalidParameterError: If an argument is not acceptable.
        """
        run_to_completion(set_user_active(self._parts, username, is_active=False, actor=actor))

    def verify_user(self, username: str, *, actor: str | None = None) -> None:
        """Mark an account as verified.

        Raises:
            UserNotFoundError: If there is no such user.
            InvalidParameterError: If an argument is not acceptable.
        """
        run_to_completion(verify_user(self._parts, username, actor=actor))

    def link_wallet(
        self, username: str, *, evrmore_address: str, challenge: str, signature: str, actor: str | None = None
    ) -> None:
        """Link a wallet for an account to sign in with. Uses up the signed challenge that proves ownership.

        Raises:
            UserNotFoundError: If there is no such user.
            InvalidChallengeError: If the challenge is unknown, for another address, used or expired.
            InvalidSignatureError: If the signature over the challenge was not made with the address's key.
            TakenError: If the wallet already belongs to an account.
            InvalidParameterError: If an argument is not acceptable.
        """
        attempt = WalletAttempt(evrmore_address, challenge, signature)
        run_to_completion(link_wallet(self._parts, username, attempt, actor=actor))

    def unlink_wallet(self, username: str, evrmore_address: str, *, actor: str | None = None) -> bool:
        """Unlink a wallet from an account and end the sessions that it opened. Return whether it was linked.

        Raises:
            UserNotFoundError: If there is no such user.
            InvalidParameterError: If it is the account's only way to sign in.
        """
        return run_to_completion(unlink_wallet(self._parts, username, evrmore_address, actor=actor))

    def list_wallets(self, username: str) -> list[str]:
        """Return the addresses of an account's wallets, in the order in which they were linked.

        Raises:
            UserNotFoundError: If there is no such user.
            InvalidParameterError: If an argument is not acceptable.
        """
        account = run_to_completion(require_account(self._parts, username))
        return run_to_completion(self._parts.store.list_wallets(account.id))

    def list_authenticators(self, username: str, *, provider: str | UserProvider | None = None) -> list[Authenticator]:
        """Return the authenticators that a user has enrolled, oldest first.

        Args:
            username: An account's username, email address or wallet; for another provider's user, their name there.
            provider: The user's provider; by default gatewright's own accounts.

        Raises:
            UserNotFoundError: If there is no such user.
            ConfigurationError: If there is no such provider.
            InvalidParameterError: If an argument is not acceptable.
        """
        return run_to_completion(list_factors(self._parts, username, provider=provider))

    def remove_authenticators(
        self,
        username: str,
        method: str | None = None,
        *,
        provider: str | UserProvider | None = None,
        actor: str,
        reason: str,
    ) -> list[Authenticator]:
        """Remove authenticators that a user has lost, and notify them by email. Return the removed ones.

        Their sessions continue: see `invalidate_all_tokens`. With the setting ``factor_reset_hours`` the removal is
        only announced at first: it takes effect when the user signs in after that time, unless they use one of the
        authenticators before.

        Args:
            username: The user, as in `list_authenticators`.
            method: The method whose authenticators to remove; by default all methods.
            provider: As in `list_authenticators`.
            actor: Who does it, for the audit record.
            reason: Why, for the audit record: how you know that the request came from the user.

        Raises:
            UserNotFoundError: If there is no such user.
            InvalidParameterError: If there is no such method, or the actor or reason is missing.
            ConfigurationError: If there is no such provider.
            Denied: If a ``pre_method_removal`` hook refuses.
        """
        return run_to_completion(
            remove_factors(self._parts, username, method=method, provider=provider, actor=actor, reason=reason)
        )

    def reencrypt_secrets(self) -> Reencrypted:
        """Re-encrypt with the current key what the previous key encrypted. The previous key can then be removed.

        This affects the secrets of authenticator apps. Nobody is signed out, and users can sign in meanwhile.

        Returns:
            How many secrets were ``renewed``, already ``current``, or ``unreadable`` with either key.
        """
        return run_to_completion(reencrypt_secrets(self._parts))
