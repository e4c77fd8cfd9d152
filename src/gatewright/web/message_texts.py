"""The texts of message and error codes for visitors, in English; the catalogs hold the translations."""

from __future__ import annotations

from gatewright.fields import N_

MESSAGES = {
    "ERR_LOGIN_INVALID_CREDENTIALS": N_("Wrong email or password."),
    "ERR_LOGIN_INACTIVE_USER": N_("This account is not active."),
    "ERR_LOGIN_UNVERIFIED_USER": N_("This account has not been verified yet. Check your email, or request a new link."),
    "ERR_LOGIN_ATTEMPT_BLOCKED": N_("Too many failed attempts. Please wait a while and try again."),
    "ERR_WALLET_CHALLENGE": N_("This challenge is no longer valid. Please start again."),
    "ERR_ADDRESS": N_("This address cannot be used to sign in here."),
    "ERR_SIGNATURE": N_("The signature does not match the challenge and the address."),
    "ERR_WALLET_TAKEN": N_("This wallet already belongs to an account."),
    "ERR_WALLET_LAST": N_("This wallet is the only way to sign in to your account, so it cannot be removed."),
    "ERR_CURRENT_PASSWORD": N_("The current password is wrong."),
    "ERR_PASSWORDS_DIFFER": N_("The two passwords do not match."),
    "ERR_USERNAME_TAKEN": N_("This username is already taken."),
    "ERR_USERNAME": N_("A username must have 3 to 22 visible characters and no @."),
    "ERR_EMAIL": N_("Enter an email address such as name@example.com."),
    "ERR_EMAIL_UNCHANGED": N_("Your account already has this email address."),
    "ERR_EMAIL_TAKEN": N_("This email address belongs to another account."),
    "ERR_VALUE": N_("This value is not valid."),
    "ERR_LINK": N_("This link is no longer valid. Request a new one."),
    "ERR_RATE_LIMITED": N_("Too many requests. Please wait a moment and try again."),
    "ERR_FORM_EXPIRED": N_(
        "This form had expired, so nothing was changed. Please submit it again. If that does not help, allow cookies "
        "for this site."
    ),
    "ERR_PROOF": N_("This could not be verified. Please try again, or use another method."),
    "ERR_SIGN_IN_OVER": N_("This sign-in took too long or was cancelled. Please sign in again."),
    "ERR_METHOD_TAKEN": N_("This is already set up."),
    "ERR_CONFIRM_PASSWORD": N_("Please confirm that it is you before you continue."),
    "MSG_LOGGED_OUT": N_("You are signed out."),
    "MSG_SIGNED_UP": N_("Your account has been created. You can sign in now."),
    "MSG_EMAIL_VERIFIED": N_("Your email address has been verified. You can sign in now."),
    "MSG_PASSWORD_RESET": N_("Your new password has been set. You can sign in with it now."),
    "MSG_PASSWORD_CHANGED": N_("Your password has been changed. Your other sessions have ended."),
    "MSG_PROFILE_SAVED": N_("Your profile has been saved."),
    "MSG_USERNAME_CHANGED": N_("Your username has been changed."),
    "MSG_EMAIL_CHANGE_REQUESTED": N_("If the new email address is available, we sent a link to it."),
    "MSG_EMAIL_CHANGED": N_("Your email address has been changed."),
    "MSG_ACCOUNT_DELETED": N_("Your account has been deleted."),
    "MSG_WALLET_LINKED": N_("The wallet has been linked to your account."),
    "MSG_WALLET_UNLINKED": N_("The wallet has been unlinked from your account."),
    "MSG_FIRST_METHOD_ENROLLED": N_("It has been set up. You have been signed out everywhere else."),
    "MSG_METHOD_ENROLLED": N_("It has been set up."),
    "MSG_METHOD_RENAMED": N_("The name has been changed."),
    "MSG_METHOD_REMOVED": N_("It has been removed."),
    "MSG_SESSION_REVOKED": N_("The session has been ended."),
    "MSG_OTHER_SESSIONS_REVOKED": N_("All other sessions have been ended."),
}
"""Code -> text. Codes that begin with ``ERR_`` are failures."""

EVENTS = {
    "signed_in": N_("Signed in"),
    "signed_out": N_("Signed out"),
    "sign_in_failed": N_("A sign-in failed"),
    "remember_me_theft": N_("A copied remember-me cookie was used, so all remembered browsers were forgotten"),
    "session_revoked": N_("A session was ended"),
    "sessions_revoked": N_("Other sessions were ended"),
    "password_changed": N_("The password was changed"),
    "password_reset": N_("The password was replaced by a link"),
    "email_changed": N_("The email address was changed"),
    "username_changed": N_("The username was changed"),
    "wallet_linked": N_("A wallet was linked"),
    "wallet_unlinked": N_("A wallet was unlinked"),
    "method_enrolled": N_("A sign-in method was added"),
    "method_removed": N_("A sign-in method was removed"),
    "recovery_code_used": N_("A recovery code was used"),
    "user_exported": N_("The account's data was downloaded"),
}
"""Text of the account page for each audit event that it shows."""

WEAK_PASSWORD = {
    "too_short": N_("This password is too short. Use at least %(length)s characters; a sentence is easy to remember."),
    "too_long": N_("This password is too long."),
    "common": N_("This password is too easy to guess. Choose another one."),
    "context": N_("This password contains your name or the name of this site. Choose another one."),
}
"""Reason of a `WeakPasswordError` -> text."""

PROBLEMS = {
    400: N_("The request could not be read."),
    401: N_("This is not allowed. If you submitted a form, reload the page and try again."),
    403: N_("This is not allowed. If you submitted a form, reload the page and try again."),
    404: N_("There is nothing at this address."),
    405: N_("This address does not accept this request method."),
    410: N_("This link is no longer valid. Request a new one."),
    413: N_("The request is too large."),
    415: N_("This type of content is not accepted here."),
    422: N_("One of the values is not valid."),
    429: N_("Too many requests. Please wait a moment and try again."),
    500: N_("Something went wrong on our side. The error has been logged."),
    503: N_("The service is busy. Please try again in a moment."),
}
"""HTTP status -> text of the error page."""
