"""The bodies of the JSON API: what a client may send, and what it receives."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, create_model

from gatewright.fields import Field as FormField
from gatewright.settings import Settings
from gatewright.web.fields import USERNAME

_ADDRESS = "EgKSF3zkkm6Bp8QvNmXkyYvwufthwob4k3"
_PASSWORD = {"format": "password"}
_EMAIL = {"format": "email"}

Email = Annotated[str, Field(json_schema_extra=_EMAIL, examples=["ada@example.org"])]
Password = Annotated[str, Field(json_schema_extra=_PASSWORD, min_length=1, max_length=1024)]
NextPath = Annotated[str | None, Field(description="The path to continue to after the link.", examples=["/checkout"])]
Repeated = Annotated[
    str | None, Field(description="The same password again, if it was typed twice.", json_schema_extra=_PASSWORD)
]
Address = Annotated[str, Field(description="The address of a wallet.", min_length=1, examples=[_ADDRESS])]


class UserBody(BaseModel):
    """A user."""

    id: str
    username: str
    email: str | None
    evrmore_address: str | None
    is_verified: bool
    roles: list[str]


class SignedInAnswer(BaseModel):
    """Who has signed in. The session is in the cookie sent along with it."""

    user: UserBody


class SessionAnswer(BaseModel):
    """Who is visiting."""

    user: UserBody | None = Field(description="Null for a guest.")
    is_fully_authenticated: bool = Field(description="False if the browser is merely remembered.")
    csrf_token: str = Field(description="The token that a form must send back. JSON requests need none.")


class WalletRequest(BaseModel):
    """The address alone, to get a challenge; then with the challenge and its signature."""

    evrmore_address: Address
    challenge: str | None = Field(None, description="The challenge, exactly as it was given.")
    signature: str | None = Field(None, description="The wallet's signature over it, in base64.")


class ChallengeAnswer(BaseModel):
    """A message for the wallet to sign, valid in this browser only."""

    challenge: str = Field(description="One line. Sign exactly this.")
    expires_at: datetime


class VerifiedAnswer(SignedInAnswer):
    """Whose address has been verified. This opens no session."""

    next: str | None = Field(description="The path that the user wanted to go to.")


class MailRequest(BaseModel):
    """Where to send an email."""

    email: Email
    next: NextPath = None


class ProofRequest(BaseModel):
    """A proof by a method, or the request to prepare one. Its other fields are the method's, such as ``code``."""

    model_config = ConfigDict(extra="allow")

    method: str = Field(description="The name of a method.", examples=["totp"])
    action: Literal["begin", "prove"] = "prove"


class StepRequest(ProofRequest):
    """A step of a sign-in."""

    anew: bool = Field(False, description="Whether it is the first step, even if a sign-in is waiting for its second.")


class ConfirmationRequest(ProofRequest):
    """The same for a signed-in visitor; by password, if no method is named."""

    method: str = Field("password", description="The name of a method.", examples=["totp"])


class Begun(BaseModel):
    """What the method has prepared, such as a challenge."""

    model_config = ConfigDict(extra="allow")


class StepAnswer(BaseModel):
    """How a sign-in can continue."""

    methods: list[str] = Field(description="Names of methods, the strongest first.")
    is_pending: bool = Field(description="Whether a first proof has been given, and a second one is needed.")


class MethodChange(BaseModel):
    """What to do with a method. Its other fields are the method's, such as ``code``."""

    model_config = ConfigDict(extra="allow")

    action: Literal["begin", "enrol", "rename", "remove"]
    id: str | None = Field(None, description="Which one, to rename it or to remove it.")
    name: str | None = Field(None, description="Its new name.")


class MethodAnswer(BaseModel):
    """What is shown only once, when a method is set up, such as recovery codes."""

    model_config = ConfigDict(extra="allow")

    user: UserBody | None = Field(None, description="The user who is signed in; null while more is needed.")


class NewPasswordRequest(BaseModel):
    """A new password."""

    password: Password
    password_confirm: Repeated = None


class Accepted(BaseModel):
    """The same for every address, so that nobody learns who has an account."""

    detail: str


class SessionBody(BaseModel):
    """One sign-in of the user on one device."""

    id: str
    ip_address: str | None
    user_agent: str | None
    created_at: datetime
    last_seen_at: datetime
    is_current: bool


class AuthenticatorBody(BaseModel):
    """One of the user's authenticators, such as a passkey."""

    id: str
    method: str
    name: str
    created_at: datetime
    last_used_at: datetime | None


class AccountAnswer(BaseModel):
    """Everything about the visitor's own account."""

    user: UserBody
    profile: dict[str, str]
    has_password: bool
    wallets: list[str]
    methods: list[AuthenticatorBody]
    sessions: list[SessionBody]


class Proof(BaseModel):
    """A fresh proof: the user's current password. Not needed by a user who has just authenticated."""

    current_password: Password | None = None


class AccountCopy(BaseModel):
    """Everything stored about the user, without hashes and secrets."""

    exported_at: datetime
    account: dict[str, Any]
    profile: dict[str, str]
    roles: list[str] = Field(description="The user's own roles, without inherited ones.")
    permissions: list[str]
    wallets: list[str]
    sessions: list[dict[str, Any]]
    remembered_browsers: list[dict[str, Any]]
    authenticators: list[dict[str, Any]] = Field(description="What the user has set up to sign in with.")
    mail_links: list[dict[str, Any]]
    waiting_mails: list[dict[str, Any]]
    audit: list[dict[str, Any]]


class ChangeUsername(Proof):
    """Change the username."""

    action: Literal["username"]
    username: str = Field(min_length=1, max_length=USERNAME.longest)


class ChangeEmail(Proof):
    """Request a link to change the email address, sent to the new one. Nothing changes until it is used."""

    action: Literal["email"]
    email: Email


class ChangePassword(Proof):
    """Change the password. The user's other sessions end."""

    action: Literal["password"]
    password: Password
    password_confirm: Repeated = None


class LinkWallet(BaseModel):
    """Link a wallet, by a challenge of this browser that the wallet has signed."""

    action: Literal["link_wallet"]
    evrmore_address: Address
    challenge: str
    signature: str


class UnlinkWallet(BaseModel):
    """Unlink a wallet, unless it is the only way to sign in."""

    action: Literal["unlink_wallet"]
    evrmore_address: Address


class RevokeSession(BaseModel):
    """End one of the user's own sessions."""

    action: Literal["revoke_session"]
    session_id: str = Field(min_length=1)


class RevokeOtherSessions(BaseModel):
    """End all of the user's sessions except this one."""

    action: Literal["revoke_other_sessions"]


def login_request(settings: Settings) -> type[BaseModel]:
    """Return the body of a login, with the field names from the settings."""
    fields: dict[str, Any] = {
        settings.auth_form_username_field: (str, Field(min_length=1, max_length=255, examples=["ada@example.org"])),
        settings.auth_form_password_field: (Password, ...),
        settings.remember_me_field: (bool, False),
    }
    return create_model("LoginRequest", __doc__="A name or an email address, and the password.", **fields)


def signup_request(fields: Iterable[FormField]) -> type[BaseModel]:
    """Return the body of a signup, with the controller's fields."""
    return create_model("SignupRequest", __doc__="A new account.", **_model_fields(fields), next=(NextPath, None))


def account_change(profile: Iterable[FormField]) -> Any:
    """Return the body of an account change: one of several, distinguished by ``action``."""
    fields = {"action": (Literal["profile"], ...)} | _model_fields(profile)
    save_profile = create_model("SaveProfile", __doc__="Keep the visitor's profile.", **fields)
    own = save_profile | ChangeUsername | ChangeEmail | ChangePassword
    kinds = own | LinkWallet | UnlinkWallet | RevokeSession | RevokeOtherSessions
    return Annotated[kinds, Field(discriminator="action")]


def _model_fields(fields: Iterable[FormField]) -> dict[str, Any]:
    return {field.name: _model_field(field) for field in fields}


def _model_field(field: FormField) -> tuple[Any, Any]:
    if field.name == "password_confirm":
        return Repeated, None
    text = bool | str if field.type == "checkbox" else str
    kind: Any = text if field.is_required else text | None
    extra: dict[str, Any] = {"email": _EMAIL, "password": _PASSWORD}.get(field.type, {})
    if field.options:
        extra = {"enum": [value for value, _ in field.options]}
    default = ... if field.is_required else None
    shortest = 1 if field.is_required else None
    return kind, Field(
        default, title=field.label, min_length=shortest, max_length=field.longest, json_schema_extra=extra
    )
