"""What the account page advises a visitor to set up next."""

from __future__ import annotations

import pytest

from gatewright import Settings
from gatewright.methods.passkey import Passkey
from gatewright.methods.recovery_codes import RecoveryCodes
from gatewright.methods.totp import Totp
from gatewright.web.flows.security import advised_of

METHODS = (Passkey, Totp, RecoveryCodes)


@pytest.mark.parametrize(
    ("own", "advised"),
    [
        ({}, "totp"),
        ({"passkey": 1}, "totp"),
        ({"recovery_codes": 10}, "totp"),
        ({"totp": 1}, "recovery_codes"),
        ({"totp": 1, "recovery_codes": 3}, "recovery_codes"),
        ({"totp": 1, "recovery_codes": 4}, None),
    ],
    ids=str,
)
def test_a_second_factor_comes_first_and_then_what_helps_when_it_is_lost(own, advised):
    """A passkey beside a password makes a stolen password no less useful."""
    assert advice(own) == advised


@pytest.mark.parametrize("options", [{"has_password": False}, {"second_factor": "required"}, {"second_factor": "off"}])
def test_nobody_is_advised_to_what_changes_nothing(options):
    """Without a password there is none to steal; and it is of no use where everybody is asked for two, or nobody."""
    assert advice({}, **options) is None


@pytest.mark.parametrize(("left", "advised"), [(10, None), (4, None), (3, "recovery_codes"), (1, "recovery_codes")])
@pytest.mark.parametrize("options", [{"second_factor": "required"}, {"has_password": False}], ids=str)
def test_whoever_has_few_codes_is_advised_to_new_ones(left, advised, options):
    """Without an app, too: codes alone may be what a required second factor is given by."""
    assert advice({"recovery_codes": left}, **options) == advised


def advice(own, *, has_password=True, second_factor="enrolled"):
    settings = Settings(_env_file=None, second_factor=second_factor)
    methods = [(made(), ["an authenticator"] * own.get(made.name, 0)) for made in METHODS]
    method = advised_of(methods, has_password=has_password, settings=settings)
    return method and method.name
