"""What a FastAPI application's description says of sign-in, and whether the twins do what it says."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from fastapi import Depends, FastAPI

from adapters.step_up_cases import SETTINGS
from gatewright.adapters.fastapi import FastAPIAuth, bodies
from gatewright.adapters.fastapi.problem_responses import ProblemBody
from gatewright.errors import BusyError, ConfigurationError, Denied, ProviderUnavailableError
from gatewright.web import AuthController, Field, SimpleAuthController
from gatewright.web.fields import EMAIL, PASSWORD, PASSWORD_CONFIRM

BOTH = [{"cookie": []}, {"bearer": []}]
JSON = ("Content-Type", "application/json")


@pytest.fixture
def description(browser):
    return json.loads(browser.get("/openapi.json").text)


@pytest.fixture
def call(browser):
    """Send JSON to a twin and return status and body."""

    def call(path, body=None):
        method = "GET" if body is None else "POST"
        content = b"" if body is None else json.dumps(body).encode()
        answer = browser.send(method, path, headers=[("Content-Type", "application/json")], body=content)
        return answer.status, json.loads(answer.text) if answer.text else None

    return call


def resolve(description, schema):
    """Return the schema that a reference names."""
    if "$ref" not in schema:
        return schema
    found = description
    for _, name in pairwise(schema["$ref"].split("/")):
        found = found[name]
    return found


def references_in(node):
    """Yield every reference of a description."""
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for each in node.values():
            yield from references_in(each)
    elif isinstance(node, list):
        for each in node:
            yield from references_in(each)


def test_both_schemes_are_described(description):
    """The cookie and the token; nothing of how optional ones are made."""
    schemes = description["components"]["securitySchemes"]

    assert sorted(schemes) == ["bearer", "cookie"]
    assert (schemes["cookie"]["type"], schemes["cookie"]["in"], schemes["cookie"]["name"]) == (
        "apiKey",
        "cookie",
        "gatewright",
    )
    assert (schemes["bearer"]["type"], schemes["bearer"]["scheme"]) == ("http", "bearer")


@pytest.mark.parametrize(
    ("path", "security", "refusals"),
    [
        ("/", None, []),
        ("/dashboard", BOTH, ["401", "503"]),
        ("/anybody", [*BOTH, {}], ["503"]),
        ("/admin", [{"cookie": ["role:admin"]}, {"bearer": ["role:admin"]}], ["401", "403", "503"]),
        ("/scoped", [{"cookie": ["post.edit"]}, {"bearer": ["post.edit"]}], ["401", "403", "503"]),
        ("/verified", [{"cookie": ["verified"]}, {"bearer": ["verified"]}], ["401", "403", "503"]),
    ],
)
def test_an_endpoint_says_what_it_asks_for(description, path, security, refusals):
    """And how it refuses, or cannot say who is there, with the body for each code."""
    operation = description["paths"][path]["get"]

    assert operation.get("security") == security
    assert [status for status in sorted(operation["responses"]) if status != "200"] == refusals
    for status in refusals:
        content = operation["responses"][status]["content"]
        assert list(content) == ["application/problem+json"]
        for code, example in content["application/problem+json"]["examples"].items():
            assert (example["value"]["code"], str(example["value"]["status"])) == (code, status)


def test_a_refusal_tells_its_reason(description):
    """Each requirement has its own code."""
    paths = ("/admin", "/verified", "/sensitive", "/recent", "/strong")

    assert {path: codes_of(description, "get", path, 403) for path in paths} == {
        "/admin": {"denied"},
        "/verified": {"unverified_user"},
        "/sensitive": {"not_fully_authenticated"},
        "/recent": {"step_up_required"},
        "/strong": {"step_up_required"},
    }


def test_a_proof_that_is_not_enough_is_as_described(browser, call, description, anna, people, alice, sign_in):
    """To a script by 403, to a program by 401 and a challenge (RFC 9470)."""
    call("/api/login", {"email": "anna@example.com", "password": "correct horse battery staple"})
    bearer = ("Authorization", f"Bearer {sign_in(people, alice).token}")
    for headers, status in (([], 403), ([bearer], 401)):
        answer = browser.send("GET", "/strong", headers=headers)
        (example,) = (
            each["value"]
            for code, each in description["paths"]["/strong"]["get"]["responses"][str(status)]["content"][
                "application/problem+json"
            ]["examples"].items()
            if code == "step_up_required"
        )
        assert (answer.status, json.loads(answer.text)) == (status, example)


@pytest.mark.parametrize(
    ("demands", "asked", "codes"),
    [
        ([{}, {"role": "admin"}], ["role:admin"], {"denied"}),
        ([{"verified": True}, {"role": "admin"}, {}], ["verified", "role:admin"], {"unverified_user", "denied"}),
        ([{"optional": True}, {"role": "admin"}], ["role:admin"], {"denied"}),
        ([{"optional": True, "role": "admin"}, {}], [], set()),
    ],
)
def test_all_that_is_asked_is_one_requirement(app, asgi, demands, asked, codes):
    """Of a router and of its endpoint, say: in a list of several, one would be enough."""
    dependencies = [Depends(app.state.auth.current_user(**each)) for each in demands]
    app.add_api_route("/several", lambda: "in", dependencies=dependencies)
    description = json.loads(asgi(app).browser().get("/openapi.json").text)

    assert description["paths"]["/several"]["get"]["security"] == [{"cookie": asked}, {"bearer": asked}]
    assert codes_of(description, "get", "/several", 403) == codes
    assert codes_of(description, "get", "/several", 401) == {"missing_token", "invalid_token"}


def test_every_reference_leads_somewhere(description):
    """In the whole description."""
    names = {f"#/components/schemas/{name}" for name in description["components"]["schemas"]}
    used = set(references_in(description))

    assert used <= names
    assert "#/components/schemas/ProblemBody" in used


def test_every_twin_is_described(description):
    """With its body, its success and its problems; and the validation errors of FastAPI are none of theirs."""
    twins = {path: methods for path, methods in description["paths"].items() if path.startswith("/api/")}
    with_body = {path for path, methods in twins.items() if "requestBody" in methods.get("post", {})}

    assert sorted(twins) == [
        "/api/account",
        "/api/account/delete",
        "/api/account/export",
        "/api/account/methods/{token}",
        "/api/confirm_password",
        "/api/email_change/{token}",
        "/api/email_verification",
        "/api/email_verification/{token}",
        "/api/login",
        "/api/login/link/{token}",
        "/api/login/step",
        "/api/login/wallet",
        "/api/logout",
        "/api/password-reset",
        "/api/password-reset/{token}",
        "/api/session",
        "/api/signup",
    ]
    assert set(twins) - with_body == {
        "/api/email_change/{token}",
        "/api/email_verification/{token}",
        "/api/login/link/{token}",
        "/api/logout",
        "/api/session",
    }
    assert twins["/api/password-reset/{token}"]["post"]["parameters"][0]["name"] == "token"
    assert "HTTPValidationError" not in description["components"]["schemas"]


def test_a_description_that_changes_is_completed_again(app, browser, description):
    """Asked for twice it is the same one; made anew, as newer releases do for a new route, it is completed anew."""
    again = json.loads(browser.get("/openapi.json").text)
    app.get("/later", dependencies=[])(lambda: "later")
    app.openapi_schema = None
    later = json.loads(browser.get("/openapi.json").text)

    assert again == description
    assert "/later" in later["paths"]
    assert later["paths"]["/dashboard"] == description["paths"]["/dashboard"]


def test_what_is_switched_off_is_not_described(asgi, make_app):
    """A twin is there as its page is."""
    names = ("signup", "password_reset", "email_verification", "wallet_login", "account_deletion")
    app = make_app(settings={f"enable_{name}": False for name in names})
    twins = [path for path in json.loads(asgi(app).browser().get("/openapi.json").text)["paths"] if "/api/" in path]

    assert sorted(twins) == [
        "/api/account",
        "/api/account/export",
        "/api/account/methods/{token}",
        "/api/confirm_password",
        "/api/email_change/{token}",
        "/api/login",
        "/api/login/link/{token}",
        "/api/login/step",
        "/api/logout",
        "/api/session",
    ]


def test_a_wallet_is_described_where_it_is_one_of_the_methods(asgi, make_app):
    """Of those by which a sign-in can begin."""
    browser = asgi(make_app(settings={"methods": ("password", "totp")})).browser()
    described = json.loads(browser.get("/openapi.json").text)["paths"]

    assert "/api/login" in described
    assert "/api/login/wallet" not in described


def test_methods_are_described_with_what_they_take(asgi, make_app):
    """The application's own as those that are there; and no password where that is none of them."""
    named = ("passkey", "totp", "sample_methods:ListedCode")
    described = json.loads(asgi(make_app(settings={"methods": named})).browser().get("/openapi.json").text)
    schemas, paths = described["components"]["schemas"], described["paths"]

    step, change = schemas["StepRequest"]["properties"], schemas["MethodChange"]["properties"]
    assert step["method"]["enum"] == ["passkey", "totp", "listed_code"]
    assert step["code"]["description"] == "`totp`: Code; `listed_code`: Code"
    assert step["credential"]["description"].startswith("`passkey`: what `navigator.credentials`")
    assert change["codes"] == {"description": "`listed_code`: The codes of your list"}
    (token,) = paths["/api/account/methods/{token}"]["post"]["parameters"]
    assert token["schema"]["enum"] == ["passkey", "totp", "listed_code"]
    assert "password" not in step
    assert "method" in schemas["ConfirmationRequest"]["required"]
    assert "/api/login" not in paths
    assert "/api/password-reset" not in paths
    assert "password" not in schemas["SignupRequest"]["properties"]


def test_fields_are_those_of_the_application(asgi, make_app):
    """The settings name those of the login, the controller chooses those of the signup and the profile."""

    class Controller(SimpleAuthController):
        def signup_fields(self):
            colour = Field("colour", "Favourite colour", "select", options=(("r", "Red"), ("g", "Green")))
            return (EMAIL, PASSWORD, PASSWORD_CONFIRM, colour)

    app = make_app(Controller(), settings={"auth_form_username_field": "name"}, title="shop")
    schemas = json.loads(asgi(app).browser().get("/openapi.json").text)["components"]["schemas"]

    assert list(schemas["LoginRequest"]["properties"]) == ["name", "password", "remember_me"]
    properties = ["email", "password", "password_confirm", "colour", "next"]
    assert list(schemas["SignupRequest"]["properties"]) == properties
    assert schemas["SignupRequest"]["required"] == ["email", "password"]
    assert schemas["SignupRequest"]["properties"]["colour"]["enum"] == ["r", "g"]
    assert list(schemas["SaveProfile"]["properties"]) == ["action", "colour"]


def test_twins_below_a_mount_are_described_there(asgi, make_app):
    """Where the middleware answers them."""
    browser = asgi(make_app(mount="/auth")).browser()
    paths = json.loads(browser.get("/openapi.json").text)["paths"]

    assert "/auth/api/session" in paths
    assert json.loads(browser.get("/auth/api/session").text)["user"] is None


def test_answers_are_as_described(call, anna):
    """Each answer of the twins is one of its model's."""
    status, session = call("/api/session")
    guest = bodies.SessionAnswer.model_validate(session, strict=False)
    signed_in = call("/api/login", {"email": "anna@example.com", "password": "correct horse battery staple"})
    _, account = call("/api/account")
    mail = call("/api/password-reset", {"email": "nobody@example.com"})
    _, copy = call("/api/account/export", {"current_password": "correct horse battery staple"})

    assert (status, guest.user) == (200, None)
    assert bodies.SignedInAnswer.model_validate(signed_in[1]).user.username == "anna"
    assert set(account) == set(bodies.AccountAnswer.model_fields)
    assert bodies.AccountAnswer.model_validate(account).sessions[0].is_current
    assert set(account["sessions"][0]) == set(bodies.SessionBody.model_fields)
    assert set(account["user"]) == set(bodies.UserBody.model_fields)
    assert set(session) == set(bodies.SessionAnswer.model_fields)
    assert set(copy) == set(bodies.AccountCopy.model_fields)
    assert bodies.AccountCopy.model_validate(copy).account["username"] == "anna"
    assert mail[0] == 202
    assert bodies.Accepted.model_validate(mail[1]).detail


def test_a_wallet_signs_in_as_described(call, gatewright_wallet):
    """The challenge first, the user then."""
    _, first = call("/api/login/wallet", {"evrmore_address": gatewright_wallet.address})
    challenge = bodies.ChallengeAnswer.model_validate(first).challenge
    proof = {"challenge": challenge, "signature": gatewright_wallet.sign(challenge)}
    _, second = call("/api/login/wallet", {"evrmore_address": gatewright_wallet.address, **proof})

    assert bodies.SignedInAnswer.model_validate(second).user.evrmore_address == gatewright_wallet.address


def test_problems_are_as_described(call, description):
    """The status and the code of a real one stand in the description of its twin."""
    for path, body in {
        "/api/login": {"email": "nobody@example.com", "password": "wrong"},
        "/api/login/wallet": {"evrmore_address": "nonsense"},
        "/api/signup": {"email": "anna@example.com", "password": "short"},
        "/api/password-reset/{token}": {"password": "correct horse battery staple"},
        "/api/email_change/{token}": {},
        "/api/account": {"action": "profile"},
        "/api/account/export": {},
        "/api/account/delete": {},
        "/api/account/methods/unknown": {"action": "begin"},
        "/api/account/methods/totp": {"action": "begin"},
        "/api/login/step": {"method": "totp", "code": "123456"},
        "/api/login/link/{token}": {},
        "/api/confirm_password": {"password": "wrong"},
    }.items():
        status, problem = call(path.replace("{token}", "unknown"), body)
        path = path.replace("methods/unknown", "methods/{token}").replace("methods/totp", "methods/{token}")
        described = description["paths"][path]["post"]["responses"][str(status)]["content"]
        ProblemBody.model_validate(problem)
        assert problem["code"] in described["application/problem+json"]["examples"], (path, problem)


def test_problems_of_a_visitor_are_as_described(call, description, anna):
    """Those of a wrong proof, of a name that is taken, and of a value that is none."""
    call("/api/login", {"email": "anna@example.com", "password": "correct horse battery staple"})
    proof = {"current_password": "correct horse battery staple"}
    for path, body in (
        ("/api/account/export", {"current_password": "wrong"}),
        ("/api/account/delete", {"current_password": 1}),
        ("/api/account/methods/totp", {"action": "enrol", "code": "wrong"}),
        ("/api/account/methods/totp", {"action": "remove", "id": "unknown"}),
        ("/api/account/methods/totp", {"action": "nonsense"}),
        ("/api/confirm_password", {"method": "unknown"}),
        ("/api/confirm_password", {"password": "wrong"}),
        ("/api/login/step", {"method": "totp", "code": "000000"}),
        ("/api/account", {"action": "username", "username": "annette", "current_password": "wrong"}),
        ("/api/account", {"action": "username", "username": "x@example.com", **proof}),
        ("/api/account", {"action": "email", "email": "anna@example.com", **proof}),
    ):
        status, problem = call(path, body)
        path = path.replace("methods/totp", "methods/{token}")
        described = description["paths"][path]["post"]["responses"][str(status)]["content"]
        assert problem["code"] in described["application/problem+json"]["examples"], (path, problem)


def codes_of(description, method, path, status):
    """Return the codes that an operation is described with."""
    answer = description["paths"][path][method]["responses"].get(str(status), {"content": {}})["content"]
    return set(answer.get("application/problem+json", {}).get("examples", ()))


def test_whoever_asks_for_too_many_mails_is_told_as_described(app, asgi, description, monkeypatch):
    """And when to come back, by a header."""
    browser = asgi(app, client=("192.0.2.1", 50000)).browser()
    monkeypatch.setattr("gatewright.operations.outbox._PER_CLIENT", 1)
    for path in ("/api/password-reset", "/api/email_verification"):
        for name in ("anna", "ben"):
            body = {"email": f"{name}@example.com"}
            answer = browser.send("POST", path, headers=[JSON], body=json.dumps(body).encode())
        assert (answer.status, json.loads(answer.text)["code"]) == (429, "rate_limited")
        assert answer.header("retry-after")
        assert codes_of(description, "post", path, 429) == {"rate_limited"}
        assert set(description["paths"][path]["post"]["responses"]["429"]["headers"]) == {"Retry-After"}


def test_a_value_that_is_none_is_told_as_described(call, description):
    """A wallet's, too."""
    for path, body in (("/api/login/wallet", {"evrmore_address": "E", "challenge": 1}), ("/api/login", {"email": 1})):
        status, problem = call(path, body)
        assert problem["code"] in codes_of(description, "post", path, status), problem


def test_whose_sign_in_waits_has_nothing_to_rename_as_described(make_app, asgi, anna, description):
    """Nor to remove."""
    browser = asgi(make_app(settings=SETTINGS)).browser()

    def send(path, **body):
        answer = browser.send("POST", path, headers=[JSON], body=json.dumps(body).encode())
        return answer.status, json.loads(answer.text)

    proof = {"email": "anna@example.com", "password": "correct horse battery staple"}
    send("/api/login", **proof)
    send("/api/account/methods/listed_code", action="enrol", codes="one two")
    browser.cookies.clear()
    assert send("/api/login", **proof)[0] == 403
    for change in ({"action": "remove", "id": "x"}, {"action": "rename", "id": "x", "name": "y"}):
        status, problem = send("/api/account/methods/listed_code", **change)
        assert (status, problem["code"]) == (401, "missing_token")
        assert problem["code"] in codes_of(description, "post", "/api/account/methods/{token}", status)


def test_a_veto_of_a_tokens_end_is_as_described(app, browser, description, people, alice, sign_in):
    """A program signs out with its token, which a hook may refuse."""

    @app.state.auth.auth.hooks.pre_token_invalidate
    def keep():
        raise Denied

    bearer = ("Authorization", f"Bearer {sign_in(people, alice).token}")
    answer = browser.send("POST", "/api/logout", headers=[bearer])

    assert (answer.status, json.loads(answer.text)["code"]) == (403, "denied")
    assert "denied" in codes_of(description, "post", "/api/logout", 403)


def test_too_many_passwords_at_once_are_as_described(call, description, monkeypatch):
    """Wherever one is hashed."""

    async def refuse(*_, **__):
        raise BusyError(retry_after=1)

    monkeypatch.setattr("gatewright.offload.hashing.BoundedPasswords.hash", refuse)
    monkeypatch.setattr("gatewright.auth.async_self_service.reset_password", refuse)
    password = {"password": "correct horse battery staple"}
    for path, body in (("/api/signup", {"email": "x@example.com"}), ("/api/password-reset/{token}", {})):
        status, problem = call(path, password | body)
        assert (status, problem["code"]) == (503, "busy")
        assert "busy" in codes_of(description, "post", path, status)


def test_users_who_cannot_be_looked_up_are_as_described(browser, call, description, anna, monkeypatch):
    """Wherever somebody has to be recognised: in the twins, and in the application's own endpoints."""
    call("/api/login", {"email": "anna@example.com", "password": "correct horse battery staple"})

    async def fail(*_):
        raise ProviderUnavailableError("The directory is away.")

    monkeypatch.setattr("gatewright.auth.async_visitor.resume_visit", fail)
    for path in ("/api/session", "/api/account", "/dashboard", "/admin"):
        answer = browser.send("GET", path)
        assert (answer.status, json.loads(answer.text)["code"]) == (503, "provider_unavailable")
    expected = {"store_unavailable", "provider_unavailable"}
    asking = {
        path: methods
        for path, methods in description["paths"].items()
        if path not in ("/", "/anybody", "/perhaps-admin")
    }
    assert not [
        (path, method)
        for path, methods in asking.items()
        for method in methods
        if not expected <= codes_of(description, method, path, 503)
    ]


def test_steps_are_as_described(make_app, asgi, anna, call, description):
    """Every answer of a sign-in in two steps, of the enrolment before it and of the confirmation."""
    proof = {"email": "anna@example.com", "password": "correct horse battery staple"}
    browser = asgi(make_app(settings=SETTINGS)).browser()

    def send(path, **body):
        sent = json.dumps(body).encode()
        answer = browser.send("POST", path, headers=[("Content-Type", "application/json")], body=sent)
        return answer.status, json.loads(answer.text) if answer.text else None

    send("/api/login", **proof)
    assert send("/api/account/methods/listed_code", action="begin") == (200, {})
    status, enrolled = send("/api/account/methods/listed_code", action="enrol", codes="one two")
    assert (status, bodies.MethodAnswer.model_validate(enrolled).user.username) == (200, "anna")
    rows = json.loads(browser.get("/api/account").text)["methods"]
    assert {bodies.AuthenticatorBody.model_validate(row).method for row in rows} == {"listed_code"}
    assert set(rows[0]) == set(bodies.AuthenticatorBody.model_fields)
    send("/api/logout")
    status, problem = send("/api/login", **proof)
    assert (status, ProblemBody.model_validate(problem).methods) == (403, ["listed_code"])
    examples = description["paths"]["/api/login"]["post"]["responses"]["403"]["content"]["application/problem+json"]
    assert problem["code"] in examples["examples"]
    step = bodies.StepAnswer.model_validate_json(browser.get("/api/login/step").text)
    assert (step.methods, step.is_pending) == (["listed_code"], True)
    for path in ("/api/login/step", "/api/confirm_password"):
        status, answer = send(path, method="listed_code", code={"/api/login/step": "one"}.get(path, "two"))
        assert (status, "204" in description["paths"][path]["post"]["responses"]) == (200, False)
        assert bodies.SignedInAnswer.model_validate(answer).user.username == "anna"


def test_what_a_passkey_is_made_from_is_as_described(call, description, anna):
    """Its options have a user of their own, who is no user of an answer."""
    call("/api/login", {"email": "anna@example.com", "password": "correct horse battery staple"})
    status, options = call("/api/account/methods/passkey", {"action": "begin"})
    answer = description["paths"]["/api/account/methods/{token}"]["post"]["responses"]["200"]["content"]
    named = {each["$ref"].rpartition("/")[2] for each in answer["application/json"]["schema"]["anyOf"]}

    assert (status, options["user"]["name"]) == (200, "anna")
    assert bodies.Begun.model_validate(options)
    assert named == {"MethodAnswer", "Begun"}


def test_without_the_middleware_a_twin_says_what_is_missing(asgi, gatewright_async_auth):
    """The router describes; it does not answer."""
    app = FastAPI()
    app.include_router(FastAPIAuth(auth=gatewright_async_auth).router())

    with pytest.raises(ConfigurationError, match="init_app"):
        asgi(app).browser().get("/api/session")


def test_an_application_has_pages_once(make_app, gatewright_async_auth):
    """Of two, it would know the visitors of one, and the pages would be the other's."""
    with pytest.raises(ConfigurationError, match="already has a FastAPIAuth"):
        FastAPIAuth(auth=gatewright_async_auth, mount="/staff").init_app(make_app())


def test_pages_of_another_kind_have_no_twins(gatewright_async_auth):
    """Only SimpleAuth's have."""

    class Pages(AuthController):
        def get_user_provider(self):
            return None

        def login(self):
            return "login"

    with pytest.raises(ConfigurationError, match="Pages has no JSON API"):
        FastAPIAuth(auth=gatewright_async_auth, controller=Pages()).router()
