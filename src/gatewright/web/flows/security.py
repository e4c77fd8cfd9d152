"""The Security section of the account page: methods, what to set up next, and recent events."""

from __future__ import annotations

from collections.abc import Sequence

from gatewright.methods import Method
from gatewright.model import AuditEntry, Authenticator, User
from gatewright.operations.audit_of_user import newest_audit_of
from gatewright.settings import Settings
from gatewright.web.message_texts import EVENTS
from gatewright.web.visit import Visit

_MOST_EVENTS = 5
_MOST_LINES = 30
"""How many entries of the audit record are read to find these: some are of no interest here."""

_FEW = 3
"""The number of remaining recovery codes at which new ones are advised."""


async def methods_of(visit: Visit) -> list[tuple[Method, list[Authenticator]]]:
    """Return the methods that users can enrol, each with what the visitor has enrolled of it."""
    own = await visit.guard.authenticators()
    return [(method, [each for each in own if each.method == method.name]) for method in visit.site.enrollable]


def advised_of(
    methods: Sequence[tuple[Method, Sequence[Authenticator]]], *, has_password: bool, settings: Settings
) -> Method | None:
    """Return the method that a visitor should set up next: a second factor, then a fallback for when it is lost.

    Args:
        methods: The methods that users can enrol, each with what the visitor has enrolled of it.
        has_password: Whether the visitor can authenticate by password.
        settings: The settings, which say when users are asked for a second factor.
    """
    has_factor = any(own for method, own in methods if method.is_demanded)
    may_need_factor = not has_factor and has_password and settings.second_factor == "enrolled"
    factors = [method for method, _ in methods if method.is_demanded] if may_need_factor else []
    # If a second factor is required, codes can be it; a user with few left needs new ones before they run out.
    beside = [method for method, own in methods if not method.is_demanded and len(own) <= _FEW and (own or has_factor)]
    candidates = [*factors, *beside]
    return next((method for method in candidates if method.advice), None)


async def events_of(visit: Visit, user: User) -> list[tuple[AuditEntry, str, Method | None]]:
    """Return the recent events of the visitor's account, newest first.

    Each comes with its text for a page, and the method that it was about or done by, if it is one of the site's.
    """
    lines = await newest_audit_of(visit.site.parts, user, at_most=_MOST_LINES)
    newest = [line for line in reversed(lines) if line.event in EVENTS][:_MOST_EVENTS]
    return [(entry, EVENTS[entry.event], visit.site.find_method(entry.method or "")) for entry in newest]
