"""What the section Security of the account page shows: methods, what to do next, and what has happened."""

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
"""How many lines of the audit record are read to find these: some are of no interest here."""

_FEW = 3
"""How many recovery codes are so few that there should be new ones."""


async def methods_of(visit: Visit) -> list[tuple[Method, list[Authenticator]]]:
    """Return the methods that users enrol, each with what the visitor has enrolled of it."""
    own = await visit.guard.authenticators()
    return [(method, [each for each in own if each.method == method.name]) for method in visit.site.enrollable]


def advised_of(
    methods: Sequence[tuple[Method, Sequence[Authenticator]]], *, has_password: bool, settings: Settings
) -> Method | None:
    """Return the method that a visitor is advised to set up next: a second factor, then what helps when that is lost.

    Args:
        methods: The methods that users enrol, each with what the visitor has enrolled of it.
        has_password: Whether the visitor can prove themselves by a password.
        settings: Whether whoever has a second factor is asked for it.
    """
    has_factor = any(own for method, own in methods if method.is_demanded)
    may_need_factor = not has_factor and has_password and settings.second_factor == "enrolled"
    factors = [method for method, _ in methods if method.is_demanded] if may_need_factor else []
    # Codes can be the second factor themselves, where one is required: who has few needs new ones before they are gone.
    beside = [method for method, own in methods if not method.is_demanded and len(own) <= _FEW and (own or has_factor)]
    candidates = [*factors, *beside]
    return next((method for method in candidates if method.advice), None)


async def events_of(visit: Visit, user: User) -> list[tuple[AuditEntry, str, Method | None]]:
    """Return what has happened to the visitor's account of late, the newest first.

    Each comes with what a page says of it, and the method that it was about or done by, where it is one of the site's.
    """
    lines = await newest_audit_of(visit.site.parts, user, at_most=_MOST_LINES)
    newest = [line for line in reversed(lines) if line.event in EVENTS][:_MOST_EVENTS]
    return [(entry, EVENTS[entry.event], visit.site.find_method(entry.method or "")) for entry in newest]
