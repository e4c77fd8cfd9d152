"""`AsyncSigningIn`: how a visitor signs in, stays recognised and signs out, for asynchronous code."""

from __future__ import annotations

from dataclasses import replace

from gatewright.auth.async_visitor import AsyncVisitor
from gatewright.errors import ConfigurationError, InvalidParameterError
from gatewright.methods import Proven
from gatewright.methods.password import attempt, password_proof
from gatewright.methods.wallet.authenticate import authenticate_visit
from gatewright.methods.wallet.signed_challenge import WalletAttempt
from gatewright.model import Session, User
from gatewright.operations.fresh_proof import prove_by_password
from gatewright.operations.prove_user import Claim, loaded_by
from gatewright.operations.remember import forget, recall, remember, series_of
from gatewright.operations.sign_in import advance, waiting_step
from gatewright.operations.step import Step
from gatewright.operations.visits import end_visit
from gatewright.proofs import Kind, Proof
from gatewright.providers import UserProvider


class AsyncSigningIn(AsyncVisitor):
    """Opens and ends a visitor's sessions. Each new session has a new secret and ends the previous one."""

    async def login(self, username: str, password: str, provider: str | UserProvider) -> User:
        """Authenticate a user by password and sign them in: `AsyncAuth.attempt` and `store` in one.

        Returns:
            The user who is now signed in.

        Raises:
            InvalidParameterError: If the username is not a string, or the password is missing.
            AttemptBlockedError: If too many attempts have failed.
            UserNotFoundError: If there is no such user or the password is wrong.
            InactiveUserError: If the user has been deactivated.
            UnverifiedUserError: If the user is not verified yet.
            SecondFactorRequiredError: If the password is right, but the policy requires another proof: see `prove`.
            BusyError: If too many passwords are being hashed.
            ConfigurationError: If there is no such provider.
        """
        name, source = self._parts.sources.find(provider)
        claim = Claim(username, provider=name, source=source, client=self._device.ip_address)
        user = await attempt(self._parts, claim, password)
        await self._advance(await self._first_step(name), user, password_proof(self._parts))
        await self._parts.hooks.login_success.fire(user=user)
        return user

    async def login_with_wallet(self, evrmore_address: str, challenge: str, signature: str) -> User:
        """Authenticate a user by a signed challenge and sign them in. The first sign-in creates an account.

        Args:
            evrmore_address: The address that wants to sign in.
            challenge: The text that the wallet was asked to sign.
            signature: The signature over it, base64.

        Returns:
            The user who is now signed in.

        Raises:
            AttemptBlockedError: If too many attempts by this client have failed.
            InvalidChallengeError: If the challenge is unknown, for another address, used or expired.
            InvalidSignatureError: If the signature over the challenge was not made with the address's key.
            InactiveUserError: If the account has been deactivated.
            InvalidParameterError: If an argument is not acceptable.
            SecondFactorRequiredError: If the policy requires another proof: see `prove`.
            Denied: If a ``pre_auth`` or ``pre_verify`` hook refuses.
        """
        self._is_waiting_known = False
        step, attempt = self._beginning(), WalletAttempt(evrmore_address, challenge, signature)
        return await self._go_on(step, await authenticate_visit(step, attempt))

    async def store(self, user: User, provider: str | UserProvider | None = None) -> Session:
        """Sign in an authenticated user: open a new session, which ends the visit's previous one. Custom data is kept.

        Args:
            user: The user that `attempt`, `bypass` or a provider returned.
            provider: The provider that reloads the user; not needed if `attempt` or `bypass` returned them, or if only
                one provider has users of this class.

        Raises:
            ConfigurationError: If it is unclear which provider the user comes from.
            SecondFactorRequiredError: If the policy requires another proof: see `prove`. Never for a user that `bypass`
                returned: whoever vouches for them has decided.
        """
        name = self._provider_of(user, provider)
        # The application has verified them, mostly by a password: so a password cannot be the second factor.
        proof = user.proof or Proof("store", self._parts.clock.now(), frozenset({Kind.KNOWLEDGE}), ())
        return await self._advance(await self._first_step(name), user, proof, method="store")

    async def confirm_password(self, password: str) -> None:
        """Authenticate the visitor again by their own password, which makes the visit fully authenticated.

        Raises:
            AuthenticationError: If nobody is signed in.
            UserNotFoundError: If the password is wrong.
            AttemptBlockedError: If too many attempts have failed.
            StepUpRequiredError: If the setting ``methods`` leaves passwords out.
            GatewrightError: Whatever else `login` raises.
        """
        _, user = await self._require_visit()
        step = self._step_of(user)
        await self._advance(step, user, await prove_by_password(step, password))

    async def remember(self) -> str:
        """Remember the visitor's browser beyond this session, for the setting ``remember_days``.

        Returns:
            The value to store in the browser, in a separate cookie.

        Raises:
            AuthenticationError: If nobody is signed in, or the visitor is only remembered.
        """
        session, user = await self._require_visit()
        cookie = await remember(self._parts, session, user)
        self._state.keep_series(series_of(cookie))
        return cookie

    async def recall(self, cookie: str) -> str | None:
        """Sign a guest in by their browser's remember-me token. This does not make the visit fully authenticated.

        Args:
            cookie: The cookie's value.

        Returns:
            The cookie's value from now on. If it is unchanged, leave the cookie alone: a concurrent request may just
            have set a newer one. None if it is no longer valid: delete the cookie.
        """
        if not await self.is_guest():
            return cookie
        recalled = await recall(self._parts, cookie, device=self._device, previous_secret=self._state.secret())
        if recalled is None:
            return None
        self._keep(recalled.session, recalled.user)
        self._state.keep_series(series_of(recalled.cookie))
        return recalled.cookie

    async def destroy(self, *, remembered: str | None = None) -> None:
        """Sign out: end the session, forget the browser, and discard the visit's data.

        Args:
            remembered: The browser's value from `remember`, if any, for a visit that was not recalled by it.
        """
        secret = self._state.secret()
        self._visit, self._is_resumed, self._is_waiting_known = None, False, False
        for series in {self._state.series(), series_of(remembered)} - {None}:
            await forget(self._parts, str(series))
        if secret is not None:
            await end_visit(self._parts, secret)
        self._state.clear()  # only now: the visitor must keep the name of a session that could not be ended

    async def start_anew(self) -> None:
        """Discard this visit's sign-in that is waiting for its second factor; the next begins with the first step."""
        waiting = await self._waiting_step()
        self._is_waiting_known = False
        if waiting is not None and waiting.waiting is not None:
            await self._parts.store.claim_pending_step(waiting.waiting.id, now=waiting.now)

    async def _go_on(self, step: Step, proven: Proven) -> User:
        """Take a proof; fires the login hooks if the visitor was a guest until now."""
        is_login = step.user is None or await self.is_guest()
        if proven.session is None:
            await self._advance(step, proven.user, proven.proof)
        else:
            self._keep(proven.session, proven.user)
        if is_login:
            await self._parts.hooks.login_success.fire(user=proven.user)
        return proven.user

    async def _advance(self, step: Step, user: User, proof: Proof, *, method: str | None = None) -> Session:
        """Take a proof: open the visit's session, or leave the sign-in waiting for more."""
        user = loaded_by(user, step.provider)
        session = await self._open(step, user, proof, method=method)
        self._keep(session, user)
        return session

    async def _open(self, step: Step, user: User, proof: Proof, *, method: str | None = None) -> Session:
        """Open a session by a proof. It replaces the visit's session, but the visit does not refer to it yet."""
        self._is_waiting_known = False
        provider = str(user.provider_name)
        return await advance(step, user, proof, provider=provider, previous_secret=self._state.secret(), method=method)

    def _beginning(self, provider: str | None = None) -> Step:
        """Return the first step of a sign-in, whoever it is of: nothing of the visit's session counts for it."""
        return Step(self._parts, self._device, self._state, provider or self._parts.settings.user_provider)

    async def _first_step(self, provider: str) -> Step:
        """Return the step of a visitor who may authenticate anew: their proofs in a pending sign-in still count."""
        waiting = await self._waiting_step()
        return self._beginning(provider) if waiting is None else replace(waiting, provider=provider)

    async def _waiting_step(self) -> Step | None:
        """Return the step of this visit's pending sign-in, loaded once per request; None if there is none."""
        if not self._is_waiting_known:
            self._waiting = await waiting_step(self._beginning())
            self._is_waiting_known = True
        return None if self._waiting is None else replace(self._waiting)

    async def _step(self, *, is_confirmation: bool = False) -> Step:
        """Return the visit's current step: of a pending sign-in, a signed-in visitor, or a guest."""
        waiting = None if is_confirmation else await self._waiting_step()
        if waiting is not None:
            return waiting
        user = await self.user()
        return self._beginning() if user is None else self._step_of(user)

    def _step_of(self, user: User) -> Step:
        """Return the step of the signed-in visitor."""
        session, _ = self._visit or (None, None)
        provider = str(user.provider_name) if session is None else session.provider
        proofs = () if session is None else session.proofs
        return Step(self._parts, self._device, self._state, provider, user=user, proofs=proofs)

    def _provider_of(self, user: User, provider: str | UserProvider | None) -> str:
        """Return the name of the provider that reloads a user."""
        if not isinstance(user, User):
            raise InvalidParameterError(f"user must be a User, not {type(user).__name__}.", parameter="user")
        if user.provider_name is not None:
            return user.provider_name
        if provider is not None:
            return self._parts.sources.find(provider)[0]
        fitting = self._parts.sources.fitting(type(user))
        if len(fitting) != 1:
            raise ConfigurationError(
                f"It is not clear which provider reloads {user!r}: {', '.join(fitting) or 'none'} would do. "
                "Name it: guard.store(user, provider)."
            )
        return fitting[0]
