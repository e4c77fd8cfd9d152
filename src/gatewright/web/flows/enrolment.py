"""Enrol, rename and remove authenticators: one page for each method."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gatewright.errors import (
    GatewrightError,
    InvalidParameterError,
    InvalidProofError,
    RateLimitError,
    SecondFactorRequiredError,
    StepUpRequiredError,
    TakenError,
    TransportError,
)
from gatewright.model import Authenticator
from gatewright.web.flows.forms import EXPIRED, complaint_about
from gatewright.web.flows.proving import SIGN_IN_OVER
from gatewright.web.problems import of_kind, problem_of
from gatewright.web.response import Response, redirect
from gatewright.web.visit import Visit

_NAME = "account_method"
_CODES: dict[type[GatewrightError], str] = {
    InvalidProofError: "ERR_PROOF",
    InvalidParameterError: "ERR_VALUE",
    TakenError: "ERR_METHOD_TAKEN",
    RateLimitError: "ERR_RATE_LIMITED",
}


class EnrolmentPage:
    """The page of one method for one visitor, who is signed in, or must enrol a method to complete their sign-in.

    Args:
        visit: The visit.
        name: The name of the method.

    Raises:
        TransportError: 404, if it cannot be enrolled.
    """

    def __init__(self, visit: Visit, name: str) -> None:
        method = visit.site.find_method(name)
        if method is None or not method.at_most:
            raise TransportError(status=404)
        self._visit, self._method, self._name = visit, method, method.name

    async def answer(self) -> Response:
        """Show the page, or handle what was sent."""
        visit = self._visit
        if await visit.user() is None and await visit.guard.pending_user() is None:
            return self._back_to_login()
        try:
            return await (self._submit() if visit.request.method == "POST" else self.show())
        except SecondFactorRequiredError as error:
            return visit.lead_to_next_step(error)
        except StepUpRequiredError:
            return visit.redirect_to_confirmation()

    async def show(
        self, *, begun: Mapping[str, Any] | None = None, shown: Mapping[str, Any] | None = None, **context: Any
    ) -> Response:
        """Show what the visitor has enrolled of this method, and how to enrol more.

        Args:
            begun: What the method has prepared, if that takes a separate request.
            shown: What the enrolment shows, this once only.
            context: Further arguments of `Pages.show`: a status, messages, errors.
        """
        visit, name = self._visit, self._name
        own = await self.own()
        can_enrol = shown is None and (self._method.replaces or len(own) < self._method.at_most)
        if can_enrol and not self._method.begin_enrolment_fields:
            begun = await self.begin({})
        return await visit.site.pages.show(
            visit,
            "account_method.html",
            next=visit.wanted,
            method=self._method,
            action=visit.site.path(_NAME, token=name),
            authenticators=own,
            can_enrol=can_enrol,
            begun=begun,
            shown=shown,
            onward=await self._onward(),
            ends_others=can_enrol and await visit.guard.ends_other_sessions(name),
            **context,
        )

    async def own(self) -> list[Authenticator]:
        """Return what the visitor has enrolled of this method."""
        return [each for each in await self._visit.guard.authenticators() if each.method == self._name]

    async def begin(self, given: Mapping[str, Any]) -> Mapping[str, Any]:
        """Prepare an enrolment.

        Raises:
            GatewrightError: What `AsyncGuard.begin_enrolment` raises.
        """
        return await self._visit.guard.begin_enrolment(self._name, given)

    async def enrol(self, given: Mapping[str, Any]) -> Mapping[str, Any]:
        """Enrol the method. This completes a sign-in that was waiting for it, unless the policy requires more.

        Raises:
            GatewrightError: What `AsyncGuard.enrol` raises.
        """
        visit = self._visit
        shown = await visit.guard.enrol(self._name, given)
        if not await visit.guard.is_guest():
            await visit.signed_in(is_remembered=visit.wants_to_be_remembered())
        return shown

    async def rename(self, authenticator_id: object, name: object) -> None:
        """Rename one of the visitor's authenticators.

        Raises:
            TransportError: 404, if they have none with that identifier.
            InvalidParameterError: If the name is not acceptable.
        """
        if not await self._visit.guard.rename_authenticator(str(authenticator_id), name):  # type: ignore[arg-type]
            raise TransportError(status=404)

    async def remove(self, authenticator_id: object) -> None:
        """Remove one of the visitor's authenticators.

        Raises:
            TransportError: 404, if they have none with that identifier.
        """
        if not await self._visit.guard.remove_authenticator(str(authenticator_id)):
            raise TransportError(status=404)

    def _back_to_login(self) -> Response:
        """Redirect to the login page, and from there to where the visitor wanted to go after the enrolment."""
        visit = self._visit
        if visit.request.method != "POST" or not visit.wanted:
            return visit.redirect_to_login()
        visit.guard.add_message("danger", SIGN_IN_OVER)
        return redirect(visit.path_with_next("login", visit.wanted))

    async def _submit(self) -> Response:
        visit, form = self._visit, self._visit.request.form
        if visit.is_form_expired():
            return await self.show(**EXPIRED)
        action, asked = form.get("action"), self._method.begin_enrolment_fields
        try:
            match action:
                case "begin" if asked:
                    return await self.show(begun=await self.begin(form))
                case "enrol":
                    ends_others = await visit.guard.ends_other_sessions(self._name)
                    said = "MSG_FIRST_METHOD_ENROLLED" if ends_others else "MSG_METHOD_ENROLLED"
                    shown = await self.enrol(form)
                    return await (self.show(shown=shown, messages={"success": said}) if shown else self._done(said))
                case "rename":
                    await self.rename(form.get("id"), form.get("name"))
                    return await self._done("MSG_METHOD_RENAMED")
                case "remove":
                    await self.remove(form.get("id"))
                    return await self._done("MSG_METHOD_REMOVED")
                case _:
                    raise TransportError(status=400)
        except tuple(_CODES) as error:
            problem = problem_of(error)
            is_begun = action == "enrol"
            return await self.show(
                begun={} if is_begun and asked else None,
                status=problem.status if problem.status in (409, 429) else 422,
                headers=problem.headers,
                **complaint_about(error, of_kind(error, _CODES), self._method.enrolment_fields if is_begun else ()),
            )

    async def _done(self, code: str) -> Response:
        self._visit.guard.add_message("success", code)
        return redirect(await self._onward())

    async def _onward(self) -> str:
        """Return where the visitor continues: at the next step of their sign-in, if one is pending."""
        visit = self._visit
        if await visit.user() is None:
            return visit.path_with_next("login_step", visit.wanted)
        return visit.wanted or visit.site.path("account")
