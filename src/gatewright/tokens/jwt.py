"""Access tokens as JSON Web Tokens (RFC 7519), following the current best practices (RFC 8725)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from gatewright.errors import ConfigurationError, InvalidParameterError
from gatewright.tokens.compact import MAXIMUM_TOKEN_BYTES, header_segment, refusal, sign_compact, verify_compact
from gatewright.tokens.keys import KeyRing

_NAMES = ("sub", "jti")
_TIMES = ("iat", "nbf", "exp")
_MOST_REMEMBERED = 1024
"""How many verified tokens are cached, each with at most 8 KiB and its claims."""


class AccessTokens:
    """Issues access tokens, and reads only those that this service issued.

    Args:
        keys: The current key signs; the current and the previous one verify.
        issuer: The issuer of the tokens (``iss``), usually the service's URL.
        audience: Their audience (``aud``). Give each service its own: a token for one is never valid for another.

    Raises:
        ConfigurationError: If the issuer or the audience is empty.
    """

    def __init__(self, keys: KeyRing, *, issuer: str, audience: str) -> None:
        if not issuer or not audience:
            raise ConfigurationError("Tokens need an issuer and an audience, for instance the URL of the service.")
        self._signing_key = keys.current
        self._header = header_segment(keys.current)
        self._keys_by_header = {header_segment(key): key for key in keys.keys}
        self._constants = {"iss": issuer, "aud": audience, "typ": "access"}
        # A token's claims never change, and a program sends the same token repeatedly. Claims are plain values.
        self._read_signed = lru_cache(maxsize=_MOST_REMEMBERED)(self._verify)
        self._reserved = {*self._constants, *_NAMES, *_TIMES}

    def issue(
        self,
        *,
        subject: str,
        session_id: str,
        issued_at: datetime,
        expires_at: datetime,
        extra: Mapping[str, object] = {},
    ) -> str:
        """Sign a token that refers to a session.

        Args:
            subject: The user's identifier (``sub``).
            session_id: The session's identifier (``jti``).
            issued_at: Aware; fractions of a second are dropped, as in ``expires_at``.
            expires_at: Aware; from this time on the token is no longer valid.
            extra: More claims, for clients to read.

        Raises:
            ConfigurationError: If the current key is public and cannot sign.
            InvalidParameterError: If a claim is not JSON, is reserved, or makes the token too long; the subject or
                the session is empty; or a time is naive.
        """
        if not subject or not session_id:
            raise InvalidParameterError("A token needs a non-empty subject and session_id.")
        if taken := self._reserved & extra.keys():
            raise InvalidParameterError(f"These claims are set by the token itself: {', '.join(sorted(taken))}.")
        issued = int(_timestamp(issued_at))
        claims = {
            "iss": self._constants["iss"],
            "aud": self._constants["aud"],
            "sub": subject,
            "typ": self._constants["typ"],
            "jti": session_id,
            "iat": issued,
            "nbf": issued,
            "exp": int(_timestamp(expires_at)),
            **extra,
        }
        token = sign_compact(_to_json(claims), header=self._header, key=self._signing_key)
        if len(token) > MAXIMUM_TOKEN_BYTES:
            raise InvalidParameterError(f"The token is longer than {MAXIMUM_TOKEN_BYTES} bytes. Shorten its claims.")
        return token

    def read(self, token: object, *, now: datetime) -> dict[str, Any]:
        """Return the claims of a token that we issued and that has not expired; its session may have ended meanwhile.

        Args:
            token: Any untrusted value.
            now: Aware. There is no leeway: a token from a machine whose clock is ahead is not valid yet.

        Raises:
            InvalidTokenError: If it is anything else, always with the same public message. ``evidence["reason"]`` is
                one of `verify_compact`'s, or ``not_json``, ``wrong_<claim>``, ``expired`` or ``not_yet_valid``.
            InvalidParameterError: If ``now`` is naive.
        """
        moment = _timestamp(now)
        claims = dict(self._read_signed(token) if isinstance(token, str) else self._verify(token))
        if claims["exp"] <= moment:
            raise refusal("expired")
        if claims["iat"] > moment or claims["nbf"] > moment:
            raise refusal("not_yet_valid")
        return claims

    def _verify(self, token: object) -> dict[str, Any]:
        """Return the claims of a token that we issued, whether or not it has expired."""
        claims = _from_json(verify_compact(token, keys=self._keys_by_header))
        self._check_claims(claims)
        return claims

    def _check_claims(self, claims: Mapping[str, Any]) -> None:
        for name, expected in self._constants.items():
            if claims.get(name) != expected:
                raise refusal(f"wrong_{name}")
        for name in _NAMES:
            value = claims.get(name)
            if not isinstance(value, str) or not value:
                raise refusal(f"wrong_{name}")
        for name in _TIMES:
            # The exact type, because True is an int.
            if type(claims.get(name)) is not int:
                raise refusal(f"wrong_{name}")
        if claims["exp"] <= claims["iat"]:
            raise refusal("wrong_exp")


def _timestamp(moment: datetime) -> float:
    if moment.tzinfo is None:
        raise InvalidParameterError("Times in tokens must be aware datetimes, for instance in UTC.")
    return moment.timestamp()


def _to_json(claims: Mapping[str, object]) -> bytes:
    try:
        return json.dumps(claims, separators=(",", ":"), allow_nan=False).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidParameterError(f"The claims of a token must be JSON: {error}.") from error


def _from_json(payload: bytes) -> dict[str, Any]:
    try:
        claims = json.loads(payload.decode())
    except (ValueError, RecursionError):
        raise refusal("not_json") from None
    if not isinstance(claims, dict):
        raise refusal("not_json")
    return claims
