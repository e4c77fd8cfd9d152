"""`AsyncProving`: proofs by any method, second factors, and what a user has enrolled, in an event loop."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gatewright.auth.async_signing_in import AsyncSigningIn
from gatewright.errors import InvalidParameterError, SecondFactorRequiredError
from gatewright.methods import Method
from gatewright.model import Authenticator, User
from gatewright.operations.enrolment import enrol_method, remove_authenticators, rename_authenticator
from gatewright.operations.fresh_proof import is_fresh, require_fresh
from gatewright.operations.prove import begin_by_method, prove_by_method
from gatewright.operations.second_factor import raising_methods, usable_methods
from gatewright.operations.step import Step, owner_of
from gatewright.proofs import Proof, assurance_of


class AsyncProving(AsyncSigningIn):
    """Proves a visitor by whatever methods there are, one after the other, until the policy is met."""

    async def begin(
        self, method: str, given: Mapping[str, Any] | None = None, *, is_confirmation: bool = False
    ) -> Mapping[str, Any]:
        """Prepare a proof: a challenge for a passkey or a wallet, a code that is mailed.

        Args:
            method: The name of a method.
            given: What it needs to know, such as a username.
            is_confirmation: Whether the visitor who is signed in is to prove themselves once more, whoever else has
                begun to sign in.

        Returns:
            What the visitor's browser or program needs, as JSON can write it.

        Raises:
            InvalidParameterError: If there is no such method.
            RateLimitError: If the visitor has asked too often.
        """
        step = await self._step(is_confirmation=is_confirmation)
        return await begin_by_method(step, self._usable(method, step), given or {})

    async def begun(self, method: str, *, is_confirmation: bool = False) -> Mapping[str, Any] | None:
        """Return what the visitor has begun by a method and can still finish; None where there is nothing.

        Args:
            method: The name of a method.
            is_confirmation: As in `begin`.

        Raises:
            InvalidParameterError: If there is no such method.
        """
        step = await self._step(is_confirmation=is_confirmation)
        return await self._method(method).resume(step)

    async def options(self, method: str, *, is_confirmation: bool = False) -> Mapping[str, Any]:
        """Return what there is for the visitor to choose from before they begin with a method, such as their wallets.

        Args:
            method: The name of a method.
            is_confirmation: As in `begin`.

        Raises:
            InvalidParameterError: If there is no such method.
        """
        return await self._method(method).options(await self._step(is_confirmation=is_confirmation))

    async def prove(self, method: str, given: Mapping[str, Any], *, is_confirmation: bool = False) -> User:
        """Prove the visitor: as the first or second step of a sign-in, or once more in a session.

        Args:
            method: The name of a method.
            given: What it verifies, such as ``{"code": "123456"}``.
            is_confirmation: Whether the visitor who is signed in is to prove themselves once more, whoever else has
                begun to sign in.

        Returns:
            The user who is now signed in.

        Raises:
            InvalidProofError: If it is not right.
            SecondFactorRequiredError: If it is right, and the policy asks for another proof.
            AttemptBlockedError: If too many attempts have failed.
            InvalidParameterError: If there is no such method, or it cannot begin a sign-in.
            GatewrightError: What the method raises.
        """
        step = await self._step(is_confirmation=is_confirmation)
        proven = await prove_by_method(step, self._usable(method, step), given)
        return await self._go_on(step, proven.user, proven.proof)

    async def methods(self, *, is_confirmation: bool = False, aal: int = 0) -> list[str]:
        """Return the methods by which the visitor can prove themselves now, the strongest first.

        In a pending sign-in those are the second factors; for a guest the methods that a sign-in can begin with.

        Args:
            is_confirmation: Whether the visitor who is signed in is to prove themselves once more.
            aal: The authentication assurance level that they need; where their session has less, those that cannot
                raise it are left out.
        """
        pending = None if is_confirmation else await self._pending()
        step = await self._step_after(pending)
        if step.user is None:
            return [name for name, method in self._parts.methods.items() if method.can_begin]
        if is_confirmation and assurance_of(step.proofs) < aal:
            return [method.name for method in await raising_methods(step)]
        return [method.name for method in await usable_methods(step, is_second=pending is not None)]

    async def pending_user(self) -> User | None:
        """Return who has given a first proof in this visit and owes a second; they are not signed in."""
        pending = await self._pending()
        return None if pending is None else pending.user

    async def begin_enrolment(self, method: str, given: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        """Prepare the enrolment of a method, such as by making a secret.

        Returns:
            What the visitor's browser or program needs, as JSON can write it.

        Raises:
            InvalidParameterError: If there is no such method.
            StepUpRequiredError: If the visitor's last proof is too old.
            AuthenticationError: If nobody is signed in.
        """
        return await self._method(method).begin_enrolment(await self._enrolling_step(), given or {})

    async def enrol(self, method: str, given: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        """Enrol a method for the visitor. Where the policy demands one and they have none, that finishes the sign-in.

        Args:
            method: The name of a method.
            given: What it verifies.

        Returns:
            What the user is shown this once, such as recovery codes.

        Raises:
            InvalidProofError: If what was sent is not right.
            InvalidParameterError: If there is no such method, or the user has as many as they may.
            StepUpRequiredError: If the visitor's last proof is too old.
            AuthenticationError: If nobody is signed in.
        """
        step = await self._enrolling_step()
        enrolled = await enrol_method(step, self._method(method), given or {})
        if enrolled.proof is not None:
            await self._go_on(step, step.require_user(), enrolled.proof)
        shown: Mapping[str, Any] = enrolled.shown
        return shown

    async def authenticators(self) -> list[Authenticator]:
        """Return what the visitor has enrolled, oldest first; nothing for a guest."""
        user = await self.user()
        if user is None:
            return []
        return [each for some in (await self._step_of(user).enrolled()).values() for each in some]

    async def rename_authenticator(self, authenticator_id: str, name: str) -> bool:
        """Give one of the visitor's authenticators another name, and say whether they have it.

        Raises:
            InvalidParameterError: If the name is not 1 to 60 characters.
            AuthenticationError: If nobody is signed in.
        """
        _, user = await self._require_visit()
        return await rename_authenticator(self._parts, user, authenticator_id, name)

    async def remove_authenticator(self, authenticator_id: str) -> bool:
        """Remove one of the visitor's authenticators, and say whether they had it.

        Raises:
            StepUpRequiredError: If the visitor's last proof is too old.
            AuthenticationError: If nobody is signed in.
        """
        await self.require_fresh()
        _, user = await self._require_visit()
        step = self._step_of(user)
        found = next((each for each in await self.authenticators() if each.id == authenticator_id), None)
        if found is None:
            return False
        return bool(await remove_authenticators(step, method=found.method, authenticator_id=authenticator_id))

    async def is_fresh(self, minutes: float | None = None, *, aal: int = 0) -> bool:
        """Say whether the visitor's session is as strong as asked, and their last proof as young.

        Args:
            minutes: How long ago they may have proven who they are at most; None for any time.
            aal: The authentication assurance level that their session must have (NIST SP 800-63B-4), 0 to 3.
        """
        session = await self.current_session()
        return session is not None and is_fresh(self._parts, session, minutes, aal=aal)

    async def require_fresh(self, minutes: float | None = None, *, aal: int = 0) -> None:
        """Do what `is_fresh` does, with the setting ``fresh_minutes`` by default.

        Raises:
            AuthenticationError: If nobody is signed in.
            StepUpRequiredError: If the session is not strong enough, or its last proof too old; or if the visitor has
                proven less than the policy asks for by now, and can prove more.
        """
        session, user = await self._require_visit()
        await require_fresh(self._step_of(user), session, minutes, aal=aal)

    async def _enrolling_step(self) -> Step:
        """Return the step of somebody who may enrol a method: freshly proven, or unable to sign in without one."""
        pending, user = await self._pending(), await self.user()
        if pending is None or (user is not None and owner_of(user) != owner_of(pending.user)):
            await self.require_fresh()
            _, user = await self._require_visit()
            return self._step_of(user)
        step = await self._step_after(pending)
        usable = [method.name for method in await usable_methods(step, is_second=True)]
        if usable:
            raise SecondFactorRequiredError("Give the second factor that there is.", methods=usable)
        return step

    async def _go_on(self, step: Step, user: User, proof: Proof) -> User:
        """Take a proof; the hooks of a login hear of it where somebody was a guest until now."""
        is_login = step.user is None or await self.is_guest()
        await self._advance(step, user, proof)
        if is_login:
            await self._parts.hooks.login_success.fire(user=user)
        return user

    def _usable(self, name: str, step: Step) -> Method:
        """Return a method, if a step can be made by it."""
        method = self._method(name)
        if step.user is None and not method.can_begin:
            raise InvalidParameterError(f"A sign-in cannot begin with {method.name}.", parameter="method")
        return method

    def _method(self, name: str) -> Method:
        method = self._parts.methods.get(name) if isinstance(name, str) else None
        if not isinstance(method, Method):
            known = ", ".join(self._parts.methods)
            raise InvalidParameterError(f"There is no method {name!r:.80}. There are: {known}.", parameter="method")
        return method
