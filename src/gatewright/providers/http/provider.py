"""Users of another application, loaded over its JSON API."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote, urlsplit

from gatewright.errors import (
    ConfigurationError,
    InactiveUserError,
    ProviderUnavailableError,
    UnverifiedUserError,
    UserNotFoundError,
)
from gatewright.model import User
from gatewright.providers.possible_credentials import is_possible_password, is_possible_username
from gatewright.providers.user_provider import UserProvider

_NOT_SHOWN = {"password", "password_hash", "roles", "permissions"}
_FLAGS = ("active", "is_active", "verified", "is_verified")
_MOST_ATTEMPTS = 10
_EXACT_UP_TO = 2.0**53


class HTTPUserProvider(UserProvider):
    """Users of another application, loaded over its JSON API. Needs ``gatewright[http]``.

    The API has two resources:

    ``POST /authenticate`` with ``{"username": ..., "password": ...}`` verifies a password. It answers 200 with the
    user; 401 or 404 (``refusal_statuses``) if there is no such user or the password is wrong, at equal cost; 403 with
    ``{"code": "inactive"}`` or ``{"code": "unverified"}`` if the password is right but the user may not sign in.

    ``GET /users/{username}`` answers 200 with the user, 404 if there is none, or 403 as above. Sessions reload their
    user from it, by the ``username`` of that user.

    A user is an object with ``username``, and optionally ``id``, ``email``, ``active`` and ``verified`` (booleans),
    ``roles`` and ``permissions`` (lists of names) and anything else, which the entity exposes; but no hash. Null
    roles, permissions or ``id`` count as absent; a flag must not be null. Without an ``id``, the username is the id:
    let the API return one that survives a change of name.

    Any other response, or none in time, is a `ProviderUnavailableError`: "try again later", never "wrong password".
    So is 401 with ``WWW-Authenticate: Bearer error="invalid_token"`` (RFC 6750), which refuses the application's
    token. Reads are retried with back-off, respecting ``Retry-After``; a password is sent again only if it cannot
    have arrived. Redirects are not followed.

    Args:
        base_url: The address of the API: ``https://users.example.com/api``.
        token: The bearer token that this application authenticates with.
        authenticate_path: A path other than ``/authenticate``.
        user_path: A path other than ``/users/{username}``.
        refusal_statuses: The 4xx statuses that mean "no such user, or the password is wrong", for example with 400 or
            422 besides the usual ones. Even if 403 is among them, a 403 with the code of an inactive or unverified
            user keeps that meaning. When a user is reloaded, 401 and 403 in it are ignored: they refuse the
            application's token.
        timeout_seconds: How long one attempt may take to connect, and then to answer.
        attempts: How often to send a request at most, 1 to 10.
        ca_file: Certificates to trust, in PEM, instead of the usual authorities.
        allow_plaintext: Whether to allow ``http://``, where everybody on the network path can read the passwords.

    Raises:
        ConfigurationError: If the address or an argument cannot be used, or httpx is not installed.
    """

    def __init__(
        self,
        base_url: str,
        *,
        token: str | None = None,
        authenticate_path: str = "/authenticate",
        user_path: str = "/users/{username}",
        refusal_statuses: Collection[int] = (401, 404),
        timeout_seconds: float = 5,
        attempts: int = 3,
        ca_file: str | Path | None = None,
        allow_plaintext: bool = False,
    ) -> None:
        try:
            from gatewright.providers.http.json_api import JSONAPI
        except ModuleNotFoundError as error:
            raise ConfigurationError('HTTPUserProvider needs httpx: pip install "gatewright[http]".') from error
        if not timeout_seconds > 0 or not 1 <= attempts <= _MOST_ATTEMPTS:
            raise ConfigurationError(
                f"HTTPUserProvider needs timeout_seconds above 0 and 1 to {_MOST_ATTEMPTS} attempts."
            )
        self._api = JSONAPI(
            _checked(base_url, allow_plaintext=allow_plaintext),
            token=token,
            timeout_seconds=timeout_seconds,
            attempts=attempts,
            ca_file=ca_file,
        )
        self._refusals = _checked_statuses(refusal_statuses)
        self._authenticate_path = authenticate_path
        self._user_path = user_path

    def load_user_by_username(self, username: str, password: str | None = None) -> User:
        """Return a user from the API; with a password, only if it is right.

        Raises:
            UserNotFoundError: If there is no such user, or the password is wrong.
            InactiveUserError: If the API says that the user has been deactivated.
            UnverifiedUserError: If the API says that the user is not verified yet.
            ProviderUnavailableError: If the API does not answer as it should.
        """
        # A path segment of dots would leave the users' resource, however it is encoded.
        if not is_possible_username(username) or username in {".", ".."}:
            raise UserNotFoundError("There is no such user.")
        if password is None:
            answer = self._api.get(self._user_path.replace("{username}", quote(username, safe="")))
            nobody = {404} | self._refusals - {401, 403}
        elif is_possible_password(password):
            claim = {"username": username, "password": password}
            answer, nobody = self._api.post(self._authenticate_path, claim), self._refusals
        else:
            raise UserNotFoundError("Nobody can have this password.", username=username)
        if answer.status == 200:
            return self._user_in(answer.json())
        if answer.status == 403:
            _tell_refusal(answer, username)
        if answer.status in nobody and 'error="invalid_token"' not in answer.challenge:
            raise UserNotFoundError("There is no such user, or the password is wrong.", username=username)
        raise ProviderUnavailableError(
            f"The user API answered {answer.status}, which is unexpected. Check its address and the token, or add "
            "the status to refusal_statuses if it means a wrong password."
        )

    def close(self) -> None:
        """Close the connections. Using the object again opens new ones."""
        self._api.close()

    def _user_in(self, record: Any) -> User:
        """Return the user that a record describes.

        Raises:
            ProviderUnavailableError: If it is not a valid user record: an ambiguous flag must not let anybody in.
        """
        if not isinstance(record, dict) or not is_possible_username(record.get("username")):
            raise ProviderUnavailableError("The user API returned a user without a username.")
        unclear = [name for name in _FLAGS if name in record and not isinstance(record[name], bool)]
        roles, permissions = (_list_in(record, name) for name in ("roles", "permissions"))
        unclear += [name for name, held in (("roles", roles), ("permissions", permissions)) if not _are_names(held)]
        unclear += [] if _could_be_id(record.get("id")) else ["id"]
        if unclear:
            raise ProviderUnavailableError(
                f"The user API returned {', '.join(unclear)} of the wrong type: flags must be booleans, roles and "
                "permissions lists of names, and an id text or a number."
            )
        entity = SimpleNamespace(**{name: value for name, value in record.items() if name not in _NOT_SHOWN})
        return self.user_class(entity, roles, permissions)


def _tell_refusal(answer: Any, username: str) -> None:
    """Raise the error that the code in a 403 response stands for, if any."""
    try:
        record = answer.json()
    except ProviderUnavailableError:
        return
    code = record.get("code") if isinstance(record, dict) else None
    if code == "inactive":
        raise InactiveUserError(username=username)
    if code == "unverified":
        raise UnverifiedUserError(username=username)


def _list_in(record: dict[str, Any], name: str) -> Any:
    """Return a field that should be a list; an empty list if it is missing or null."""
    value = record.get(name)
    return [] if value is None else value


def _could_be_id(value: object) -> bool:
    """Return whether this can be an id, or None. Larger floats are refused: two ids may have been read as one."""
    return abs(value) < _EXACT_UP_TO if isinstance(value, float) else not isinstance(value, dict | list)


def _are_names(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(name, str) for name in value)


def _checked_statuses(statuses: object) -> set[int]:
    """Return the statuses that refuse somebody."""
    given = {*statuses} if isinstance(statuses, Collection) else {None}
    refusals = {status for status in given if isinstance(status, int) and 400 <= status < 500 and status != 429}
    if refusals != given:
        raise ConfigurationError(
            "refusal_statuses takes statuses from 400 to 499 that mean a wrong password. 429 asks the client to wait, "
            "and other statuses are not refusals."
        )
    return refusals


def _checked(base_url: str, *, allow_plaintext: bool) -> str:
    """Return the API's address without a trailing slash."""
    try:
        parts = urlsplit(base_url)
        is_address = bool(parts.hostname) and parts.port != 0 and parts.username is None
    except ValueError:
        is_address = False
    if not is_address or parts.scheme not in {"http", "https"} or parts.query or parts.fragment:
        raise ConfigurationError(
            "HTTPUserProvider needs a base_url such as https://users.example.com/api, without user, query or fragment."
        )
    if parts.scheme == "http" and not allow_plaintext:
        raise ConfigurationError(
            "Over http://, anybody who can observe the connection can read the passwords. Use https://, or pass "
            "allow_plaintext=True."
        )
    return base_url.rstrip("/")
