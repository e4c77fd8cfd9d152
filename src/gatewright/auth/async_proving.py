"""`AsyncProving`: proofs by any method, second factors and authenticators, for asynchronous code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gatewright.auth.async_signing_in import AsyncSigningIn
from gatewright.auth.must_await import must_await
from gatewright.errors import InvalidParameterError, SecondFactorRequiredError, SignInOverError
from gatewright.methods import Method
from gatewright.model import Authenticator, Session, User
from gatewright.operations.arguments import require_level, require_mapping, require_minutes
from gatewright.operations.enrolment import (
    keep_enrolment,
    remove_authenticators,
    rename_authenticator,
    verify_enrolment,
)
from gatewright.operations.fresh_proof import is_fresh, require_fresh
from gatewright.operations.prove import begin_by_method, prove_by_method, require_json
from gatewright.operations.second_factor import (
    confirming_methods,
    enrollable_methods,
    is_first_demanded,
    usable_methods,
)
from gatewright.operations.step import Step, owner_of
from gatewright.proofs import Proof


class AsyncProving(AsyncSigningIn):
    """Authenticates a visitor by one method after another, until the policy is satisfied."""

    async def begin(
        self,
        method: str,
        given: Mapping[str, Any] | None = None,
        *,
        is_confirmation: bool = False,
        is_anew: bool = False,
    ) -> Mapping[str, Any]:
        """Prepare a proof: a challenge for a passkey or a wallet, or an emailed code.

        If ``given`` names somebody other than the user whose sign-in is waiting for its second factor, the sign-in
        starts over, as with `start_anew`.

        Args:
            method: The name of a method.
            given: What the method needs to know, such as a username.
            is_confirmation: Whether the signed-in visitor is to authenticate again, even if somebody else has begun to
                sign in.
            is_anew: Whether to prepare the first step of a new sign-in, even if another is waiting for its second step.
                That one keeps waiting, since the new one may never be completed.

        Returns:
            What the visitor's browser or program needs, as JSON-serialisable data.

        Raises:
            SignInOverError: As `prove` does.
            InvalidParameterError: As `prove` does.
            RateLimitError: If the visitor has made too many requests.
        """
        given = require_mapping("given", given)
        step = await self._step_by(method, given, is_confirmation=is_confirmation, is_anew=is_anew)
        return await begin_by_method(step, self._usable(method, step, is_anew=is_anew), given)

    async def begun(
        self, method: str, *, is_confirmation: bool = False, is_anew: bool = False
    ) -> Mapping[str, Any] | None:
        """Return what the visitor has begun by a method and can still finish; None if there is nothing.

        Args:
            method: The name of a method.
            is_confirmation: As in `begin`.
            is_anew: As in `begin`.

        Raises:
            InvalidParameterError: If there is no such method.
        """
        step = self._beginning() if is_anew else await self._step(is_confirmation=is_confirmation)
        return await self._method(method).resume(step)

    async def options(self, method: str, *, is_confirmation: bool = False) -> Mapping[str, Any]:
        """Return what the visitor can choose from before beginning with a method, such as their wallets.

        Args:
            method: The name of a method.
            is_confirmation: As in `begin`.

        Raises:
            InvalidParameterError: If there is no such method.
        """
        return await self._method(method).options(await self._step(is_confirmation=is_confirmation))

    async def prove(
        self, method: str, given: Mapping[str, Any], *, is_confirmation: bool = False, is_anew: bool = False
    ) -> User:
        """Authenticate the visitor: as the first or second step of a sign-in, or again within a session.

        If ``given`` names somebody other than the user whose sign-in is waiting, the sign-in starts over, as with
        `begin`.

        Args:
            method: The name of a method.
            given: What the method verifies, such as ``{"code": "123456"}``.
            is_confirmation: Whether the signed-in visitor is to authenticate again, even if somebody else has begun to
                sign in.
            is_anew: Whether this is the first step of a new sign-in, even if somebody is signed in or another sign-in
                is waiting for its second step.

        Returns:
            The user who is now signed in.

        Raises:
            InvalidProofError: If the proof is wrong.
            SecondFactorRequiredError: If the proof is right, but the policy requires another.
            AttemptBlockedError: If too many attempts have failed.
            SignInOverError: If the method cannot begin a sign-in, and none is waiting for its second step.
            InvalidParameterError: If there is no such method, or it cannot begin the sign-in that ``is_anew`` asks for.
            GatewrightError: Whatever the method raises.
        """
        given = require_mapping("given", given)
        step = await self._step_by(method, given, is_confirmation=is_confirmation, is_anew=is_anew)
        self._is_waiting_known = False  # a method that opens sessions may leave the sign-in waiting
        usable = self._usable(method, step, is_anew=is_anew)
        return await self._go_on(step, await prove_by_method(step, usable, given))

    async def methods(self, *, is_confirmation: bool = False, aal: int = 0) -> list[str]:
        """Return the methods by which the visitor can authenticate now, strongest first.

        In a pending sign-in these are the second factors; for a guest, the methods that a sign-in can begin with.

        Args:
            is_confirmation: Whether the signed-in visitor is to authenticate again.
            aal: The required authentication assurance level: methods that do not help to reach it are left out.
        """
        step = await self._step(is_confirmation=is_confirmation)
        if step.user is None:
            return self._parts.beginning()
        if is_confirmation:
            return [method.name for method in await confirming_methods(step, aal=aal)]
        return [method.name for method in await usable_methods(step, is_second=step.waiting is not None)]

    async def enrollable(self, *, is_confirmation: bool = False, aal: int = 0) -> list[str]:
        """Return the methods that would help and that the visitor can set up to continue, if `methods` returns none.

        There are none for a visitor who would have to authenticate first and cannot.

        Args:
            is_confirmation: As in `methods`.
            aal: As in `methods`.
        """
        step = await self._step(is_confirmation=is_confirmation)
        if step.user is None:
            return []
        if not is_confirmation:
            return [method.name for method in await enrollable_methods(step)]
        fresh = await self.is_fresh(step.parts.settings.fresh_minutes)
        if not fresh and not await confirming_methods(step, aal=0):
            return []
        return [method.name for method in await enrollable_methods(step, aal=aal)]

    @must_await
    async def pending_user(self) -> User | None:
        """Return the user who has given a first proof in this visit and must give a second; not signed in yet."""
        waiting = await self._waiting_step()
        return None if waiting is None else waiting.user

    async def begin_enrolment(self, method: str, given: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        """Prepare the enrolment of a method, for example by generating a secret.

        Returns:
            What the visitor's browser or program needs, as JSON-serialisable data.

        Raises:
            InvalidParameterError: If there is no such method.
            StepUpRequiredError: If the visitor's last proof is too old.
            AuthenticationError: If nobody is signed in.
        """
        given, chosen = require_mapping("given", given), self._method(method)
        begun = await chosen.begin_enrolment(await self._enrolling_step(), given)
        return require_json(begun, f"{type(chosen).__qualname__}.begin_enrolment must return")

    async def enrol(self, method: str, given: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        """Enrol a method for the visitor. If the policy requires one and they have none, this completes the sign-in.

        If sign-ins require it from now on and the user had nothing of the kind before, their other sessions end and
        their remembered browsers are forgotten, since those proved less.

        Args:
            method: The name of a method.
            given: What the method verifies.

        Returns:
            What the user is shown only this once, such as recovery codes.

        Raises:
            InvalidProofError: If what was sent is wrong.
            InvalidParameterError: If there is no such method, or the user already has the maximum number.
            StepUpRequiredError: If the visitor's last proof is too old.
            AuthenticationError: If nobody is signed in.
            GatewrightError: Whatever opening a session raises: then nothing is enrolled.
        """
        given = require_mapping("given", given)
        step, chosen = await self._enrolling_step(), self._method(method)
        user, is_login = step.require_user(), await self.is_guest()
        enrolled = await verify_enrolment(step, chosen, given)
        # Enrol nothing if the session is refused: what is shown only once would be lost.
        session = None if enrolled.proof is None else await self._open_unless_more(step, user, enrolled.proof)
        current = session or await self.current_session()
        try:
            await keep_enrolment(step, chosen, enrolled, session_id=None if current is None else current.id)
        except BaseException:
            if session is not None:
                await self._parts.store.end_session(session.id)
            raise
        if session is not None:
            self._keep(session, user)
            if is_login:
                await self._parts.hooks.login_success.fire(user=user)
        shown: Mapping[str, Any] = enrolled.shown
        return shown

    async def ends_other_sessions(self, method: str) -> bool:
        """Return whether enrolling a method will end the visitor's other sessions: see `enrol`.

        Raises:
            InvalidParameterError: If there is no such method.
        """
        chosen, step = self._method(method), await self._waiting_step()
        user = await self.user()
        if user is not None and _is_of_another(step, user):
            step = self._step_of(user)
        return await is_first_demanded(step or self._beginning(), chosen)

    async def authenticators(self) -> list[Authenticator]:
        """Return the visitor's authenticators, oldest first; none for a guest."""
        user = await self.user()
        if user is None:
            return []
        return [each for some in (await self._step_of(user).enrolled()).values() for each in some]

    async def rename_authenticator(self, authenticator_id: str, name: str) -> bool:
        """Rename one of the visitor's authenticators, and return whether they have it.

        Raises:
            InvalidParameterError: If the name is not 1 to 60 characters.
            AuthenticationError: If nobody is signed in.
        """
        _, user = await self._require_visit()
        return await rename_authenticator(self._parts, user, authenticator_id, name)

    async def remove_authenticator(self, authenticator_id: str) -> bool:
        """Remove one of the visitor's authenticators, and return whether they had it.

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

    @must_await
    async def is_fresh(self, minutes: float | None = None, *, aal: int = 0) -> bool:
        """Return whether the visitor's session is strong enough and their last proof recent enough.

        Args:
            minutes: Maximum age of the last proof, in minutes; None for any age.
            aal: The minimum authentication assurance level of their session (NIST SP 800-63B-4), 0 to 3.

        Raises:
            InvalidParameterError: If they are not a number of minutes and a level.
        """
        _require_askable(minutes, aal)
        session = await self.current_session()
        return session is not None and is_fresh(self._parts, session, minutes, aal=aal)

    async def require_fresh(self, minutes: float | None = None, *, aal: int = 0) -> None:
        """Raise unless `is_fresh`; ``minutes`` defaults to the setting ``fresh_minutes``.

        Raises:
            AuthenticationError: If nobody is signed in.
            StepUpRequiredError: If the session is not strong enough or its last proof too old; or if the visitor has
                proved less than the policy now requires, and can prove more.
            InvalidParameterError: As `is_fresh` does.
        """
        _require_askable(minutes, aal)
        session, user = await self._require_visit()
        await require_fresh(self._step_of(user), session, minutes, aal=aal)

    async def _enrolling_step(self) -> Step:
        """Return the step of a user who may enrol a method: freshly authenticated, or unable to sign in without one."""
        step, user = await self._waiting_step(), await self.user()
        if step is None or (user is not None and _is_of_another(step, user)):
            await self.require_fresh()
            _, user = await self._require_visit()
            return self._step_of(user)
        usable = [method.name for method in await usable_methods(step, is_second=True)]
        if usable:
            raise SecondFactorRequiredError("Give the second factor that is set up.", methods=usable)
        return step

    async def _step_by(
        self, name: str, given: Mapping[str, Any], *, is_confirmation: bool = False, is_anew: bool = False
    ) -> Step:
        """Return the visit's current step, or a first step if what was sent names somebody else."""
        method, step = self._method(name), await self._step(is_confirmation=is_confirmation)
        if step.waiting is not None and method.can_begin and method.names_another(step.require_user(), given):
            await self.start_anew()
            is_anew = True
        return self._beginning() if is_anew else step

    async def _open_unless_more(self, step: Step, user: User, proof: Proof) -> Session | None:
        """Open a session by a proof; None if the policy requires more: then the sign-in keeps waiting."""
        try:
            return await self._open(step, user, proof)
        except SecondFactorRequiredError:
            return None

    def _usable(self, name: str, step: Step, *, is_anew: bool) -> Method:
        """Return a method, if the step can use it."""
        method = self._method(name)
        if step.user is not None or method.begins(self._parts.settings):
            return method
        said = f"A sign-in cannot begin with {method.name}"
        if is_anew:
            raise InvalidParameterError(f"{said}.", parameter="method")
        raise SignInOverError(f"{said}, and none is waiting for its second step.")

    def _method(self, name: str) -> Method:
        method = self._parts.methods.get(name) if isinstance(name, str) else None
        if not isinstance(method, Method):
            known = ", ".join(self._parts.methods)
            raise InvalidParameterError(f"There is no method {name!r:.80}. Known methods: {known}.", parameter="method")
        return method


def _require_askable(minutes: float | None, aal: int) -> None:
    """Refuse what cannot be required of anybody: True is not a number of minutes.

    Raises:
        InvalidParameterError: If it is not a number of minutes, or not a level.
    """
    if minutes is not None:
        require_minutes("minutes", minutes, least=0)
    require_level("aal", aal)


def _is_of_another(step: Step | None, user: User) -> bool:
    """Return whether there is a pending sign-in of somebody other than the signed-in visitor."""
    return step is None or owner_of(step.require_user()) != owner_of(user)
