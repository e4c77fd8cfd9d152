"""The table *operation x entry path x hook*: every declared point is fired by the operation that it names.

The columns are the entry paths of the library, in both builds. Those of the pages, the JSON API, the server and the
commands are in `test_every_entry_path_fires.py`.
"""

from __future__ import annotations

from contextlib import suppress

import pytest

from gatewright import Denied
from gatewright.errors import AuthenticationError, InvalidChallengeError
from gatewright.hooks import POINTS
from mailboxes import Mailboxes

OURS = "SQLUserProvider"
PASSWORD, OTHER_PASSWORD = "correct horse battery staple", "quiet lamp under seven hills"
LOGIN_ROUTE = "visit of the login route"
"""Not the library's: whoever has a login route fires ``pre_login`` there."""


def signed(auth, wallet):
    challenge = auth.generate_challenge(wallet.address)
    return {"evrmore_address": wallet.address, "challenge": challenge, "signature": wallet.sign(challenge)}


def authenticate(auth, wallet):
    return auth.authenticate(**signed(auth, wallet))


def fail_to_authenticate(auth, wallet):
    with pytest.raises(InvalidChallengeError):
        auth.authenticate(wallet.address, "unknown", "x")


def make_users(auth):
    """One whom nothing is wrong with, one who is inactive and one who is not verified."""
    auth.create_user("carol", password=PASSWORD, is_verified=True)
    auth.create_user("idle", password=PASSWORD, is_verified=True, is_active=False)
    auth.create_user("newcomer", password=PASSWORD)


def log_in(auth, wallet):
    make_users(auth)
    guard = auth.guard({})
    return guard, guard.login("carol", PASSWORD, OURS)


def store(auth, wallet):
    make_users(auth)
    return auth.guard({}).store(auth.attempt("carol", PASSWORD, OURS))


def fail_three_times(prove):
    """Fail as nobody, as an inactive and as an unverified user."""

    def fail(auth, wallet):
        make_users(auth)
        for username in ("nobody", "idle", "newcomer"):
            with pytest.raises(AuthenticationError):
                prove(auth, username)

    return fail


FAILED_PROOFS = {
    "attempt": fail_three_times(lambda auth, username: auth.attempt(username, PASSWORD, OURS)),
    "bypass": fail_three_times(lambda auth, username: auth.bypass(username, OURS)),
    "guard.login": fail_three_times(lambda auth, username: auth.guard({}).login(username, PASSWORD, OURS)),
}


def link_wallet(auth, wallet):
    make_users(auth)
    return auth.link_wallet("carol", **signed(auth, wallet)), auth.list_wallets("carol")


def link_own_wallet(auth, wallet):
    guard, _ = log_in(auth, wallet)
    challenge = guard.begin_enrolment("wallet", {"evrmore_address": wallet.address})["challenge"]
    return guard.link_wallet(wallet.address, challenge, wallet.sign(challenge)), auth.list_wallets("carol")


def set_password(auth, wallet):
    make_users(auth)
    return auth.set_password("carol", OTHER_PASSWORD), "changed"


def sign_up(auth, wallet):
    return auth.sign_up("dave@example.com", password=PASSWORD), "signed up"


def link_after(auth, request):
    """Let a mail be sent, and return the secret in it."""
    mailboxes = Mailboxes()
    mailboxes.serve(auth)
    request()
    auth.deliver_mails()
    return mailboxes.token()


def verify_email(auth, wallet):
    return auth.verify_email(link_after(auth, lambda: sign_up(auth, wallet)))


def reset_password(auth, wallet):
    auth.create_user("dave", email="dave@example.com")
    return auth.reset_password(link_after(auth, lambda: auth.request_password_reset("dave@example.com")), PASSWORD)


def change_username(auth, wallet):
    make_users(auth)
    return auth.change_username(auth.get_user("carol").id, username="caroline")


def change_own_username(auth, wallet):
    guard, _ = log_in(auth, wallet)
    return guard.change_username("caroline", password=PASSWORD) or guard.user()


def request_email_change(auth, wallet):
    make_users(auth)
    return auth.request_email_change(auth.get_user("carol").id, email="carol@example.com"), "asked"


def request_own_email_change(auth, wallet):
    guard, _ = log_in(auth, wallet)
    return guard.request_email_change("carol@example.com", password=PASSWORD), "asked"


def confirm_email_change(auth, wallet):
    return auth.confirm_email_change(link_after(auth, lambda: request_email_change(auth, wallet)))


def delete_user(auth, wallet):
    make_users(auth)
    return auth.delete_user(auth.get_user("carol").id), "deleted"


def delete_own_account(auth, wallet):
    guard, _ = log_in(auth, wallet)
    return guard.delete_account(password=PASSWORD), "deleted"


def log_in_with_wallet(auth, wallet):
    return auth.guard({}).login_with_wallet(**signed(auth, wallet))


def change_own_password(auth, wallet):
    guard, _ = log_in(auth, wallet)
    return guard.change_password(PASSWORD, OTHER_PASSWORD), "changed"


def recall(auth, wallet):
    guard, _ = log_in(auth, wallet)
    return auth.guard({}).recall(guard.remember())


def fail_to_confirm(auth, wallet):
    guard, _ = log_in(auth, wallet)
    with pytest.raises(AuthenticationError):
        guard.confirm_password("wrong")


def enrol(auth, wallet):
    guard, _ = log_in(auth, wallet)
    return guard, guard.enrol("recovery_codes")


def fail_to_enrol(auth, wallet):
    guard, _ = log_in(auth, wallet)
    with pytest.raises(AuthenticationError):
        guard.enrol("totp", {"code": "000000"})


def prove(auth, wallet):
    guard, shown = enrol(auth, wallet)
    return guard.prove("recovery_codes", {"code": shown["codes"][0]}, is_confirmation=True)


def remove(auth, wallet):
    guard, _ = enrol(auth, wallet)
    return guard.remove_authenticator(guard.authenticators()[0].id)


def remove_as_administrator(auth, wallet):
    enrol(auth, wallet)
    return auth.remove_authenticators("carol", actor="root", reason="lost")


ENTRY_PATHS = {
    "generate_challenge": {"generate_challenge": lambda auth, wallet: auth.generate_challenge(wallet.address)},
    "authenticate": {
        "authenticate": lambda auth, wallet: (authenticate(auth, wallet), fail_to_authenticate(auth, wallet))
    },
    "verify_signature": {
        "verify_signature": lambda auth, wallet: auth.verify_signature(wallet.address, "m", wallet.sign("m")),
        "authenticate": authenticate,
        "link_wallet": link_wallet,
        "guard.link_wallet": link_own_wallet,
    },
    "validate_token": {
        "validate_token": lambda auth, wallet: auth.validate_token("any"),
        "get_user_by_token": lambda auth, wallet: auth.get_user_by_token("any"),
    },
    "invalidate_token": {
        "invalidate_token": lambda auth, wallet: auth.invalidate_token(authenticate(auth, wallet).token),
    },
    "login": {"guard.login": log_in, "guard.login_with_wallet": log_in_with_wallet},
    "attempt": FAILED_PROOFS,
    "logout": {"guard.destroy": lambda auth, wallet: log_in(auth, wallet)[0].destroy()},
    "set_password": {"set_password": set_password, "guard.change_password": change_own_password},
    "sign_up": {"sign_up": sign_up},
    "verify_email": {"verify_email": verify_email},
    "reset_password": {"reset_password": reset_password},
    "change_username": {"change_username": change_username, "guard.change_username": change_own_username},
    "request_email_change": {
        "request_email_change": request_email_change,
        "guard.request_email_change": request_own_email_change,
    },
    "confirm_email_change": {"confirm_email_change": confirm_email_change},
    "enrol_method": {"guard.enrol": enrol},
    "prove_by_method": {"guard.prove": prove},
    "remove_authenticators": {
        "guard.remove_authenticator": remove,
        "remove_authenticators": remove_as_administrator,
    },
    "delete_user": {"delete_user": delete_user, "guard.delete_account": delete_own_account},
}
"""Operation -> entry path -> what walks it, and returns something where it succeeded."""

OF_EVERY_SIGN_IN = {
    "post_auth": {"guard.login": log_in, "guard.store": store, "guard.recall": recall},
    "auth_failed": FAILED_PROOFS | {"guard.confirm_password": fail_to_confirm, "guard.enrol": fail_to_enrol},
}
"""Points of sign-in with a wallet that fire for every other way to sign in, too."""

FIRED = [declaration for declaration in POINTS if declaration.operation != LOGIN_ROUTE]


def paths_of(declaration):
    return ENTRY_PATHS[declaration.operation] | OF_EVERY_SIGN_IN.get(declaration.name, {})


def test_every_operation_with_hooks_is_in_the_table():
    """A new operation has to be added to the table, with its entry paths."""
    assert {declaration.operation for declaration in POINTS} == ENTRY_PATHS.keys() | {LOGIN_ROUTE}


@pytest.mark.parametrize(
    ("declaration", "path"),
    [
        pytest.param(declaration, path, id=f"{declaration.name}-{path}")
        for declaration in FIRED
        for path in paths_of(declaration)
    ],
)
def test_no_entry_path_skips_a_hook(auth, alice, declaration, path, hooks):
    """Through every way in, the operation fires each point that is declared for it."""
    paths_of(declaration)[path](auth, alice)

    assert hooks.of(declaration.name)


@pytest.mark.parametrize("declaration", [declaration for declaration in FIRED if declaration.is_before])
def test_no_entry_path_skips_a_veto(make_auth, alice, declaration, tmp_path):
    """Through every way in, a refusal at a ``pre_*`` point keeps its operation from succeeding."""
    refused = []

    def refuse():
        refused.append(declaration.name)
        raise Denied

    for path, enter in ENTRY_PATHS[declaration.operation].items():
        auth = make_auth(database_url=f"sqlite:///{tmp_path / path}.db")
        auth.add_hook(declaration.name, refuse)
        with suppress(Denied):
            assert enter(auth, alice) is None

    assert len(refused) == len(ENTRY_PATHS[declaration.operation])


@pytest.mark.parametrize("enter", [log_in, store, *FAILED_PROOFS.values()])
def test_no_operation_of_the_library_visits_a_login_route(auth, alice, hooks, enter):
    """``pre_login`` tells of a visit to a page, and the library has none of its own there."""
    enter(auth, alice)

    assert hooks.names
    assert hooks.of("pre_login") == []
