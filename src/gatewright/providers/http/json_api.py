"""A client for a JSON API, with time-outs, retries with back-off, and limits on the response."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx

from gatewright.errors import ConfigurationError, ProviderUnavailableError
from gatewright.ports import Clock, Random
from gatewright.providers.fork_safe import ForkSafe
from gatewright.providers.http.content_encoding import decoded
from gatewright.providers.trust import trust
from gatewright.system import SystemClock, SystemRandom

_LONGEST_BODY = 1024 * 1024
_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 5.0
"""Seconds. Somebody is waiting: an API that asks for a longer pause counts as unavailable."""

_NOTHING_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


@dataclass(frozen=True, slots=True)
class Answer:
    """A response of the API.

    Args:
        status: The HTTP status; never 429, 3xx or 5xx.
        challenge: The ``WWW-Authenticate`` header.
        encodings: The ``Content-Encoding`` header: some servers and proxies compress whatever the request says.
        body: At most 1 MiB, as received.
    """

    status: int
    challenge: str
    encodings: str
    body: bytes = field(repr=False)

    def json(self) -> Any:
        """Return the parsed body.

        Raises:
            ProviderUnavailableError: If it is not JSON, is damaged, or holds more than 1 MiB.
        """
        try:
            body = decoded(self.body, self.encodings, at_most=_LONGEST_BODY)
        except ValueError as error:
            raise ProviderUnavailableError(
                f"The user API answered with Content-Encoding {self.encodings!r:.40}, which cannot be read: {error}."
            ) from None
        try:
            return json.loads(body)
        except (ValueError, RecursionError):
            raise ProviderUnavailableError("The user API answered with something that is not JSON.") from None


class _Trouble(ProviderUnavailableError):
    """The API did not answer this time.

    Args:
        what: What happened, without any value from the request.
        nothing_sent: Whether the request cannot have arrived, so that it is safe to retry.
        pause: How many seconds the API asks to wait.
    """

    def __init__(self, what: str = "does not answer", *, nothing_sent: bool = False, pause: float = 0) -> None:
        super().__init__(what)
        self.nothing_sent = nothing_sent
        self.pause = pause


class JSONAPI:
    """A thread-safe client for one API, over pooled connections. Proxies from the environment are not used.

    Args:
        base_url: The address of the API, without a trailing slash.
        token: The bearer token to authenticate with.
        timeout_seconds: How long one attempt may take to connect, and then to answer.
        attempts: How often to send a request at most. Only reads, and requests that cannot have arrived, are retried.
        ca_file: Certificates to trust, in PEM, instead of the usual authorities.
        clock: A clock other than the machine's, for tests.
        random: A source of randomness other than the system's, for tests.
        sleep: Waits for a number of seconds.

    Raises:
        ConfigurationError: If the certificates or the token cannot be used.
    """

    def __init__(
        self,
        base_url: str,
        *,
        token: str | None,
        timeout_seconds: float,
        attempts: int,
        ca_file: str | Path | None,
        clock: Clock | None = None,
        random: Random | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
        if token is not None:
            headers["Authorization"] = f"Bearer {_sendable(token)}"
        trusted = True if ca_file is None else trust(ca_file)
        self._base_url = base_url
        self._client = ForkSafe(
            lambda: httpx.Client(headers=headers, timeout=timeout_seconds, verify=trusted, trust_env=False)
        )
        self._patience = timedelta(seconds=timeout_seconds)
        self._attempts = attempts
        self._clock = clock or SystemClock()
        self._random = random or SystemRandom()
        self._sleep = sleep

    def get(self, path: str) -> Answer:
        """Send a GET request, with retries.

        Raises:
            ProviderUnavailableError: If the API does not answer properly.
        """
        return self._ask("GET", path, None)

    def post(self, path: str, body: object) -> Answer:
        """Send a POST request, retried only if it cannot have arrived.

        Raises:
            ProviderUnavailableError: If the API does not answer properly.
        """
        return self._ask("POST", path, json.dumps(body).encode())

    def close(self) -> None:
        """Close the connections. Using the object again opens new ones."""
        client = self._client.take()
        if client is not None:
            client.close()

    def _ask(self, method: str, path: str, body: bytes | None) -> Answer:
        for attempt in range(self._attempts):
            try:
                return self._send(method, path, body)
            except _Trouble as trouble:
                pause = max(trouble.pause, self._back_off(attempt))
                may_repeat = method == "GET" or trouble.nothing_sent
                if not may_repeat or pause > _LONGEST_PAUSE or attempt + 1 == self._attempts:
                    raise ProviderUnavailableError(f"The user API at {self._base_url} {trouble}.") from None
            self._sleep(pause)
        raise AssertionError("the last attempt returns or raises")

    def _send(self, method: str, path: str, body: bytes | None) -> Answer:
        headers = {} if body is None else {"Content-Type": "application/json"}
        deadline = self._clock.now() + 2 * self._patience
        try:
            with self._client.get().stream(
                method, self._base_url + path, content=body, headers=headers, follow_redirects=False
            ) as response:
                _refuse_unusable(response)
                content = b""
                for chunk in response.iter_raw():
                    content += chunk
                    if len(content) > _LONGEST_BODY:
                        raise ProviderUnavailableError(f"The user API at {self._base_url} sent more than 1 MiB.")
                    if self._clock.now() > deadline:
                        raise _Trouble("takes too long to answer")
                return Answer(
                    response.status_code,
                    challenge=response.headers.get("WWW-Authenticate", ""),
                    encodings=response.headers.get("Content-Encoding", ""),
                    body=content,
                )
        except httpx.TransportError as error:  # it references the request, and so the password: never chain it
            what = f"cannot be reached ({type(error).__name__}: {error})"
            raise _Trouble(what, nothing_sent=isinstance(error, _NOTHING_SENT)) from None

    def _back_off(self, attempt: int) -> float:
        """Return a pause in seconds: about twice as long each time, with jitter to spread clients out."""
        jitter = self._random.token_bytes(1)[0] / 255
        return float(_FIRST_PAUSE * 2**attempt * (0.5 + jitter / 2))


def _refuse_unusable(response: httpx.Response) -> None:
    status = response.status_code
    if 300 <= status < 400:
        raise ProviderUnavailableError(
            "The user API sent a redirect. Redirects are never followed, because requests carry passwords. Correct "
            "the base_url."
        )
    if status == httpx.codes.TOO_MANY_REQUESTS or status >= 500:
        seconds = response.headers.get("Retry-After", "")
        raise _Trouble(f"answered {status}", pause=float(seconds) if seconds.isdecimal() else 0)


def _sendable(token: str) -> str:
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise ConfigurationError("The API's token contains characters that are not allowed in a header, or is empty.")
    return token
