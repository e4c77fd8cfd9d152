"""Recovery codes: what lets somebody in who has lost everything else, once each."""

from __future__ import annotations

from gatewright.methods.recovery_codes.method import RecoveryCodes as RecoveryCodes
