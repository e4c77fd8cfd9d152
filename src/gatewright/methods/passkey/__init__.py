"""Passkeys: keys that a phone, a password manager or a security key stores and unlocks (WebAuthn level 3)."""

from __future__ import annotations

from gatewright.methods.passkey.method import Passkey as Passkey
from gatewright.methods.passkey.settings import PasskeySettings as PasskeySettings
