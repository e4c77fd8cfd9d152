"""Every hook point, declared once: its name, when it fires and its parameters.

The dispatcher, ``gatewright hooks`` and the reference page all read this table.
"""

from __future__ import annotations

from dataclasses import dataclass

SECRETS = frozenset({"challenge", "challenge_record", "message", "session", "signature", "token"})
"""Parameters whose values never reach a log."""


@dataclass(frozen=True, slots=True)
class HookDeclaration:
    """One point at which an application may intervene.

    Args:
        name: The event's name; ``pre_*`` points may change their parameters and may raise `Denied`.
        operation: The operation that fires it.
        when: When it fires, as a sentence.
        parameters: The keyword arguments of a callback: name -> meaning.
    """

    name: str
    operation: str
    when: str
    parameters: dict[str, str]

    @property
    def is_before(self) -> bool:
        """Whether the point fires before its operation: callbacks may change the parameters or refuse."""
        return self.name.startswith("pre_")


POINTS = (
    HookDeclaration(
        "pre_challenge",
        "generate_challenge",
        "Before a challenge is created, and before its address is validated.",
        {
            "evrmore_address": "the address that will be asked to sign",
            "expire_minutes": "the challenge's lifetime, in minutes",
        },
    ),
    HookDeclaration(
        "post_challenge",
        "generate_challenge",
        "After a challenge has been stored.",
        {
            "evrmore_address": "the address that is asked to sign",
            "challenge": "the text to sign",
            "challenge_record": "the stored Challenge",
        },
    ),
    HookDeclaration(
        "pre_auth",
        "authenticate",
        "Before a wallet sign-in checks anything.",
        {
            "evrmore_address": "the address that wants to sign in",
            "challenge": "the challenge's text",
            "signature": "the signature over it, base64",
            "skip_ownership_check": "whether a challenge made for another address is accepted",
        },
    ),
    HookDeclaration(
        "post_auth",
        "authenticate",
        "After a session has been created and committed, whatever the sign-in method.",
        {
            "user": "the User who signed in",
            "session": "the new Session; `token` is a bearer token if a wallet signed in, else the cookie's secret",
        },
    ),
    HookDeclaration(
        "pre_verify",
        "verify_signature",
        "Before a signature is verified, in a sign-in or on its own.",
        {
            "address": "the address that should have signed",
            "message": "the text that should have been signed",
            "signature": "the signature, base64",
        },
    ),
    HookDeclaration(
        "post_verify",
        "verify_signature",
        "After a signature has been verified, right or wrong.",
        {
            "address": "the address that should have signed",
            "message": "the text that should have been signed",
            "signature": "the signature, base64",
            "is_valid": "whether the signature is right",
        },
    ),
    HookDeclaration(
        "pre_token_validate",
        "validate_token",
        "Before a token is validated, whatever asked for its user.",
        {"token": "the token"},
    ),
    HookDeclaration(
        "post_token_validate",
        "validate_token",
        "After a token has been validated, valid or not.",
        {
            "token": "the token",
            "token_data": "its claims if valid, else None",
            "is_valid": "whether it is valid",
        },
    ),
    HookDeclaration(
        "pre_token_invalidate",
        "invalidate_token",
        "Before a token is invalidated.",
        {"token": "the token"},
    ),
    HookDeclaration(
        "post_token_invalidate",
        "invalidate_token",
        "After a token has been invalidated; only if that ended a session.",
        {"token": "the token", "session": "the Session that ended"},
    ),
    HookDeclaration(
        "auth_failed",
        "authenticate",
        "After an authentication has failed or an enrolment was refused, whatever the method and the reason.",
        {
            "username": "the name that was entered: unverified and possibly nonsense",
            "method": "wallet, password, bypass, remember_me or the name of another method",
            "reason": "a stable code for logs and counters, such as challenge_used; not for the visitor",
        },
    ),
    HookDeclaration(
        "pre_login",
        "visit of the login route",
        "When a visitor requests the login route, whether or not they submit the form.",
        {"route": "the route, as the web layer names it"},
    ),
    HookDeclaration(
        "login_success",
        "login",
        "After a login by form or API: the user is authenticated and has a session. Before any redirect.",
        {"user": "the User who logged in"},
    ),
    HookDeclaration(
        "login_failed",
        "attempt",
        "After a user could not be authenticated: there is none with that name, or the password is wrong.",
        {"username": "the name that was entered"},
    ),
    HookDeclaration(
        "login_inactive_user",
        "attempt",
        "After a deactivated user has authenticated.",
        {"user": "the User, or None if the provider refused while loading"},
    ),
    HookDeclaration(
        "login_unverified_user",
        "attempt",
        "After a user who is not verified yet has authenticated.",
        {"user": "the User, or None if the provider refused while loading"},
    ),
    HookDeclaration(
        "logout",
        "logout",
        "After a visitor has signed out and their session has ended.",
        {},
    ),
    HookDeclaration(
        "pre_password_change",
        "set_password",
        "Before a password is changed.",
        {"user": "the User whose password it is"},
    ),
    HookDeclaration(
        "post_password_change",
        "set_password",
        "After a password has been changed and the user's other sessions have ended.",
        {"user": "the User whose password it is"},
    ),
    HookDeclaration(
        "pre_signup",
        "sign_up",
        "Before a visitor signs up, and before the input is validated.",
        {
            "email": "the email address that was entered",
            "username": "the username that was entered, or None",
            "profile": "the other fields of the form, by name",
        },
    ),
    HookDeclaration(
        "post_signup",
        "sign_up",
        "After a visitor has signed up; not if the email address already had an account.",
        {"user": "the new User, not verified yet"},
    ),
    HookDeclaration(
        "pre_email_verification",
        "verify_email",
        "Before an email address is marked as verified.",
        {"user": "the User whose address it is"},
    ),
    HookDeclaration(
        "post_email_verification",
        "verify_email",
        "After an email address has been verified by the link that was sent to it.",
        {"user": "the User whose address it is"},
    ),
    HookDeclaration(
        "pre_password_reset",
        "reset_password",
        "Before a new password is set through an emailed link.",
        {"user": "the User whose password it is"},
    ),
    HookDeclaration(
        "post_password_reset",
        "reset_password",
        "After a new password has been set through an emailed link; all sessions of the user have ended.",
        {"user": "the User whose password it is"},
    ),
    HookDeclaration(
        "pre_username_change",
        "change_username",
        "Before a username is changed, and before the new one is validated.",
        {"user": "the User whose name it is", "username": "the new name"},
    ),
    HookDeclaration(
        "post_username_change",
        "change_username",
        "After a username has been changed.",
        {"user": "the User, with the new name", "former_username": "the old name, or None"},
    ),
    HookDeclaration(
        "pre_email_change",
        "request_email_change",
        "Before a link is sent to an account's new email address, and before that address is validated.",
        {"user": "the User whose address it is", "email": "the new address"},
    ),
    HookDeclaration(
        "post_email_change",
        "confirm_email_change",
        "After an account's email address has been changed through the link that was sent to the new one.",
        {"user": "the User, with the new address", "former_email": "the old address, or None"},
    ),
    HookDeclaration(
        "pre_account_deletion",
        "delete_user",
        "Before an account is deleted, by its user or by somebody else.",
        {"user": "the User whose account it is"},
    ),
    HookDeclaration(
        "post_account_deletion",
        "delete_user",
        "After an account has been deleted, with everything stored about it.",
        {"user": "the User, as they were"},
    ),
    HookDeclaration(
        "pre_method_enrolment",
        "enrol_method",
        "Before a user enrols an authenticator, and before it is verified.",
        {"user": "the User who is enrolling it", "method": "the name of the method, such as totp"},
    ),
    HookDeclaration(
        "post_method_enrolment",
        "enrol_method",
        "After an authenticator has been enrolled.",
        {
            "user": "the User who has enrolled it",
            "method": "the name of the method",
            "authenticators": "the new Authenticators, as a tuple",
        },
    ),
    HookDeclaration(
        "pre_method_use",
        "prove_by_method",
        "Before a method that users enrol verifies a proof, in a sign-in or in step-up authentication.",
        {"user": "the User who must authenticate, or None if not known yet", "method": "the name of the method"},
    ),
    HookDeclaration(
        "post_method_use",
        "prove_by_method",
        "After a method has verified a user; whether that suffices for a session is decided next.",
        {
            "user": "the User",
            "method": "the name of the method",
            "proof": "the Proof: when it was given, and what it proves",
        },
    ),
    HookDeclaration(
        "pre_method_removal",
        "remove_authenticators",
        "Before a user's authenticators are removed, by them or by somebody else.",
        {"user": "the User whose they are", "method": "the name of the method, or None if all are removed"},
    ),
    HookDeclaration(
        "post_method_removal",
        "remove_authenticators",
        "After a user's authenticators have been removed.",
        {
            "user": "the User whose they were",
            "method": "the name of the method, or None if all were removed",
            "authenticators": "the removed Authenticators, as a tuple",
        },
    ),
)
