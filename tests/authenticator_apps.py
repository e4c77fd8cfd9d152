"""An authenticator app of the tests' own: it knows what a QR code tells a phone, and nothing of the package."""

from __future__ import annotations

import hashlib
import hmac
import struct
from base64 import b32decode
from urllib.parse import parse_qs, urlsplit


class AuthenticatorApp:
    """Computes codes from the address in a QR code, as RFC 6238 says."""

    def __init__(self, uri):
        self.uri = uri
        self.query = {name: value for name, (value,) in parse_qs(urlsplit(uri).query).items()}
        self._secret = b32decode(self.query["secret"])

    def code(self, now, *, steps=0):
        """Return the code of a moment, or of some time steps later."""
        counter = int(now.timestamp()) // int(self.query["period"]) + steps
        digest = hmac.new(self._secret, struct.pack(">Q", counter), hashlib.sha1).digest()
        (number,) = struct.unpack_from(">I", digest, digest[-1] & 0xF)
        digits = int(self.query["digits"])
        return f"{(number & 0x7FFFFFFF) % 10**digits:0{digits}}"

    def wrong_code(self, now):
        """Return six digits that are not right at any time near."""
        near = {self.code(now, steps=steps) for steps in range(-3, 4)}
        return next(
            code
            for code in ("000000", "000001", "000002", "000003", "000004", "000005", "000006", "000007")
            if code not in near
        )


def enrol_app(guard, clock):
    """Enrol an app for the visitor, as they do with a phone, and return it."""
    app = AuthenticatorApp(guard.begin_enrolment("totp")["uri"])
    guard.enrol("totp", {"code": app.code(clock.now())})
    return app
