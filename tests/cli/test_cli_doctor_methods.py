"""``gatewright doctor`` on the methods: whether a sign-in can begin, codes can arrive and passkeys can be made."""

from __future__ import annotations

import json

import pytest


@pytest.mark.parametrize("methods", ["totp", "recovery_codes,email_code"])
def test_methods_that_begin_no_sign_in(told, methods):
    """The login page would be empty."""
    status, finding = told("methods", GATEWRIGHT_METHODS=methods)
    assert status == "warning"
    assert "the pages let nobody in" in finding
    assert told("methods", GATEWRIGHT_METHODS=methods, GATEWRIGHT_EMAIL_CODE="first")[0] == (
        "ok" if "email_code" in methods else "warning"
    )


@pytest.mark.parametrize(
    ("methods", "email_code", "is_told"),
    [
        ("passkey,wallet", "off", True),
        ("passkey,email_code", "second", True),
        ("passkey,email_code", "first", False),
        ("passkey,password", "off", False),
    ],
)
def test_who_signs_up_can_sign_in(told, methods, email_code, is_told):
    """A sign-up leaves an email address, and a password where there are any."""
    given = {"GATEWRIGHT_METHODS": methods, "GATEWRIGHT_EMAIL_CODE": email_code}
    found = told("sign-up", **given)
    assert (found is not None) is is_told
    if is_told:
        assert found[0] == "warning"
        assert "Users who sign up have nothing to sign in with" in found[1]
    assert told("sign-up", **given, GATEWRIGHT_ENABLE_SIGNUP="false") is None


def test_mailed_codes_need_a_mail_server(told):
    """Where real people sign in; where they are off nothing is said."""
    production = {"GATEWRIGHT_ENV": "production", "GATEWRIGHT_EMAIL_CODE": "second"}
    assert told("emailed codes") is None
    assert told("emailed codes", **production)[0] == "warning"
    assert told("emailed codes", **production, GATEWRIGHT_MAIL_URL="smtp://mail.example.org")[0] == "ok"


@pytest.mark.parametrize(
    ("public_url", "rp_id", "problem"),
    [
        (None, "example.org", None),
        ("https://shop.example.com", None, None),
        ("https://shop.example.com:8443", "shop.example.com", None),
        ("https://shop.example.com", "example.com", None),
        ("https://shop.example.com:8443/shop", "example.com", None),
        ("http://localhost:8000", None, None),
        ("https://shop.example.com", "example.org", "shop.example.com, where the pages are, is not part of it"),
        ("https://myexample.com", "example.com", "Passkeys are created for example.com, but myexample.com"),
        ("https://example.com", "login.example.com", "Passkeys are created for login.example.com, but example.com"),
        ("http://127.0.0.1:8000", None, "No browser creates a passkey at http://127.0.0.1:8000"),
        ("https://[::1]", "example.com", "No browser creates a passkey at https://[::1]"),
    ],
)
def test_passkeys_that_no_browser_makes(told, public_url, rp_id, problem):
    """The domain that they are made for has to be that of the pages, or above it."""
    given = {"GATEWRIGHT_PUBLIC_URL": public_url, "GATEWRIGHT_RP_ID": rp_id}
    found = told("passkeys", **given)
    assert (found is None) is (problem is None)
    if problem is not None:
        assert found[0] == "warning"
        assert problem in found[1]
    assert told("passkeys", **given, GATEWRIGHT_METHODS="password") is None


def test_a_methods_own_setting_is_a_setting(told):
    """And a misspelt one is told, with what was meant."""
    assert told("names", GATEWRIGHT_EMAIL_CODE="off", GATEWRIGHT_EMAIL_CODE_DIGITS="6")[0] == "ok"
    assert told("names", GATEWRIGHT_EMAIL_CODES="off")[0] == "unsafe"


@pytest.mark.parametrize(
    ("env", "named"),
    [
        ({"GATEWRIGHT_EMAIL_CODE": "sometimes"}, "GATEWRIGHT_EMAIL_CODE"),
        ({"GATEWRIGHT_EMAIL_CODE_DIGITS": "5"}, "GATEWRIGHT_EMAIL_CODE_DIGITS"),
        ({"GATEWRIGHT_METHODS": "password,carrier_pigeon"}, "carrier_pigeon"),
    ],
    ids=["use", "digits", "method"],
)
def test_what_cannot_be_loaded_is_told(invoke, env, named):
    """With its cure, and it is unsafe: nothing starts."""
    result = invoke("doctor", "--json", **env)
    rows = json.loads(result.stdout)["findings"]

    assert result.exit_code == 1
    assert [named in row["cure"] for row in rows if (row["check"], row["status"]) == ("methods", "unsafe")] == [True]
