"""What tests do with an authenticator app."""

from __future__ import annotations

from gatewright.testing import AuthenticatorApp


def enrol_app(guard, clock):
    """Enrol an app for the visitor, as they do with a phone, and return it."""
    app = AuthenticatorApp(guard.begin_enrolment("totp")["uri"])
    guard.enrol("totp", {"code": app.code(clock.now())})
    return app


def wrong_code(app, now):
    """Return six digits that the app does not show at any time near."""
    near = {app.code(now, steps=steps) for steps in range(-3, 4)}
    return next(code for code in (f"{number:06}" for number in range(8)) if code not in near)
