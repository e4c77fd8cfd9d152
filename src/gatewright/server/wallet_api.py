"""The REST API. Each endpoint translates a request into calls to the core, and their results into JSON."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import APIRouter, Depends, HTTPException, Request

from gatewright.adapters.fastapi.problem_responses import UNAVAILABLE, UNKNOWN, problem_responses
from gatewright.errors import (
    AttemptBlockedError,
    Denied,
    InactiveUserError,
    InvalidAddressError,
    InvalidChallengeError,
    InvalidSignatureError,
    InvalidTokenError,
    RateLimitError,
    StoreUnavailableError,
)
from gatewright.server import openapi
from gatewright.server.bearer_token import Token
from gatewright.server.schemas import (
    AccountResponse,
    AuthenticateRequest,
    AuthenticateResponse,
    ChallengeRequest,
    ChallengeResponse,
    SignedInUser,
    ValidateResponse,
)
from gatewright.server.visitor import Auth, Visitor
from gatewright.web.problems import problem_of

router = APIRouter()


def require_json(request: Request) -> None:
    """Refuse other media types: a form of another site can send text, but not JSON without a preflight."""
    media_type = request.headers.get("content-type", "").partition(";")[0]
    if media_type.strip().lower() != "application/json":
        raise HTTPException(415)


@router.post(
    "/challenge",
    summary="Request a challenge to sign",
    tags=["sign in"],
    dependencies=[Depends(require_json)],
    responses=problem_responses(
        problem_of(InvalidAddressError()),
        problem_of(RateLimitError(retry_after=60)),
        problem_of(Denied()),
        *openapi.BODY,
        *UNAVAILABLE,
        *openapi.ALWAYS,
    ),
)
async def challenge(body: ChallengeRequest, auth: Auth, client: Visitor) -> ChallengeResponse:
    """Create a challenge for an address.

    The wallet signs it unchanged: `gatewright wallet sign` or `evrmore-cli signmessage`. This creates no account.
    Requests are rate-limited per address and per client.
    """
    text = await auth.generate_challenge(body.evrmore_address, ip_address=client.ip_address)
    record = await auth.get_challenge_details(text)
    if record is None:
        raise StoreUnavailableError("The new challenge was deleted before it could be read.")
    return ChallengeResponse(challenge=text, expires_at=record.expires_at)


@router.post(
    "/authenticate",
    summary="Exchange a signed challenge for a token",
    tags=["sign in"],
    dependencies=[Depends(require_json)],
    responses=problem_responses(
        problem_of(InvalidAddressError()),
        problem_of(InvalidChallengeError()),
        problem_of(InvalidSignatureError()),
        problem_of(InactiveUserError()),
        problem_of(AttemptBlockedError(retry_after=60)),
        problem_of(Denied()),
        *openapi.BODY,
        *UNAVAILABLE,
        *openapi.ALWAYS,
    ),
)
async def authenticate(body: AuthenticateRequest, auth: Auth, client: Visitor) -> AuthenticateResponse:
    """Sign in. A challenge yields one token, once; a wrong signature does not use it up.

    Unknown, expired and used challenges, and those of other addresses, all get the same response.
    """
    session = await auth.authenticate(
        body.evrmore_address,
        body.challenge,
        body.signature,
        ip_address=client.ip_address,
        user_agent=client.user_agent,
    )
    return AuthenticateResponse(
        token=str(session.token),
        expires_at=session.expires_at.replace(microsecond=0),  # as the token says it
        user=SignedInUser(id=session.user_id, evrmore_address=session.evrmore_address),
    )


@router.get(
    "/validate",
    summary="Check a token",
    tags=["session"],
    responses=problem_responses(*UNKNOWN, *UNAVAILABLE, *openapi.ALWAYS),
)
@router.api_route("/validate", methods=["GET", "HEAD"], include_in_schema=False)
async def validate(token: Token, auth: Auth) -> ValidateResponse:
    """Check a token's signature, times, session and account, and return what it stands for."""
    claims = await auth.validate_token(token)
    if claims is None:
        raise InvalidTokenError
    return ValidateResponse(
        valid=True,
        user_id=claims["sub"],
        session_id=claims["jti"],
        evrmore_address=claims.get("evrmore_address"),
        expires_at=datetime.fromtimestamp(claims["exp"], UTC),
    )


@router.get(
    "/me",
    summary="Read your own account",
    tags=["session"],
    responses=problem_responses(*UNKNOWN, *UNAVAILABLE, *openapi.ALWAYS),
)
@router.api_route("/me", methods=["GET", "HEAD"], include_in_schema=False)
async def me(token: Token, auth: Auth) -> AccountResponse:
    """Return the account that a token belongs to."""
    user = await auth.get_user_by_token(token)
    if user is None:
        raise InvalidTokenError
    return AccountResponse.model_validate(user.entity)


@router.post(
    "/logout",
    summary="Sign out",
    tags=["session"],
    status_code=204,
    responses=problem_responses(*UNKNOWN, problem_of(Denied()), *UNAVAILABLE, *openapi.ALWAYS),
)
async def logout(token: Token, auth: Auth) -> None:
    """End the session that a token identifies, immediately and everywhere."""
    if not await auth.invalidate_token(token):
        raise InvalidTokenError
