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
    """Root of the tree: ``except GatewrightError`` catches whatever this package raises on purpose.

    Args:
        message: What happened and how to cure it, for developers and logs; never holds a secret.
        evidence: Facts for the log, by name. Kept in ``error.evidence``; never shown to a visitor.
    """

    code: ClassVar[str] = "error"
    public_message: str = "The request could not be completed."

    def __init__(self, message: str | None = None, **evidence: object) -> None:
        super().__init__(message or self.public_message)
        self.evidence = evidence


class ConfigurationError(GatewrightError):
    """The application is set up wrongly. The message holds the cure."""

    code = "configuration"
    public_message = "The service is not set up correctly."


class UnknownHookError(ConfigurationError):
    """A hook was added to a point that does not exist. The message lists the points that do."""

    code = "unknown_hook"


class HookSignatureError(ConfigurationError):
    """A hook asks for a parameter that its point does not have, or is not callable in this build."""

    code = "hook_signature"


class SuspendedError(ConfigurationError):
    """Something suspended inside the blocking API. Use the asynchronous counterpart of the class instead."""

    code = "suspended"


class InvalidParameterError(GatewrightError, ValueError):
    """An argument has the wrong type, size or shape. The message names it and says what is accepted."""

    code = "invalid_parameter"
    public_message = "A value in the request is not valid."


class InvalidAddressError(InvalidParameterError):
    """A wallet address is no P2PKH address of a network that may sign in."""

    code = "invalid_address"
    public_message = "This address cannot be used to sign in here."


class InvalidKeyError(InvalidParameterError):
    """A private key in wallet import format could not be read. The message never holds the key."""

    code = "invalid_key"
    public_message = "This is not a private key in wallet import format."


class WeakPasswordError(InvalidParameterError):
    """A new password is refused by the policy. ``evidence["reason"]`` is ``too_short``, ``too_long``, ``common`` or
    ``context``.

    The message is written for the person who chooses the password, says what to do, and is the ``public_message``.
    """

    code = "weak_password"
    public_message = "This password cannot be used. Choose another one."

    def __init__(self, message: str | None = None, **evidence: object) -> None:
        super().__init__(message, **evidence)
        self.public_message = str(self)


class UnreadableHashError(InvalidParameterError):
    """A stored hash is of an unknown kind, damaged, or too costly to verify. The message names its kind, and never
    holds the hash. A visitor is never told: to them it is a wrong password.
    """

    code = "unreadable_hash"
    public_message = "The hash of this password cannot be read."


class TransportError(GatewrightError):
    """A request cannot be answered as it is, whoever sent it. ``status`` is the HTTP status to answer with.

    Args:
        status: The HTTP status.
        headers: Headers of the answer.
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
    """This permission has not been declared."""

    code = "permission_not_found"
    public_message = "There is no such permission."


class TakenError(GatewrightError):
    """A name, a mail address or a wallet belongs to another account already."""

    code = "taken"
    public_message = "This is already taken."


class RateLimitError(GatewrightError):
    """Too many requests. ``retry_after`` says when to come back, in seconds."""

    code = "rate_limited"
    public_message = "Too many requests. Please wait a moment and try again."

    def __init__(self, message: str | None = None, *, retry_after: int = 1, **evidence: object) -> None:
        super().__init__(message, **evidence)
        self.retry_after = retry_after


class AttemptBlockedError(RateLimitError):
    """Too many sign-ins have failed, from one client or on one account. Nothing was verified."""

    code = "login_attempt_blocked"
    public_message = "Too many failed attempts. Please wait a while and try again."


class BusyError(GatewrightError):
    """Too many passwords wait to be hashed. ``retry_after`` says when to come back, in seconds."""

    code = "busy"
    public_message = "The service is busy. Please try again in a moment."

    def __init__(self, message: str | None = None, *, retry_after: int = 1, **evidence: object) -> None:
        super().__init__(message, **evidence)
        self.retry_after = retry_after


class StoreUnavailableError(GatewrightError):
    """The database refused, timed out or is full. Nothing was decided; nobody was let in."""

    code = "store_unavailable"
    public_message = "The service is busy. Please try again in a moment."


class ProviderUnavailableError(GatewrightError):
    """The source of the users cannot be reached. Nobody was let in, and no password was wrong."""

    code = "provider_unavailable"
    public_message = "Sign-in is not available right now. Please try again in a moment."


class MailUnavailableError(GatewrightError):
    """A mail could not be handed over. It waits, and is tried again."""

    code = "mail_unavailable"
    public_message = "The email could not be sent right now. It will be sent later."


class AuthenticationError(GatewrightError):
    """A user could not be signed in, or could not be recognised."""

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
    """The challenge is unknown, for another address, used or expired. Only the evidence tells which."""

    code = "invalid_challenge"
    public_message = "This challenge cannot be used. Request a new one."


class ChallengeExpiredError(InvalidChallengeError):
    """The challenge has expired. Same ``code`` as its parent, so that a client learns nothing more."""


class ChallengeAlreadyUsedError(InvalidChallengeError):
    """The challenge has already given a session. Same ``code`` as its parent."""


class InvalidSignatureError(AuthenticationError):
    """The signature was not made over this challenge by the key of this address."""

    code = "invalid_signature"
    public_message = "The signature does not match the challenge and the address."


class InvalidTokenError(AuthenticationError):
    """The token is malformed, forged, expired, revoked, or meant for another audience."""

    code = "invalid_token"
    public_message = "The token is not valid."


class InvalidLinkError(AuthenticationError):
    """A link from a mail is unknown, used, expired or replaced by a newer one. Only the evidence tells which."""

    code = "invalid_link"
    public_message = "This link is no longer valid. Request a new one."


class UnconfirmedError(AuthenticationError):
    """The visitor is known, but must prove once more that it is them, by password or wallet, before they go on."""

    code = "not_fully_authenticated"
    public_message = "Confirm that it is you, and try again."


class StepUpRequiredError(UnconfirmedError):
    """The visitor's last proof is too old, or not strong enough, for what they want to do.

    ``evidence`` names what is asked for: ``minutes`` and ``aal``.
    """

    code = "step_up_required"


class InvalidProofError(AuthenticationError):
    """A code, a passkey's response or whatever else a method verifies is not right. Only the evidence tells why."""

    code = "invalid_proof"
    public_message = "This could not be verified. Try again, or use another method."


class SecondFactorRequiredError(AuthenticationError):
    """The first proof was right, and is not enough. Nobody is signed in yet.

    ``evidence["methods"]`` names the methods that the visitor can go on with. It is empty where they have to enrol one
    first.
    """

    code = "second_factor_required"
    public_message = "A second factor is required."


class SignInOverError(AuthenticationError):
    """A second step was sent, and no sign-in of this browser waits for one, or not any more."""

    code = "sign_in_over"
    public_message = "This sign-in took too long or was cancelled. Please sign in again."


class UserNotFoundError(AuthenticationError):
    """No such user, or the password is wrong: to a visitor the two look the same."""

    code = "user_not_found"


class InactiveUserError(AuthenticationError):
    """The user exists and proved who they are, but has been deactivated."""

    code = "inactive_user"
    public_message = "This account is not active."


class UnverifiedUserError(AuthenticationError):
    """The user exists and proved who they are, but is not verified yet."""

    code = "unverified_user"
    public_message = "This account has not been verified yet."
