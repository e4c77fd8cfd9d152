"""Who may see the application's own pages, and what everybody else is told. The same in every framework."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Unpack

from gatewright.errors import (
    Denied,
    GatewrightError,
    InvalidTokenError,
    SecondFactorRequiredError,
    StepUpRequiredError,
    UnverifiedUserError,
)
from gatewright.model import User
from gatewright.proofs import Proof, assurance_of
from gatewright.web.bearer import carries_token
from gatewright.web.demands import Demands
from gatewright.web.negotiation import wants_page
from gatewright.web.problems import UNCONFIRMED, Problem, for_program, problem_of, report, transport_problem
from gatewright.web.request import Request
from gatewright.web.response import Headers, Response
from gatewright.web.security_headers import protect
from gatewright.web.visit import Visit

_logger = logging.getLogger("gatewright.web")

_OF_ONE_VISITOR = frozenset({"cookie", "*"})
"""The values of ``Vary`` that mark a response as specific to one visitor."""


async def what_is_lacking(
    visit: Visit,
    *,
    is_verified: bool = False,
    roles: Sequence[str] = (),
    permissions: Sequence[str] = (),
    is_fully_authenticated: bool = False,
    fresh: float | bool = False,
    aal: int = 0,
) -> Problem | None:
    """Return why a visitor may not continue, or None if they may.

    Args:
        visit: The visit.
        is_verified: Whether the account must be verified.
        roles: Roles that the user must have, all of them. Ignored if the setting ``enable_acl`` is off.
        permissions: Permissions that the user must be granted, all of them. Ignored if ``enable_acl`` is off.
        is_fully_authenticated: Whether a visitor who is merely remembered must authenticate again.
        fresh: Maximum age of the visitor's last proof, in minutes; True for the setting ``fresh_minutes``, False for
            any age.
        aal: The minimum authentication assurance level of their session (NIST SP 800-63B-4), 0 to 3.

    Raises:
        GatewrightError: If the user cannot be looked up.
    """
    user = await visit.user()
    if user is None:
        return _unknown(visit.request)
    if is_verified and not user.is_verified:
        return problem_of(UnverifiedUserError())
    if visit.site.settings.enable_acl:
        for role in roles:
            if not await visit.guard.is_role(role, user):
                return denied(visit, user, f"the role {role!r}")
        for permission in permissions:
            if not await visit.guard.is_granted(permission, user):
                return denied(visit, user, f"the permission {permission!r}")
    if is_fully_authenticated and not await _is_fully_authenticated(visit):
        return UNCONFIRMED
    return await _what_proof_lacks(visit, fresh, aal) if fresh or aal else None


async def refusal(visit: Visit, **demands: Unpack[Demands]) -> Response | None:
    """Return the response to a visitor who may not continue, or None if they may; see `what_is_lacking`.

    A browser is redirected to the page that resolves it, or shown one that explains; a program gets a problem.
    """
    try:
        lacking = await what_is_lacking(visit, **demands)
    except GatewrightError as error:
        return await failure(visit, error)
    return None if lacking is None else await answer_to(visit, lacking)


async def answer_to(visit: Visit, lacking: Problem) -> Response:
    """Return the response to a visitor who lacks something."""
    return protect(await _tell(visit, lacking), visit.client)


async def failure(visit: Visit, error: GatewrightError) -> Response:
    """Return the response to a visitor who cannot be recognised because something that the auth needs has failed; or
    whom the application has signed in by one proof when a second factor is required.

    Raises:
        GatewrightError: The error itself, if it is a defect of the application.
    """
    return protect(await _tell(visit, report(error)), visit.client)


async def headers_beside(visit: Visit, *, vary: Iterable[str], has_cache_control: bool) -> Headers:
    """Return the headers to add to one of the application's responses.

    A response that depends on the visitor must not be stored by shared caches (RFC 9111, 3.5; RFC 9110, 12.5.5). If
    nothing has accessed the visitor, or what the visit stores, the response is the same for everybody.

    Args:
        visit: The visit.
        vary: The values of the response's own ``Vary`` header.
        has_cache_control: Whether the response has its own ``Cache-Control`` header.
    """
    if not visit.is_looked_at:
        return ()
    user = await visit.user()
    cookies = visit.cookies()
    added = list(cookies)
    if not any(map(_is_of_one_visitor, vary)):
        added.append(("Vary", "Cookie"))
    if not has_cache_control and (cookies or user is not None):
        added.append(("Cache-Control", "no-store"))
    return tuple(added)


@lru_cache(maxsize=64)
def _is_of_one_visitor(vary: str) -> bool:
    """Return whether a ``Vary`` header already says that a response is specific to one visitor."""
    return not _OF_ONE_VISITOR.isdisjoint(each.strip().lower() for each in vary.split(","))


def denied(visit: Visit, user: User, right: str) -> Problem:
    """Return the problem of a user who lacks a role or permission, and log it (OWASP ASVS 5.0, 16.3.2).

    Args:
        visit: The visit.
        user: The user.
        right: What they lack, for the log.
    """
    request = visit.request
    _logger.warning("User %r lacks %s for %s %s.", user.id, right, request.method, ascii(request.path))
    return problem_of(Denied())


def _unknown(request: Request) -> Problem:
    is_token_sent = carries_token(request)
    return problem_of(InvalidTokenError()) if is_token_sent else transport_problem(401)


async def _is_fully_authenticated(visit: Visit) -> bool:
    """Return whether the visitor has authenticated. A token is only ever issued for a proof."""
    return carries_token(visit.request) or await visit.guard.is_fully_authenticated()


async def _what_proof_lacks(visit: Visit, fresh: float | bool, aal: int) -> Problem | None:
    """Return the problem of a visitor whose last proof is too old, or whose session is not strong enough."""
    minutes = None if fresh is False else visit.site.settings.fresh_minutes if fresh is True else float(fresh)
    if await visit.is_fresh(minutes, aal=aal):
        return None
    _tell_of_unreachable(visit, aal)
    problem = problem_of(StepUpRequiredError(minutes=minutes, aal=aal))
    return for_program(problem) if visit.is_programs else problem


def _tell_of_unreachable(visit: Visit, aal: int) -> None:
    """Log an assurance level that no visitor can reach: the page that requires it is a dead end."""
    request, methods, now = visit.request, visit.site.methods, visit.site.parts.clock.now()
    highest = assurance_of(Proof(each.name, now, each.kinds, (), is_bound_to_device=True) for each in methods)
    if aal > highest:
        _logger.warning(
            "Nobody can access %s %s: it requires assurance level %d, but all methods together (%s) reach %d. Add a "
            "method to GATEWRIGHT_METHODS that reaches it, such as passkey.",
            request.method,
            ascii(request.path),
            aal,
            ", ".join(each.name for each in methods),
            highest,
        )


async def _tell(visit: Visit, problem: Problem) -> Response:
    if problem.code == UNCONFIRMED.code or (problem.code == StepUpRequiredError.code and not visit.is_programs):
        return visit.lead_to("confirm_password", problem, aal=problem.facts.get("aal"))
    if problem.code == SecondFactorRequiredError.code:
        return visit.lead_to("login_step", problem, wanted=visit.wanted)
    if problem.status == 401 and not visit.is_foreign:
        return visit.lead_to("login", problem)
    return await visit.site.pages.explain(visit, problem) if wants_page(visit.request) else problem.response
