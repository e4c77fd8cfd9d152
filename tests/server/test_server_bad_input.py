"""Nonsense to every endpoint: a clear problem each time, never a 500, never a row."""

from __future__ import annotations

import json

import pytest

JSON = "application/json"
ADDRESS = "EgKSF3zkkm6Bp8QvNmXkyYvwufthwob4k3"
VALUES = {
    "empty": "",
    "space": " ",
    "nonsense": "hello",
    "padded": f" {ADDRESS}",
    "line_break": f"{ADDRESS}\n",
    "nul": f"{ADDRESS}\0",
    "lone_surrogate": "\ud800",
    "emoji": "\U0001f511" * 40,
    "right_to_left": "\u202e" + ADDRESS,
    "html": "<script>alert(1)</script>",
    "sql": "' OR 1=1 --",
    "long": "E" * 60_000,
    "null": None,
    "true": True,
    "number": 10**400,
    "fraction": 0.5,
    "list": [ADDRESS],
    "mapping": {"$ne": ""},
    "infinity": float("inf"),
}
BODIES = {
    "nothing": (b"", JSON, 422),
    "not_json": (b"hello", JSON, 400),
    "cut_off": (b'{"evrmore_address": "E', JSON, 400),
    "not_utf8": (b'{"evrmore_address": "\xff\xfe"}', JSON, 400),
    "utf16": ('{"address": "E"}'.encode("utf-16"), JSON, 422),
    "nul_bytes": (b"\0" * 100, JSON, 400),
    "deep": (b"[" * 60_000, JSON, 400),
    "deep_and_closed": (b'{"evrmore_address": ' + b"[" * 30_000 + b"]" * 30_000 + b"}", JSON, 400),
    "null": (b"null", JSON, 422),
    "list": (b"[]", JSON, 422),
    "text": (b'"E"', JSON, 422),
    "many_fields": (json.dumps({f"field{n}": n for n in range(3000)}).encode(), JSON, 422),
    "surrogate_field": (b'{"\\ud800": 1, "\\u0000": 2}', JSON, 422),
    "no_type": (b'{"evrmore_address": "E"}', None, 415),
    "plain_text": (b'{"evrmore_address": "E"}', "text/plain", 415),
    "a_form": (b"evrmore_address=E", "application/x-www-form-urlencoded", 415),
    "multipart": (b"--x\r\n\r\n--x--", "multipart/form-data; boundary=x", 415),
    "almost_json": (b'{"evrmore_address": "E"}', "application/json5", 415),
    "two_types": (b'{"evrmore_address": "E"}', "application/json, text/plain", 415),
    "odd_type": (b"{}", '\xe9;"', 415),
    "a_megabyte": (b'{"evrmore_address": "' + b"E" * 1_000_000 + b'"}', JSON, 413),
    "just_too_large": (b" " * (64 * 1024 + 1), JSON, 413),
}
CODES = {400: "malformed_request", 413: "body_too_large", 415: "unsupported_media_type", 422: "invalid_parameter"}


@pytest.fixture(scope="module")
def challenge(site):
    """A good challenge, asked for before any row is counted."""
    return site.signed(site.client(), *site.auth.create_wallet_address())


@pytest.fixture(autouse=True)
def _no_row_is_written(site, challenge):
    before = site.rows()
    yield
    assert site.rows() == before


@pytest.mark.parametrize("path", ["/challenge", "/authenticate"])
@pytest.mark.parametrize("name", BODIES)
def test_a_bad_body_is_refused(client, path, name, assert_problem):
    """By its form, before anything looks at its contents."""
    content, media_type, status = BODIES[name]
    headers = {} if media_type is None else {"Content-Type": media_type.encode("latin-1")}

    assert_problem(client.post(path, content=content, headers=headers), status, CODES[status])


@pytest.mark.parametrize("name", VALUES)
def test_a_bad_address_gets_no_challenge(client, name, assert_problem):
    """Of any type. The answer never repeats what was sent."""
    value = VALUES[name]

    answer = client.post("/challenge", content=json.dumps({"evrmore_address": value}), headers={"Content-Type": JSON})

    code = "invalid_address" if isinstance(value, str) else "invalid_parameter"
    problem = assert_problem(answer, 422, code)
    assert [error["field"] for error in problem["errors"]] == ["evrmore_address"]
    if isinstance(value, str) and len(value) > 4:
        assert value not in answer.text


@pytest.mark.parametrize("field", ["evrmore_address", "challenge", "signature"])
@pytest.mark.parametrize("name", VALUES)
def test_a_bad_field_signs_nobody_in(client, field, name, assert_problem):
    """In any place, of any type."""
    value = VALUES[name]
    body = {"evrmore_address": ADDRESS, "challenge": "hello", "signature": "hello"} | {field: value}

    answer = client.post("/authenticate", content=json.dumps(body), headers={"Content-Type": JSON})

    if not isinstance(value, str):
        assert_problem(answer, 422, "invalid_parameter")
    elif field == "evrmore_address":
        assert_problem(answer, 422, "invalid_address")
    elif field == "challenge" and name in ("empty", "nul", "lone_surrogate", "long"):
        assert assert_problem(answer, 422, "invalid_parameter")["errors"][0]["field"] == "challenge"
    else:
        assert_problem(answer, 401, "invalid_challenge")


@pytest.mark.parametrize("name", [name for name, value in VALUES.items() if isinstance(value, str)])
def test_a_bad_signature_over_a_good_challenge(client, challenge, name, assert_problem):
    """Is simply wrong, whatever it is made of."""
    body = challenge | {"signature": VALUES[name]}

    answer = client.post("/authenticate", content=json.dumps(body), headers={"Content-Type": JSON})

    assert_problem(answer, 401, "invalid_signature")


@pytest.mark.parametrize("path", ["/validate", "/me", "/healthz", "/", "/nowhere", "/login", "/login/wallet"])
@pytest.mark.parametrize("name", ["deep", "a_megabyte", "nul_bytes", "odd_type"])
def test_a_body_where_none_belongs(client, path, name):
    """Is ignored, or refused for its size."""
    content, media_type, status = BODIES[name]

    answer = client.request("GET", path, content=content, headers={"Content-Type": media_type.encode("latin-1")})

    assert answer.status_code == 413 if status == 413 else answer.status_code < 500


def test_a_large_body_in_chunks_is_refused(client, assert_problem):
    """Without a Content-Length the bytes are counted."""
    chunks = (b" " * 1000 for _ in range(100))

    answer = client.post("/challenge", content=chunks, headers={"Content-Type": JSON})

    assert_problem(answer, 413, "body_too_large")


def test_a_body_of_exactly_the_limit_is_read(client, assert_problem):
    """The limit itself is allowed, in one piece and in chunks."""
    body = json.dumps({"evrmore_address": ""}).encode().ljust(64 * 1024)
    for content in (body, (body[start : start + 5000] for start in range(0, len(body), 5000))):
        answer = client.post("/challenge", content=content, headers={"Content-Type": JSON})
        assert_problem(answer, 422, "invalid_address")


@pytest.mark.parametrize("media_type", ["application/json", "Application/JSON", "application/json; charset=utf-8"])
def test_json_may_be_spelled_in_these_ways(client, media_type, assert_problem):
    """Case and parameters make no difference."""
    answer = client.post("/challenge", content=b'{"evrmore_address": "E"}', headers={"Content-Type": media_type})

    assert_problem(answer, 422, "invalid_address")


@pytest.mark.parametrize(
    "path",
    [
        "/?q=%00",
        "/%00",
        "/%ff%fe",
        "/%ed%a0%80",
        "/gatewright/%00",
        "/api/%ff",
        "/password-reset/%ff%00",
        "/login?next=%ff%00",
        "/me?token=%ff",
    ],
)
def test_an_odd_address_is_no_defect(client, path):
    """Undecodable bytes in the path or the query are just not found, or not looked at."""
    assert client.get(path).status_code < 500


@pytest.mark.parametrize("header", ["User-Agent", "Cookie", "Origin", "Sec-Fetch-Site", "Accept"])
def test_an_odd_header_is_no_defect(client, header):
    """Headers may hold any byte."""
    odd = b"\xff\x80\xc3\x28;=; gatewright=\xff; =; gatewright-remember=\xe9"
    assert client.get("/", headers={header: odd}).status_code == 200
    form = {"evrmore_address": "E"}
    assert client.post("/login/wallet", data=form, headers={header: odd}).status_code < 500
