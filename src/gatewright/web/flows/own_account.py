"""What visitors do with their account as a whole: change its name or address, export its data, delete it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from gatewright.errors import (
    AttemptBlockedError,
    GatewrightError,
    InvalidParameterError,
    RateLimitError,
    TransportError,
    UnconfirmedError,
    UserNotFoundError,
)
from gatewright.model import User
from gatewright.operations.sessions import is_account
from gatewright.web.fields import CURRENT_PASSWORD, EMAIL, USERNAME
from gatewright.web.flows.forms import EXPIRED, explain_field, problems_in, typed_in
from gatewright.web.message_texts import MESSAGES
from gatewright.web.response import Response, data, redirect
from gatewright.web.visit import Visit

_FILE = "account.json"
_PROOF = (replace(CURRENT_PASSWORD, is_required=False),)


class DeletionPage:
    """The page that deletes the visitor's account.

    Args:
        visit: The visit.
        user: The signed-in user.
        asks_password: Whether the page asks for the password as a proof.
    """

    def __init__(self, visit: Visit, user: User, *, asks_password: bool) -> None:
        self._visit = visit
        self._asks_password = asks_password
        if not is_account(user):
            raise TransportError(status=404)

    async def show(self, **context: object) -> Response:
        """Show what will be deleted, and ask for the proof."""
        return await self._visit.site.pages.show(
            self._visit,
            "account_delete.html",
            asks_password=self._asks_password,
            **context,  # type: ignore[arg-type] # passed on as it is
        )

    async def submit(self) -> Response:
        """Delete the account."""
        visit = self._visit
        if visit.is_form_expired():
            return await self.show(**EXPIRED)
        typed, errors = typed_proof(visit)
        if not errors:
            try:
                await delete(visit, typed)
            except UnconfirmedError:
                return visit.redirect_to_confirmation()
            except (UserNotFoundError, RateLimitError) as error:
                errors = problem_with(error)
        if errors:
            return await self.show(status=422, errors=errors)
        visit.guard.add_message("success", "MSG_ACCOUNT_DELETED")
        return redirect(visit.site.path("login"))


def typed_proof(visit: Visit) -> tuple[str | None, dict[str, str]]:
    """Return the password that was typed as a proof, if any was, and what is wrong with it, by field."""
    typed = typed_in(visit.request.form, _PROOF)
    return typed[CURRENT_PASSWORD.name] or None, problems_in(typed, _PROOF)


def problem_with(error: GatewrightError) -> dict[str, str]:
    """Return what is wrong by field, for an error of a proof or of a change.

    Raises:
        GatewrightError: The error itself, if it is not about a field.
    """
    if isinstance(error, UserNotFoundError):
        return {CURRENT_PASSWORD.name: MESSAGES["ERR_CURRENT_PASSWORD"]}
    if isinstance(error, AttemptBlockedError):
        return {CURRENT_PASSWORD.name: MESSAGES["ERR_LOGIN_ATTEMPT_BLOCKED"]}
    if isinstance(error, RateLimitError):
        return {"email": MESSAGES["ERR_RATE_LIMITED"]}
    if isinstance(error, InvalidParameterError) and error.evidence.get("reason") == "unchanged":
        return {"email": MESSAGES["ERR_EMAIL_UNCHANGED"]}
    return explain_field(error)


async def unlink_wallet(visit: Visit, user: User, evrmore_address: str) -> None:
    """Unlink a wallet.

    Raises:
        StepUpRequiredError: If the visitor's last proof is too old.
        InvalidParameterError: If it is the only way to sign in.
    """
    await visit.guard.require_fresh()
    await visit.auth.unlink_wallet(user.username, evrmore_address)


async def change_password(visit: Visit, current: Any, new: Any) -> None:
    """Change the visitor's password, which ends their other sessions.

    Raises:
        GatewrightError: What `AsyncGuard.change_password` raises.
    """
    await visit.guard.change_password(current, new, language=visit.language)
    await visit.signed_in()


async def change_username(visit: Visit, username: Any, password: Any) -> None:
    """Change the visitor's username.

    Raises:
        GatewrightError: What `AsyncGuard.change_username` raises.
    """
    await visit.guard.change_username(username, password=password)


async def request_email_change(visit: Visit, email: Any, password: Any) -> None:
    """Send a link to the visitor's new email address.

    Raises:
        GatewrightError: What `AsyncGuard.request_email_change` raises.
    """
    await visit.guard.request_email_change(email, password=password, language=visit.language, base_url=visit.base_url)


CHANGES = {"username": change_username, "email": request_email_change}
"""Field of the account -> function that changes it, given the new value and the password."""

FIELDS = {"username": replace(USERNAME, is_required=True), "email": EMAIL}
"""Field of the account -> its form field."""


async def export(visit: Visit, password: Any) -> Response:
    """Return everything stored about the visitor, as a file.

    Raises:
        GatewrightError: What `AsyncGuard.export` raises.
    """
    document = await visit.guard.export(password=password)
    return data(document, headers={"Content-Disposition": f'attachment; filename="{_FILE}"'}, indent=2)


async def delete(visit: Visit, password: Any) -> None:
    """Delete the visitor's account, and forget the browser.

    Raises:
        GatewrightError: What `AsyncGuard.delete_account` raises.
    """
    await visit.guard.delete_account(password=password, language=visit.language)
    await visit.log_out()
