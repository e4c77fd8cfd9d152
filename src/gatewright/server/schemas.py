"""The bodies of the REST API: what clients send and receive."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

_ADDRESS = "EgKSF3zkkm6Bp8QvNmXkyYvwufthwob4k3"
_CHALLENGE = (
    f"localhost asks you to sign in with your Evrmore wallet {_ADDRESS}. Nonce: 73393fea691d0c025c65fc5189c875a6. "
    "Issued: 2026-01-02T15:00:00Z. Expires: 2026-01-02T15:10:00Z."
)
_SIGNATURE = "H5QDqo3i4dYyUsf2sL09LmhmY/v1rk7yLIDHEcdwOQCiI1SzdLq6Cp223qQ2hdyJZ8W6YlgCI2cc3xJnPJ+r2W0="
_USER_ID = "e2777834c33d18b9fefe0227284371bf"


def in_utc(moment: datetime) -> datetime:
    """Return a datetime as an aware one, whether or not the application asked for naive timestamps."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


Moment = Annotated[datetime, AfterValidator(in_utc)]


def _example(**values: object) -> dict[str, Any]:
    return {"example": values}


class _Request(BaseModel):
    """A body from a client. Unknown fields are refused, so that no client believes that it set a lifetime, say."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class ChallengeRequest(_Request):
    """Who wants to sign in."""

    evrmore_address: str = Field(description="The P2PKH address of the wallet.", examples=[_ADDRESS])


class AuthenticateRequest(_Request):
    """A signed challenge."""

    evrmore_address: str = Field(description="The address that the challenge was made for.", examples=[_ADDRESS])
    challenge: str = Field(description="The challenge, exactly as it was given.", examples=[_CHALLENGE])
    signature: str = Field(description="The wallet's signature over it, in base64.", examples=[_SIGNATURE])


class ChallengeResponse(BaseModel):
    """A message for the wallet to sign."""

    challenge: str = Field(description="One line. Sign exactly this.", examples=[_CHALLENGE])
    expires_at: Moment = Field(description="From this time on it is no longer accepted.")

    model_config = ConfigDict(json_schema_extra=_example(challenge=_CHALLENGE, expires_at="2026-01-02T15:10:00Z"))


class SignedInUser(BaseModel):
    """Whom a new token stands for."""

    id: str = Field(examples=[_USER_ID])
    evrmore_address: str | None = Field(examples=[_ADDRESS])


class AuthenticateResponse(BaseModel):
    """A new session. The token is shown this one time."""

    token: str = Field(description="Send it as `Authorization: Bearer <token>`.")
    expires_at: Moment = Field(description="From this time on the token is no longer valid.")
    user: SignedInUser

    model_config = ConfigDict(
        json_schema_extra=_example(
            token="eyJhbGciOi...",  # noqa: S106 - the beginning of one, to look at
            expires_at="2026-01-02T15:31:00Z",
            user={"id": _USER_ID, "evrmore_address": _ADDRESS},
        )
    )


class ValidateResponse(BaseModel):
    """What a valid token says."""

    valid: Literal[True]
    user_id: str
    session_id: str
    evrmore_address: str | None = Field(description="The wallet that signed in; null for other ways to sign in.")
    expires_at: Moment

    model_config = ConfigDict(
        json_schema_extra=_example(
            valid=True,
            user_id=_USER_ID,
            session_id="87d9a6111ef2ea8786fd0d8a9738494f",
            evrmore_address=_ADDRESS,
            expires_at="2026-01-02T15:31:00Z",
        )
    )


class AccountResponse(BaseModel):
    """The account that the token belongs to."""

    id: str
    username: str | None
    email: str | None
    evrmore_address: str | None
    is_active: bool
    is_verified: bool
    created_at: Moment
    last_login: Moment | None

    model_config = ConfigDict(
        from_attributes=True,
        json_schema_extra=_example(
            id=_USER_ID,
            username="ada",
            email="ada@example.org",
            evrmore_address=_ADDRESS,
            is_active=True,
            is_verified=True,
            created_at="2026-01-02T15:01:00Z",
            last_login="2026-01-02T15:01:00Z",
        ),
    )


class HealthResponse(BaseModel):
    """All is well."""

    status: Literal["ok"]

    model_config = ConfigDict(json_schema_extra=_example(status="ok"))
