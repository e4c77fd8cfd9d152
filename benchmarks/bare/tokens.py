"""Validate a token whose session may have ended."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from database import SECRET
from joserfc import jwt
from joserfc.jwk import OctKey

from bare.connection import connect

_SELECT = "SELECT is_active FROM sessions WHERE id = ?"


class BareTokens:
    """A token check with joserfc and the driver: signature, claims, and the session's row by its primary key.

    Args:
        path: A migrated file.
        issuer: The ``iss`` of its tokens.
        audience: Their ``aud``.
    """

    def __init__(self, path: Path, *, issuer: str, audience: str) -> None:
        self._connection = connect(path)
        self._key = OctKey.import_key(SECRET)
        self._claims = jwt.JWTClaimsRegistry(
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": audience},
            typ={"essential": True, "value": "access"},
            sub={"essential": True},
            jti={"essential": True},
            exp={"essential": True},
        )

    def validate_token(self, token: str) -> dict[str, object] | None:
        """Return the claims, or None if the session has ended."""
        claims = jwt.decode(token, self._key, algorithms=["HS256"]).claims
        self._claims.validate(claims)
        row = self._connection.execute(_SELECT, (claims["jti"],)).fetchone()
        return claims if row is not None and row[0] else None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()
