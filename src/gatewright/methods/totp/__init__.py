"""An authenticator app: codes that a phone and the server compute from a shared secret and the time."""

from __future__ import annotations

from gatewright.methods.totp.method import Totp as Totp
