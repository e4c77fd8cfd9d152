"""The two builds are one: the same methods, and the blocking one is generated from the other."""

from __future__ import annotations

import asyncio
import inspect
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import evrmore_authentication
import gatewright
from gatewright import AsyncAuth, AsyncEvrmoreAuth, AsyncGuard, Auth, EvrmoreAuth, Guard

ROOT = Path(__file__).parents[2]
FACADES = [
    (AsyncAuth, Auth),
    (AsyncEvrmoreAuth, EvrmoreAuth),
    (AsyncGuard, Guard),
    (evrmore_authentication.AsyncEvrmoreAuth, evrmore_authentication.EvrmoreAuth),
]
PLAIN_OF_AUTH = {
    "add_hook",
    "add_middleware",
    "add_voter",
    "close",
    "guard",
    "hooks",
    "load_user_provider",
    "parts",
    "settings",
}
PLAIN_OF_EVRMORE = PLAIN_OF_AUTH | {"create_wallet_address", "sign_message"}
PLAIN = {
    AsyncAuth: PLAIN_OF_AUTH,
    AsyncEvrmoreAuth: PLAIN_OF_EVRMORE,
    AsyncGuard: {"session", "messages", "add_message"},
    evrmore_authentication.AsyncEvrmoreAuth: PLAIN_OF_EVRMORE,
}
"""What waits for nothing, and so is no coroutine in either build."""


def public(cls):
    return {name for name, _ in inspect.getmembers(cls) if not name.startswith("_")}


def of_the_blocking_build(text):
    """What an asynchronous class says, where it names one of its kind, as the blocking one would say it."""
    return re.sub(r"\bAsync(?=[A-Z])", "", text)


@pytest.mark.parametrize(("asynchronous", "blocking"), FACADES)
def test_facades_have_the_same_methods(asynchronous, blocking):
    """By name."""
    assert public(asynchronous) == public(blocking)


@pytest.mark.parametrize(("asynchronous", "blocking"), FACADES)
def test_facades_take_and_return_the_same(asynchronous, blocking):
    """Parameter by parameter, with kinds, defaults and annotations; and they say the same of themselves."""
    for name in public(asynchronous) | {"__init__"}:
        one, other = getattr(asynchronous, name), getattr(blocking, name)
        if callable(one):
            assert of_the_blocking_build(str(inspect.signature(one))) == str(inspect.signature(other)), name
        assert of_the_blocking_build(one.__doc__ or "") == (other.__doc__ or ""), name


@pytest.mark.parametrize(("asynchronous", "blocking"), FACADES)
def test_no_method_of_the_blocking_class_is_a_coroutine(asynchronous, blocking):
    """And whatever waits for the database is one in the other."""
    assert [name for name in public(blocking) if inspect.iscoroutinefunction(getattr(blocking, name))] == []
    methods = {name: inspect.unwrap(getattr(asynchronous, name)) for name in public(asynchronous)}
    plain = {name for name, method in methods.items() if not inspect.iscoroutinefunction(method)}
    assert plain == PLAIN[asynchronous]


def test_the_signatures_of_the_specification():
    """The documented calls, pinned word by word."""
    signatures = {
        name: " ".join(inspect.signature(getattr(EvrmoreAuth, name)).parameters)
        for name in ("generate_challenge", "authenticate", "validate_token", "invalidate_token", "verify_signature")
    }
    defaults = {
        parameter.name: (parameter.kind.name, parameter.default)
        for name in ("generate_challenge", "authenticate")
        for parameter in inspect.signature(getattr(EvrmoreAuth, name)).parameters.values()
        if parameter.default is not parameter.empty
    }

    assert signatures == {
        "generate_challenge": "self evrmore_address expire_minutes ip_address",
        "authenticate": "self evrmore_address challenge signature skip_ownership_check token_expire_minutes "
        "ip_address user_agent",
        "validate_token": "self token",
        "invalidate_token": "self token",
        "verify_signature": "self address message signature",
    }
    assert defaults == {
        "expire_minutes": ("POSITIONAL_OR_KEYWORD", 10),
        "skip_ownership_check": ("KEYWORD_ONLY", False),
        "token_expire_minutes": ("KEYWORD_ONLY", None),
        "ip_address": ("KEYWORD_ONLY", None),
        "user_agent": ("KEYWORD_ONLY", None),
    }


def test_the_signatures_of_the_other_specification():
    """The calls of the Luthier document, pinned word by word; with a name alone, a value is read, not written."""
    of_auth = {name: str(inspect.signature(getattr(Auth, name))) for name in ("load_user_provider", "attempt")}
    of_guard = {
        name: list(inspect.signature(getattr(Guard, name)).parameters.values())[1:]
        for name in ("store", "user", "is_guest", "session", "is_role", "is_granted", "messages", "login")
    }

    assert of_auth == {
        "load_user_provider": "(self, name: 'str') -> 'UserProvider'",
        "attempt": "(self, username: 'str', password: 'str', provider: 'str | UserProvider', *, "
        "ip_address: 'str | None' = None) -> 'User'",
    }
    assert list(inspect.signature(Auth.bypass).parameters)[:3] == ["self", "username", "provider"]
    assert {name: " ".join(parameter.name for parameter in given) for name, given in of_guard.items()} == {
        "store": "user provider",
        "user": "",
        "is_guest": "",
        "session": "name value",
        "is_role": "role user",
        "is_granted": "permission user subject",
        "messages": "",
        "login": "username password provider",
    }
    assert {parameter.default for name in ("session", "is_role") for parameter in of_guard[name][1:]} == {None}


def test_the_guards_other_calls():
    """What pages and applications call beside the documented ones, pinned; `destroy` needs no argument."""
    names = (
        "login_with_wallet",
        "remember",
        "recall",
        "destroy",
        "confirm_password",
        "change_password",
        "add_message",
        "current_session",
    )

    assert {name: str(inspect.signature(getattr(Guard, name))) for name in names} == {
        "login_with_wallet": "(self, evrmore_address: 'str', challenge: 'str', signature: 'str') -> 'User'",
        "remember": "(self) -> 'str'",
        "recall": "(self, cookie: 'str') -> 'str | None'",
        "destroy": "(self, *, remembered: 'str | None' = None) -> 'None'",
        "confirm_password": "(self, password: 'str') -> 'None'",
        "change_password": "(self, current: 'str | None', new: 'str', *, language: 'str | None' = None) -> 'None'",
        "add_message": "(self, kind: 'str', code: 'str') -> 'None'",
        "current_session": "(self) -> 'Session | None'",
    }


def test_the_context_manager_closes(gatewright_settings):
    """``with`` and ``async with`` give the object itself."""
    with EvrmoreAuth(settings=gatewright_settings) as auth:
        assert isinstance(auth, EvrmoreAuth)

    async def visit():
        async with AsyncEvrmoreAuth(settings=gatewright_settings) as auth:
            assert isinstance(auth, AsyncEvrmoreAuth)
            assert await auth.list_sessions() == []

    asyncio.run(visit())


def test_a_closed_object_opens_again(auth, alice, sign_in):
    """Closing lets go of connections; it breaks nothing."""
    token = sign_in(auth, alice).token
    auth.close()
    auth.close()

    assert auth.validate_token(token)


def check(root):
    return subprocess.run(
        [sys.executable, "tools/write_facades.py", "--check"],
        cwd=root,
        env=os.environ | {"PYTHONPATH": str(root / "src")},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def copy(tmp_path):
    """The parts of the source tree that the generator reads, to be damaged."""
    shutil.copytree(ROOT / "tools", tmp_path / "tools", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_generated_files_are_up_to_date(copy):
    """What is checked in is what the generator writes."""
    run = check(copy)

    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        ("auth/generated/accounts.py", lambda text: text[: len(text) // 2]),
        ("auth/generated/auth.py", lambda text: text + "SURPRISE = True\n"),
        ("auth/generated/guard.py", None),
        ("evrmore/generated/evrmore_auth.py", lambda text: text[: len(text) // 2]),
    ],
)
def test_a_stale_file_is_found(copy, name, damage):
    """Truncated, with a line more, or gone: the check names the file and the cure."""
    path = copy / "src/gatewright" / name
    path.write_text(damage(path.read_text())) if damage else path.unlink()
    run = check(copy)

    assert run.returncode == 1
    assert f"{name} is stale. Run: python tools/write_facades.py" in run.stderr


def test_a_change_of_the_source_is_found(copy):
    """A method that somebody adds to the asynchronous class only."""
    path = copy / "src/gatewright/auth/async_auth.py"
    path.write_text(path.read_text() + "\n    async def surprise(self) -> None:\n        return None\n")

    assert check(copy).returncode == 1


def test_the_package_knows_both_kinds():
    """From the top."""
    assert {gatewright.AsyncAuth, gatewright.Auth} == {AsyncAuth, Auth}
    assert issubclass(EvrmoreAuth, Auth)
    assert issubclass(AsyncEvrmoreAuth, AsyncAuth)
