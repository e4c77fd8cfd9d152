"""Nonsense to every function: a clear error of ours or the documented nothing; never a row or another exception."""

from __future__ import annotations

import inspect

import pytest

from gatewright import AsyncEvrmoreAuth
from gatewright.errors import (
    ConfigurationError,
    GatewrightError,
    InvalidChallengeError,
    InvalidParameterError,
    InvalidSignatureError,
)

NONSENSE = {
    "none": None,
    "true": True,
    "false": False,
    "zero": 0,
    "minus-one": -1,
    "huge": 10**5000,
    "minus-huge": -(10**400),
    "nan": float("nan"),
    "inf": float("inf"),
    "bytes": b"bytes",
    "list": [],
    "dict": {"$ne": None},
    "set": {1},
    "object": object(),
    "class": str,
    "empty": "",
    "blank": " \t\n",
    "nul": "nul\0inside",
    "surrogate": "lone \ud800 surrogate",
    "surrogate-only": "\udfff",
    "megabyte": "x" * 10**6,
    "megabyte-of-base58": "E" * 10**6,
    "megabyte-of-zeros": "1" * 10**6,
    "sql": "'; DROP TABLE users; --",
    "wildcard": "%",
    "html": "<script>alert(1)</script>",
    "bidi": "\u202eevil",
    "format": "%s{0}{}%(x)s",
    "dots": "a.b.c",
    "many-dots": "." * 10**5,
    "fullwidth": "\uff25" * 34,
    "digits": "\u0661" * 34,
}

GOOD_PARAMETERS = {
    "generate_challenge": {"evrmore_address": "address", "expire_minutes": 10, "ip_address": None},
    "authenticate": {
        "evrmore_address": "address",
        "challenge": "challenge",
        "signature": "signature",
        "skip_ownership_check": False,
        "token_expire_minutes": None,
        "ip_address": None,
        "user_agent": None,
    },
    "verify_signature": {"address": "address", "message": "challenge", "signature": "signature"},
    "get_challenge_details": {"challenge": "challenge"},
    "validate_token": {"token": "token"},
    "invalidate_token": {"token": "token"},
    "get_user_by_token": {"token": "token"},
    "get_user_by_id": {"user_id": "user"},
    "invalidate_all_tokens": {"user_id": "user"},
    "list_sessions": {"user_id": "user"},
    "revoke_session": {"session_id": "session"},
    "cleanup_expired_sessions": {"at_most": 1},
    "cleanup_expired_challenges": {"at_most": 1},
    "sign_message": {"wif": "wif", "message": "challenge"},
    "add_hook": {"event": "post_auth", "callback": print},
}
NO_PARAMETERS = {"close", "create_wallet_address"}
ACCEPTED = {
    ("authenticate", "user_agent"): {"none", *(name for name, value in NONSENSE.items() if isinstance(value, str))},
    ("authenticate", "skip_ownership_check"): {"true", "false"},
    ("authenticate", "token_expire_minutes"): {"none"},
    ("authenticate", "ip_address"): {"none"},
    ("generate_challenge", "expire_minutes"): {"zero"},
    ("generate_challenge", "ip_address"): {"none"},
    ("list_sessions", "user_id"): {"none"},
    ("sign_message", "message"): {name for name, value in NONSENSE.items() if isinstance(value, str)}
    - {"surrogate", "surrogate-only"},
    ("add_hook", "callback"): {"none", "class"},
}
"""Where one of these values is a good one after all."""


@pytest.fixture
def parts(auth, alice, sign_in):
    """Good values by their names, each of a visitor who exists."""
    session = sign_in(auth, alice)
    challenge = auth.generate_challenge(alice.address)
    return {
        "address": alice.address,
        "challenge": challenge,
        "signature": alice.sign(challenge),
        "token": session.token,
        "user": session.user_id,
        "session": session.id,
        "wif": alice.wif,
    }


def resolve(parts, value):
    return parts.get(value, value) if isinstance(value, str) else value


def test_every_function_is_in_the_battery():
    """A new method has to be added here, with its parameters."""
    methods = {
        name: [parameter for parameter in inspect.signature(method).parameters if parameter != "self"]
        for name, method in inspect.getmembers(AsyncEvrmoreAuth, inspect.isfunction)
        if not name.startswith("_")
    }

    assert methods == {name: list(given) for name, given in GOOD_PARAMETERS.items()} | {
        name: [] for name in NO_PARAMETERS
    }


@pytest.mark.parametrize(
    ("function", "parameter"), [(name, parameter) for name, given in GOOD_PARAMETERS.items() for parameter in given]
)
def test_nonsense_gets_a_clear_answer(auth, parts, function, parameter, sql):
    """One argument is nonsense, the others are good: an error of ours that names nothing secret, or nothing at all."""
    good = {name: resolve(parts, value) for name, value in GOOD_PARAMETERS[function].items()}
    before = dump(sql)
    for name, value in NONSENSE.items():
        if name in ACCEPTED.get((function, parameter), ()):
            continue
        answer = ask(auth, function, good | {parameter: value})
        if isinstance(answer, GatewrightError):
            assert len(str(answer)) < 1000
            assert isinstance(
                answer, InvalidParameterError | ConfigurationError | InvalidChallengeError | InvalidSignatureError
            )
        else:
            assert answer in (None, False, []), name

    assert dump(sql) == before


def ask(auth, function, arguments):
    """Return the answer, or the error of ours; any other exception fails the test."""
    try:
        return getattr(auth, function)(**arguments)
    except GatewrightError as error:
        return error


def dump(sql):
    """All that is stored."""
    return [sql(f"SELECT * FROM {table} ORDER BY id") for table in ("users", "challenges", "sessions")]


@pytest.mark.parametrize("name", NONSENSE)
def test_nothing_but_nonsense(auth, name, sql):
    """All arguments at once."""
    value = NONSENSE[name]
    before = dump(sql)
    for function in ("generate_challenge", "authenticate"):
        with pytest.raises(GatewrightError):
            getattr(auth, function)(*[value] * (2 if function == "generate_challenge" else 3))
    assert auth.verify_signature(value, value, value) is False
    assert auth.validate_token(value) is None
    assert auth.invalidate_token(value) is False
    assert auth.get_user_by_token(value) is None
    assert auth.get_user_by_id(value) is None
    assert auth.invalidate_all_tokens(value) == 0
    assert auth.revoke_session(value) is False

    assert dump(sql) == before


def test_good_values_in_wrong_places(auth, parts, sql):
    """Every good text as every other argument: nothing is taken for what it is not."""
    before = dump(sql)
    texts = [*parts.values()]
    for text in texts:
        for other in texts:
            if (text, other) != (parts["address"], parts["challenge"]):
                with pytest.raises(GatewrightError):
                    auth.authenticate(text, other, parts["signature"])
        if text != parts["token"]:
            assert auth.validate_token(text) is None
        if text != parts["user"]:
            assert auth.get_user_by_id(text) is None
        if text != parts["session"]:
            assert auth.revoke_session(text) is False

    assert dump(sql) == before


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"database_url": "nonsense"}, "database URL"),
        ({"database_url": ""}, "database URL"),
        ({"database_url": 123}, "GATEWRIGHT_DATABASE_URL"),
        ({"database_url": "sqlite:///nul\0"}, "database"),
        ({"database_url": "sqlite:////no/such/folder/x.db"}, "(?s)/no/such/folder.*mkdir -p"),
        ({"database_url": "sqlite:///" + "x/" * 5000}, "database"),
        ({"database_url": "sqlite:///" + "x" * 5000}, "database"),
        ({"database_url": "postgresql://user:hunter22@host/db"}, "not supported"),
        ({"database_url": "postgresql://user:hunter22@host:port/db"}, "database"),
        ({"database_url": "lone\ud800"}, "database"),
        ({"jwt_secret": ""}, "secret"),
        ({"jwt_secret": 123}, "GATEWRIGHT_JWT_SECRET"),
        ({"jwt_secret": "lone\ud800"}, "(?i)secret"),
    ],
)
def test_an_application_that_cannot_be_built_says_why(make_auth, options, message):
    """By a ``GatewrightError`` whose text holds neither a password nor a secret."""
    with pytest.raises(GatewrightError, match=message) as refused:
        make_auth(settings=None, **options)

    assert "hunter22" not in f"{refused.value}{refused.value.evidence}"
    assert len(str(refused.value)) < 1000
