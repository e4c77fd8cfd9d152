"""``gatewright doctor`` on who must have a second factor: what the policy means, and whom it locks out."""

from __future__ import annotations

import pytest

PASSWORD = "correct horse battery staple"


def test_without_a_policy_nobody_is_locked_out(told):
    """And without a database there is nobody."""
    assert told("second factor")[0] == "ok"
    assert told("second factor", GATEWRIGHT_SECOND_FACTOR="required") == (
        "ok",
        "Everybody must have a second factor, and has one.",
    )


def test_a_first_method_that_is_not_known(told):
    """It may be one of the application's own, or a mistake that switches the second factor off."""
    assert told("first methods") is None
    status, finding = told("first methods", GATEWRIGHT_SECOND_FACTOR_AFTER="pwd,password")
    assert status == "warning"
    assert "after pwd, which is not a known method" in finding


def test_a_list_of_first_methods_that_leaves_passwords_out(told):
    """It is the whole list: whoever adds one to it writes the usual ones, too."""
    status, finding = told("first methods", GATEWRIGHT_SECOND_FACTOR_AFTER="wallet")
    assert status == "warning"
    assert "Nobody is asked for a second factor after password" in finding
    for meant in (
        {"GATEWRIGHT_SECOND_FACTOR_AFTER": "wallet,password,email_code"},
        {"GATEWRIGHT_SECOND_FACTOR_AFTER": "wallet", "GATEWRIGHT_METHODS": "wallet,totp"},
        {"GATEWRIGHT_SECOND_FACTOR_AFTER": "wallet", "GATEWRIGHT_SECOND_FACTOR": "off"},
    ):
        assert told("first methods", **meant) is None


@pytest.mark.parametrize(
    "policy",
    [{"GATEWRIGHT_SECOND_FACTOR": "required"}, {"GATEWRIGHT_SECOND_FACTOR_ROLES": "staff"}],
    ids=["all", "role"],
)
def test_a_policy_that_nobody_can_meet(told, policy):
    """There is no method to enrol."""
    status, finding = told("second factor", **policy, GATEWRIGHT_METHODS="password,email_code")
    assert status == "warning"
    assert "no method can be enrolled" in finding


@pytest.mark.parametrize("methods", ["email_code", "password,email_code", "wallet,email_code"])
def test_a_policy_that_a_mailed_code_alone_can_meet(told, methods):
    """It is none beside a mailbox that was the first proof or has set the password, nor for who has no address."""
    policy = {"GATEWRIGHT_SECOND_FACTOR": "required", "GATEWRIGHT_EMAIL_CODE": "both"}
    status, finding = told("second factor", **policy, GATEWRIGHT_METHODS=methods)
    assert status == "warning"
    assert "set the password through a mailed link cannot sign in" in finding
    assert told("second factor", **policy, GATEWRIGHT_METHODS=f"{methods},totp")[0] == "ok"


def test_users_who_have_none_are_counted(told, database):
    """Of the role, also by one that inherits it; those without it, or who may not sign in, do not count."""
    database.create_role("staff")
    database.create_role("boss", inherits=["staff"])
    for name, roles in (("anna", ["staff"]), ("ben", ["boss"]), ("both", ["staff", "boss"]), ("guest", [])):
        database.create_user(name, roles=roles)
    database.create_user("gone", roles=["staff"], is_active=False)

    status, finding = told("second factor", GATEWRIGHT_SECOND_FACTOR_ROLES="staff")
    assert status == "warning"
    assert " 3 users have none" in finding
    assert " 4 users have none" in told("second factor", GATEWRIGHT_SECOND_FACTOR="required")[1]


def test_a_role_that_nobody_has_declared(told, database):
    """It may be another provider's, or a mistake that lets the members of the role in by a password alone."""
    database.create_role("admin")
    assert told("roles", GATEWRIGHT_SECOND_FACTOR_ROLES="admin") is None
    status, finding = told("roles", GATEWRIGHT_SECOND_FACTOR_ROLES="admins,admin")
    assert status == "warning"
    assert "the role admins, which nobody has declared" in finding


def test_a_wallet_counts_unless_more_is_asked_after_it(told, database, alice):
    """Then whoever has nothing else is counted, too."""
    database.create_user("anna")
    challenge = database.generate_challenge(alice.address)
    signature = alice.sign(challenge)
    database.link_wallet("anna", evrmore_address=alice.address, challenge=challenge, signature=signature)
    required = {"GATEWRIGHT_SECOND_FACTOR": "required"}
    assert told("second factor", **required)[0] == "ok"
    assert " 1 users have none" in told("second factor", **required, GATEWRIGHT_SECOND_FACTOR_AFTER="wallet")[1]


def test_what_users_have_enrolled_is_named_where_its_method_is_left_out(told, database):
    """Or was renamed: they are let in by their password alone from then on."""
    assert told("enrolled methods") is None
    for name in ("anna", "ben"):
        database.create_user(name, password=PASSWORD, is_verified=True)
        guard = database.guard({})
        guard.login(name, PASSWORD, "SQLUserProvider")
        guard.enrol("recovery_codes")

    assert told("enrolled methods", GATEWRIGHT_METHODS="password,recovery_codes") is None
    status, finding = told("enrolled methods", GATEWRIGHT_METHODS="password,totp")
    assert status == "warning"
    assert "nobody is asked for it: recovery_codes (2)." in finding


def test_what_a_method_that_is_left_out_has_enrolled_does_not_count(told, database):
    """Nobody is asked for it, so its user has none."""
    database.create_user("anna", password=PASSWORD, is_verified=True)
    guard = database.guard({})
    guard.login("anna", PASSWORD, "SQLUserProvider")
    guard.enrol("recovery_codes")
    required = {"GATEWRIGHT_SECOND_FACTOR": "required"}

    assert told("second factor", **required, GATEWRIGHT_METHODS="password,recovery_codes")[0] == "ok"
    assert " 1 users have none" in told("second factor", **required, GATEWRIGHT_METHODS="password,totp")[1]


@pytest.mark.parametrize(
    ("page", "policy", "consequence"),
    [
        ("login_step", {}, "users who are asked for one cannot sign in"),
        ("login_step", {"GATEWRIGHT_SECOND_FACTOR": "off"}, None),
        ("login_step", {"GATEWRIGHT_SECOND_FACTOR": "off", "GATEWRIGHT_SECOND_FACTOR_ROLES": "staff"}, "not sign in"),
        ("account_method", {}, None),
        ("account_method", {"GATEWRIGHT_SECOND_FACTOR": "required"}, "cannot set it up"),
        ("signup", {"GATEWRIGHT_SECOND_FACTOR": "required"}, None),
    ],
)
def test_pages_of_second_factors_that_are_switched_off(told, page, policy, consequence):
    """The application may have one of its own; moved ones are there."""
    found = told("pages", **policy, GATEWRIGHT_PAGE_PATHS=f"{page}=")
    moved = told("pages", **policy, GATEWRIGHT_PAGE_PATHS=f"{page}=/mine{'/{token}' * (page == 'account_method')}")

    assert moved is None
    assert (found is None) if consequence is None else (found[0] == "warning" and consequence in found[1])
