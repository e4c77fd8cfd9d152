"""The JSON API of the pages, for the description. The middleware serves it before any routing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from inspect import Parameter, Signature
from typing import Any, NoReturn

from fastapi import APIRouter, Depends

from gatewright.adapters.fastapi import bodies, method_bodies
from gatewright.adapters.fastapi.current_user import CurrentUser
from gatewright.adapters.fastapi.problem_responses import UNKNOWN, UNRECOGNISED, problem_responses
from gatewright.adapters.starlette.own_routes import OURS
from gatewright.errors import (
    AttemptBlockedError,
    BusyError,
    ConfigurationError,
    Denied,
    InactiveUserError,
    InvalidAddressError,
    InvalidChallengeError,
    InvalidLinkError,
    InvalidParameterError,
    InvalidProofError,
    InvalidSignatureError,
    RateLimitError,
    SecondFactorRequiredError,
    SignInOverError,
    StepUpRequiredError,
    TakenError,
    UnverifiedUserError,
    UserNotFoundError,
    WeakPasswordError,
)
from gatewright.methods import Method
from gatewright.settings import Settings
from gatewright.web import SimpleAuthController
from gatewright.web.problems import UNCONFIRMED, Problem, problem_of, transport_problem
from gatewright.web.simple_auth import fields_of, signup_fields_of

_ANY_BODY = tuple(transport_problem(status) for status in (400, 403, 413, 415))
_VALUE = problem_of(InvalidParameterError(parameter="email"))
_DENIED = problem_of(Denied())
_LIMITED = problem_of(RateLimitError(retry_after=60))
_LINK = problem_of(InvalidLinkError())
_WEAK = problem_of(WeakPasswordError())
_WRONG_WALLET = tuple(
    problem_of(error) for error in (InvalidAddressError(), InvalidChallengeError(), InvalidSignatureError())
)
_WRONG_PASSWORD = tuple(
    problem_of(error)
    for error in (
        UserNotFoundError(),
        InactiveUserError(),
        UnverifiedUserError(),
        AttemptBlockedError(retry_after=60),
        BusyError(),
    )
)
_MORE = problem_of(SecondFactorRequiredError(methods=["totp"]))
_FRESH = problem_of(StepUpRequiredError(minutes=10))
_WRONG_PROOF = (problem_of(InvalidProofError()), *_WRONG_PASSWORD, *_WRONG_WALLET, _LIMITED, _MORE, _DENIED, _VALUE)
_WRONG_STEP = (*_WRONG_PROOF, problem_of(SignInOverError()))
_TOKEN = {
    "name": "token",
    "in": "path",
    "required": True,
    "description": "The last part of the mailed link.",
    "schema": {"type": "string"},
}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The description of one route.

    Args:
        name: The route's name.
        path: Its path, relative to that of the API.
        summary: What it does.
        body: The request body; None for none.
        answer: The response body; None for none.
        status: The status on success.
        method: Its method.
        problems: The problems that may occur, besides those that always may.
        is_open: Whether a guest may call it.
        is_silent: Whether success may also be a 204 without a body.
        parameter: How the last segment of its path is described, if it is ``{token}``.
    """

    name: str
    path: str
    summary: str
    body: Any = None
    answer: Any = None
    status: int = 200
    method: str = "POST"
    problems: tuple[Problem, ...] = ()
    is_open: bool = True
    is_silent: bool = False
    parameter: Mapping[str, Any] = field(default_factory=lambda: _TOKEN)


def make_router(
    settings: Settings, methods: Sequence[Method], controller: SimpleAuthController, *, mount: str
) -> APIRouter:
    """Return the routes that describe the endpoints; none if the API is switched off.

    Args:
        settings: What is enabled, and how fields are named.
        methods: The available methods.
        controller: Determines the fields.
        mount: The path under which the pages are mounted.
    """
    router = APIRouter(prefix=mount + settings.api_path, tags=["gatewright"])
    for route in _endpoints(settings, methods, controller) if settings.api_path else ():
        always = (*(_ANY_BODY if route.method == "POST" else ()), *UNRECOGNISED)
        needed = () if route.is_open else UNKNOWN
        silent: dict[int | str, dict[str, Any]] = {204: {"description": "Done."}} if route.is_silent else {}
        router.add_api_route(
            route.path,
            _endpoint(route),
            methods=[route.method],
            name=f"{OURS}{route.name}",
            summary=route.summary,
            status_code=route.status,
            response_model=route.answer,
            responses=silent | problem_responses(*route.problems, *needed, *always),
            dependencies=[] if route.is_open else [Depends(CurrentUser())],
            openapi_extra={"parameters": [route.parameter]} if "{token}" in route.path else None,
        )
    return router


def _endpoints(settings: Settings, methods: Sequence[Method], controller: SimpleAuthController) -> Iterator[Endpoint]:
    beginning = [method.name for method in methods if method.begins(settings)]
    has_passwords = any(method.name == "password" for method in methods)
    yield Endpoint("session", "/session", "See who is signed in", answer=bodies.SessionAnswer, method="GET")
    if "password" in beginning:
        yield Endpoint(
            "login",
            "/login",
            "Sign in with a password",
            body=bodies.login_request(settings),
            answer=bodies.SignedInAnswer,
            problems=(*_WRONG_PASSWORD, _MORE, _DENIED, _VALUE),
        )
    yield from _step_endpoints(methods)
    if "wallet" in beginning:
        yield Endpoint(
            "login_wallet",
            "/login/wallet",
            "Sign in with a wallet: ask for a challenge, then send its signature",
            body=bodies.WalletRequest,
            answer=bodies.ChallengeAnswer | bodies.SignedInAnswer,
            problems=(*_WRONG_WALLET, problem_of(InactiveUserError()), _MORE, _DENIED, _VALUE, _LIMITED),
        )
    yield Endpoint("logout", "/logout", "Sign out", status=204, problems=(_DENIED,))
    if settings.enable_signup:
        yield Endpoint(
            "signup",
            "/signup",
            "Create an account",
            body=bodies.signup_request(signup_fields_of(controller, has_passwords=has_passwords)),
            answer=bodies.Accepted,
            status=202,
            problems=(_VALUE, _WEAK, problem_of(TakenError()), _DENIED, _LIMITED, problem_of(BusyError())),
        )
    yield from _mail_endpoints(settings, has_passwords=has_passwords)
    yield from _method_endpoints(methods)
    yield from _account_endpoints(settings, controller)


def _step_endpoints(methods: Sequence[Method]) -> Iterator[Endpoint]:
    yield Endpoint("login_steps", "/login/step", "See how a sign-in continues", answer=bodies.StepAnswer, method="GET")
    yield Endpoint(
        "login_step",
        "/login/step",
        "Take a step of a sign-in with a method: begin it, or prove who you are",
        body=method_bodies.step_request(methods),
        answer=bodies.SignedInAnswer | bodies.Begun,
        problems=_WRONG_STEP,
    )
    yield Endpoint(
        "login_link",
        "/login/link/{token}",
        "Sign in with a mailed link",
        answer=bodies.SignedInAnswer,
        problems=(*_WRONG_STEP, transport_problem(404)),
    )


def _mail_endpoints(settings: Settings, *, has_passwords: bool) -> Iterator[Endpoint]:
    asked: dict[str, Any] = {
        "body": bodies.MailRequest,
        "answer": bodies.Accepted,
        "status": 202,
        "problems": (_VALUE, _DENIED, _LIMITED),
    }
    if settings.enable_email_verification:
        yield Endpoint("email_verification_request", "/email_verification", "Ask for a link", **asked)
        yield Endpoint(
            "email_verification",
            "/email_verification/{token}",
            "Verify the email address that the link was sent to",
            answer=bodies.VerifiedAnswer,
            problems=(_LINK, _DENIED),
        )
    if settings.enable_password_reset and has_passwords:
        yield Endpoint("password_reset", "/password-reset", "Ask for a link to set a new password", **asked)
        yield Endpoint(
            "password_reset_form",
            "/password-reset/{token}",
            "Set a new password with the link",
            body=bodies.NewPasswordRequest,
            status=204,
            problems=(_LINK, _WEAK, _VALUE, _DENIED, problem_of(BusyError())),
        )


def _method_endpoints(methods: Sequence[Method]) -> Iterator[Endpoint]:
    enrollable = [method for method in methods if method.at_most]
    names = [method.name for method in enrollable]
    yield Endpoint(
        "confirm_password",
        "/confirm_password",
        "Prove again that it is you",
        body=method_bodies.confirmation_request(methods),
        answer=bodies.SignedInAnswer | bodies.Begun,
        problems=(*_WRONG_PROOF, UNCONFIRMED),
        is_open=False,
    )
    yield Endpoint(
        "account_method",
        "/account/methods/{token}",
        "Set up the method named in the path, or rename or remove what you have set up",
        body=method_bodies.method_change(enrollable),
        answer=bodies.MethodAnswer | bodies.Begun,
        problems=(
            problem_of(InvalidProofError()),
            *UNKNOWN,
            _FRESH,
            _MORE,
            transport_problem(404),
            problem_of(TakenError()),
            problem_of(InactiveUserError()),
            _VALUE,
            _DENIED,
            _LIMITED,
        ),
        is_silent=True,
        parameter=_TOKEN | {"description": "The name of a method.", "schema": {"type": "string", "enum": names}},
    )


def _account_endpoints(settings: Settings, controller: SimpleAuthController) -> Iterator[Endpoint]:
    yield Endpoint("account", "/account", "Read your account", answer=bodies.AccountAnswer, method="GET", is_open=False)
    yield Endpoint(
        "change_account",
        "/account",
        "Change your account",
        body=bodies.account_change(fields_of(controller, "profile_fields")),
        status=204,
        problems=(
            UNCONFIRMED,
            _FRESH,
            transport_problem(404),
            problem_of(TakenError()),
            _WEAK,
            _VALUE,
            _DENIED,
            *_WRONG_PASSWORD,
            *_WRONG_WALLET,
            _LIMITED,
        ),
        is_open=False,
    )
    owned: dict[str, Any] = {"body": bodies.Proof, "problems": (*_WRONG_PASSWORD, UNCONFIRMED, _FRESH, _DENIED, _VALUE)}
    yield Endpoint(
        "account_export",
        "/account/export",
        "Get everything stored about you",
        answer=bodies.AccountCopy,
        is_open=False,
        **owned,
    )
    if settings.enable_account_deletion:
        yield Endpoint("account_delete", "/account/delete", "Delete your account", status=204, is_open=False, **owned)
    yield Endpoint(
        "email_change",
        "/email_change/{token}",
        "Change to the email address that the link was sent to",
        answer=bodies.SignedInAnswer,
        problems=(_LINK, problem_of(TakenError())),
    )


def _endpoint(route: Endpoint) -> Callable[..., Any]:
    """Return a function with the signature that FastAPI describes."""

    async def endpoint(**_: Any) -> NoReturn:
        raise ConfigurationError(
            f"{route.path} is answered by the middleware. Call FastAPIAuth.init_app(app), and include the router as it "
            "is, without a prefix."
        )

    body = [Parameter("body", Parameter.KEYWORD_ONLY, annotation=route.body)] if route.body is not None else []
    endpoint.__signature__ = Signature(body)  # type: ignore[attr-defined] # where inspect looks first
    endpoint.__name__ = route.name
    return endpoint
