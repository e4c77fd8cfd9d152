"""The account page: profile, password, wallets, sessions. A merely remembered visitor cannot change anything here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence

from gatewright.errors import (
    GatewrightError,
    InvalidParameterError,
    InvalidSignatureError,
    RateLimitError,
    TakenError,
    TransportError,
    UnconfirmedError,
    UserNotFoundError,
)
from gatewright.fields import Field
from gatewright.methods.wallet.signed_challenge import NAME, is_signed
from gatewright.model import User
from gatewright.operations.sessions import is_account
from gatewright.web.fields import PASSWORD, PASSWORD_CONFIRM
from gatewright.web.flows import own_account, wallet
from gatewright.web.flows.forms import EXPIRED, explain_field, problems_in, typed_in, without_passwords
from gatewright.web.flows.security import advised_of, events_of, methods_of
from gatewright.web.response import Response, redirect
from gatewright.web.visit import Visit

_CHANGE = (PASSWORD, PASSWORD_CONFIRM)


class AccountPage:
    """The account page of one visit.

    Args:
        visit: The visit.
        user: The signed-in user.
        fields: The fields of the profile.
    """

    def __init__(self, visit: Visit, user: User, fields: Sequence[Field]) -> None:
        self._visit = visit
        self._user = user
        self._fields = fields
        self._form = visit.request.form if visit.request.method == "POST" else {}

    async def show(
        self, *, values: Mapping[str, str] | None = None, failed: str | None = None, **context: object
    ) -> Response:
        """Show the page.

        Args:
            values: Values for the forms, field -> text.
            failed: The form that the errors are about; several have fields of the same name.
            context: Further variables of the template.
        """
        visit, user = self._visit, self._user
        session = await visit.guard.current_session()
        methods, is_by_password = await methods_of(visit), await has_password(visit, user)
        return await visit.site.pages.show(
            visit,
            "account.html",
            account=user,
            is_own=is_account(user),
            failed=failed,
            fields=self._fields if is_account(user) else (),
            values=await profile_of(visit, user) | dict(values or {}),
            has_password=is_by_password,
            asks_password=await asks_password(visit, user),
            wallets=await wallets_of(visit, user),
            methods=methods,
            advised=advised_of(methods, has_password=is_by_password, settings=visit.site.settings),
            events=await events_of(visit, user),
            sessions=await visit.guard.sessions(),
            current_session_id=None if session is None else session.id,
            **context,  # type: ignore[arg-type] # passed on as it is
        )

    async def open(self) -> Response:
        """Show the page, or its list of sessions to a visitor who follows an emailed link.

        The link names the list in its query: a fragment would be lost if the visitor had to sign in first.
        """
        if self._visit.request.arguments.get("show") == "sessions":
            return redirect(f"{self._path}#sessions")
        return await self.show()

    async def submit(self) -> Response:
        """Handle one of the forms."""
        if self._visit.is_form_expired():
            return await self._show_again()
        if not await self._visit.guard.is_fully_authenticated():
            return self._visit.redirect_to_confirmation()
        acts: dict[str, Callable[[], Awaitable[Response]]] = {
            "profile": self._save_profile,
            "password": self._change_password,
            "username": self._change_username,
            "email": self._request_email_change,
            "link_wallet": self._link_wallet,
            "unlink_wallet": self._unlink_wallet,
            "revoke_session": self._revoke_session,
            "revoke_other_sessions": self._revoke_other_sessions,
        }
        act = acts.get(self._form.get("action", ""))
        if act is None:
            raise TransportError(status=400)
        try:
            return await act()
        except UnconfirmedError:
            return self._visit.redirect_to_confirmation()

    async def _show_again(self) -> Response:
        """Show the page again, with what was typed into an expired form."""
        form, action = self._form, self._form.get("action")
        typed: dict[str, str] = {}
        if action == "profile":
            typed = without_passwords(typed_in(form, self._fields))
        elif action == "link_wallet":
            again = await self._challenge_page.show_again(**EXPIRED)
            if again is not None:
                return again
            typed = {"evrmore_address": form.get("evrmore_address", "")}
        elif action in own_account.CHANGES:
            typed = {action: form.get(action, "")}
        return await self.show(values=typed, **EXPIRED)

    async def export(self) -> Response:
        """Send everything stored about the visitor, as a file."""
        visit = self._visit
        if visit.is_form_expired():
            return await self._show_again()
        if not await visit.guard.is_fully_authenticated():
            return visit.redirect_to_confirmation()
        if not is_account(self._user):
            raise TransportError(status=404)
        proof, errors = own_account.typed_proof(visit)
        if not errors:
            try:
                return await own_account.export(visit, proof)
            except UnconfirmedError:
                return visit.redirect_to_confirmation()
            except (UserNotFoundError, RateLimitError) as error:
                errors = own_account.problem_with(error)
        return await self.show(status=422, errors=errors, failed="export")

    async def _save_profile(self) -> Response:
        typed = typed_in(self._form, self._fields)
        errors = problems_in(typed, self._fields)
        if not errors:
            try:
                await save_profile(self._visit, self._user, typed)
            except InvalidParameterError as error:
                errors = explain_field(error)
        if errors:
            return await self.show(status=422, values=typed, errors=errors, failed="profile")
        return self._done("MSG_PROFILE_SAVED")

    async def _change_password(self) -> Response:
        typed = typed_in(self._form, _CHANGE)
        proof, errors = own_account.typed_proof(self._visit)
        errors = problems_in(typed, _CHANGE) | errors
        if not errors:
            try:
                await own_account.change_password(self._visit, proof, typed["password"])
            except (UserNotFoundError, RateLimitError, InvalidParameterError) as error:
                errors = own_account.problem_with(error)
        if errors:
            return await self.show(status=422, errors=errors, failed="password")
        return self._done("MSG_PASSWORD_CHANGED")

    async def _change_username(self) -> Response:
        return await self._change("username") or self._done("MSG_USERNAME_CHANGED")

    async def _request_email_change(self) -> Response:
        return await self._change("email") or self._done("MSG_EMAIL_CHANGE_REQUESTED")

    async def _change(self, name: str) -> Response | None:
        """Change one value with a fresh proof; return the response if that failed."""
        field = own_account.FIELDS[name]
        typed = typed_in(self._form, [field])
        proof, errors = own_account.typed_proof(self._visit)
        errors = problems_in(typed, [field]) | errors
        if not errors:
            try:
                await own_account.CHANGES[name](self._visit, typed[name], proof)
            except (UserNotFoundError, RateLimitError, InvalidParameterError, TakenError) as error:
                errors = own_account.problem_with(error)
        return await self.show(status=422, values=typed, errors=errors, failed=name) if errors else None

    async def _link_wallet(self) -> Response:
        form, page = self._form, self._challenge_page
        try:
            if not is_signed(form):
                return await page.show(await self._visit.guard.begin_enrolment(NAME, form))
            await wallet.link(self._visit, form)
        except TakenError:
            return await self.show(status=409, messages={"danger": "ERR_WALLET_TAKEN"})
        except InvalidSignatureError as error:
            return await page.show_again(**wallet.WRONG_SIGNATURE) or await self._refuse_wallet(error)
        except GatewrightError as error:
            return await self._refuse_wallet(error)
        return self._done("MSG_WALLET_LINKED")

    async def _refuse_wallet(self, error: GatewrightError) -> Response:
        typed = {"evrmore_address": self._form.get("evrmore_address", "")}
        return await self.show(status=422, values=typed, messages={"danger": wallet.code_of(error)})

    async def _unlink_wallet(self) -> Response:
        try:
            await own_account.unlink_wallet(self._visit, self._user, self._form.get("evrmore_address", ""))
        except InvalidParameterError:
            return await self.show(status=422, messages={"danger": "ERR_WALLET_LAST"})
        return self._done("MSG_WALLET_UNLINKED")

    async def _revoke_session(self) -> Response:
        if not await self._visit.guard.revoke_session(self._form.get("session_id", "")):
            raise TransportError(status=404)
        return self._done("MSG_SESSION_REVOKED")

    async def _revoke_other_sessions(self) -> Response:
        await self._visit.guard.revoke_other_sessions()
        return self._done("MSG_OTHER_SESSIONS_REVOKED")

    def _done(self, code: str) -> Response:
        self._visit.guard.add_message("success", code)
        return redirect(self._path)

    @property
    def _challenge_page(self) -> wallet.ChallengePage:
        return wallet.ChallengePage(self._visit, "account", action="link_wallet")

    @property
    def _path(self) -> str:
        return self._visit.site.path("account")


async def save_profile(visit: Visit, user: User, typed: Mapping[str, str]) -> None:
    """Save the visitor's profile.

    Raises:
        GatewrightError: What `AsyncAuth.set_profile` raises.
    """
    await visit.auth.set_profile(user.username, {name: text for name, text in typed.items() if text})


async def profile_of(visit: Visit, user: User) -> dict[str, str]:
    """Return the visitor's profile; users of other providers have none in gatewright."""
    return await visit.auth.get_profile(user.username) if is_account(user) else {}


async def wallets_of(visit: Visit, user: User) -> list[str]:
    """Return the addresses of the visitor's wallets."""
    return await visit.auth.list_wallets(user.username) if is_account(user) else []


async def asks_password(visit: Visit, user: User) -> bool:
    """Return whether forms ask for the password: if there is one, and no proof is fresh enough."""
    return await has_password(visit, user) and not await visit.guard.is_fresh(visit.site.settings.fresh_minutes)


async def has_password(visit: Visit, user: User) -> bool:
    """Return whether the visitor can authenticate by password: it is one of the methods, and they have one."""
    if not visit.site.parts.has_passwords:
        return False
    return not is_account(user) or await visit.auth.has_password(user.username)
