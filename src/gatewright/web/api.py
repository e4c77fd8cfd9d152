"""The JSON API of the pages, for single-page and mobile applications.

It performs the same actions as the forms. Errors are problem details (RFC 9457). A browser's script needs no CSRF
token: it sends JSON, which no form on another site can.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from gatewright.errors import InvalidParameterError, InvalidTokenError, TransportError, UnconfirmedError
from gatewright.methods.wallet.signed_challenge import FIELDS, is_signed
from gatewright.model import Authenticator, Session, User, as_utc
from gatewright.web.bearer import carries_token
from gatewright.web.flows import (
    account,
    email_change,
    email_verification,
    own_account,
    password_reset,
    signup,
    wallet,
)
from gatewright.web.flows.enrolment import EnrolmentPage
from gatewright.web.flows.proving import CONFIRM, STEP, ProvingPage, prove_by_link
from gatewright.web.json_fields import acceptable_texts_in, check_repeated_password, flag_in, texts_named
from gatewright.web.redirects import local_path
from gatewright.web.response import Response, data
from gatewright.web.routes import API
from gatewright.web.visit import Visit

_Act = Callable[[Visit, Mapping[str, Any]], Awaitable[Response]]
_ACCEPTED = {"detail": "If this is possible, an email is on its way."}


async def answer(visit: Visit) -> Response:
    """Respond to a request for one of the API's paths.

    Raises:
        TransportError: If the method, the body or the origin is not acceptable.
        GatewrightError: Whatever the action raises.
    """
    request = visit.request
    found = visit.site.routes.find_in_api(request.path)
    if found is None:
        raise TransportError(status=404)
    name, values = found
    route = API[name]
    if request.method in ("GET", "HEAD") and route in _READS:
        return await _READS[route](visit, {})
    if request.method != "POST" or route not in _ACTS:
        raise TransportError(status=405, headers={"Allow": ", ".join(_methods_of(route))})
    body = request.json if request.body or route not in _WITHOUT_BODY else {}
    return await _ACTS[route](visit, {**body, **values})


async def _session(visit: Visit, _: Mapping[str, Any]) -> Response:
    """Return who is visiting. The CSRF token is for forms; JSON needs none."""
    user = await visit.user()
    is_full = user is not None and await visit.guard.is_fully_authenticated()
    return data(
        {
            "user": None if user is None else _user(user),
            "is_fully_authenticated": is_full,
            "csrf_token": visit.csrf_token(),
        }
    )


async def _login(visit: Visit, body: Mapping[str, Any]) -> Response:
    """Sign in with a password. Takes the fields of the login form."""
    settings = visit.site.settings
    fields = {"username": settings.auth_form_username_field, "password": settings.auth_form_password_field}
    is_remembered = flag_in(body, settings.remember_me_field)
    await visit.site.visit_login(visit)
    try:
        user = await visit.log_in(
            body.get(fields["username"]), body.get(fields["password"]), is_remembered=is_remembered
        )
    except InvalidParameterError as error:  # names the field that the client knows
        named = str(error.evidence.get("parameter"))
        error.evidence = {**error.evidence, "parameter": fields.get(named, named)}
        raise
    return data({"user": _user(user)})


async def _login_wallet(visit: Visit, body: Mapping[str, Any]) -> Response:
    """Sign in with a wallet: `evrmore_address` alone gets a challenge; with `challenge` and `signature` it signs in."""
    form = texts_named(body, *FIELDS)
    if is_signed(form):
        return data({"user": _user(await wallet.sign_in(visit, form))})
    begun = await wallet.begin(visit, form)
    return data({name: begun[name] for name in ("challenge", "expires_at")})


async def _logout(visit: Visit, _: Mapping[str, Any]) -> Response:
    """Sign out."""
    await visit.log_out()
    return Response(204)


async def _signup(visit: Visit, body: Mapping[str, Any]) -> Response:
    """Create an account. Takes the fields of the signup form, and `next`: where to continue after the emailed link."""
    typed = acceptable_texts_in(body, visit.site.signup_fields())
    check_repeated_password(body)
    await signup.sign_up(visit, typed, next_path=_next_of(body))
    return data(_ACCEPTED, status=202)


async def _verification_request(visit: Visit, body: Mapping[str, Any]) -> Response:
    """Send a new verification link to `email`; `next` is where to continue after it."""
    await email_verification.REQUEST.send(visit, _text(body, "email"), next_path=_next_of(body))
    return data(_ACCEPTED, status=202)


async def _verification(visit: Visit, body: Mapping[str, Any]) -> Response:
    """Verify an email address by the token of its link. The returned `next` is where its owner wanted to go, or
    null.
    """
    user, wanted = await email_verification.verify(visit, str(body["token"]))
    return data({"user": _user(user), "next": wanted})


async def _reset_request(visit: Visit, body: Mapping[str, Any]) -> Response:
    """Send a password-reset link to `email`; `next` is where to continue after it."""
    await password_reset.REQUEST.send(visit, _text(body, "email"), next_path=_next_of(body))
    return data(_ACCEPTED, status=202)


async def _reset(visit: Visit, body: Mapping[str, Any]) -> Response:
    """Set a new `password` by the token of a link."""
    password = _text(body, "password")
    check_repeated_password(body)
    await password_reset.reset_password(visit, str(body["token"]), password)
    await visit.log_out()
    return Response(204)


async def _confirm(visit: Visit, body: Mapping[str, Any]) -> Response:
    """Authenticate again: by `password`, or by another `method` as in a sign-in step. Only for a visitor with a
    session: a token's proof cannot be renewed.
    """
    await _require_user(visit)
    if visit.is_programs:
        raise UnconfirmedError("A program has no session to confirm.")
    return await _step(ProvingPage(visit, CONFIRM), {"method": "password", **body})


async def _login_steps(visit: Visit, _: Mapping[str, Any]) -> Response:
    """Return the methods by which a sign-in can continue, and whether a first proof has been given."""
    is_pending = await visit.guard.pending_user() is not None
    return data({"methods": await visit.guard.methods(), "is_pending": is_pending})


async def _login_step(visit: Visit, body: Mapping[str, Any]) -> Response:
    """Take a sign-in step by `method`: `action` is `begin` or `prove`; the other fields are the method's. With `anew`
    it is a first step, even if another sign-in is waiting for its second factor.
    """
    return await _step(ProvingPage(visit, STEP), body)


async def _step(page: ProvingPage, body: Mapping[str, Any]) -> Response:
    method = body.get("method")
    if not isinstance(method, str):
        raise InvalidParameterError("method must be the name of a method.", parameter="method")
    match body.get("action", "prove"):
        case "begin":
            return data(dict(await page.begin(method, body)))
        case "prove":
            return data({"user": _user(await page.prove(method, body))})
        case _:
            raise InvalidParameterError("action must be begin or prove.", parameter="action")


async def _login_link(visit: Visit, body: Mapping[str, Any]) -> Response:
    """Sign in by the token of an emailed link."""
    return data({"user": _user(await prove_by_link(visit, str(body["token"])))})


async def _method(visit: Visit, body: Mapping[str, Any]) -> Response:
    """Set up or change the method named in the path: `action` is `begin`, `enrol`, `rename` or `remove`."""
    page = EnrolmentPage(visit, str(body["token"]))
    given = {name: value for name, value in body.items() if name != "token"}
    named = texts_named(given, "action", "id", "name")
    action = named.get("action")
    if action in ("rename", "remove") or await visit.guard.pending_user() is None:
        await _require_user(visit)
    match action:
        case "begin":
            return data(dict(await page.begin(given)))
        case "enrol":
            shown, user = dict(await page.enrol(given)), await visit.user()
            return data({**shown, "user": None if user is None else _user(user)})
        case "rename":
            await page.rename(named.get("id"), named.get("name"))
        case "remove":
            await page.remove(named.get("id"))
        case _:
            raise InvalidParameterError("action must be begin, enrol, rename or remove.", parameter="action")
    return Response(204)


async def _account(visit: Visit, _: Mapping[str, Any]) -> Response:
    """Read the account: profile, wallets, sessions."""
    user = await _require_user(visit)
    current = await visit.guard.current_session()
    return data(
        {
            "user": _user(user),
            "profile": await account.profile_of(visit, user),
            "has_password": await account.has_password(visit, user),
            "wallets": await account.wallets_of(visit, user),
            "methods": [_authenticator_row(each) for each in await visit.guard.authenticators()],
            "sessions": [_session_row(each, current) for each in await visit.guard.sessions(user)],
        }
    )


async def _change_account(visit: Visit, body: Mapping[str, Any]) -> Response:
    """Change the account. `action` is `profile` with the fields of the profile, `username` or `email` with a field of
    that name, `password` with `password`, `link_wallet` with `evrmore_address`, `challenge` and `signature`,
    `unlink_wallet` with `evrmore_address`, `revoke_session` with `session_id`, or `revoke_other_sessions`. A new name,
    email address or password requires `current_password`, too, if no proof is fresh enough.
    """
    user = await _require_confirmed_user(visit)
    form = texts_named(body, "action", "session_id", *FIELDS)
    match form.get("action"):
        case "profile":
            await account.save_profile(visit, user, acceptable_texts_in(body, visit.site.profile_fields()))
        case "username" | "email" as name:
            typed = acceptable_texts_in(body, [own_account.FIELDS[name]])
            await own_account.CHANGES[name](visit, typed[name], body.get("current_password"))
        case "password":
            check_repeated_password(body)
            await own_account.change_password(visit, body.get("current_password"), body.get("password"))
        case "link_wallet":
            await wallet.link(visit, form)
        case "unlink_wallet":
            await own_account.unlink_wallet(visit, user, _required_text(form, "evrmore_address"))
        case "revoke_session":
            if not await visit.guard.revoke_session(_required_text(form, "session_id")):
                raise TransportError(status=404)
        case "revoke_other_sessions":
            await visit.guard.revoke_other_sessions()
        case _:
            raise InvalidParameterError("action is not a known action of the account.", parameter="action")
    return Response(204)


async def _export(visit: Visit, body: Mapping[str, Any]) -> Response:
    """Export everything stored about the visitor. Requires `current_password` if no proof is fresh enough."""
    await _require_confirmed_user(visit)
    return await own_account.export(visit, body.get("current_password"))


async def _delete_account(visit: Visit, body: Mapping[str, Any]) -> Response:
    """Delete the visitor's account. Requires `current_password` if no proof is fresh enough."""
    await _require_confirmed_user(visit)
    await own_account.delete(visit, body.get("current_password"))
    return Response(204)


async def _email_change(visit: Visit, body: Mapping[str, Any]) -> Response:
    """Change the email address, by the token of the link that was sent to the new one."""
    return data({"user": _user(await email_change.confirm(visit, str(body["token"])))})


_READS: dict[str, _Act] = {"/session": _session, "/account": _account, "/login/step": _login_steps}
_ACTS: dict[str, _Act] = {
    "/login": _login,
    "/login/wallet": _login_wallet,
    "/login/step": _login_step,
    "/login/link/{token}": _login_link,
    "/logout": _logout,
    "/signup": _signup,
    "/email_verification": _verification_request,
    "/email_verification/{token}": _verification,
    "/password-reset": _reset_request,
    "/password-reset/{token}": _reset,
    "/confirm_password": _confirm,
    "/account": _change_account,
    "/account/export": _export,
    "/account/delete": _delete_account,
    "/account/methods/{token}": _method,
    "/email_change/{token}": _email_change,
}
_WITHOUT_BODY = ("/logout", "/email_verification/{token}", "/email_change/{token}", "/login/link/{token}")


def describe(*, root: str) -> list[tuple[str, str, str]]:
    """Return the method, path and meaning of every route, for the reference.

    Args:
        root: The path prefix of the API.
    """
    reads = [("GET", root + route, inspect.getdoc(act) or "") for route, act in _READS.items()]
    return reads + [("POST", root + route, inspect.getdoc(act) or "") for route, act in _ACTS.items()]


def _methods_of(route: str) -> list[str]:
    return (["GET", "HEAD"] if route in _READS else []) + (["POST"] if route in _ACTS else [])


async def _require_user(visit: Visit) -> User:
    """Return the signed-in user. A request without a token is not told that its token is wrong (RFC 6750, 3.1)."""
    user = await visit.user()
    if user is not None:
        return user
    if carries_token(visit.request):
        raise InvalidTokenError("The token identifies no user.", reason="guest")
    raise TransportError(status=401)


async def _require_confirmed_user(visit: Visit) -> User:
    user = await _require_user(visit)
    if not await visit.guard.is_fully_authenticated():
        raise UnconfirmedError("The visitor is only remembered, and has not authenticated in this session.")
    return user


def _text(body: Mapping[str, Any], name: str) -> str:
    return texts_named(body, name).get(name, "")


def _required_text(body: Mapping[str, Any], name: str) -> str:
    """Return a required text: a request that lacks it must not appear to succeed."""
    text = _text(body, name)
    if not text:
        raise InvalidParameterError(f"{name} is missing.", parameter=name)
    return text


def _next_of(body: Mapping[str, Any]) -> str | None:
    return local_path(texts_named(body, "next").get("next"))


def _user(user: User) -> dict[str, Any]:
    return {
        "id": user.id,
        "username": user.username,
        "email": user.email,
        "evrmore_address": user.evrmore_address,
        "is_verified": user.is_verified,
        "roles": list(user.roles),
    }


def _authenticator_row(authenticator: Authenticator) -> dict[str, Any]:
    used_at = authenticator.last_used_at
    return {
        "id": authenticator.id,
        "method": authenticator.method,
        "name": authenticator.name,
        "created_at": as_utc(authenticator.created_at).isoformat(),
        "last_used_at": None if used_at is None else as_utc(used_at).isoformat(),
    }


def _session_row(session: Session, current: Session | None) -> dict[str, Any]:
    return {
        "id": session.id,
        "ip_address": session.ip_address,
        "user_agent": session.user_agent,
        "created_at": as_utc(session.created_at).isoformat(),
        "last_seen_at": as_utc(session.last_seen_at).isoformat(),
        "is_current": current is not None and session.id == current.id,
    }
