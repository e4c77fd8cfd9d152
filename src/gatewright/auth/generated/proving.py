# Generated from auth/async_proving.py by tools/write_facades.py: change that file, never this one.
"""`Proving`: proofs by any method, second factors, and what a user has enrolled, in an event loop."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gatewright.auth.generated.signing_in import SigningIn
from gatewright.drive import run_to_completion
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


class Proving(SigningIn):
    """Proves a visitor by whatever methods there are, one after the other, until the policy is met."""

    def begin(
        self,
        method: str,
        given: Mapping[str, Any] | None = None,
        *,
        is_confirmation: bool = False,
        is_anew: bool = False,
    ) -> Mapping[str, Any]:
        """Prepare a proof: a challenge for a passkey or a wallet, a code that is mailed.

        Whoever names somebody else than the one whose sign-in waits for its second factor starts anew, as with
        `start_anew`.

        Args:
            method: The name of a method.
            given: What it needs to know, such as a username.
            is_confirmation: Whether the visitor who is signed in is to prove themselves once more, whoever else has
                begun to sign in.
            is_anew: Whether it is prepared for the first step of a sign-in, whoever's waits for its second. That goes
                on to wait: nobody may press the button.

        Returns:
            What the visitor's browser or program needs, as JSON can write it.

        Raises:
            SignInOverError: As `prove` does.
            InvalidParameterError: As `prove` does.
            RateLimitError: If the visitor has asked too often.
        """
        given = require_mapping("given", given)
        step = self._step_by(method, given, is_confirmation=is_confirmation, is_anew=is_anew)
        return run_to_completion(begin_by_method(step, self._usable(method, step, is_anew=is_anew), given))

    def begun(self, method: str, *, is_confirmation: bool = False, is_anew: bool = False) -> Mapping[str, Any] | None:
        """Return what the visitor has begun by a method and can still finish; None where there is nothing.

        Args:
            method: The name of a method.
            is_confirmation: As in `begin`.
            is_anew: As in `begin`.

        Raises:
            InvalidParameterError: If there is no such method.
        """
        step = self._beginning() if is_anew else self._step(is_confirmation=is_confirmation)
        return run_to_completion(self._method(method).resume(step))

    def options(self, method: str, *, is_confirmation: bool = False) -> Mapping[str, Any]:
        """Return what there is for the visitor to choose from before they begin with a method, such as their wallets.

        Args:
            method: The name of a method.
            is_confirmation: As in `begin`.

        Raises:
            InvalidParameterError: If there is no such method.
        """
        return run_to_completion(self._method(method).options(self._step(is_confirmation=is_confirmation)))

    def prove(
        self, method: str, given: Mapping[str, Any], *, is_confirmation: bool = False, is_anew: bool = False
    ) -> User:
        """Prove the visitor: as the first or second step of a sign-in, or once more in a session.

        Whoever names somebody else than the one whose sign-in waits starts anew, as with `begin`.

        Args:
            method: The name of a method.
            given: What it verifies, such as ``{"code": "123456"}``.
            is_confirmation: Whether the visitor who is signed in is to prove themselves once more, whoever else has
                begun to sign in.
            is_anew: Whether it is the first step of a sign-in, whoever is signed in and whoever's waits for its second.

        Returns:
            The user who is now signed in.

        Raises:
            InvalidProofError: If it is not right.
            SecondFactorRequiredError: If it is right, and the policy asks for another proof.
            AttemptBlockedError: If too many attempts have failed.
            SignInOverError: If the method cannot begin a sign-in, and none waits for its second step.
            InvalidParameterError: If there is no such method, or it cannot begin the sign-in that ``is_anew`` asks for.
            GatewrightError: What the method raises.
        """
        given = require_mapping("given", given)
        step = self._step_by(method, given, is_confirmation=is_confirmation, is_anew=is_anew)
        self._is_waiting_known = False
        usable = self._usable(method, step, is_anew=is_anew)
        return self._go_on(step, run_to_completion(prove_by_method(step, usable, given)))

    def methods(self, *, is_confirmation: bool = False, aal: int = 0) -> list[str]:
        """Return the methods by which the visitor can prove themselves now, the strongest first.

        In a pending sign-in those are the second factors; for a guest the methods that a sign-in can begin with.

        Args:
            is_confirmation: Whether the visitor who is signed in is to prove themselves once more.
            aal: The authentication assurance level that they need: those that do not help are left out.
        """
        step = self._step(is_confirmation=is_confirmation)
        if step.user is None:
            return self._parts.beginning()
        if is_confirmation:
            return [method.name for method in run_to_completion(confirming_methods(step, aal=aal))]
        return [method.name for method in run_to_completion(usable_methods(step, is_second=step.waiting is not None))]

    def enrollable(self, *, is_confirmation: bool = False, aal: int = 0) -> list[str]:
        """Return the methods that the visitor can set up to go on, where `methods` names none: those that would help.

        There are none for whoever would have to prove themselves first, and cannot.

        Args:
            is_confirmation: As in `methods`.
            aal: As in `methods`.
        """
        step = self._step(is_confirmation=is_confirmation)
        if step.user is None:
            return []
        if not is_confirmation:
            return [method.name for method in run_to_completion(enrollable_methods(step))]
        fresh = self.is_fresh(step.parts.settings.fresh_minutes)
        if not fresh and (not run_to_completion(confirming_methods(step, aal=0))):
            return []
        return [method.name for method in run_to_completion(enrollable_methods(step, aal=aal))]

    def pending_user(self) -> User | None:
        """Return who has given a first proof in this visit and owes a second; they are not signed in."""
        waiting = self._waiting_step()
        return None if waiting is None else waiting.user

    def begin_enrolment(self, method: str, given: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        """Prepare the enrolment of a method, such as by making a secret.

        Returns:
            What the visitor's browser or program needs, as JSON can write it.

        Raises:
            InvalidParameterError: If there is no such method.
            StepUpRequiredError: If the visitor's last proof is too old.
            AuthenticationError: If nobody is signed in.
        """
        given, chosen = (require_mapping("given", given), self._method(method))
        begun = run_to_completion(chosen.begin_enrolment(self._enrolling_step(), given))
        return require_json(begun, f"{type(chosen).__qualname__}.begin_enrolment has to return")

    def enrol(self, method: str, given: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        """Enrol a method for the visitor. Where the policy demands one and they have none, that finishes the sign-in.

        Where it is what the user is asked for from now on, and they have had nothing of the kind, their other sessions
        end, and their remembered browsers are forgotten: those have proven less.

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
            GatewrightError: What opening a session raises: then nothing is enrolled.
        """
        given = require_mapping("given", given)
        step, chosen = (self._enrolling_step(), self._method(method))
        user, is_login = (step.require_user(), self.is_guest())
        enrolled = run_to_completion(verify_enrolment(step, chosen, given))
        session = None if enrolled.proof is None else self._open_unless_more(step, user, enrolled.proof)
        current = session or self.current_session()
        try:
            run_to_completion(
                keep_enrolment(step, chosen, enrolled, session_id=None if current is None else current.id)
            )
        except BaseException:
            if session is not None:
                run_to_completion(self._parts.store.end_session(session.id))
            raise
        if session is not None:
            self._keep(session, user)
            if is_login:
                run_to_completion(self._parts.hooks.login_success.fire(user=user))
        shown: Mapping[str, Any] = enrolled.shown
        return shown

    def ends_other_sessions(self, method: str) -> bool:
        """Say whether the visitor's other sessions end when they enrol a method: see `enrol`.

        Raises:
            InvalidParameterError: If there is no such method.
        """
        chosen, step = (self._method(method), self._waiting_step())
        user = self.user()
        if user is not None and _is_of_another(step, user):
            step = self._step_of(user)
        return run_to_completion(is_first_demanded(step or self._beginning(), chosen))

    def authenticators(self) -> list[Authenticator]:
        """Return what the visitor has enrolled, oldest first; nothing for a guest."""
        user = self.user()
        if user is None:
            return []
        return [each for some in run_to_completion(self._step_of(user).enrolled()).values() for each in some]

    def rename_authenticator(self, authenticator_id: str, name: str) -> bool:
        """Give one of the visitor's authenticators another name, and say whether they have it.

        Raises:
            InvalidParameterError: If the name is not 1 to 60 characters.
            AuthenticationError: If nobody is signed in.
        """
        _, user = self._require_visit()
        return run_to_completion(rename_authenticator(self._parts, user, authenticator_id, name))

    def remove_authenticator(self, authenticator_id: str) -> bool:
        """Remove one of the visitor's authenticators, and say whether they had it.

        Raises:
            StepUpRequiredError: If the visitor's last proof is too old.
            AuthenticationError: If nobody is signed in.
        """
        self.require_fresh()
        _, user = self._require_visit()
        step = self._step_of(user)
        found = next((each for each in self.authenticators() if each.id == authenticator_id), None)
        if found is None:
            return False
        return bool(
            run_to_completion(remove_authenticators(step, method=found.method, authenticator_id=authenticator_id))
        )

    def is_fresh(self, minutes: float | None = None, *, aal: int = 0) -> bool:
        """Say whether the visitor's session is as strong as asked, and their last proof as young.

        Args:
            minutes: How long ago they may have proven who they are at most; None for any time.
            aal: The authentication assurance level that their session must have (NIST SP 800-63B-4), 0 to 3.

        Raises:
            InvalidParameterError: If they are no number of minutes, or no level.
        """
        _require_askable(minutes, aal)
        session = self.current_session()
        return session is not None and is_fresh(self._parts, session, minutes, aal=aal)

    def require_fresh(self, minutes: float | None = None, *, aal: int = 0) -> None:
        """Do what `is_fresh` does, with the setting ``fresh_minutes`` by default.

        Raises:
            AuthenticationError: If nobody is signed in.
            StepUpRequiredError: If the session is not strong enough, or its last proof too old; or if the visitor has
                proven less than the policy asks for by now, and can prove more.
            InvalidParameterError: As `is_fresh` does.
        """
        _require_askable(minutes, aal)
        session, user = self._require_visit()
        run_to_completion(require_fresh(self._step_of(user), session, minutes, aal=aal))

    def _enrolling_step(self) -> Step:
        """Return the step of somebody who may enrol a method: freshly proven, or unable to sign in without one."""
        step, user = (self._waiting_step(), self.user())
        if step is None or (user is not None and _is_of_another(step, user)):
            self.require_fresh()
            _, user = self._require_visit()
            return self._step_of(user)
        usable = [method.name for method in run_to_completion(usable_methods(step, is_second=True))]
        if usable:
            raise SecondFactorRequiredError("Give the second factor that there is.", methods=usable)
        return step

    def _step_by(
        self, name: str, given: Mapping[str, Any], *, is_confirmation: bool = False, is_anew: bool = False
    ) -> Step:
        """Return the step that the visit is at, or the first one where what was sent names somebody else."""
        method, step = (self._method(name), self._step(is_confirmation=is_confirmation))
        if step.waiting is not None and method.can_begin and method.names_another(step.require_user(), given):
            self.start_anew()
            is_anew = True
        return self._beginning() if is_anew else step

    def _open_unless_more(self, step: Step, user: User, proof: Proof) -> Session | None:
        """Open a session by a proof; None where the policy asks for more: then the sign-in goes on to wait."""
        try:
            return self._open(step, user, proof)
        except SecondFactorRequiredError:
            return None

    def _usable(self, name: str, step: Step, *, is_anew: bool) -> Method:
        """Return a method, if a step can be made by it."""
        method = self._method(name)
        if step.user is not None or method.begins(self._parts.settings):
            return method
        said = f"A sign-in cannot begin with {method.name}"
        if is_anew:
            raise InvalidParameterError(f"{said}.", parameter="method")
        raise SignInOverError(f"{said}, and none waits for its second step.")

    def _method(self, name: str) -> Method:
        method = self._parts.methods.get(name) if isinstance(name, str) else None
        if not isinstance(method, Method):
            known = ", ".join(self._parts.methods)
            raise InvalidParameterError(f"There is no method {name!r:.80}. There are: {known}.", parameter="method")
        return method


def _require_askable(minutes: float | None, aal: int) -> None:
    """Refuse what nobody can be asked for, or nothing: True is not a minute.

    Raises:
        InvalidParameterError: If it is no number of minutes, or no level.
    """
    if minutes is not None:
        require_minutes("minutes", minutes, least=0)
    require_level("aal", aal)


def _is_of_another(step: Step | None, user: User) -> bool:
    """Say whether a sign-in that waits, if one does, is of somebody else than the visitor who is signed in."""
    return step is None or owner_of(step.require_user()) != owner_of(user)
