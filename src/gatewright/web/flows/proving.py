"""Authenticate by any method: the steps of a sign-in, and step-up authentication before sensitive actions.

All methods share one flow; the methods define what to ask for and how to verify it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gatewright.errors import (
    AttemptBlockedError,
    GatewrightError,
    InactiveUserError,
    InvalidAddressError,
    InvalidChallengeError,
    InvalidParameterError,
    InvalidProofError,
    InvalidSignatureError,
    RateLimitError,
    SecondFactorRequiredError,
    SignInOverError,
    TransportError,
    UnverifiedUserError,
    UserNotFoundError,
)
from gatewright.methods import Method
from gatewright.model import User
from gatewright.web.flows.forms import EXPIRED, complaint_about, without_passwords
from gatewright.web.json_fields import flag_in
from gatewright.web.problems import of_kind, problem_of
from gatewright.web.response import Response, redirect
from gatewright.web.visit import Visit

STEP, CONFIRM = "login_step", "confirm_password"
SIGN_IN_OVER = "ERR_SIGN_IN_OVER"
"""The message if a proof was sent for a sign-in that is no longer pending."""

_ANEW = "anew"
"""The field by which a form or JSON begins a new sign-in, even if another one is waiting for its second factor."""

_TEMPLATES = {STEP: "login_step.html", CONFIRM: "confirm_password.html"}
_CODES: dict[type[GatewrightError], str] = {
    AttemptBlockedError: "ERR_LOGIN_ATTEMPT_BLOCKED",
    InactiveUserError: "ERR_LOGIN_INACTIVE_USER",
    UnverifiedUserError: "ERR_LOGIN_UNVERIFIED_USER",
    UserNotFoundError: "ERR_LOGIN_INVALID_CREDENTIALS",
    RateLimitError: "ERR_RATE_LIMITED",
    InvalidChallengeError: "ERR_WALLET_CHALLENGE",
    InvalidSignatureError: "ERR_SIGNATURE",
    InvalidAddressError: "ERR_ADDRESS",
    InvalidProofError: "ERR_PROOF",
    InvalidParameterError: "ERR_PROOF",
    SignInOverError: SIGN_IN_OVER,
}


class ProvingPage:
    """The page of one step.

    Args:
        visit: The visit.
        name: Its route: that of the sign-in steps, or that of the confirmation of a signed-in visitor.
    """

    def __init__(self, visit: Visit, name: str) -> None:
        self._visit = visit
        self._name = name
        self._is_confirmation = name == CONFIRM
        asked = visit.request.arguments.get("aal", "")
        self._aal = int(asked) if asked in ("1", "2", "3") else 0

    async def show(
        self,
        *,
        chosen: str | None = None,
        begun: Mapping[str, Any] | None = None,
        error: GatewrightError | None = None,
        **context: Any,
    ) -> Response:
        """Show the methods that the visitor can authenticate by.

        Args:
            chosen: The method that they have chosen; by default the strongest.
            begun: What the method has prepared.
            error: Why what they sent was refused.
            context: Further arguments of `Pages.show`: a status, messages, errors.
        """
        visit = self._visit
        names = await visit.guard.methods(is_confirmation=self._is_confirmation, aal=self._aal)
        proving = await (visit.guard.user() if self._is_confirmation else visit.guard.pending_user())
        asked = chosen or visit.request.arguments.get("method")
        is_beginning = asked in [each.name for each in visit.site.beginning] and await visit.user() is None
        if proving is None and not is_beginning:
            return await self._back_to_login(**context | _complaint(error))
        first = asked if asked in names else next(iter(names), None)
        method = None if first is None else visit.site.find_method(first)
        options: Mapping[str, Any] = {}
        if first is not None:
            options = await visit.guard.options(first, is_confirmation=self._is_confirmation)
            begun = begun or await visit.guard.begun(first, is_confirmation=self._is_confirmation)
        enrollable = [] if names else await self._enrollable()
        is_stuck = not (names or enrollable)
        is_asked = method is not None and first == chosen and (begun is not None or not method.needs_begin)
        return await visit.site.pages.show(
            visit,
            _TEMPLATES[self._name],
            next=visit.wanted,
            action=visit.site.path(self._name) + (f"?aal={self._aal}" if self._aal else ""),
            method=method,
            others=[visit.site.find_method(name) for name in names if name != first],
            begun=begun,
            options=options,
            values=self._typed(),
            proving=proving,
            enrollable=enrollable,
            is_proven=is_stuck and self._aal > 0 and await self._is_proven(),
            **context | _complaint(error, method if is_asked else None),
        )

    async def submit(self) -> Response:
        """Handle what the visitor sent: begin with a method, or verify a proof by it."""
        visit, form = self._visit, self._visit.request.form
        name, action = self._read(form)
        if visit.is_form_expired():
            return await self.show(chosen=name or None, **EXPIRED)
        try:
            if action == "begin":
                if self._is_anew(form):
                    await visit.guard.start_anew()
                begun = await self.begin(name, form)
                method = visit.site.find_method(name)
                if method is not None and method.has_link and not self._is_confirmation:
                    visit.keep_wanted()
                return await self.show(chosen=name, begun=begun)
            await self.prove(name, form)
        except SecondFactorRequiredError as error:
            return visit.lead_to_next_step(error)
        except tuple(_CODES) as error:
            return await self._show_again(name, error)
        if self._is_confirmation:
            return redirect(visit.wanted or visit.site.path("account"))
        return redirect(visit.site.path_after_login(visit.wanted))

    async def begin(self, name: str, given: Mapping[str, Any]) -> Mapping[str, Any]:
        """Prepare a proof.

        Raises:
            GatewrightError: What `AsyncGuard.begin` raises.
        """
        guard, is_anew = self._visit.guard, self._is_anew(given)
        return await guard.begin(name, given, is_confirmation=self._is_confirmation, is_anew=is_anew)

    async def prove(self, name: str, given: Mapping[str, Any]) -> User:
        """Authenticate the visitor, and remember their browser if they asked for it now or in the first step.

        Returns:
            The user who is now signed in.

        Raises:
            GatewrightError: What `AsyncGuard.prove` raises.
        """
        visit = self._visit
        wants = flag_in(given, visit.site.settings.remember_me_field)
        if self._is_anew(given):
            await visit.guard.start_anew()
        waiting = await visit.guard.pending_user()
        user = await visit.guard.prove(name, given, is_confirmation=self._is_confirmation, is_anew=self._is_anew(given))
        if waiting is not None and waiting.id == user.id:
            wants = visit.wants_to_be_remembered() or wants
        await visit.signed_in(is_remembered=not self._is_confirmation and wants)
        return user

    async def _is_proven(self) -> bool:
        """Return whether the visitor can authenticate, or just has: then signing in again would prove nothing more."""
        guard = self._visit.guard
        return await guard.is_fresh(self._visit.site.settings.fresh_minutes) or bool(
            await guard.methods(is_confirmation=True)
        )

    async def _enrollable(self) -> list[Method]:
        """Return the methods that the visitor can set up in order to continue."""
        names = await self._visit.guard.enrollable(is_confirmation=self._is_confirmation, aal=self._aal)
        return [each for each in self._visit.site.enrollable if each.name in names]

    def _read(self, form: Mapping[str, str]) -> tuple[str, str]:
        """Return method and action of a form. If an application's form omits them, the methods recognise their own."""
        named = form.get("method", "")
        asked = [each for each in self._visit.site.methods if named in ("", each.name)]
        known = ((each.name, action) for each in asked if (action := each.action_of(form)) is not None)
        name, action = next(known, (named, "prove"))
        return name, form.get("action", action)

    def _is_anew(self, given: Mapping[str, Any]) -> bool:
        """Return whether this begins a new sign-in, even if another one is waiting for its second factor."""
        return not self._is_confirmation and flag_in(given, _ANEW)

    async def _back_to_login(self, *, messages: Mapping[str, str] | None = None, **_: Any) -> Response:
        """Redirect to the first step if no sign-in is pending; or onwards, if another tab has completed it."""
        if await self._visit.user() is not None:
            return redirect(self._visit.site.path_after_login(self._visit.wanted))
        for kind, code in (messages or {}).items():
            self._visit.guard.add_message(kind, SIGN_IN_OVER if code == "ERR_PROOF" else code)
        return redirect(self._visit.path_with_next("login", self._visit.wanted))

    def _typed(self) -> dict[str, str]:
        """Return what the page may show again of what was typed: nothing that is secret or valid only once."""
        form = self._visit.request.form if self._visit.request.method == "POST" else {}
        return {name: text for name, text in without_passwords(form).items() if name != "code"}

    async def _show_again(self, name: str, error: GatewrightError) -> Response:
        problem = problem_of(error)
        return await self.show(
            chosen=name or None,
            error=error,
            status=problem.status if problem.status == 429 else 422,
            headers=problem.headers,
        )


async def show_link(visit: Visit, token: str, **context: Any) -> Response:
    """Show the page of a sign-in link: nothing happens until the visitor presses its button."""
    method, _ = _read_link(visit, token)
    begun = await visit.guard.begun(method.name)
    wanted = visit.wanted or visit.kept_wanted()
    proving = None if begun else await visit.guard.pending_user()
    return await visit.site.pages.show(
        visit, "login_link.html", token=token, method=method, begun=begun, proving=proving, next=wanted, **context
    )


async def submit_link(visit: Visit, token: str) -> Response:
    """Handle the button on the page of a sign-in link."""
    if visit.is_form_expired():
        return await show_link(visit, token, **EXPIRED)
    try:
        await prove_by_link(visit, token)
    except SecondFactorRequiredError as error:
        return visit.lead_to_next_step(error)
    except tuple(_CODES) as error:
        visit.guard.add_message("danger", of_kind(error, _CODES))
        return redirect(visit.path_with_next("login", visit.wanted))
    return redirect(visit.site.path_after_login(visit.wanted))


async def prove_by_link(visit: Visit, token: str) -> User:
    """Authenticate a visitor by a link, and return the user who is now signed in.

    Args:
        visit: The visit.
        token: The method's name, a dot, and the secret.

    Raises:
        TransportError: 404, if there is no such method, or it does not use links.
        GatewrightError: What `AsyncGuard.prove` raises.
    """
    method, secret = _read_link(visit, token)
    return await ProvingPage(visit, STEP).prove(method.name, {"token": secret})


def _complaint(error: GatewrightError | None, method: Method | None = None) -> dict[str, Any]:
    """Return how the page reports why something was refused.

    Args:
        error: Why, if it was.
        method: The method whose fields the page shows again, if the refused values were typed into them.
    """
    if error is None:
        return {}
    return complaint_about(error, of_kind(error, _CODES), () if method is None else method.fields)


def _read_link(visit: Visit, token: str) -> tuple[Method, str]:
    """Return the method of a link, and its secret."""
    name, _, secret = token.partition(".")
    method = visit.site.find_method(name)
    if method is None or not method.has_link:
        raise TransportError(status=404)
    return method, secret
