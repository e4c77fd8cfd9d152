"""Recovery codes: single-use codes for users who have lost their other factors."""

from __future__ import annotations

from gatewright.methods.recovery_codes.method import RecoveryCodes as RecoveryCodes
