"""Nonsense to every function: a clear error of ours or the documented nothing; never a row or another exception."""

from __future__ import annotations

import inspect

import pytest

from gatewright import AsyncEvrmoreAuth
from gatewright.errors import (
    ConfigurationError,
    GatewrightError,
    InvalidChallengeError,
    InvalidLinkError,
    InvalidParameterError,
    InvalidSignatureError,
    PermissionNotFoundError,
    UserNotFoundError,
)
from gatewright.storage.sql.tables import metadata
from mailboxes import Mailboxes

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

CLEAR = (
    ConfigurationError,
    InvalidChallengeError,
    InvalidLinkError,
    InvalidParameterError,
    InvalidSignatureError,
    PermissionNotFoundError,
    UserNotFoundError,
)
"""What nonsense may be answered with: each says what is wrong with it."""

RECORDS = {"attempts", "audit"}
"""Where it is written down that an attempt failed."""
TABLES = sorted(table.name for table in metadata.sorted_tables if len(table.c) > 1 and table.name not in RECORDS)
PASSWORD = "correct horse battery staple"

OF_A_MAIL = {"ip_address": None, "language": None, "base_url": None, "next_path": None}
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
    "invalidate_all_tokens": {"user_id": "user", "provider": None, "actor": None},
    "list_sessions": {"user_id": "user", "provider": None},
    "revoke_session": {"session_id": "session", "actor": None},
    "cleanup_expired_sessions": {"at_most": 1},
    "cleanup_expired_challenges": {"at_most": 1},
    "sign_message": {"wif": "wif", "message": "challenge"},
    "add_hook": {"event": "post_auth", "callback": print},
    "load_user_provider": {"name": "SQLUserProvider"},
    "guard": {"session": {}, "ip_address": None, "user_agent": None},
    "list_audit": {"since": None, "event": None, "username": None, "after_id": 0, "at_most": 1, "newest": False},
    "cleanup_expired_attempts": {"at_most": 1},
    "cleanup_expired_audit": {"at_most": 1},
    "cleanup_expired_remembered": {"at_most": 1},
    "cleanup_expired_pending_steps": {"at_most": 1},
    "attempt": {"username": "name", "password": "password", "provider": "SQLUserProvider", "ip_address": None},
    "bypass": {"username": "name", "provider": "SQLUserProvider", "actor": None, "reason": None},
    "get_user": {"username": "name"},
    "has_password": {"username": "name"},
    "list_users": {"after": "", "at_most": 1},
    "enable_user": {"username": "name", "actor": None},
    "disable_user": {"username": "name", "actor": None},
    "verify_user": {"username": "name", "actor": None},
    "set_password": {"username": "name", "password": "other password", "keep_session": None, "actor": None},
    "link_wallet": {
        "username": "name",
        "evrmore_address": "address",
        "challenge": "challenge",
        "signature": "signature",
        "actor": None,
    },
    "unlink_wallet": {"username": "name", "evrmore_address": "address", "actor": None},
    "list_wallets": {"username": "name"},
    "list_authenticators": {"username": "name", "provider": "SQLUserProvider"},
    "remove_authenticators": {
        "username": "name",
        "method": None,
        "provider": "SQLUserProvider",
        "actor": None,
        "reason": None,
    },
    "permission_exists": {"permission": "general.read"},
    "grant_permission": {"permission": "general.read", "username": "name", "role": None, "actor": None},
    "revoke_permission": {"permission": "general.read", "username": "name", "role": None, "actor": None},
    "assign_role": {"role": "editor", "username": "name", "actor": None},
    "unassign_role": {"role": "editor", "username": "name", "actor": None},
    "request_email_verification": {"email": "mail"} | OF_A_MAIL,
    "verify_email": {"token": "verification", "ip_address": None},
    "request_password_reset": {"email": "mail"} | OF_A_MAIL,
    "reset_password": {
        "token": "reset",
        "password": "other password",
        "ip_address": None,
        "language": None,
        "base_url": None,
    },
    "is_link_valid": {"token": "reset", "purpose": "password_reset"},
    "find_link": {"token": "reset", "purpose": "password_reset"},
    "get_profile": {"username": "name"},
    "request_email_change": {
        "user_id": "account",
        "email": "another@example.com",
        "actor": None,
        "ip_address": None,
        "language": None,
        "base_url": None,
    },
    "confirm_email_change": {"token": "email change", "ip_address": None, "language": None, "base_url": None},
    "export_user": {"user_id": "account", "actor": None},
    "delete_user": {"user_id": "account", "actor": None, "language": None},
    "list_sole_roles": {"user_id": "account"},
    "set_profile": {"username": "name", "profile": {"city": "Berne"}, "actor": None},
    "cleanup_expired_links": {"at_most": 1},
}
NO_PARAMETERS = {
    "close",
    "create_wallet_address",
    "deliver_mails",
    "list_queued_mails",
    "list_permissions",
    "list_roles",
    "reencrypt_secrets",
}
MAKERS = {
    *("create_user", "create_permission", "create_role", "add_middleware", "add_voter", "sign_up"),
    "change_username",
}
"""These take almost any text for a good name: what they refuse stands beside the tests of what they make."""

NOTES = {"none", *(name for name, value in NONSENSE.items() if isinstance(value, str) and 1 <= len(value) <= 255)} - {
    "nul",
    "surrogate",
    "surrogate-only",
}
"""What ``actor`` and ``reason`` may be: None, or any text of 1 to 255 characters that can be stored."""
ACCEPTED = {
    ("authenticate", "user_agent"): {"none", *(name for name, value in NONSENSE.items() if isinstance(value, str))},
    ("authenticate", "skip_ownership_check"): {"true", "false"},
    ("authenticate", "token_expire_minutes"): {"none"},
    ("authenticate", "ip_address"): {"none"},
    ("generate_challenge", "expire_minutes"): {"zero"},
    ("generate_challenge", "ip_address"): {"none"},
    ("attempt", "ip_address"): {"none"},
    ("list_sessions", "user_id"): {"none"},
    ("list_sessions", "provider"): {"none"},
    ("invalidate_all_tokens", "provider"): {"none"},
    ("grant_permission", "role"): {"none"},
    ("sign_message", "message"): {name for name, value in NONSENSE.items() if isinstance(value, str)}
    - {"surrogate", "surrogate-only"},
    ("add_hook", "callback"): {"none", "class"},
    ("guard", "session"): {"dict"},
    ("guard", "ip_address"): {"none"},
    ("guard", "user_agent"): {"none", *(name for name, value in NONSENSE.items() if isinstance(value, str))},
    ("list_audit", "since"): {"none"},
    ("list_audit", "event"): {"none"},
    ("list_audit", "username"): {"none"},
    ("list_audit", "after_id"): {"zero"},
    ("list_audit", "newest"): {"true", "false"},
    ("list_users", "after"): {"empty"} | NOTES,
    ("set_password", "password"): {"sql", "html"},
    ("set_password", "keep_session"): NOTES,
    **{
        (name, optional): {"none"}
        for name in ("request_email_verification", "request_password_reset", "verify_email", "reset_password")
        for optional in OF_A_MAIL
    },
    **{
        (name, optional): {"none"}
        for name in ("request_email_change", "confirm_email_change", "delete_user")
        for optional in OF_A_MAIL
    },
    ("reset_password", "password"): {"sql", "html"},
    **{(name, "actor"): NOTES for name, given in GOOD_PARAMETERS.items() if "actor" in given},
    ("bypass", "reason"): NOTES,
}
"""Where one of these values is a good one after all."""


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path, monkeypatch):
    """Where nothing is said, the database is made in the current folder: not in the repository."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def parts(auth, alice, sign_in):
    """Good values by their names, each of a visitor who exists."""
    session = sign_in(auth, alice)
    challenge = auth.generate_challenge(alice.address)
    auth.create_user("carol", email="carol@example.com", password=PASSWORD, is_verified=True)
    links = mail_links(auth)
    auth.create_permission("general.read")
    auth.create_role("editor")
    return {
        "name": "carol",
        "account": auth.get_user("carol").id,
        "mail": "carol@example.com",
        **links,
        "password": PASSWORD,
        "other password": "quiet lamp under seven hills",
        "address": alice.address,
        "challenge": challenge,
        "signature": alice.sign(challenge),
        "token": session.token,
        "user": session.user_id,
        "session": session.id,
        "wif": alice.wif,
    }


def mail_links(auth):
    """Good links of two users, by what they are for."""
    mailboxes = Mailboxes()
    mailboxes.serve(auth)
    links = {}
    auth.create_user("newcomer", email="newcomer@example.com")
    for purpose, request in (
        ("verification", lambda: auth.request_email_verification("newcomer@example.com")),
        ("reset", lambda: auth.request_password_reset("carol@example.com")),
    ):
        request()
        auth.deliver_mails()
        links[purpose] = mailboxes.token()
    auth.request_email_change(auth.get_user("newcomer").id, email="moved@example.com")
    auth.deliver_mails()
    links["email change"] = mailboxes.links("email_change")[-1].rpartition("/")[2]
    return links


def resolve(parts, value):
    return parts.get(value, value) if isinstance(value, str) else value


def test_every_function_is_in_the_battery():
    """A new method has to be added here, with its parameters."""
    methods = {
        name: [parameter for parameter in inspect.signature(method).parameters if parameter != "self"]
        for name, method in inspect.getmembers(AsyncEvrmoreAuth, inspect.isfunction)
        if not name.startswith("_") and name not in MAKERS
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
            assert isinstance(answer, CLEAR)
            named = answer.evidence.get("parameter", parameter)
            assert named in good
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
    """All that is stored, but that an attempt failed."""
    return {table: sql(f"SELECT * FROM {table} ORDER BY 1, 2") for table in TABLES}


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
    assert auth.permission_exists(value) is False
    for function in ("get_user", "attempt", "bypass", "link_wallet", "set_password", "grant_permission", "assign_role"):
        required = [
            parameter.name
            for parameter in inspect.signature(getattr(AsyncEvrmoreAuth, function)).parameters.values()
            if parameter.default is parameter.empty and parameter.name != "self"
        ]
        with pytest.raises(GatewrightError):
            getattr(auth, function)(**dict.fromkeys(required, value))

    assert dump(sql) == before


@pytest.mark.shows_secrets
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
        if text not in (parts["user"], parts["account"]):
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
        ({"database_url": "mysql://user:hunter22@host/db"}, "not supported"),
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
