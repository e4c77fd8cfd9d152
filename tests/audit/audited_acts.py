"""What is done to the world of these tests, and the line that each act must leave in the record."""

from __future__ import annotations

import pytest

from gatewright.errors import GatewrightError
from gatewright.testing import Wallet
from visitors import OURS, PASSWORD, WALLETS, Visitor

NEW = "quite another sentence of hers"
MARY = Wallet.new("mary")


def fail(act):
    """Do what must not succeed."""
    with pytest.raises(GatewrightError):
        act()


def sign_in_as_mary(auth):
    challenge = auth.generate_challenge(MARY.address)
    auth.authenticate(MARY.address, challenge, MARY.sign(challenge), ip_address="192.0.2.9")


def link_third(auth, world, *, signature=None, actor=None):
    auth.link_wallet(
        "Carol",
        evrmore_address=world.third.address,
        challenge=world.challenge,
        signature=signature or world.signature,
        actor=actor,
    )


DAVE = {"actor": "dave"}
FROM = {"ip_address": "192.0.2.9"}
CAROL = {"username": "carol", "user_id": "carol's"}
ACTS = {
    "sign in by password": (
        lambda auth, world: Visitor(auth, ip_address="192.0.2.8").request().login("CAROL", PASSWORD, OURS),
        {"event": "signed_in", **CAROL, "provider": OURS, "method": "password", "client": "192.0.2.8"},
    ),
    "store": (
        lambda auth, world: (
            Visitor(auth, ip_address="192.0.2.8").request().store(auth.attempt("carol", PASSWORD, OURS))
        ),
        {"event": "signed_in", **CAROL, "provider": OURS, "method": "store", "client": "192.0.2.8"},
    ),
    "sign in by wallet": (
        lambda auth, world: sign_in_as_mary(auth),
        {
            "event": "signed_in",
            "username": MARY.address,
            "user_id": "mary's",
            "provider": WALLETS,
            "method": "wallet",
            "client": "192.0.2.9",
        },
    ),
    "a wrong password": (
        lambda auth, world: fail(lambda: world.visitor.request().login("Carol", "wrong", OURS)),
        {
            "event": "sign_in_failed",
            "username": "carol",
            "provider": OURS,
            "method": "password",
            "client": "192.0.2.7",
            "reason": "user_not_found",
        },
    ),
    "no password": (
        lambda auth, world: fail(lambda: auth.attempt("carol", None, OURS)),
        {
            "event": "sign_in_failed",
            "username": "carol",
            "provider": OURS,
            "method": "password",
            "reason": "invalid_parameter",
        },
    ),
    "an unknown name": (
        lambda auth, world: fail(lambda: auth.attempt("nobody", PASSWORD, OURS)),
        {
            "event": "sign_in_failed",
            "username": "nobody",
            "provider": OURS,
            "method": "password",
            "reason": "user_not_found",
        },
    ),
    "a wrong signature": (
        lambda auth, world: fail(
            lambda: auth.authenticate(
                world.third.address, world.challenge, MARY.sign(world.challenge), ip_address="192.0.2.9"
            )
        ),
        {
            "event": "sign_in_failed",
            "username": "third's address",
            "provider": WALLETS,
            "method": "wallet",
            "client": "192.0.2.9",
            "reason": "invalid_signature",
        },
    ),
    "an unknown challenge": (
        lambda auth, world: fail(lambda: auth.authenticate(world.third.address, "x", "x")),
        {
            "event": "sign_in_failed",
            "username": "third's address",
            "provider": WALLETS,
            "method": "wallet",
            "reason": "challenge_unknown",
        },
    ),
    "bypass": (
        lambda auth, world: auth.bypass("CAROL", OURS, actor="dave", reason="ticket 17"),
        {"event": "bypassed", **CAROL, "provider": OURS, "method": "bypass", "reason": "ticket 17", **DAVE},
    ),
    "a failed bypass": (
        lambda auth, world: fail(lambda: auth.bypass("nobody", OURS, actor="dave", reason="ticket 17")),
        {
            "event": "sign_in_failed",
            "username": "nobody",
            "provider": OURS,
            "method": "bypass",
            "reason": "user_not_found",
            **DAVE,
        },
    ),
    "sign up": (
        lambda auth, world: auth.sign_up("Ellen@example.com", password=PASSWORD, username="Ellen", **FROM),
        {"event": "signed_up", "username": "ellen", "user_id": "ellen's", "client": "192.0.2.9"},
    ),
    "sign up again": (
        lambda auth, world: auth.sign_up("carol@example.com", password=PASSWORD, username="Ellen", **FROM),
        {"event": "sign_up_failed", **CAROL, "client": "192.0.2.9", "reason": "taken"},
    ),
    "ask for a verification": (
        lambda auth, world: auth.request_email_verification("carol@example.com"),
        {"event": "email_verification_requested", **CAROL, "reason": "user_verified"},
    ),
    "verify an address": (
        lambda auth, world: auth.verify_email(world.verification, **FROM),
        {"event": "email_verified", "username": "fred@example.com", "user_id": "fred's", "client": "192.0.2.9"},
    ),
    "fail to verify an address": (
        lambda auth, world: fail(lambda: auth.verify_email(world.reset, **FROM)),
        {"event": "email_verification_failed", "client": "192.0.2.9", "reason": "link_unknown"},
    ),
    "ask for a reset": (
        lambda auth, world: auth.request_password_reset("Carol@example.com"),
        {"event": "password_reset_requested", **CAROL},
    ),
    "ask for nobody's reset": (
        lambda auth, world: auth.request_password_reset("Nobody@example.com"),
        {"event": "password_reset_requested", "username": "nobody@example.com", "reason": "user_not_found"},
    ),
    "reset a password": (
        lambda auth, world: auth.reset_password(world.reset, NEW, **FROM),
        {"event": "password_reset", **CAROL, "client": "192.0.2.9"},
    ),
    "fail to reset a password": (
        lambda auth, world: fail(lambda: auth.reset_password(world.verification, NEW, **FROM)),
        {"event": "password_reset_failed", "client": "192.0.2.9", "reason": "link_unknown"},
    ),
    "send a mail": (
        lambda auth, world: auth.deliver_mails(),
        {"event": "mail_sent", **CAROL, "reason": "already_registered"},
    ),
    "change a profile": (
        lambda auth, world: auth.set_profile("CAROL", {"city": "Berne"}, actor="dave"),
        {"event": "profile_changed", **CAROL, **DAVE},
    ),
    "change a username": (
        lambda auth, world: auth.change_username(world.carol.id, username="Caroline", actor="dave"),
        {"event": "username_changed", **CAROL, "reason": "caroline", **DAVE},
    ),
    "ask for another address": (
        lambda auth, world: auth.request_email_change(world.carol.id, email="new@example.com", **FROM),
        {"event": "email_change_requested", **CAROL, "client": "192.0.2.9"},
    ),
    "ask for somebody's address": (
        lambda auth, world: auth.request_email_change(world.carol.id, email="fred@example.com", **DAVE),
        {"event": "email_change_requested", **CAROL, "reason": "taken", **DAVE},
    ),
    "move to another address": (
        lambda auth, world: auth.confirm_email_change(world.move, **FROM),
        {"event": "email_changed", **CAROL, "client": "192.0.2.9", "reason": "carol@example.com"},
    ),
    "fail to move to another address": (
        lambda auth, world: fail(lambda: auth.confirm_email_change(world.reset, **FROM)),
        {"event": "email_change_failed", "client": "192.0.2.9", "reason": "link_unknown"},
    ),
    "export a user": (
        lambda auth, world: auth.export_user(world.carol.id, actor="dave"),
        {"event": "user_exported", **CAROL, **DAVE},
    ),
    "delete a user": (
        lambda auth, world: auth.delete_user(world.carol.id, actor="dave"),
        {"event": "user_deleted", "user_id": "carol's", **DAVE},
    ),
    "sign out": (
        lambda auth, world: world.visitor.request().destroy(),
        {"event": "signed_out", **CAROL, "provider": OURS, "client": "192.0.2.7"},
    ),
    "sign out of a token": (
        lambda auth, world: auth.invalidate_token(world.session.token),
        {"event": "signed_out", "username": "the wallet's address", "user_id": "carol's", "provider": WALLETS},
    ),
    "revoke a session of one's own": (
        lambda auth, world: world.elsewhere.request().revoke_session(
            next(s.id for s in world.visitor.request().sessions() if s.user_agent == "Phone/1.0")
        ),
        {"event": "session_revoked", **CAROL, "provider": OURS, "client": "192.0.2.7"},
    ),
    "revoke the others": (
        lambda auth, world: world.visitor.request().revoke_other_sessions(),
        {"event": "sessions_revoked", "user_id": "carol's"},
    ),
    "revoke all": (
        lambda auth, world: world.visitor.request().revoke_all_sessions(),
        {"event": "sessions_revoked", "user_id": "carol's"},
    ),
    "invalidate all tokens": (
        lambda auth, world: auth.invalidate_all_tokens(world.carol.id),
        {"event": "sessions_revoked", "user_id": "carol's"},
    ),
    "create a user": (
        lambda auth, world: auth.create_user("Ellen", password=PASSWORD, roles=["editor"], actor="dave"),
        {"event": "user_created", "username": "ellen", "user_id": "ellen's", "reason": "roles:editor", **DAVE},
    ),
    "change a password": (
        lambda auth, world: auth.set_password("CAROL", NEW, actor="dave"),
        {"event": "password_changed", **CAROL, **DAVE},
    ),
    "disable": (
        lambda auth, world: auth.disable_user("Carol@example.com", actor="dave"),
        {"event": "user_disabled", **CAROL, **DAVE},
    ),
    "enable": (
        lambda auth, world: auth.enable_user("CAROL", actor="dave"),
        {"event": "user_enabled", **CAROL, **DAVE},
    ),
    "verify": (
        lambda auth, world: auth.verify_user("CAROL", actor="dave"),
        {"event": "user_verified", **CAROL, **DAVE},
    ),
    "link a wallet": (
        lambda auth, world: link_third(auth, world, actor="dave"),
        {"event": "wallet_linked", **CAROL, "method": "wallet", "reason": "third's address", **DAVE},
    ),
    "fail to link a wallet": (
        lambda auth, world: fail(lambda: link_third(auth, world, signature=MARY.sign(world.challenge), actor="dave")),
        {"event": "wallet_link_failed", **CAROL, "method": "wallet", "reason": "invalid_signature", **DAVE},
    ),
    "fail to enrol a method": (
        lambda auth, world: fail(lambda: world.visitor.request().enrol("totp", {"code": "000000"})),
        {
            "event": "method_enrolment_failed",
            **CAROL,
            "provider": OURS,
            "method": "totp",
            "client": "192.0.2.7",
            "reason": "totp_enrolment_not_begun",
        },
    ),
    "unlink a wallet": (
        lambda auth, world: auth.unlink_wallet("CAROL", world.wallet.address, actor="dave"),
        {"event": "wallet_unlinked", **CAROL, "method": "wallet", "reason": "the wallet's address", **DAVE},
    ),
    "declare a permission": (
        lambda auth, world: auth.create_permission("shop.order", actor="dave"),
        {"event": "permission_created", "reason": "shop.order", **DAVE},
    ),
    "declare a role": (
        lambda auth, world: auth.create_role("seller", actor="dave"),
        {"event": "role_created", "reason": "seller", **DAVE},
    ),
    "grant to a user": (
        lambda auth, world: auth.grant_permission("general.write", username="CAROL", actor="dave"),
        {"event": "permission_granted", **CAROL, "reason": "general.write", **DAVE},
    ),
    "grant to a role": (
        lambda auth, world: auth.grant_permission("general.*", role="editor", actor="dave"),
        {"event": "permission_granted", "reason": "general.* role:editor", **DAVE},
    ),
    "revoke from a user": (
        lambda auth, world: auth.revoke_permission("general.read", username="CAROL", actor="dave"),
        {"event": "permission_revoked", **CAROL, "reason": "general.read", **DAVE},
    ),
    "assign a role": (
        lambda auth, world: auth.assign_role("chief", username="CAROL", actor="dave"),
        {"event": "role_assigned", **CAROL, "reason": "chief", **DAVE},
    ),
    "unassign a role": (
        lambda auth, world: auth.unassign_role("editor", username="CAROL", actor="dave"),
        {"event": "role_unassigned", **CAROL, "reason": "editor", **DAVE},
    ),
}
