"""An authenticator app, for tests that sign in with its codes."""

from __future__ import annotations

from base64 import b32decode
from datetime import datetime
from urllib.parse import parse_qsl, urlsplit

from gatewright.errors import InvalidParameterError
from gatewright.methods.totp.codes import code_at, time_step_at


class AuthenticatorApp:
    """Does what a phone does with a scanned QR code.

    Args:
        uri: The URI in the QR code: ``uri`` in what ``guard.begin_enrolment("totp")`` returns.

    Raises:
        InvalidParameterError: If it is not such a URI.
    """

    def __init__(self, uri: str) -> None:
        self.uri = uri
        self.parameters = dict(parse_qsl(urlsplit(uri).query))
        if not uri.startswith("otpauth://totp/") or "secret" not in self.parameters:
            raise InvalidParameterError("uri must be the address that begin_enrolment returned.", parameter="uri")
        self._secret = b32decode(self.parameters["secret"])

    def code(self, now: datetime, *, steps: int = 0) -> str:
        """Return the code that the app shows.

        Args:
            now: The moment, aware, such as ``clock.now()``.
            steps: How many codes later, at 30 seconds each, for an app whose clock is wrong.
        """
        return code_at(self._secret, time_step_at(now) + steps)

    def __repr__(self) -> str:
        return f"AuthenticatorApp(issuer={self.parameters.get('issuer')!r})"
