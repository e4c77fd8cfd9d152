"""The description of the API is complete, and says what the server does."""

from __future__ import annotations

import re

import pytest

from gatewright import Denied
from gatewright.web import api

OPERATIONS = {
    ("post", "/challenge"): 200,
    ("post", "/authenticate"): 200,
    ("get", "/validate"): 200,
    ("get", "/me"): 200,
    ("post", "/logout"): 204,
    ("get", "/healthz"): 200,
    ("get", "/readyz"): 200,
}
WITH_TOKEN = {("get", "/validate"), ("get", "/me"), ("post", "/logout")}
WITH_BODY = {("post", "/challenge"), ("post", "/authenticate")}
PROBLEM = "application/problem+json"
ATTEMPTS = 20


@pytest.fixture(scope="module")
def whole(site):
    """The description as a client gets it."""
    answer = site.client().get("/openapi.json")
    assert answer.status_code == 200
    return answer.json()


@pytest.fixture(scope="module")
def schema(whole):
    """What it says of the server's own endpoints. Those of the pages have tests of their own, with each adapter."""
    own = {path: item for path, item in whole["paths"].items() if not path.startswith("/api/")}
    return whole | {"paths": own}


def resolve(schema, node):
    return schema["components"]["schemas"][node["$ref"].rpartition("/")[2]] if "$ref" in node else node


def operations_of(schema):
    return {(method, path): item for path, methods in schema["paths"].items() for method, item in methods.items()}


def examples_of(schema):
    """Every documented problem: (method, path, status, code) -> its example."""
    return {
        (method, path, int(status), code): example["value"]
        for (method, path), operation in operations_of(schema).items()
        for status, response in operation["responses"].items()
        for code, example in response.get("content", {}).get(PROBLEM, {}).get("examples", {}).items()
    }


def assert_same_shape(example, value):
    """The same fields with values of the same types."""
    assert type(example) is type(value) or None in (example, value)
    if isinstance(example, dict):
        assert example.keys() == value.keys()
        for name in example:
            assert_same_shape(example[name], value[name])


def test_every_operation_is_described(schema):
    """By name, in words, with what it answers when all goes well; and no page is among them."""
    operations = operations_of(schema)

    assert operations.keys() == OPERATIONS.keys()
    assert len({operation["operationId"] for operation in operations.values()}) == len(operations)
    for key, operation in operations.items():
        assert operation["summary"]
        assert operation["description"]
        assert str(OPERATIONS[key]) in operation["responses"]


def test_every_endpoint_of_the_pages_is_described(whole):
    """With the names of the methods that there are, and what their forms ask for."""
    described = {(method.upper(), path) for method, path in operations_of(whole) if path.startswith("/api/")}
    assert described == {(method, path) for method, path, _ in api.describe(root="/api")}

    taken = operations_of(whole)["post", "/api/login/step"]["requestBody"]["content"]["application/json"]["schema"]
    assert {"passkey", "totp", "email_code"} <= set(resolve(whole, taken)["properties"]["method"]["enum"])
    identifiers = [operation["operationId"] for operation in operations_of(whole).values()]
    assert len(set(identifiers)) == len(identifiers)


def test_nothing_of_the_pages_is_described_where_their_json_api_is_switched_off(open_site):
    """Nor what only its endpoints take."""
    whole = open_site(api_path="").client().get("/openapi.json").json()

    assert operations_of(whole).keys() == OPERATIONS.keys()
    assert whole["components"]["securitySchemes"].keys() == {"bearer"}


def test_every_reference_leads_somewhere(whole):
    """A generator of clients can follow them all."""
    references = set(re.findall(r"'\$ref': '#/components/schemas/(\w+)'", str(whole)))

    assert references <= whole["components"]["schemas"].keys()
    assert "ProblemBody" in references


def test_tokens_are_bearer_tokens(schema):
    """Where one is needed, and nowhere else."""
    scheme = schema["components"]["securitySchemes"]["bearer"]

    assert (scheme["type"], scheme["scheme"], scheme["bearerFormat"]) == ("http", "bearer", "JWT")
    secured = {key for key, operation in operations_of(schema).items() if operation.get("security") == [{"bearer": []}]}
    assert secured == WITH_TOKEN


def test_every_operation_documents_its_problems(schema):
    """Each status with an example for each code, and the headers that come with it."""
    for key, operation in operations_of(schema).items():
        problems = {status: response for status, response in operation["responses"].items() if int(status) >= 400}
        assert problems.keys() >= ({"500"} if key == ("get", "/healthz") else {"500", "503"})
        assert ({"400", "408", "413", "415", "422"} <= problems.keys()) == (key in WITH_BODY)
        for status, response in problems.items():
            assert response["description"]
            assert response["content"].keys() == {PROBLEM}
            assert response["content"][PROBLEM]["schema"] == {"$ref": "#/components/schemas/ProblemBody"}
            for code, example in response["content"][PROBLEM]["examples"].items():
                assert example["summary"]
                assert (example["value"]["status"], example["value"]["code"]) == (int(status), code)
            header = {"401": "WWW-Authenticate", "429": "Retry-After", "503": "Retry-After"}.get(status)
            assert set(response.get("headers", {})) == ({header} if header else set())


def test_every_request_has_examples_that_are_accepted(schema, client, assert_problem):
    """In form: the server refuses them for what they are, not for how they are written."""
    for (_, path), operation in operations_of(schema).items():
        if "requestBody" in operation:
            body = resolve(schema, operation["requestBody"]["content"]["application/json"]["schema"])
            assert body["additionalProperties"] is False
            assert body["required"] == list(body["properties"])
            example = {name: field["examples"][0] for name, field in body["properties"].items()}
            answer = client.post(path, json=example)
            if path == "/authenticate":
                assert_problem(answer, 401, "invalid_challenge")
            else:
                assert answer.status_code == 200


def test_every_success_looks_like_its_example(site, schema, client, bearer):
    """The same fields, the same types."""
    signed = site.signed(client, *site.auth.create_wallet_address())
    token = site.sign_in(client)["token"]
    answers = {
        ("post", "/challenge"): client.post("/challenge", json={"evrmore_address": signed["evrmore_address"]}),
        ("post", "/authenticate"): client.post("/authenticate", json=signed),
        ("get", "/validate"): client.get("/validate", headers=bearer(token)),
        ("get", "/me"): client.get("/me", headers=bearer(token)),
        ("get", "/healthz"): client.get("/healthz"),
        ("get", "/readyz"): client.get("/readyz"),
    }
    for key, operation in operations_of(schema).items():
        content = operation["responses"][str(OPERATIONS[key])].get("content")
        assert (content is None) == (OPERATIONS[key] == 204)
        if content:
            model = resolve(schema, content["application/json"]["schema"])
            assert model["example"].keys() == model["properties"].keys()
            assert_same_shape(model["example"], answers[key].json())


def provoke(site, bearer):
    """Bring about every documented problem that does not need ten seconds of silence."""
    client = site.client()
    signed = site.signed(client, *site.auth.create_wallet_address())
    address = {"evrmore_address": signed["evrmore_address"]}
    token = bearer(site.sign_in(client)["token"])
    for path, good in (("/challenge", address), ("/authenticate", signed)):
        json_type = {"Content-Type": "application/json"}
        yield client.post(path, content=b"{", headers=json_type)
        yield client.post(path, content=b" " * 100_000, headers=json_type)
        yield client.post(path, content=b"{}", headers={"Content-Type": "text/plain"})
        yield client.post(path, json={name: value for name, value in good.items() if name != "evrmore_address"})
        yield client.post(path, json=good | {"evrmore_address": "E"})
    yield [client.post("/challenge", json=address) for _ in range(11)][-1]
    yield client.post("/authenticate", json=signed | {"challenge": "another"})
    yield client.post("/authenticate", json=signed | {"signature": "another"})
    yield [client.post("/authenticate", json=signed | {"challenge": "another"}) for _ in range(ATTEMPTS + 1)][-1]
    site.execute("DELETE FROM attempts")
    for method, path in WITH_TOKEN:
        yield client.request(method, path)
        yield client.request(method, path, headers=bearer("nonsense"))
    yield from provoke_by_hooks(site, client, signed, token)
    inactive = site.auth.create_wallet_address()
    client.post("/authenticate", json=site.signed(client, *inactive))
    site.deactivate(inactive[0])
    yield client.post("/authenticate", json=site.signed(client, *inactive))
    site.app.state.stop.is_requested = True
    yield client.get("/readyz")
    site.app.state.stop.is_requested = False
    for table in ("users", "challenges", "sessions", "alembic_version"):
        site.execute(f"ALTER TABLE {table} RENAME TO {table}_away")
    yield from send_everything(client, signed, token)


def provoke_by_hooks(site, client, signed, token):
    """A veto where there can be one, and a defect everywhere."""
    trouble = {}

    @site.auth.hooks.pre_challenge
    @site.auth.hooks.pre_auth
    @site.auth.hooks.pre_token_validate
    @site.auth.hooks.pre_token_invalidate
    def fail():
        if trouble:
            raise trouble["error"]

    trouble["error"] = Denied()
    yield from (answer for answer in send_everything(client, signed, token) if answer.status_code == 403)
    trouble["error"] = LookupError()
    yield from (answer for answer in send_everything(client, signed, token) if answer.status_code == 500)
    trouble.clear()


def send_everything(client, signed, token):
    yield client.post("/challenge", json={"evrmore_address": signed["evrmore_address"]})
    yield client.post("/authenticate", json=signed)
    yield client.get("/validate", headers=token)
    yield client.get("/me", headers=token)
    yield client.post("/logout", headers=token)
    yield client.get("/readyz")


def test_the_server_answers_exactly_the_documented_problems(open_site, schema, bearer):
    """Each example is what a client gets, word for word; and nothing is documented that does not happen."""
    site = open_site(auth={"propagate_hook_errors": True}, attempts_per_client=ATTEMPTS)
    documented = examples_of(schema)
    seen = set()
    for answer in provoke(site, bearer):
        key = (
            answer.request.method.lower(),
            answer.request.url.path,
            answer.status_code,
            answer.json()["code"],
        )
        assert key in documented
        assert answer.json() == documented[key]
        seen.add(key)

    # Neither nothing, nor a read of the database by itself, has anything that could go wrong unexpectedly.
    unprovoked = {(*key, 408, "request_timeout") for key in WITH_BODY}
    unprovoked |= {("get", path, 500, "internal_error") for path in ("/healthz", "/readyz")}
    assert documented.keys() - seen == unprovoked
