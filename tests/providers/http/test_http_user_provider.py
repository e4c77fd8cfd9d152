from __future__ import annotations

import gzip
import logging
import socket
import subprocess
import sys
import traceback
import zlib
from collections.abc import Iterator

import pytest

from gatewright.errors import (
    AttemptBlockedError,
    ConfigurationError,
    GatewrightError,
    InactiveUserError,
    ProviderUnavailableError,
    UnverifiedUserError,
    UserNotFoundError,
)
from gatewright.providers import HTTPUserProvider, UserProvider
from gatewright.testing.provider_conformance import ProviderConformance

PASSWORD = "correct horse battery staple"
TOKEN = "a-token-that-nobody-may-see"


@pytest.fixture
def provider(api) -> Iterator[HTTPUserProvider]:
    provider = HTTPUserProvider(api.url, token=TOKEN, allow_plaintext=True, timeout_seconds=5)
    yield provider
    provider.close()


@pytest.fixture
def hasty(api) -> Iterator[HTTPUserProvider]:
    """A provider that waits for half a second only, and asks once."""
    provider = HTTPUserProvider(api.url, allow_plaintext=True, timeout_seconds=0.5, attempts=1)
    yield provider
    provider.close()


class TestHTTP(ProviderConformance):
    username = "alice"
    inactive_username = "bob"
    unverified_username = "carol"

    @pytest.fixture
    def provider(self, api) -> Iterator[UserProvider]:
        provider = HTTPUserProvider(api.url, allow_plaintext=True)
        yield provider
        provider.close()


def test_the_entity_is_what_the_api_says(provider, api):
    """Everything is shown but roles and permissions, which the user has, and hashes, which nobody should send."""
    api.users["alice"] |= {"password_hash": "$2b$...", "permissions": ["general.read"], "team": {"name": "red"}}

    user = provider.load_user_by_username("alice")

    assert vars(user.entity) == {"username": "alice", "id": 7, "email": "a@example.com", "team": {"name": "red"}}
    assert (user.id, user.roles, user.permissions) == ("7", ("editor",), ("general.read",))


def test_the_api_is_asked_with_our_token(provider, api):
    """A password goes to one resource, a name to the other, both with the bearer token."""
    provider.load_user_by_username("alice")
    provider.load_user_by_username("alice", PASSWORD)

    bearer = f"Bearer {TOKEN}"
    assert [("GET", "/users/alice", bearer), ("POST", "/authenticate", bearer)] == api.requests


def test_the_paths_can_be_others(api):
    """An API that is laid out differently is asked where it wants to be."""
    provider = HTTPUserProvider(
        f"{api.url}/v1/",
        allow_plaintext=True,
        authenticate_path="/sign-in",
        user_path="/people/{username}/card",
    )
    for arguments in (("a b",), ("a b", PASSWORD)):
        with pytest.raises(UserNotFoundError):
            provider.load_user_by_username(*arguments)

    assert [request[:2] for request in api.requests] == [("GET", "/v1/people/a%20b/card"), ("POST", "/v1/sign-in")]
    provider.close()


@pytest.mark.parametrize(
    "name", ["a/b", "../admin", "a?b=c", "a#b", "a%2Fb", "a b", "é\N{SNOWMAN}", "a\r\nb", "%", "a:b@c"]
)
def test_a_name_stays_one_segment_of_the_path(provider, api, name):
    """Whatever a name holds, the API decodes exactly that name from the last segment."""
    api.users[name] = {"username": name, "password": PASSWORD}

    user = provider.load_user_by_username(name)

    assert name == user.username
    assert api.requests[0][1].count("/") == 2


@pytest.mark.parametrize("name", [".", ".."])
def test_a_name_of_dots_is_never_asked_for(provider, api, name):
    """Dots would lead to another resource."""
    with pytest.raises(UserNotFoundError):
        provider.load_user_by_username(name)

    assert api.requests == []


@pytest.mark.parametrize(("refusal", "error"), [("inactive", InactiveUserError), ("unverified", UnverifiedUserError)])
def test_the_api_may_refuse_a_user_itself(provider, api, refusal, error):
    """403 with a code is the API's way to say that the password is right, but that is not enough."""
    api.users["alice"]["refusal"] = refusal

    with pytest.raises(error):
        provider.load_user_by_username("alice", PASSWORD)
    with pytest.raises(UserNotFoundError):
        provider.load_user_by_username("alice", "wrong")


def answering(status: int, body: object = b"{}", **headers: str):
    return lambda handler: handler.answer(status, body, **headers)


FAULTS = {
    "500": answering(500),
    "503": answering(503, b"<html>", Retry_After="0"),
    "429": answering(429, b"{}", Retry_After="3600"),
    "400": answering(400),
    "403 without a code": answering(403),
    "403 of another kind": answering(403, b"[]"),
    "204": lambda handler: (handler.send_response(204), handler.end_headers()),
    "our token is refused": answering(401, b"{}", WWW_Authenticate='Bearer error="invalid_token"'),
    "redirect to another host": answering(302, b"", Location="http://127.0.0.2:1/users/alice"),
    "redirect to itself": answering(307, b"", Location="/elsewhere"),
    "not modified": answering(304, b""),
    "no JSON": answering(200, b"<html>It works!</html>"),
    "not a string": answering(200, b"\xff\xfe\xfd"),
    "too deep": answering(200, b"[" * 200_000),
    "damaged": answering(200, b"\x1f\x8b\x08\x00nonsense", Content_Encoding="gzip"),
    "cut off": answering(200, gzip.compress(b'{"username": "alice"}', mtime=0)[:-9], Content_Encoding="gzip"),
    "not compressed": answering(200, b'{"username": "alice"}', Content_Encoding="gzip"),
    "a bomb": answering(200, gzip.compress(b" " * 2**24, mtime=0), Content_Encoding="gzip"),
    "a bomb in a bomb": answering(
        200, gzip.compress(gzip.compress(b" " * 2**24, mtime=0)), Content_Encoding="gzip, gzip"
    ),
    "many small bombs": answering(200, gzip.compress(b" " * 2**19, mtime=0) * 3, Content_Encoding="gzip"),
    "of another encoding": answering(200, b'{"username": "alice"}', Content_Encoding="br"),
    "an id that is a list": answering(200, {"username": "alice", "id": [1]}),
    "an id that is no number": answering(200, b'{"username": "alice", "id": NaN}'),
    "an id beyond all numbers": answering(200, b'{"username": "alice", "id": 1e400}'),
    "an id that is rounded": answering(200, b'{"username": "alice", "id": 9007199254740993.0}'),
    "roles is false": answering(200, {"username": "alice", "roles": False}),
    "roles hold null": answering(200, {"username": "alice", "roles": [None]}),
    "a list": answering(200, b"[]"),
    "nobody": answering(200, b"{}"),
    "a name that is not a string": answering(200, {"username": 7}),
    "a name that is too long": answering(200, {"username": "a" * 256}),
    "active is a word": answering(200, {"username": "alice", "active": "false"}),
    "verified is null": answering(200, {"username": "alice", "is_verified": None}),
    "roles is a word": answering(200, {"username": "alice", "roles": "admin"}),
    "permissions are numbers": answering(200, {"username": "alice", "permissions": [1]}),
    "too much": answering(200, b'{"username": "alice", "x": "' + b"x" * 2**20 + b'"}'),
    "reset": lambda handler: handler.reset(),
    "silence": lambda handler: handler.server.api.released.wait(10),
    "half an answer": lambda handler: (handler.answer(200, b'{"username":', X="y"), handler.reset()),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("arguments", [("alice",), ("alice", PASSWORD)], ids=["reload", "password"])
def test_a_fault_is_try_again_later(hasty, api, fault, arguments):
    """Whatever is wrong with the API, nobody is let in, and nobody hears that a password was wrong."""
    api.fault = FAULTS[fault]

    with pytest.raises(ProviderUnavailableError) as refusal:
        hasty.load_user_by_username(*arguments)

    assert PASSWORD not in "".join(traceback.format_exception(refusal.value))


def raw_deflate(body: bytes) -> bytes:
    """Compress without zlib's header, as some servers do for ``deflate``."""
    stream = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return stream.compress(body) + stream.flush()


ALICE = b'{"username": "alice", "roles": ["editor"]}'
COMPRESSED = {
    "gzip": gzip.compress(ALICE, mtime=0),
    "x-gzip": gzip.compress(ALICE, mtime=0),
    "GZIP": gzip.compress(ALICE[:9], mtime=0) + gzip.compress(ALICE[9:]),
    "deflate": zlib.compress(ALICE),
    "Deflate": raw_deflate(ALICE),
    "deflate, gzip": gzip.compress(zlib.compress(ALICE)),
    "identity": ALICE,
    "gzip, identity": gzip.compress(ALICE, mtime=0),
}


@pytest.mark.parametrize("encoding", COMPRESSED)
@pytest.mark.parametrize("arguments", [("alice",), ("alice", PASSWORD)], ids=["reload", "password"])
def test_a_compressed_answer_is_read(hasty, api, encoding, arguments):
    """Some servers and proxies compress whatever they are asked for."""
    api.fault = answering(200, COMPRESSED[encoding], Content_Encoding=encoding)

    assert hasty.load_user_by_username(*arguments).roles == ("editor",)


@pytest.mark.parametrize("fault", ["damaged", "cut off", "not compressed", "a bomb", "of another encoding"])
def test_an_encoding_that_cannot_be_read_is_named(hasty, api, fault):
    """The log says where to look; the API's JSON may be all right."""
    api.fault = FAULTS[fault]

    with pytest.raises(ProviderUnavailableError, match=r"Content-Encoding '(gzip|br)'"):
        hasty.load_user_by_username("alice")


@pytest.mark.parametrize("body", [b"", gzip.compress(b"", mtime=0), b"\x00" * 20])
def test_what_a_refusal_says_is_not_read(hasty, api, body):
    """However it is encoded."""
    api.fault = answering(401, body, Content_Encoding="br, gzip")

    with pytest.raises(UserNotFoundError):
        hasty.load_user_by_username("alice", PASSWORD)


@pytest.mark.parametrize("nothing", [{}, {"roles": None, "permissions": None, "email": None, "id": None, "team": None}])
def test_null_is_nothing(hasty, api, nothing):
    """As many APIs write what there is not."""
    api.fault = answering(200, {"username": "alice"} | nothing)

    user = hasty.load_user_by_username("alice", PASSWORD)

    assert (user.roles, user.permissions, user.email, user.id) == ((), (), None, "alice")


@pytest.mark.parametrize(
    ("given", "text"),
    [(0, "0"), (7, "7"), (2**70, str(2**70)), (-0.5, "-0.5"), ("0", "0"), ("", "alice"), (False, "alice")],
)
def test_an_id_may_be_any_number_or_text(hasty, api, given, text):
    """0 is one as well; without one the name is."""
    api.fault = answering(200, {"username": "alice", "id": given})

    assert hasty.load_user_by_username("alice").id == text


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422])
def test_the_statuses_of_a_refusal_can_be_set(api, make_auth, status):
    """They are wrong passwords: counted, blocked in the end, and never an outage."""
    provider = HTTPUserProvider(api.url, allow_plaintext=True, refusal_statuses=(400, 401, 403, 404, 409, 422))
    auth = make_auth(providers=[provider])
    api.fault = answering(status, b"<html>", Content_Encoding="br")

    refusals = []
    for _ in range(12):
        with pytest.raises(GatewrightError) as refusal:
            auth.attempt("alice", "wrong", provider, ip_address="192.0.2.1")
        refusals.append(type(refusal.value))

    assert refusals[0] is UserNotFoundError
    assert refusals[-1] is AttemptBlockedError
    provider.close()


def test_a_refusal_may_still_have_a_code(api):
    """With 403 among the refusals, an inactive user's 403 says more; a refused token is an outage all the same."""
    provider = HTTPUserProvider(api.url, allow_plaintext=True, refusal_statuses=[403, 401, 422], attempts=1)
    api.users["alice"]["refusal"] = "inactive"
    with pytest.raises(InactiveUserError):
        provider.load_user_by_username("alice", PASSWORD)
    api.fault = FAULTS["our token is refused"]
    with pytest.raises(ProviderUnavailableError):
        provider.load_user_by_username("alice", PASSWORD)
    provider.close()


@pytest.mark.parametrize(("status", "error"), [(422, UserNotFoundError), (404, UserNotFoundError)])
def test_a_name_that_the_api_refuses_to_read_is_nobodys(api, status, error):
    """The same statuses mean it when a user is reloaded."""
    provider = HTTPUserProvider(api.url, allow_plaintext=True, refusal_statuses=[401, 403, 422], attempts=1)
    api.fault = answering(status)
    with pytest.raises(error):
        provider.load_user_by_username("alice")
    for refused in (401, 403):  # it is our token that they are about there
        api.fault = answering(refused)
        with pytest.raises(ProviderUnavailableError):
            provider.load_user_by_username("alice")
    provider.close()


@pytest.mark.parametrize("statuses", [[200], [429], [500], ["400"], [399], [True], [400.0], 400, "400", None])
def test_a_status_that_is_no_refusal_is_refused(statuses):
    """Success, patience and outages are never wrong passwords."""
    with pytest.raises(ConfigurationError, match="refusal_statuses"):
        HTTPUserProvider("https://users.example.com", refusal_statuses=statuses)


def test_an_endless_trickle_is_cut_off(hasty, api):
    """An answer that comes byte by byte must be complete in time: each byte alone is no sign of life."""
    sent = []

    def trickle(handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000000")
        handler.end_headers()
        while not handler.server.api.released.wait(0.05):
            handler.wfile.write(b" ")
            sent.append(1)

    api.fault = trickle

    with pytest.raises(ProviderUnavailableError, match="too long"):
        hasty.load_user_by_username("alice")

    assert len(sent) > 1


def test_a_dead_api_is_try_again_later():
    """Where nobody listens nobody is unknown."""
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        provider = HTTPUserProvider(f"http://127.0.0.1:{reserved.getsockname()[1]}", allow_plaintext=True)
        with pytest.raises(ProviderUnavailableError, match="cannot be reached"):
            provider.load_user_by_username("alice", PASSWORD)
    provider.close()


def test_reading_is_repeated_and_a_password_is_not(provider, api):
    """A reload survives two bad answers; a password may have been counted, so it is sent once."""
    bad = [answering(500), answering(503)]

    def fail_twice(handler) -> None:
        if bad:
            bad.pop()(handler)
        else:
            handler.answer(200, {"username": "alice"})

    api.fault = fail_twice
    assert provider.load_user_by_username("alice").username == "alice"
    bad.append(answering(500))
    with pytest.raises(ProviderUnavailableError):
        provider.load_user_by_username("alice", PASSWORD)

    assert [request[0] for request in api.requests] == ["GET", "GET", "GET", "POST"]


def test_neither_password_nor_token_is_logged(provider, api, caplog):
    """Not even with every logger at its most talkative, whether it works or not."""
    caplog.set_level(logging.DEBUG)

    provider.load_user_by_username("alice", PASSWORD)
    api.fault = answering(500)
    with pytest.raises(ProviderUnavailableError):
        provider.load_user_by_username("alice", PASSWORD)

    assert "/authenticate" in caplog.text
    assert PASSWORD not in caplog.text
    assert TOKEN not in caplog.text


def test_the_token_is_not_in_the_providers_repr(provider):
    """A provider may be printed."""
    assert TOKEN not in repr(provider)


def test_the_environments_proxy_gets_no_passwords(api, monkeypatch):
    """A proxy that somebody set for other programs is not asked."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    provider = HTTPUserProvider(api.url, allow_plaintext=True)

    assert provider.load_user_by_username("alice", PASSWORD).username == "alice"
    provider.close()


def test_a_certificate_that_nobody_vouches_for_is_refused(serve, loopback_certificate):
    """TLS is verified, and the password never leaves."""
    with serve(tls=(loopback_certificate.certificate, loopback_certificate.key)) as api:
        provider = HTTPUserProvider(api.url)
        with pytest.raises(ProviderUnavailableError, match=r"(?i)certificate.verify.failed"):
            provider.load_user_by_username("alice", PASSWORD)
        provider.close()

    assert api.requests == []


def test_a_certificate_of_our_own_authority_is_accepted(serve, loopback_certificate):
    """A CA file names who may vouch."""
    with serve(tls=(loopback_certificate.certificate, loopback_certificate.key)) as api:
        provider = HTTPUserProvider(api.url, ca_file=loopback_certificate.certificate)
        user = provider.load_user_by_username("alice", PASSWORD)
        provider.close()

    assert user.username == "alice"


def test_a_certificate_for_another_host_is_refused(serve, strange_certificate):
    """Who vouches for one host does not vouch for another."""
    with serve(tls=(strange_certificate.certificate, strange_certificate.key)) as api:
        provider = HTTPUserProvider(api.url, ca_file=strange_certificate.certificate)
        with pytest.raises(ProviderUnavailableError, match=r"(?i)mismatch|not valid for"):
            provider.load_user_by_username("alice", PASSWORD)
        provider.close()

    assert api.requests == []


@pytest.mark.parametrize(
    ("base_url", "options", "complaint"),
    [
        ("http://users.example.com", {}, "allow_plaintext=True"),
        ("users.example.com", {}, "needs a base_url"),
        ("ftp://users.example.com", {}, "needs a base_url"),
        ("https://", {}, "needs a base_url"),
        ("https://alice:secret@users.example.com", {}, "needs a base_url"),
        ("https://users.example.com?x=1", {}, "needs a base_url"),
        ("https://users.example.com:port", {}, "needs a base_url"),
        ("https://users.example.com", {"token": "two\nlines"}, "token"),
        ("https://users.example.com", {"token": ""}, "token"),
        ("https://users.example.com", {"token": "snow\N{SNOWMAN}"}, "token"),
        ("https://users.example.com", {"ca_file": "/nowhere.pem"}, "ca_file"),
        ("https://users.example.com", {"ca_file": __file__}, "ca_file"),
        ("https://users.example.com", {"attempts": 0}, "attempts"),
        ("https://users.example.com", {"attempts": 11}, "attempts"),
        ("https://users.example.com", {"timeout_seconds": 0}, "timeout_seconds"),
        ("https://users.example.com", {"timeout_seconds": float("nan")}, "timeout_seconds"),
    ],
)
def test_a_set_up_that_cannot_work_is_refused_at_once(base_url, options, complaint):
    """The error says what is wrong, and repeats no secret."""
    with pytest.raises(ConfigurationError, match=complaint) as refusal:
        HTTPUserProvider(base_url, **options)

    assert "secret" not in str(refusal.value)
    assert "two" not in str(refusal.value)


@pytest.mark.parametrize(
    ("module", "call", "extra"),
    [
        ("httpx", "HTTPUserProvider('https://users.example.com')", "http"),
        ("ldap3", "LDAPUserProvider('ldaps://ldap.example.com', LDAPLayout(people='ou=people'))", "ldap"),
    ],
)
def test_a_missing_package_is_told_when_it_is_needed(module, call, extra):
    """Everything can be imported without the optional packages; using what needs one says how to install it."""
    script = (
        f"import sys; sys.modules[{module!r}] = None\n"
        "from gatewright.errors import ConfigurationError\n"
        "from gatewright.providers import *\n"
        "from gatewright.providers import HTTPUserProvider, LDAPLayout, LDAPUserProvider\n"
        f"try:\n    {call}\nexcept ConfigurationError as error:\n    print(error)"
    )
    told = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout

    assert f'pip install "gatewright[{extra}]"' in told
