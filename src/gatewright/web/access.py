"""Who is let in to the application's own pages, and what the others are told. The same in every framework."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
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
from gatewright.web.audience import wants_page
from gatewright.web.bearer import carries_token
from gatewright.web.demands import Demands
from gatewright.web.problems import UNCONFIRMED, Problem, for_program, problem_of, report, transport_problem
from gatewright.web.request import Request
from gatewright.web.response import Headers, Response
from gatewright.web.security_headers import protect
from gatewright.web.visit import Visit

_logger = logging.getLogger("gatewright.web")

_OF_ONE_VISITOR = frozenset({"cookie", "*"})
"""What the header ``Vary`` names where an answer is for one visitor."""


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
    """Return why a visitor may not go on, or None where they may.

    Args:
        visit: Whose visit.
        is_verified: Whether the account must be verified.
        roles: What the user must have, every one of them. Not asked where the setting ``enable_acl`` is off.
        permissions: What the user must be granted, every one of them. Not asked where ``enable_acl`` is off.
        is_fully_authenticated: Whether a visitor who is merely remembered must prove once more who they are.
        fresh: How many minutes ago the visitor may have proven who they are at most; True for the setting
            ``fresh_minutes``, False for any time.
        aal: The authentication assurance level that their session must have (NIST SP 800-63B-4), 0 to 3.

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
    """Return the answer to a visitor who may not go on, or None where they may; see `what_is_lacking`.

    A browser is led to the page that cures it, or shown one that explains; a program gets a problem.
    """
    try:
        lacking = await what_is_lacking(visit, **demands)
    except GatewrightError as error:
        return await failure(visit, error)
    return None if lacking is None else await answer_to(visit, lacking)


async def answer_to(visit: Visit, lacking: Problem) -> Response:
    """Return what a visitor is answered who lacks something."""
    return protect(await _tell(visit, lacking), visit.client)


async def failure(visit: Visit, error: GatewrightError) -> Response:
    """Return the answer to a visitor who cannot be recognised, because what the auth needs has failed; or whom the
    application has signed in by one proof, where a second factor is needed.

    Raises:
        GatewrightError: The error itself, where it is a defect of the application.
    """
    return protect(await _tell(visit, report(error)), visit.client)


async def headers_beside(visit: Visit, *, vary: Iterable[str], has_cache_control: bool) -> Headers:
    """Return the headers that an answer of the application needs besides its own.

    What depends on who is visiting must be kept by no cache that others share (RFC 9111, 3.5; RFC 9110, 12.5.5).
    Where nobody has asked who that is, or what the visit keeps, the answer is the same for everybody.

    Args:
        visit: Whose answer.
        vary: The values of its own header ``Vary``.
        has_cache_control: Whether it has a header ``Cache-Control`` of its own.
    """
    if not visit.is_looked_at:
        return ()
    user = await visit.user()
    cookies = visit.cookies()
    added = list(cookies)
    if _OF_ONE_VISITOR.isdisjoint(each.strip().lower() for value in vary for each in value.split(",")):
        added.append(("Vary", "Cookie"))
    if not has_cache_control and (cookies or user is not None):
        added.append(("Cache-Control", "no-store"))
    return tuple(added)


def denied(visit: Visit, user: User, right: str) -> Problem:
    """Return what a user is told who lacks a right, and have the operator know (OWASP ASVS 5.0, 16.3.2).

    Args:
        visit: Whose visit.
        user: Who they are.
        right: What they lack, for the log.
    """
    request = visit.request
    _logger.warning("User %r lacks %s for %s %s.", user.id, right, request.method, ascii(request.path))
    return problem_of(Denied())


def _unknown(request: Request) -> Problem:
    is_token_sent = carries_token(request)
    return problem_of(InvalidTokenError()) if is_token_sent else transport_problem(401)


async def _is_fully_authenticated(visit: Visit) -> bool:
    """Say whether the visitor proved who they are. A token is only ever given for a proof."""
    return carries_token(visit.request) or await visit.guard.is_fully_authenticated()


async def _what_proof_lacks(visit: Visit, fresh: float | bool, aal: int) -> Problem | None:
    """Return what to tell a visitor whose last proof is too old, or whose session is not strong enough."""
    minutes = None if fresh is False else visit.site.settings.fresh_minutes if fresh is True else float(fresh)
    if await visit.is_fresh(minutes, aal=aal):
        return None
    _tell_of_unreachable(visit, aal)
    problem = problem_of(StepUpRequiredError(minutes=minutes, aal=aal))
    return for_program(problem) if visit.is_programs else problem


def _tell_of_unreachable(visit: Visit, aal: int) -> None:
    """Have the operator know of a level that no visitor can reach: the page that asks for it is a dead end."""
    request, methods, now = visit.request, visit.site.methods, visit.site.parts.clock.now()
    highest = assurance_of(Proof(each.name, now, each.kinds, (), is_bound_to_device=True) for each in methods)
    if aal > highest:
        _logger.warning(
            "Nobody can get to %s %s: it asks for the assurance level %d, and all methods together (%s) reach %d. Add "
            "one that does to GATEWRIGHT_METHODS, such as passkey.",
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
