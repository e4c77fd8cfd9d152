"""What is answered to requests that the descriptions of the APIs allow, and to those that they forbid."""

from __future__ import annotations

import json
import unicodedata
from itertools import count

import pytest
import schemathesis
from fastapi import Depends, FastAPI, Security
from pydantic import BaseModel, Field
from schemathesis.engine import events, from_schema

from asgi_exchange import exchange
from gatewright import AsyncEvrmoreAuth
from gatewright.adapters.fastapi import FastAPIAuth
from gatewright.methods.email_code import EmailCode
from gatewright.methods.passkey import Passkey
from gatewright.methods.recovery_codes import RecoveryCodes
from gatewright.methods.totp import Totp
from gatewright.server import create_app
from gatewright.testing import Wallet
from mailboxes import Mailboxes

PASSWORD = "correct horse battery staple"
EXAMPLES = 5
"""Of random requests for each operation, besides those that try each bound of the schema."""

STAND_IN = "a-sign-in-of-its-own"
"""What every request of somebody who is signed in has in the place of a secret."""

DEMANDS = {
    "signed-in": {},
    "verified": {"verified": True},
    "editors": {"role": "editor"},
    "posts": {"permission": ["post.read", "post.edit"]},
    "sensitive": {"fully_authenticated": True},
    "recent": {"fresh": True},
    "strong": {"aal": 2},
}
"""What an application asks of its visitors, by the first part of its paths."""

BEYOND_VISITORS = {"GET /strong/{number}"}
"""What nobody here can read: they have one factor."""

ACCEPTED = ["2xx", "3xx", "401", "403", "404", "409", "410", "422", "429", "503"]
"""What may be answered to a request that the schema allows, as far as that can tell."""

REFUSED = ["400", "401", "403", "404", "405", "410", "415", "422"]
"""What may be answered to one that it forbids."""

NOT_OF_ITS_FORM = {"invalid_address", "weak_password"}
"""Refusals of values that have the form that the schema asks for: it cannot tell a checksum, or a common password."""

BEYOND_SCHEMAS = {"password_confirm": "must be what another field is"}
"""Fields of which a schema does not say all."""

OF_METHODS = {"method", "action", "username", "password", "code", "name"}
"""The same where a method says what it needs, as a method that this site has."""

PATHS_OF_METHODS = {"/api/login/step", "/api/confirm_password", "/api/account/methods/{token}"}


def _has_control_characters(body):
    texts = [value for value in body.values() if isinstance(value, str)] if isinstance(body, dict) else []
    return any(unicodedata.category(character) in {"Cc", "Cs"} for character in "".join(texts))


@schemathesis.check
def form_is_right(ctx, response, case):
    """A request that the schema allows is not refused for its form."""
    if response.status_code != 422 or not case.meta.generation.mode.is_positive or _has_control_characters(case.body):
        return  # no schema says that these are no part of a name
    problem = response.json()
    (wrong,) = problem["errors"]
    beyond = {*BEYOND_SCHEMAS, *(OF_METHODS if case.path in PATHS_OF_METHODS else ())}
    assert problem["code"] in NOT_OF_ITS_FORM or wrong["field"] in beyond, problem


def make_server(auth):
    return create_app(auth)


def make_fastapi(auth):
    app = FastAPI()
    adapter = FastAPIAuth(app, auth=auth)
    app.include_router(adapter.router())
    return app


MALFORMED = {400: {"description": "What FastAPI says of a body that is no JSON."}}


class Order(BaseModel):
    """What an endpoint of an application is sent."""

    item: str
    pieces: int = Field(1, ge=1, le=10)


def make_guarded(auth):
    """An application whose endpoints ask something of their visitors."""
    app = make_fastapi(auth)
    adapter = FastAPIAuth(auth=auth)

    async def read(number: int, *, whole: bool = False) -> int:
        return number

    async def order(body: Order) -> Order:
        return body

    for name, demanded in DEMANDS.items():
        app.add_api_route(f"/{name}/{{number}}", read, dependencies=[Depends(adapter.current_user(**demanded))])
    needed = [Security(adapter.current_user(), scopes=["post.edit"])]
    app.add_api_route("/orders", order, methods=["POST"], dependencies=needed, responses=MALFORMED)
    return app


class SignIns:
    """Puts a new sign-in in the place of `STAND_IN`: the request before may have ended its own, or the account."""

    def __init__(self, app, sign_in):
        self._app = app
        self._sign_in = sign_in

    async def __call__(self, scope, receive, send):
        headers = scope.get("headers", ())
        if any(STAND_IN.encode() in value for _, value in headers):
            secret = await self._sign_in(self._app)
            replaced = [(name, value.replace(STAND_IN.encode(), secret.encode())) for name, value in headers]
            scope = scope | {"headers": replaced}
        await self._app(scope, receive, send)


def guest(app, people):
    return {}


def token(app, people):
    """Programs, each with a wallet of its own."""
    numbers = count()
    people.create_role("editor")
    people.create_permission("post.read")
    people.create_permission("post.edit")
    people.grant_permission("post.*", role="editor")

    async def sign_in(_):
        wallet = Wallet.new(f"wallet {next(numbers)}")
        challenge = people.generate_challenge(wallet.address)
        session = people.authenticate(wallet.address, challenge, wallet.sign(challenge))
        people.assign_role("editor", username=session.username)
        return session.token

    app.add_middleware(SignIns, sign_in=sign_in)
    return {"Authorization": f"Bearer {STAND_IN}"}


def cookie(app, people):
    """Browsers, each of a user of its own."""
    numbers = count()

    async def sign_in(app):
        name = f"user{next(numbers)}"
        people.create_user(name, email=f"{name}@example.com", password=PASSWORD, is_verified=True)
        headers = [(b"host", b"localhost"), (b"content-type", b"application/json")]
        scope = {"type": "http", "method": "POST", "path": "/api/login", "query_string": b"", "headers": headers}
        body = json.dumps({"email": name, "password": PASSWORD}).encode()
        start, *_ = await exchange(app, scope, [{"type": "http.request", "body": body}])
        (cookies,) = [value.decode() for name, value in start["headers"] if name == b"set-cookie"]
        return cookies.partition(";")[0].partition("=")[2]

    app.add_middleware(SignIns, sign_in=sign_in)
    return {"Cookie": f"gatewright={STAND_IN}"}


def schema_of(app, headers):
    """Return the description of an application, and how it is to be tried: with a token only what asks for one."""
    is_token = "Authorization" in headers
    one_method = {"include-path": "/api/account/methods/{token}", "parameters": {"path.token": "totp"}}
    config = schemathesis.Config.from_dict(
        {
            "seed": 1,
            "headers": headers,
            "generation": {
                "max-examples": EXAMPLES,
                "database": "none",
                "with-security-parameters": not headers,  # which would take the place of right ones
            },
            "checks": {
                "positive_data_acceptance": {"expected-statuses": ACCEPTED},
                "negative_data_rejection": {"expected-statuses": REFUSED},
            },
            "operations": [] if is_token else [one_method],  # else schemathesis would include everything again
        }
    )
    schema = schemathesis.openapi.from_asgi("/openapi.json", app, config=config)
    if not is_token:
        return schema
    asking = schema.include(lambda each: "security" in each.operation.definition.raw)
    return asking.exclude(path="/api/account", method="POST")  # two hundred requests, which no token may make


def results_of(schema):
    """Send everything; return each kind of failure once, how many checks there were, and what has succeeded."""
    failures, number, succeeded = {}, 0, set()
    for event in from_schema(schema).execute():
        assert not isinstance(event, events.NonFatalError | events.FatalError), event
        if isinstance(event, events.ScenarioFinished):
            recorder = event.recorder
            answers = [each.response for each in recorder.interactions.values()]
            succeeded |= {recorder.label for each in answers if each is not None and each.status_code < 300}
            checks = [check for checks in recorder.checks.values() for check in checks]
            number += len(checks)
            for check in checks:
                if check.failure_info is not None:
                    kind = (recorder.label, check.name, check.failure_info.failure.title)
                    failures[kind] = f"{check.failure_info.failure.message}\n{check.failure_info.code_sample}"
    return failures, number, succeeded


def reads_of(schema):
    """Return the operations that only read, and ask who does."""
    operations = [each.ok() for each in schema.get_all_operations()]
    return {each.label for each in operations if each.method == "get" and "security" in each.definition.raw}


@pytest.mark.long
@pytest.mark.parametrize(
    ("make", "visitor"),
    [
        pytest.param(make_server, guest, id="server-guest"),  # of the pages, too, as in every application of FastAPI
        pytest.param(make_server, token, id="server-token"),
        pytest.param(make_fastapi, cookie, id="fastapi-cookie"),
        pytest.param(make_guarded, token, id="fastapi-token"),
    ],
)
def test_the_api_keeps_its_description(make, visitor, gatewright_settings, gatewright_clock, people):
    """Every check of schemathesis: no server error, no status or body that is not described, nothing that is wrong
    accepted, nothing that is right refused, no authentication ignored.
    """
    settings = gatewright_settings.with_values(challenges_per_client=100_000)
    methods = [Passkey(), Totp(), EmailCode(), RecoveryCodes()]
    auth = AsyncEvrmoreAuth(settings=settings, clock=gatewright_clock, mailer=Mailboxes(), methods=methods)
    app = make(auth)
    headers = visitor(app, people)
    schema = schema_of(app, headers)
    failures, number, succeeded = results_of(schema)
    auth.close()

    assert number > 200
    assert not failures, "\n\n".join(f"{kind}\n{said}" for kind, said in failures.items())
    assert not headers or reads_of(schema) - succeeded <= BEYOND_VISITORS
