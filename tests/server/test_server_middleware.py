"""The pieces around the application, each on its own."""

from __future__ import annotations

import asyncio
import json

import pytest

from asgi_exchange import exchange
from gatewright import errors
from gatewright.server.body_limit import BodyLimit
from gatewright.server.unexpected_errors import UnexpectedErrors, whereabouts
from gatewright.web.problems import problem_of, transport_problem
from gatewright.web.request import LARGEST_BODY

SCOPE = {"type": "http", "method": "POST", "path": "/", "headers": []}


def run(app, *messages, scope=SCOPE):
    """Give an application the messages of a client, then silence; return what it sent."""
    return asyncio.run(exchange(app, scope, messages))


async def echo(scope, receive, send):
    """Answer with every message of the request."""
    received = [await receive()]
    while received[-1].get("more_body"):
        received.append(await receive())
    await send({"type": "echo", "received": received})


def chunk(body, *, more):
    return {"type": "http.request", "body": body, "more_body": more}


def test_a_body_arrives_whole():
    """However it was cut."""
    sent = run(BodyLimit(echo), chunk(b"a", more=True), chunk(b"", more=True), chunk(b"bc", more=False))

    assert sent == [{"type": "echo", "received": [chunk(b"abc", more=False)]}]


def test_a_body_of_the_limit_passes_and_one_more_byte_does_not():
    """Counted in bytes, over all chunks, whatever was announced."""
    whole = b"a" * LARGEST_BODY

    assert run(BodyLimit(echo), chunk(whole, more=False))[0]["received"] == [chunk(whole, more=False)]
    start, body, _ = run(BodyLimit(echo), chunk(whole, more=True), chunk(b"a", more=False))
    assert start["status"] == 413
    assert json.loads(body["body"])["code"] == "body_too_large"


def test_a_body_that_does_not_arrive_is_not_waited_for():
    """The connection is closed, for what comes later on it would be the rest of the body."""
    start, body, _ = run(BodyLimit(echo, patience=0.01), chunk(b"{", more=True))

    assert start["status"] == 408
    assert (b"connection", b"close") in start["headers"]
    assert json.loads(body["body"])["code"] == "request_timeout"


def test_a_client_that_goes_away_is_not_waited_for():
    """Nobody is there to answer."""
    sent = run(BodyLimit(echo), chunk(b"{", more=True), {"type": "http.disconnect"})

    assert sent == []


def test_after_the_body_the_application_hears_the_client_go():
    """The messages that follow are the server's own."""

    async def wait(scope, receive, send):
        await receive()
        await send(await receive())

    sent = run(BodyLimit(wait), chunk(b"", more=False), {"type": "http.disconnect"})

    assert sent == [{"type": "http.disconnect"}]


@pytest.mark.parametrize("middleware", [BodyLimit, UnexpectedErrors])
def test_other_kinds_of_traffic_pass(middleware):
    """The start and the end of the server are messages too."""
    message = {"type": "lifespan.startup"}

    assert run(middleware(echo), message, scope={"type": "lifespan"}) == [{"type": "echo", "received": [message]}]


def test_an_answer_that_broke_off_is_not_answered_twice(caplog):
    """Its start is out already; the log still says where it broke."""

    async def break_off(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise LookupError("a secret")

    sent = run(UnexpectedErrors(break_off))

    assert [message["type"] for message in sent] == ["http.response.start"]
    assert "in break_off" in caplog.text
    assert "a secret" not in caplog.text.replace('raise LookupError("a secret")', "")


def test_a_path_cannot_forge_a_line_of_the_log(caplog):
    """Line breaks are written out."""

    async def fail(scope, receive, send):
        raise LookupError

    run(UnexpectedErrors(fail), scope=SCOPE | {"path": "/\nERROR all is well", "query_string": b""})

    assert "POST '/\\nERROR all is well' failed" in caplog.text


def test_the_whereabouts_name_every_cause_and_quote_none():
    """The chain of exceptions, each by class and place."""
    secret = "s3cret"
    try:
        try:
            raise KeyError(secret)
        except KeyError as error:
            raise RuntimeError(secret) from error
    except RuntimeError as error:
        text = whereabouts(error)

    assert text.index("builtins.RuntimeError") < text.index("builtins.KeyError")
    assert "test_the_whereabouts" in text
    assert secret not in text


STATUS = {
    errors.BusyError: 503,
    errors.InvalidLinkError: 410,
    errors.MailUnavailableError: 503,
    errors.PermissionNotFoundError: 404,
    errors.ProviderUnavailableError: 503,
    errors.StoreUnavailableError: 503,
    errors.TakenError: 409,
    errors.WeakPasswordError: 422,
}


def leaves(kind):
    return [kind, *(leaf for child in kind.__subclasses__() for leaf in leaves(child))]


KINDS = [kind for kind in leaves(errors.GatewrightError) if kind is not errors.TransportError]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_error_has_its_status(kind):
    """A client's fault is a problem with the error's code; ours is not for the client, and goes on to the log."""
    if kind is errors.GatewrightError or issubclass(kind, errors.ConfigurationError):
        with pytest.raises(kind):
            problem_of(kind())
        return
    is_timed = issubclass(kind, errors.RateLimitError | errors.BusyError)
    error = kind(retry_after=7) if is_timed else kind()

    problem = problem_of(error)

    assert problem.code == kind.code
    assert problem.detail == error.public_message
    assert 401 <= problem.status <= 503
    assert ("WWW-Authenticate" in problem.headers) == (problem.status == 401)
    assert ("Retry-After" in problem.headers) == (problem.status in (429, 503))
    assert problem.status == STATUS.get(kind, problem.status)
    if is_timed:
        assert problem.headers["Retry-After"] == "7"


@pytest.mark.parametrize(
    ("status", "title"),
    [
        (404, "Not Found"),
        (413, "Content Too Large"),
        (414, "URI Too Long"),
        (416, "Range Not Satisfiable"),
        (422, "Unprocessable Content"),
    ],
)
def test_the_title_is_the_same_on_every_python(status, title):
    """It is the status in the words of RFC 9110."""
    assert transport_problem(status).title == title


@pytest.mark.parametrize(
    ("status", "code"), [(400, "malformed_request"), (401, "missing_token"), (405, "method_not_allowed")]
)
def test_a_request_that_cannot_be_answered_has_the_code_of_its_status(status, code):
    """And the headers that it was given."""
    problem = problem_of(errors.TransportError(status=status, headers={"Allow": "GET"}))

    assert (problem.status, problem.code) == (status, code)
    assert problem.headers["Allow"] == "GET"
    assert ("WWW-Authenticate" in problem.headers) == (status == 401)
