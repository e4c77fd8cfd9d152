"""A full disk: what was answered is kept, whatever else is refused leaves nothing, and there is room later."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from gatewright.testing import Wallet
from stores_under_test import assert_sound

PASSWORD = "correct horse battery staple"
CHILD = Path(__file__).parent / "children" / "full.py"


def test_a_full_disk(open_auth, store_settings):
    """Whoever is signed in stays so, and nobody gets in or out until there is room; then the same things succeed."""
    if not store_settings["database_url"].startswith("sqlite"):
        pytest.skip("does not apply: the disk is the database server's own, whose refusal is an error like any other")
    auth = open_auth()
    auth.create_user("anna", email="anna@example.com", password=PASSWORD, is_verified=True)
    guard, wallet = auth.guard({}), Wallet.new("alice")
    guard.login("anna", PASSWORD, "SQLUserProvider")
    cookie = guard.remember()
    challenge = auth.generate_challenge(wallet.address)
    token = auth.authenticate(wallet.address, challenge, wallet.sign(challenge)).token
    lines = auth.list_audit()
    command = [sys.executable, CHILD, json.dumps(store_settings), token, cookie]
    child = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert child.returncode == 0, child.stderr
    told = json.loads(child.stdout)

    names = [user.username for user in auth.list_users() if user.username and user.username.startswith("person-")]
    assert sorted(names) == sorted(told["answered"])
    assert told["answered"]
    assert told["token is valid"] is True
    refused = {"wallet sign-in", "password sign-in", "recall", "sign-out", "reset"}
    assert {act: told[act] for act in refused} == dict.fromkeys(refused, "store_unavailable")
    assert_sound(store_settings)
    assert len(auth.list_audit(event="signed_in")) == 2
    assert len(auth.list_audit()) == len(lines) + len(names)

    other = Wallet.new("full")
    assert auth.create_user(told["refused"])
    assert auth.authenticate(other.address, told["challenge"], other.sign(told["challenge"])).is_active
    assert auth.guard({}).recall(cookie)
    assert auth.invalidate_token(token)
