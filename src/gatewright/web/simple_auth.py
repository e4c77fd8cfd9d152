"""SimpleAuth: ready-made pages, to use as they are or override one by one."""

from __future__ import annotations

from collections.abc import Sequence

from gatewright.fields import Field, require_fields
from gatewright.ports import UserSource
from gatewright.web.controller import AuthController
from gatewright.web.fields import EMAIL, FIRST_NAME, LAST_NAME, PASSWORD, PASSWORD_CONFIRM, USERNAME
from gatewright.web.flows import (
    email_change,
    email_verification,
    login,
    password_reset,
    signup,
    wallet,
)
from gatewright.web.flows.account import AccountPage, asks_password
from gatewright.web.flows.enrolment import EnrolmentPage
from gatewright.web.flows.own_account import DeletionPage
from gatewright.web.flows.proving import CONFIRM, STEP, ProvingPage, show_link, submit_link
from gatewright.web.response import Response, redirect
from gatewright.web.visit import Visit


class SimpleAuthController(AuthController):
    """The ready-made pages. Override `signup_fields` or `profile_fields`, or any page, in a subclass."""

    def get_user_provider(self) -> str | UserSource | None:
        """Return None: the setting ``user_provider`` decides."""
        return None

    def signup_fields(self) -> Sequence[Field]:
        """Return the fields of the signup form.

        ``email``, ``password``, ``password_confirm`` and ``username`` define the account; any other field is stored in
        its profile. A form cannot set roles, or whether the account is active or verified. If the setting ``methods``
        does not include passwords, the form does not ask for one.
        """
        return (FIRST_NAME, LAST_NAME, USERNAME, EMAIL, PASSWORD, PASSWORD_CONFIRM)

    def profile_fields(self) -> Sequence[Field]:
        """Return the fields that a user can change on the account page."""
        own = ("email", "password", "password_confirm", "username")
        asked = fields_of(self, "signup_fields")
        return [field for field in asked if field.name not in own and field.type != "checkbox"]

    async def login(self, visit: Visit) -> Response:
        """Show the login form."""
        return await login.show(visit)

    async def login_wallet(self, visit: Visit) -> Response:
        """Handle the wallet form. A GET request, such as a reload of the second step, redirects to the login page."""
        return await wallet.submit(visit) if _is_post(visit) else redirect(visit.path_with_next("login", visit.wanted))

    async def signup(self, visit: Visit) -> Response:
        """Show the signup form and handle it."""
        fields = visit.site.signup_fields()
        return await signup.submit(visit, fields) if _is_post(visit) else await signup.show(visit, fields)

    async def email_verification(self, visit: Visit, token: str) -> Response:
        """Show the page of a verification link, and verify the email address."""
        flow = email_verification
        return await flow.submit(visit, token) if _is_post(visit) else await flow.show(visit, token)

    async def email_verification_request(self, visit: Visit) -> Response:
        """Offer a new verification link and send it."""
        request = email_verification.REQUEST
        return await request.submit(visit) if _is_post(visit) else await request.show(visit)

    async def password_reset(self, visit: Visit) -> Response:
        """Offer a password-reset link and send it."""
        request = password_reset.REQUEST
        return await request.submit(visit) if _is_post(visit) else await request.show(visit)

    async def password_reset_form(self, visit: Visit, token: str) -> Response:
        """Show the page of a password-reset link, and set the new password."""
        flow = password_reset
        return await flow.submit(visit, token) if _is_post(visit) else await flow.show(visit, token)

    async def confirm_password(self, visit: Visit) -> Response:
        """Ask a visitor to authenticate again."""
        if await visit.user() is None:
            return visit.redirect_to_login()
        page = ProvingPage(visit, CONFIRM)
        return await page.submit() if _is_post(visit) else await page.show()

    async def login_step(self, visit: Visit) -> Response:
        """Handle a sign-in step by any method, or ask for the next one."""
        page = ProvingPage(visit, STEP)
        return await page.submit() if _is_post(visit) else await page.show()

    async def login_link(self, visit: Visit, token: str) -> Response:
        """Show the page of a sign-in link, and sign in."""
        return await submit_link(visit, token) if _is_post(visit) else await show_link(visit, token)

    async def account_method(self, visit: Visit, token: str) -> Response:
        """Show what the visitor has enrolled of a method (``token`` in the path), and handle changes."""
        return await EnrolmentPage(visit, token).answer()

    async def account(self, visit: Visit) -> Response:
        """Show the account and handle changes."""
        user = await visit.user()
        if user is None:
            return visit.redirect_to_login()
        page = AccountPage(visit, user, fields_of(self, "profile_fields"))
        return await page.submit() if _is_post(visit) else await page.open()

    async def account_export(self, visit: Visit) -> Response:
        """Send a file with everything stored about the visitor, or redirect to the form that requests it."""
        user = await visit.user()
        if user is None:
            return visit.redirect_to_login()
        if not _is_post(visit):
            return redirect(visit.site.path("account"))
        return await AccountPage(visit, user, fields_of(self, "profile_fields")).export()

    async def account_delete(self, visit: Visit) -> Response:
        """Show what will be deleted, and delete the account."""
        user = await visit.user()
        if user is None:
            return visit.redirect_to_login()
        if not await visit.guard.is_fully_authenticated():
            return visit.redirect_to_confirmation()
        page = DeletionPage(visit, user, asks_password=await asks_password(visit, user))
        return await page.submit() if _is_post(visit) else await page.show()

    async def email_change(self, visit: Visit, token: str) -> Response:
        """Show the page of an email-change link, and change the email address."""
        flow = email_change
        return await flow.submit(visit, token) if _is_post(visit) else await flow.show(visit, token)


def fields_of(controller: SimpleAuthController, name: str) -> tuple[Field, ...]:
    """Return the fields of a form from a controller.

    Args:
        controller: The controller.
        name: The method that returns them.

    Raises:
        ConfigurationError: If it returns something else.
    """
    return require_fields(getattr(controller, name)(), of=f"{type(controller).__name__}.{name}()")


def signup_fields_of(controller: SimpleAuthController, *, has_passwords: bool) -> tuple[Field, ...]:
    """Return the fields of the signup form, without those for a password if passwords are not used.

    Args:
        controller: The controller.
        has_passwords: Whether passwords are one of the methods.

    Raises:
        ConfigurationError: If the controller returns something other than fields.
    """
    fields = fields_of(controller, "signup_fields")
    return tuple(each for each in fields if has_passwords or each.name not in ("password", "password_confirm"))


def _is_post(visit: Visit) -> bool:
    return visit.request.method == "POST"
