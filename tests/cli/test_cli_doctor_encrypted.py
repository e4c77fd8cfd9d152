"""``gatewright doctor --deep`` counts the secrets of users for which there is no key any more."""

from __future__ import annotations

import json

import pytest

from authenticator_apps import enrol_app
from gatewright import EvrmoreAuth, Settings
from gatewright.system import SystemClock
from gatewright.testing.seeded_random import SeededRandom
from stores_under_test import make_store_on_postgresql as make_store_on_postgresql
from stores_under_test import make_store_on_postgresql_with_redis as make_store_on_postgresql_with_redis
from stores_under_test import make_store_settings as make_store_settings
from stores_under_test import store_settings as store_settings

PASSWORD = "correct horse battery staple"
FIRST, SECOND = (SeededRandom(name).token_bytes(32).hex() for name in ("first", "second"))


@pytest.fixture
def enrol(store_settings):
    """Have somebody enrol an authenticator app while the settings have a key."""

    def enrol(username, **keys):
        with EvrmoreAuth(settings=Settings(**store_settings | keys)) as auth:
            auth.create_user(username, password=PASSWORD, is_verified=True)
            guard = auth.guard({})
            guard.login(username, PASSWORD, "SQLUserProvider")
            enrol_app(guard, SystemClock())
            guard.enrol("recovery_codes")

    return enrol


@pytest.fixture
def examine(invoke, store_settings):
    """Run the command with keys, and return what it found of encrypted secrets."""

    def examine(**keys):
        variables = {f"GATEWRIGHT_{name.upper()}": value for name, value in keys.items()}
        result = invoke(
            "doctor", "--deep", "--json", GATEWRIGHT_DATABASE_URL=store_settings["database_url"], **variables
        )
        findings = json.loads(result.stdout)["findings"]
        return [(each["status"], each["finding"]) for each in findings if each["check"] == "encrypted secrets"]

    return examine


def test_secrets_without_a_key_are_counted(enrol, examine):
    """Those of the previous key are, too: it must stay until they have been used."""
    assert examine(jwt_secret=FIRST) == []
    enrol("anna", jwt_secret=FIRST)
    assert examine(jwt_secret=FIRST) == [("ok", "Every user's secrets are encrypted with the current key.")]
    enrol("ben", jwt_secret=SECOND)
    assert examine(jwt_secret=SECOND, jwt_secret_previous=FIRST) == [
        ("ok", "1 of 2 users' secrets are encrypted with the previous key.")
    ]
    assert examine(jwt_secret=SECOND) == [
        ("warning", "1 of 2 users' secrets cannot be decrypted: their authenticator apps are refused.")
    ]


def test_a_development_secret_is_a_key(tmp_path, invoke):
    """It lies beside the file; where it was deleted, nothing is made in its place."""
    url = f"sqlite:///{tmp_path / 'gatewright.db'}"
    with EvrmoreAuth(url, settings=Settings(argon2_memory_kib=8, argon2_iterations=1)) as auth:
        auth.create_user("anna", password=PASSWORD, is_verified=True)
        guard = auth.guard({})
        guard.login("anna", PASSWORD, "SQLUserProvider")
        enrol_app(guard, SystemClock())

    def statuses():
        found = json.loads(invoke("doctor", "--deep", "--json", GATEWRIGHT_DATABASE_URL=url).stdout)["findings"]
        return [each["status"] for each in found if each["check"] == "encrypted secrets"]

    assert statuses() == ["ok"]
    (tmp_path / "gatewright.db.secret").unlink()
    assert statuses() == ["warning"]
    assert not (tmp_path / "gatewright.db.secret").exists()
