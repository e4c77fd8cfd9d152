"""The published fixtures, used as an application's own tests would: there, isolated, and easy to change."""

from __future__ import annotations

import asyncio

import pytest

pytest_plugins = ["pytester"]


def test_they_work_together(gatewright_auth, gatewright_wallet, gatewright_hooks, gatewright_clock):
    """A sign-in with a test wallet, recorded, at a time that the test decides."""
    challenge = gatewright_auth.generate_challenge(gatewright_wallet.address)
    gatewright_clock.advance(minutes=1)
    session = gatewright_auth.authenticate(gatewright_wallet.address, challenge, gatewright_wallet.sign(challenge))

    assert session.created_at == gatewright_clock.now()
    assert gatewright_hooks.of("post_auth")[0]["session"] is session


def test_both_auths_share_the_database(gatewright_auth, gatewright_async_auth, gatewright_wallet):
    """A session made in one is known in the other."""
    challenge = gatewright_auth.generate_challenge(gatewright_wallet.address)
    session = gatewright_auth.authenticate(gatewright_wallet.address, challenge, gatewright_wallet.sign(challenge))

    assert asyncio.run(gatewright_async_auth.validate_token(session.token))["jti"] == session.id


@pytest.mark.parametrize("turn", [1, 2])
def test_each_test_has_its_own_database(gatewright_auth, gatewright_wallet, turn):
    """What one did, the next does not see."""
    assert gatewright_auth.list_sessions() == []
    challenge = gatewright_auth.generate_challenge(gatewright_wallet.address)
    gatewright_auth.authenticate(gatewright_wallet.address, challenge, gatewright_wallet.sign(challenge))

    assert len(gatewright_auth.list_sessions()) == 1


def test_production_would_take_the_settings(gatewright_settings):
    """So a test can switch the mode and nothing else."""
    from gatewright import EvrmoreAuth

    with EvrmoreAuth(settings=gatewright_settings.with_values(env="production")) as auth:
        assert auth.settings.is_production


def test_an_application_only_overrides_the_settings(pytester):
    """In its ``conftest.py``; no import and no registration is needed for the rest."""
    pytester.makeconftest(
        """
        import pytest

        @pytest.fixture
        def gatewright_settings(gatewright_settings):
            return gatewright_settings.with_values(domain="shop.example")
        """
    )
    pytester.makepyfile(
        """
        def test_domain(gatewright_auth, gatewright_wallet):
            assert gatewright_auth.generate_challenge(gatewright_wallet.address).startswith("shop.example ")
        """
    )
    run = pytester.runpytest_subprocess("-p", "no:cacheprovider", "-p", "no:randomly", "-W", "error")

    run.assert_outcomes(passed=1)
