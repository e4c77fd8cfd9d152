"""Every error that gatewright raises, in one tree.

::

    GatewrightError                     error
    +-- ConfigurationError              configuration
    |   +-- UnknownHookError            unknown_hook
    |   +-- HookSignatureError          hook_signature
    |   +-- SuspendedError              suspended
    +-- InvalidParameterError           invalid_parameter
    |   +-- InvalidAddressError         invalid_address
    |   +-- InvalidKeyError             invalid_key
    |   +-- WeakPasswordError           weak_password
    |   +-- UnreadableHashError         unreadable_hash
    +-- TransportError                  transport
    +-- PermissionNotFoundError         permission_not_found
    +-- TakenError                      taken
    +-- RateLimitError                  rate_limited
    |   +-- AttemptBlockedError         login_attempt_blocked
    +-- BusyError                       busy
    +-- StoreUnavailableError           store_unavailable
    +-- ProviderUnavailableError        provider_unavailable
    +-- MailUnavailableError            mail_unavailable
    +-- AuthenticationError             authentication_failed
        +-- Denied                      denied
        +-- InvalidChallengeError       invalid_challenge
        |   +-- ChallengeExpiredError
        |   +-- ChallengeAlreadyUsedError
        +-- InvalidSignatureError       invalid_signature
        +-- InvalidTokenError           invalid_token
        +-- InvalidLinkError            invalid_link
        +-- InvalidProofError           invalid_proof
        +-- SecondFactorRequiredError   second_factor_required
        +-- SignInOverError             sign_in_over
        +-- UnconfirmedError            not_fully_authenticated
        |   +-- StepUpRequiredError     step_up_required
        +-- UserNotFoundError           user_not_found
        +-- InactiveUserError           inactive_user
        +-- UnverifiedUserError         unverified_user

Each class has a stable ``code`` for programs and a ``public_message`` that is safe to show to anybody: it tells an
attacker nothing that the request did not already say. ``str(error)`` and the keyword evidence are for the log.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import ClassVar


class GatewrightError(Exception):
    """Root of the tree: ``except GatewrightError`` catches every error that this package raises on purpose.

    Args:
        message: What happened and how to fix it, for developers and logs; never contains a secret.
        evidence: Facts for the log, by name. Kept in ``error.evidence``; never shown to a visitor.
    """

    code: ClassVar[str] = "error"
    public_message: str = "The request could not be completed."

    def __init__(self, message: str | None = None, **evidence: object) -> None:
        super().__init__(message or self.public_message)
        self.evidence = evidence


class ConfigurationError(GatewrightError):
    """The application is misconfigured. The message says how to fix it."""

    code = "configuration"
    public_message = "The service is not set up correctly."


class UnknownHookError(ConfigurationError):
    """A hook was added to a point that does not exist. The message lists the points that do."""

    code = "unknown_hook"


class HookSignatureError(ConfigurationError):
    """A hook takes a parameter that its point does not have, or cannot be called in this build."""

    code = "hook_signature"


class SuspendedError(ConfigurationError):
    """A coroutine suspended inside the blocking API. Use the asynchronous counterpart of the class instead."""

    code = "suspended"


class InvalidParameterError(GatewrightError, ValueError):
    """An argument has the wrong type, size or shape. The message names it and says what is accepted."""

    code = "invalid_parameter"
    public_message = "A value in the request is not valid."


class InvalidAddressError(InvalidParameterError):
    """A wallet address is not a P2PKH address on a network that may sign in."""

    code = "invalid_address"
    public_message = "This address cannot be used to sign in here."


class InvalidKeyError(InvalidParameterError):
    """A private key in wallet import format could not be read. The message never contains the key."""

    code = "invalid_key"
    public_message = "This is not a private key in wallet import format."


class WeakPasswordError(InvalidParameterError):
    """Refused by the password policy. ``evidence["reason"]`` is ``too_short``, ``too_long``, ``common`` or ``context``.

    The message tells the person choosing the password what to do, and is also the ``public_message``.
    """

    code = "weak_password"
    public_message = "This password cannot be used. Choose another one."

    def __init__(self, message: str | None = None, **evidence: object) -> None:
        super().__init__(message, **evidence)
        self.public_message = str(self)


class UnreadableHashError(InvalidParameterError):
    """A stored hash is of an unknown kind, damaged, or too costly to verify.

    The message names the kind, never the hash. Visitors are never told: to them it is a wrong password.
    """

    code = "unreadable_hash"
    public_message = "The hash of this password cannot be read."


class TransportError(GatewrightError):
    """A request cannot be served as sent, whoever sent it. ``status`` is the HTTP status of the response.

    Args:
        status: The HTTP status.
        headers: Headers of the response.
    """

    code = "transport"

    def __init__(
        self,
        message: str | None = None,
        *,
        status: int = 400,
        headers: Mapping[str, str] | None = None,
        **evidence: object,
    ) -> None:
        super().__init__(message or HTTPStatus(status).phrase, **evidence)
        self.status = status
        self.headers = headers


class PermissionNotFoundError(GatewrightError):
    """The permission has not been declared."""

    code = "permission_not_found"
    public_message = "There is no such permission."


class TakenError(GatewrightError):
    """A name, an email address or a wallet already belongs to another account."""

    code = "taken"
    public_message = "This is already taken."


class RateLimitError(GatewrightError):
    """Too many requests. ``retry_after`` says when to retry, in seconds."""

    code = "rate_limited"
    public_message = "Too many requests. Please wait a moment and try again."

    def __init__(self, message: str | None = None, *, retry_after: int = 1, **evidence: object) -> None:
        super().__init__(message, **evidence)
        self.retry_after = retry_after


class AttemptBlockedError(RateLimitError):
    """Too many sign-ins have failed, from one client or on one account. The credentials were not checked."""

    code = "login_attempt_blocked"
    public_message = "Too many failed attempts. Please wait a while and try again."


class BusyError(GatewrightError):
    """Too many passwords are waiting to be hashed. ``retry_after`` says when to retry, in seconds."""

    code = "busy"
    public_message = "The service is busy. Please try again in a moment."

    def __init__(self, message: str | None = None, *, retry_after: int = 1, **evidence: object) -> None:
        super().__init__(message, **evidence)
        self.retry_after = retry_after


class StoreUnavailableError(GatewrightError):
    """The database refused, timed out or is full. No decision was made; nobody was signed in."""

    code = "store_unavailable"
    public_message = "The service is busy. Please try again in a moment."


class ProviderUnavailableError(GatewrightError):
    """The source of the users cannot be reached. Nobody was signed in, and no password was rejected."""

    code = "provider_unavailable"
    public_message = "Sign-in is not available right now. Please try again in a moment."


class MailUnavailableError(GatewrightError):
    """An email could not be handed over. It stays queued and is retried."""

    code = "mail_unavailable"
    public_message = "The email could not be sent right now. It will be sent later."


class AuthenticationError(GatewrightError):
    """A user could not be signed in or recognised."""

    code = "authentication_failed"
    public_message = "Authentication failed."


class Denied(AuthenticationError):
    """Raised *by* a ``pre_*`` hook to stop the operation. ``reason`` is for the log, not for the visitor."""

    code = "denied"
    public_message = "This is not allowed."

    def __init__(self, reason: str = "denied by a hook", **evidence: object) -> None:
        super().__init__(reason, **evidence)
        self.reason = reason


class InvalidChallengeError(AuthenticationError):
    """The challenge is unknown, for another address, used or expired. Only the evidence says which."""

    code = "invalid_challenge"
    public_message = "This challenge cannot be used. Request a new one."


class ChallengeExpiredError(InvalidChallengeError):
    """The challenge has expired. Same ``code`` as its parent, so a client learns nothing more."""


class ChallengeAlreadyUsedError(InvalidChallengeError):
    """The challenge has already been exchanged for a session. Same ``code`` as its parent."""


class InvalidSignatureError(AuthenticationError):
    """The signature over this challenge was not made with the key of this address."""

    code = "invalid_signature"
    public_message = "The signature does not match the challenge and the address."


class InvalidTokenError(AuthenticationError):
    """The token is malformed, forged, expired, revoked, or issued for another audience."""

    code = "invalid_token"
    public_message = "The token is not valid."


class InvalidLinkError(AuthenticationError):
    """A link from an email is unknown, used, expired or replaced by a newer one. Only the evidence says which."""

    code = "invalid_link"
    public_message = "This link is no longer valid. Request a new one."


class UnconfirmedError(AuthenticationError):
    """The visitor is recognised, but must authenticate again, by any method, before they go on."""

    code = "not_fully_authenticated"
    public_message = "Confirm that it is you, and try again."


class StepUpRequiredError(UnconfirmedError):
    """The visitor's last proof is too old or too weak for this action.

    ``evidence`` says what is required: ``minutes`` and ``aal``.
    """

    code = "step_up_required"


class InvalidProofError(AuthenticationError):
    """A code, a passkey's response or another proof is wrong. Only the evidence says why."""

    code = "invalid_proof"
    public_message = "This could not be verified. Try again, or use another method."


class SecondFactorRequiredError(AuthenticationError):
    """The first proof was right, but a second factor is required. Nobody is signed in yet.

    ``evidence["methods"]`` names the methods that the visitor can continue with. It is empty if they must enrol one
    first.
    """

    code = "second_factor_required"
    public_message = "A second factor is required."


class SignInOverError(AuthenticationError):
    """A second step was sent, but this browser has no pending sign-in, or no longer has one."""

    code = "sign_in_over"
    public_message = "This sign-in took too long or was cancelled. Please sign in again."


class UserNotFoundError(AuthenticationError):
    """There is no such user, or the password is wrong: a visitor cannot tell which."""

    code = "user_not_found"


class InactiveUserError(AuthenticationError):
    """The user authenticated, but has been deactivated."""

    code = "inactive_user"
    public_message = "This account is not active."


class UnverifiedUserError(AuthenticationError):
    """The user authenticated, but is not verified yet."""

    code = "unverified_user"
    public_message = "This account has not been verified yet."
