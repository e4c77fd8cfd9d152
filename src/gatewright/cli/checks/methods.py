"""Checks of the authentication methods: can a sign-in begin, can codes arrive, can passkeys be created?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gatewright.cli.checks.finding import Finding, Status
from gatewright.cli.checks.second_factor import check_second_factor
from gatewright.errors import ConfigurationError
from gatewright.methods import Method, load_methods
from gatewright.methods.email_code import EmailCode
from gatewright.methods.passkey import Passkey
from gatewright.operations.arguments import is_ip_address
from gatewright.origins import host_of
from gatewright.settings import Settings


def check_methods(settings: Settings) -> Iterator[Finding]:
    """Check the methods that the settings name, and who needs which."""
    try:
        methods = load_methods(settings.methods)
    except ConfigurationError as error:
        yield Finding("methods", Status.UNSAFE, "The methods cannot be loaded.", str(error))
        return
    yield _check_first_step(settings, methods)
    yield from _check_sign_up(settings, methods)
    yield from _check_mailed_codes(settings, methods.get("email_code"))
    yield from _check_passkeys(settings, methods.get("passkey"))
    yield from check_second_factor(settings, methods)


def _check_first_step(settings: Settings, methods: Mapping[str, Method]) -> Finding:
    names = ", ".join(methods)
    if any(method.begins(settings) for method in methods.values()):
        return Finding("methods", Status.OK, f"Authentication methods: {names}.")
    finding = f"Authentication methods: {names}. No sign-in can begin with any of them: the pages let nobody in."
    return Finding("methods", Status.WARNING, finding, "Add one to GATEWRIGHT_METHODS that can, such as password.")


def _check_sign_up(settings: Settings, methods: Mapping[str, Method]) -> Iterator[Finding]:
    """Check that users who sign up can sign in: they have an email address, and a password if that is a method."""
    beginning = {method.name for method in methods.values() if method.begins(settings)}
    if settings.enable_signup and beginning and beginning <= {"passkey", "wallet"}:
        finding = f"Users who sign up have nothing to sign in with: sign-ins begin with {', '.join(sorted(beginning))}."
        cure = (
            "Set GATEWRIGHT_ENABLE_SIGNUP=false, or email codes: set GATEWRIGHT_EMAIL_CODE=first and add email_code to "
            "GATEWRIGHT_METHODS."
        )
        yield Finding("sign-up", Status.WARNING, finding, cure)


def _check_mailed_codes(settings: Settings, method: Method | None) -> Iterator[Finding]:
    if not isinstance(method, EmailCode) or not (method.can_begin or method.counts_as_second):
        return
    if settings.mail_url.get_secret_value().startswith("console:") and settings.is_production:
        finding = "Codes are to be emailed to users, but no email leaves this machine: nobody can sign in with one."
        cure = "Set GATEWRIGHT_MAIL_URL=smtp://user:password@host:587, or GATEWRIGHT_EMAIL_CODE=off."
        yield Finding("emailed codes", Status.WARNING, finding, cure)
    else:
        yield Finding("emailed codes", Status.OK, "Codes can be emailed to users.")


def _check_passkeys(settings: Settings, method: Method | None) -> Iterator[Finding]:
    """Check that browsers create passkeys at the site's address (WebAuthn level 3, 5.1.3, step 8, and 13.4.9)."""
    origin = settings.public_origin
    if not isinstance(method, Passkey) or origin is None:
        return
    host = host_of(origin)
    rp_id = method.settings.rp_id or host
    if is_ip_address(host.strip("[]")):
        finding = f"No browser creates a passkey at {origin}: its host is an IP address."
        cure = "Use a host name in GATEWRIGHT_PUBLIC_URL; localhost is one."
    elif f".{host}".endswith(f".{rp_id}"):
        return
    else:
        finding = f"Passkeys are created for {rp_id}, but {host}, where the pages are, is not part of it."
        cure = (
            f"Set GATEWRIGHT_RP_ID to {host} or a domain above it, unless https://{rp_id}/.well-known/webauthn "
            f"names {origin}."
        )
    yield Finding("passkeys", Status.WARNING, finding, cure)
