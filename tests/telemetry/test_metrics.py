"""What Prometheus is told of operations, sign-ins, limits, hashing, mails and the store."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest
from prometheus_client import REGISTRY, generate_latest

from gatewright import AsyncEvrmoreAuth, EvrmoreAuth
from gatewright.errors import AttemptBlockedError, ConfigurationError, StoreUnavailableError, UserNotFoundError
from gatewright.telemetry.metrics import SERVER_SIDE_FAILURES as FAILURES
from gatewright.telemetry.metrics import Metrics
from gatewright.testing import Wallet

PASSWORD = "correct horse battery staple"


def test_operations_are_counted_by_how_they_end(watch, sample):
    """By the name of the method, and the code of the error."""
    watched = watch(metrics=True)
    user = watched.call("create_user", "ada", email="ada@example.com", password=PASSWORD, is_verified=True)
    visitor = {}
    guard = watched.guard(visitor)
    with pytest.raises(UserNotFoundError):
        guard("login", "ada", "wrong", "SQLUserProvider")
    guard("login", "ada", PASSWORD, "SQLUserProvider")
    again = watched.guard(visitor)

    assert [again("user").id for _ in range(3)] == [user.id] * 3
    assert sample("gatewright_operations_total", operation="create_user", outcome="ok") == 1
    assert sample("gatewright_operations_total", operation="login", outcome="ok") == 1
    assert sample("gatewright_operations_total", operation="login", outcome="user_not_found") == 1
    assert sample("gatewright_operations_total", operation="recognise", outcome="ok") == 1
    assert sample("gatewright_operation_duration_seconds_count", operation="login") == 2
    assert sample("gatewright_sign_ins_total", provider="SQLUserProvider", method="password", outcome="ok") == 1
    assert sample("gatewright_sign_ins_total", provider="SQLUserProvider", method="password", outcome="failed") == 1
    assert sample("gatewright_hashing_duration_seconds_count") == 3
    assert sample("gatewright_hashing_passwords") == 0
    assert sample("gatewright_store_duration_seconds_count", call="open_session") == 1


def test_wallets_sign_in_too(watch, sample):
    """A challenge that was signed by the wrong key is a failure; one of a disabled account is no success."""
    watched, wallet = watch(metrics=True), Wallet.new("metrics")
    for signer in (wallet, Wallet.new("somebody else"), wallet):
        challenge = watched.call("generate_challenge", wallet.address)
        try:
            watched.call("authenticate", wallet.address, challenge, signer.sign(challenge))
        except Exception:  # noqa: BLE001 - counted below
            continue
        watched.call("disable_user", wallet.address)

    def count(outcome):
        labels = {"provider": "WalletUserProvider", "method": "wallet"}
        return sample("gatewright_sign_ins_total", outcome=outcome, **labels)

    assert (count("ok"), count("failed")) == (1, 2)
    assert sample("gatewright_operations_total", operation="authenticate", outcome="inactive_user") == 1


def test_limits_are_counted(watch, sample):
    """Where they refuse."""
    watched = watch(metrics=True, attempts_per_client_and_account=1)
    guard = watched.guard({})
    with pytest.raises(UserNotFoundError):
        guard("login", "nobody", "wrong", "SQLUserProvider")
    with pytest.raises(AttemptBlockedError):
        guard("login", "nobody", "wrong", "SQLUserProvider")

    assert sample("gatewright_rate_limited_total", operation="login", outcome="login_attempt_blocked") == 1


def test_hooks_are_timed_and_their_errors_counted(watch, sample):
    """Whether or not the operation goes on."""
    watched = watch(metrics=True)

    @watched.auth.hooks.pre_challenge
    def fail():
        raise LookupError

    watched.call("generate_challenge", Wallet.new("hooks").address)

    assert sample("gatewright_hook_duration_seconds_count", point="pre_challenge") == 1
    assert sample("gatewright_hook_errors_total", point="pre_challenge", outcome="unexpected_error") == 1


def test_errors_of_the_store_are_counted(watch, sample, tmp_path):
    """By the call that was not answered."""
    watched = watch(metrics=True)
    with closing(sqlite3.connect(tmp_path / "gatewright.db")) as connection, connection:
        connection.execute("ALTER TABLE challenges RENAME TO away")
    with pytest.raises(StoreUnavailableError):
        watched.call("generate_challenge", Wallet.new("store").address)

    assert sample("gatewright_store_errors_total", call="add_challenge") == 1
    assert sample("gatewright_operations_total", operation="generate_challenge", outcome="store_unavailable") == 1


def test_failures_are_exposed_before_they_happen():
    """As zero, from the first success on: to Prometheus, a series that begins with one has not risen."""
    metrics = Metrics()
    with metrics.operation("calm"), metrics.hook("calm", "callback"), metrics.store_call("calm"):
        pass

    value = REGISTRY.get_sample_value
    outcomes = {code: value("gatewright_operations_total", {"operation": "calm", "outcome": code}) for code in FAILURES}
    assert outcomes == dict.fromkeys(FAILURES, 0)
    assert value("gatewright_store_errors_total", {"call": "calm"}) == 0
    assert value("gatewright_hook_errors_total", {"point": "calm", "outcome": "unexpected_error"}) == 0


def test_mails_that_wait_are_counted(make_auth, sample):
    """By the mail worker, each time it looks."""

    class Broken:
        def send(self, mail):
            raise OSError

    auth = make_auth(
        lambda settings: EvrmoreAuth(settings=settings, mailer=Broken()), metrics=True, mail_delivery="background"
    )
    auth.create_user("ada", email="ada@example.com", password=PASSWORD)
    auth.request_email_verification("ada@example.com")
    auth.close()  # waits for the round

    assert sample("gatewright_mails_waiting") == 1


def test_a_cancelled_operation_is_no_error(make_auth, sample):
    """Whoever gave up asked for nothing wrong."""
    auth = make_auth(AsyncEvrmoreAuth, metrics=True)

    @auth.hooks.pre_challenge
    async def wait():
        await asyncio.sleep(60)

    async def give_up():
        async with asyncio.timeout(0.01):
            await auth.generate_challenge(Wallet.new("cancelled").address)

    with pytest.raises(TimeoutError):
        asyncio.run(give_up())

    assert sample("gatewright_operations_total", operation="generate_challenge", outcome="cancelled") == 1


def test_metrics_name_nobody(watch):
    """Neither names nor addresses, ids or secrets, of those who succeed and of those who fail."""
    watched, wallet = watch(metrics=True), Wallet.new("nobody")
    user = watched.call("create_user", "unique-name", email="unique@example.com", password=PASSWORD, is_verified=True)
    watched.guard({})("login", "unique-name", PASSWORD, "SQLUserProvider")
    with pytest.raises(UserNotFoundError):
        watched.guard({})("login", "unknown-name", "some-password", "SQLUserProvider")
    challenge = watched.call("generate_challenge", wallet.address, ip_address="192.0.2.99")
    session = watched.call("authenticate", wallet.address, challenge, wallet.sign(challenge))
    watched.call("validate_token", session.token)
    text = generate_latest().decode()

    for private in ("unique", "unknown-name", PASSWORD, wallet.address, "192.0.2", user.id, session.id, session.token):
        assert private not in text


def test_the_fingerprint_tells_settings_that_differ(make_auth, sample):
    """Another secret or another limit is another fingerprint; what may differ from machine to machine is not."""

    def fingerprint(**settings):
        from gatewright.telemetry.metrics import SETTINGS

        SETTINGS.clear()
        make_auth(metrics=True, **settings)
        (found,) = [each.labels["fingerprint"] for metric in SETTINGS.collect() for each in metric.samples]
        return found

    usual = fingerprint()
    assert fingerprint(hashing_threads=7) == fingerprint(metrics_address="0.0.0.0:1") == usual
    others = {fingerprint(jwt_secret="y" * 40), fingerprint(attempts_per_client=7), fingerprint(session_days=1)}
    assert len({usual, *others}) == 4
    assert len(usual) == 8


UNWATCHED = """
import sys
from gatewright import EvrmoreAuth
with EvrmoreAuth("sqlite://") as auth:
    print(type(auth) is EvrmoreAuth, type(auth.guard({})).__mro__[0].__module__)
print({"prometheus_client", "opentelemetry"} & set(sys.modules))
"""


def test_without_the_settings_nothing_is_watched(tmp_path):
    """No package is imported, and no method is another."""
    run = subprocess.run([sys.executable, "-c", UNWATCHED], cwd=tmp_path, capture_output=True, text=True, check=True)

    assert run.stdout.splitlines() == ["True gatewright.auth.generated.guard", "set()"]


@pytest.mark.parametrize(
    ("setting", "package", "module"),
    [("metrics", "prometheus_client", "metrics"), ("tracing", "opentelemetry.trace", "tracing")],
)
def test_a_missing_package_is_named(make_auth, monkeypatch, setting, package, module):
    """With the command that installs it."""
    monkeypatch.setitem(sys.modules, package, None)
    monkeypatch.delitem(sys.modules, f"gatewright.telemetry.{module}", raising=False)

    with pytest.raises(ConfigurationError, match=rf"pip install \"gatewright\[{setting}\]\""):
        make_auth(**{setting: True})
