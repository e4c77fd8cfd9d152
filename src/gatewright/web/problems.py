"""Errors as clients see them: one format, stable codes, and no input or internals (RFC 9457)."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from html import escape
from http import HTTPStatus
from typing import Any, TypeVar

from gatewright.errors import (
    AuthenticationError,
    BusyError,
    Denied,
    GatewrightError,
    InactiveUserError,
    InvalidAddressError,
    InvalidLinkError,
    InvalidParameterError,
    InvalidTokenError,
    MailUnavailableError,
    PermissionNotFoundError,
    ProviderUnavailableError,
    RateLimitError,
    SecondFactorRequiredError,
    StepUpRequiredError,
    StoreUnavailableError,
    TakenError,
    TransportError,
    UnconfirmedError,
    UnverifiedUserError,
    WeakPasswordError,
)
from gatewright.web.response import Response, html

_T = TypeVar("_T")

PROBLEM_TYPE = "application/problem+json"

_logger = logging.getLogger("gatewright.web")

FOREIGN_FORM = "foreign_form"
"""The code of a request that another site sent, or whose form none of gatewright's pages showed."""

_STATUS_OF_ERROR: dict[type[GatewrightError], int] = {
    AuthenticationError: 401,
    BusyError: 503,
    Denied: 403,
    InactiveUserError: 403,
    InvalidLinkError: 410,
    InvalidParameterError: 422,
    MailUnavailableError: 503,
    PermissionNotFoundError: 404,
    ProviderUnavailableError: 503,
    RateLimitError: 429,
    SecondFactorRequiredError: 403,
    StoreUnavailableError: 503,
    TakenError: 409,
    UnconfirmedError: 403,
    UnverifiedUserError: 403,
}

_TRANSPORT = {
    400: ("malformed_request", "The request could not be read."),
    401: ("missing_token", "Send a token in the header: Authorization: Bearer <token>."),
    403: (FOREIGN_FORM, "This form was not sent from this site. Open the page again and retry."),
    404: ("not_found", "There is nothing at this address."),
    405: ("method_not_allowed", "This address does not accept this request method."),
    408: ("request_timeout", "The request took too long to arrive."),
    413: ("body_too_large", "The body of the request is too large."),
    415: (
        "unsupported_media_type",
        "The Content-Type of the body is not accepted here. The API takes application/json.",
    ),
    500: ("internal_error", "Something went wrong on our side. The error has been logged."),
}

_PHRASES = {
    413: "Content Too Large",
    414: "URI Too Long",
    416: "Range Not Satisfiable",
    422: "Unprocessable Content",
}
"""The phrases of RFC 9110, which Python has only since 3.13, so that responses are the same on every version."""

_SECONDS_TO_RECOVER = 5
"""``Retry-After`` for an unavailable database, user provider or mail server."""

_BARE_PAGE = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    "<title>{title}</title><h1>{title}</h1><p>{detail}</p></html>"
)

_REALM = 'Bearer realm="gatewright"'


@dataclass(frozen=True, slots=True)
class Problem:
    """An error to be sent to a client.

    Args:
        status: The HTTP status.
        code: The stable code for programs.
        detail: The text for people.
        errors: The invalid fields, as pairs of field and message.
        headers: Headers of the response.
        facts: Further facts for programs, as extension members of the problem (RFC 9457, 3.2).
    """

    status: int
    code: str
    detail: str
    errors: Sequence[tuple[str, str]] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """The status phrase."""
        return _phrase_of(self.status)

    @property
    def body(self) -> dict[str, Any]:
        """The problem as JSON."""
        body: dict[str, Any] = {
            "type": "about:blank",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
        }
        if self.errors:
            body["errors"] = [{"field": name, "message": message} for name, message in self.errors]
        return body | dict(self.facts)

    @property
    def response(self) -> Response:
        """The complete response, for programs."""
        headers = {"Content-Type": PROBLEM_TYPE} | dict(self.headers)
        return Response(self.status, tuple(headers.items()), json.dumps(self.body).encode())

    @property
    def bare_page(self) -> Response:
        """The complete response, for people, when neither a visit nor a template can be used."""
        text = _BARE_PAGE.format(title=escape(self.title), detail=escape(self.detail))
        return html(text, status=self.status, headers=self.headers)


def transport_problem(status: int, headers: Mapping[str, str] | None = None) -> Problem:
    """Return the problem of a request that never reached an operation."""
    code, detail = _TRANSPORT.get(status, (f"http_{status}", _phrase_of(status)))
    challenge = {"WWW-Authenticate": _REALM} if status == 401 else {}
    return Problem(status, code, detail, headers={**(headers or {}), **challenge})


def _phrase_of(status: int) -> str:
    return _PHRASES.get(status) or HTTPStatus(status).phrase


def problem_of(error: GatewrightError) -> Problem:
    """Return the problem that tells a client of an error that was raised on purpose.

    Raises:
        GatewrightError: The error itself, if it is not meant for clients: then it is a defect on the server.
    """
    if isinstance(error, TransportError):
        return transport_problem(error.status, error.headers)
    status = of_kind(error, _STATUS_OF_ERROR)
    return Problem(
        status, error.code, error.public_message, list(_fields_of(error)), _headers_of(error, status), _facts_of(error)
    )


def of_kind(error: GatewrightError, known: Mapping[type[GatewrightError], _T]) -> _T:
    """Return the entry for an error's class, or for its nearest base class.

    Raises:
        GatewrightError: The error itself, if there is none.
    """
    for kind in type(error).__mro__:
        if kind in known:
            return known[kind]
    raise error


def report(error: GatewrightError) -> Problem:
    """Return the problem that tells a client of an error, and log the error if the operator must know of it."""
    if isinstance(error, StoreUnavailableError | ProviderUnavailableError):
        _logger.error("A service that sign-in depends on is unavailable: %s", error)
    return problem_of(error)


def _fields_of(error: GatewrightError) -> Iterable[tuple[str, str]]:
    """Yield the field that is at fault, if the error says."""
    if isinstance(error, InvalidAddressError):
        yield "evrmore_address", error.public_message
    elif isinstance(error, WeakPasswordError):
        yield "password", error.public_message
    elif "parameter" in error.evidence:
        yield str(error.evidence["parameter"]), error.public_message


def _facts_of(error: GatewrightError) -> dict[str, Any]:
    """Return an error's requirements, as members of the problem."""
    if isinstance(error, SecondFactorRequiredError):
        return {"methods": error.evidence.get("methods", [])}
    if isinstance(error, StepUpRequiredError):
        minutes, aal = error.evidence.get("minutes"), error.evidence.get("aal")
        asked = {"max_age": None if minutes is None else round(float(str(minutes)) * 60), "aal": aal or None}
        return {name: value for name, value in asked.items() if value is not None}
    return {}


def _headers_of(error: GatewrightError, status: int) -> dict[str, str]:
    if isinstance(error, RateLimitError | BusyError):
        return {"Retry-After": str(error.retry_after)}
    if isinstance(error, MailUnavailableError | ProviderUnavailableError | StoreUnavailableError):
        return {"Retry-After": str(_SECONDS_TO_RECOVER)}
    if isinstance(error, InvalidTokenError):
        return {"WWW-Authenticate": f'{_REALM}, error="invalid_token"'}
    return {"WWW-Authenticate": _REALM} if status == 401 else {}


def for_program(problem: Problem) -> Problem:
    """Return the problem of a proof that is too old or too weak in the form for programs with a token (RFC 9470, 3)."""
    asked = "".join(
        f', {name}="{value}"'
        for name, value in (
            ("acr_values", f"aal{problem.facts['aal']}" if "aal" in problem.facts else None),
            ("max_age", problem.facts.get("max_age")),
        )
        if value is not None
    )
    challenge = f'{_REALM}, error="insufficient_user_authentication"{asked}'
    return replace(problem, status=401, headers={**problem.headers, "WWW-Authenticate": challenge})


UNCONFIRMED = problem_of(UnconfirmedError())
"""The problem of a visitor who is merely remembered, when that is not enough."""
