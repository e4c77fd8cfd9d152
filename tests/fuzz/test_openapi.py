"""What is answered to requests that the descriptions of the APIs allow, and to those that they forbid."""

from __future__ import annotations

import pytest
import schemathesis
from fastapi import FastAPI
from schemathesis.engine import events, from_schema
from starlette.testclient import TestClient

from gatewright import AsyncEvrmoreAuth
from gatewright.adapters.fastapi import FastAPIAuth
from gatewright.methods.email_code import EmailCode
from gatewright.methods.passkey import Passkey
from gatewright.methods.recovery_codes import RecoveryCodes
from gatewright.methods.totp import Totp
from gatewright.server import create_app
from mailboxes import Mailboxes

PASSWORD = "correct horse battery staple"
EXAMPLES = 5
"""Of random requests for each operation, besides those that try each bound of the schema."""

NOT_OF_ITS_FORM = {"invalid_address", "weak_password"}
"""Refusals of values that have the form that the schema asks for: it cannot tell a checksum, or a common password."""

BEYOND_SCHEMAS = {
    "password_confirm": "must be what another field is",
    "method": "must be a method that this site has",
    "action": "must be one that the method knows",
    "code": "must be there for a method that asks for one",
}
"""Fields of which a schema does not say all."""


@schemathesis.check
def form_is_right(ctx, response, case):
    """A request that the schema allows is not refused for its form."""
    if response.status_code != 422 or not case.meta.generation.mode.is_positive or r"\x00" in str(case.body):
        return  # no schema says that NUL is no part of a name
    problem = response.json()
    fields = {each["field"] for each in problem.get("errors", [])}
    assert problem["code"] in NOT_OF_ITS_FORM or fields & BEYOND_SCHEMAS.keys(), problem


def make_server(auth):
    return create_app(auth)


def make_fastapi(auth):
    app = FastAPI()
    adapter = FastAPIAuth(auth=auth)
    adapter.init_app(app)
    app.include_router(adapter.router())
    return app


def guest(app, people, wallet):
    return {}


def token(app, people, wallet):
    challenge = people.generate_challenge(wallet.address)
    session = people.authenticate(wallet.address, challenge, wallet.sign(challenge))
    return {"Authorization": f"Bearer {session.token}"}


def cookie(app, people, wallet):
    people.create_user("anna", email="anna@example.com", password=PASSWORD, is_verified=True)
    with TestClient(app) as client:
        answer = client.post("/api/login", json={"email": "anna", "password": PASSWORD})
        assert answer.status_code == 200
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in client.cookies.items())}


def failures_of(app, headers):
    """Send everything; return each kind of failure once, and how many checks there were."""
    statuses = ["2xx", "3xx", "401", "403", "404", "409", "410", "422", "429", "503"]
    config = schemathesis.Config.from_dict(
        {
            "seed": 1,
            "headers": headers,
            "generation": {"max-examples": EXAMPLES, "database": "none"},
            "checks": {
                "positive_data_acceptance": {"expected-statuses": statuses},
                "negative_data_rejection": {
                    "expected-statuses": ["400", "401", "403", "404", "405", "410", "415", "422"]
                },
            },
        }
    )
    schema = schemathesis.openapi.from_asgi("/openapi.json", app, config=config)
    failures, number = {}, 0
    for event in from_schema(schema).execute():
        assert not isinstance(event, events.NonFatalError | events.FatalError), event
        if isinstance(event, events.ScenarioFinished):
            checks = [check for checks in event.recorder.checks.values() for check in checks]
            number += len(checks)
            for check in checks:
                if check.failure_info is not None:
                    kind = (event.recorder.label, check.name, check.failure_info.failure.title)
                    failures[kind] = f"{check.failure_info.failure.message}\n{check.failure_info.code_sample}"
    return failures, number


@pytest.mark.long
@pytest.mark.parametrize(
    ("make", "visitor"),
    [
        pytest.param(make_server, guest, id="server-guest"),
        pytest.param(make_server, token, id="server-token"),
        pytest.param(make_fastapi, guest, id="fastapi-guest"),
        pytest.param(make_fastapi, cookie, id="fastapi-cookie"),
    ],
)
def test_the_api_keeps_its_description(make, visitor, gatewright_settings, people, alice):
    """Every check of schemathesis: no server error, no status or body that is not described, nothing that is wrong
    accepted, nothing that is right refused, no authentication ignored.
    """
    settings = gatewright_settings.with_values(challenges_per_client=100_000)
    methods = [Passkey(), Totp(), EmailCode(), RecoveryCodes()]
    auth = AsyncEvrmoreAuth(settings=settings, mailer=Mailboxes(), methods=methods)
    app = make(auth)
    failures, number = failures_of(app, visitor(app, people, alice))
    auth.close()

    assert number > 500
    assert not failures, "\n\n".join(f"{kind}\n{said}" for kind, said in failures.items())
