"""A life of users that goes through every operation, well and badly."""

from __future__ import annotations

from contextlib import contextmanager

import pytest

from authenticator_apps import enrol_app, wrong_code
from canaries import CANARIES
from gatewright.errors import GatewrightError
from gatewright.testing import SoftwarePasskey, Wallet
from visitors import OURS, Visitor

PASSWORD, NEW, WRONG, WEAK = (
    "correct horse battery staple",
    "quiet lamp under seven hills",
    "wrong horse battery staple",
    "qwertyuiop",
)
DEVICE = {"user_agent": "Browser", "ip_address": "192.0.2.7"}


class Life:
    """What people do, and what comes of it.

    Args:
        auth: The application's auth.
        mailboxes: Where its mails arrive.
        clock: Its clock.
    """

    def __init__(self, auth, mailboxes, clock):
        self.auth, self.mailboxes, self.clock = auth, mailboxes, clock
        self.records = []
        self.errors = []

    @contextmanager
    def refused(self):
        """Expect an error of ours, and keep it."""
        with pytest.raises(GatewrightError) as raised:
            yield
        self.errors.append(raised.value)

    def keep_cookie(self, cookie):
        """Note the cookie of a remembered browser."""
        CANARIES.born("remember cookie", cookie)
        return cookie

    def keep(self, record):
        """Keep what the application was given."""
        self.records.append(record)
        return record

    def received(self, kind):
        """Have the mails sent, and return the secret of the last link of a kind."""
        self.auth.deliver_mails()
        return self.mailboxes.links(kind)[-1].rpartition("/")[2]


def live(life):
    """Go through every operation."""
    for stage in (_by_wallet, _sign_up, _by_password, _second_factors, _by_mail, _by_passkey, _changes):
        stage(life)
        life.clock.advance(minutes=20)


def _by_wallet(life):
    auth, alice, bob = life.auth, Wallet.new("alice"), Wallet.new("bob")
    challenge = auth.generate_challenge(alice.address, ip_address="192.0.2.7")
    CANARIES.born("challenge", challenge)
    signature = alice.sign(challenge)
    for attempt in (
        (bob.address, challenge, signature),
        (alice.address, challenge, bob.sign(challenge)),
        (alice.address, signature, challenge),
        (signature, alice.address, challenge),
        (alice.wif, challenge, signature),
        (alice.address, f"{challenge}\n", signature),
    ):
        with life.refused():
            auth.authenticate(*attempt, ip_address="192.0.2.7")
    session = life.keep(auth.authenticate(alice.address, challenge, signature))
    with life.refused():
        auth.authenticate(alice.address, challenge, signature)
    life.keep(auth.get_challenge_details(challenge))
    for token in (session.token, session.token[:-2] + "AA", f"Bearer {session.token}", session.token[:40]):
        auth.validate_token(token)
        life.keep(auth.get_user_by_token(token))
    for wif in (f"{alice.wif} ", alice.wif[:-1], session.token):
        with life.refused():
            auth.sign_message(wif, challenge)
    life.records += [alice, *auth.list_sessions()]
    _link(life, alice, bob)
    auth.invalidate_token(session.token)


def _link(life, alice, bob):
    """Link a wallet to an account, after trying it with everything in the wrong place."""
    auth, dora = life.auth, Wallet.new("dora")
    auth.create_user("dora", password=PASSWORD, is_verified=True)
    challenge = auth.generate_challenge(dora.address)
    CANARIES.born("challenge", challenge)
    signature = dora.sign(challenge)
    for address, text, signed in (
        (dora.address, challenge, bob.sign(challenge)),
        (dora.wif, challenge, signature),
        (dora.address, signature, challenge),
    ):
        with life.refused():
            auth.link_wallet("dora", evrmore_address=address, challenge=text, signature=signed)
    auth.link_wallet("dora", evrmore_address=dora.address, challenge=challenge, signature=signature)
    auth.unlink_wallet("dora", dora.wif)


def _sign_up(life):
    auth = life.auth
    with life.refused():
        auth.sign_up("carol@example.com", password=WEAK, username="carol")
    auth.sign_up("carol@example.com", password=PASSWORD, username="carol", profile={"city": "Berne"})
    auth.sign_up("carol@example.com", password=PASSWORD)
    life.mailboxes.close(OSError("not today"))
    auth.deliver_mails()
    life.records += auth.list_queued_mails()
    life.mailboxes.open()
    life.clock.advance(hours=1)
    token = life.received("email_verification")
    with life.refused():
        auth.verify_email(token + "A")
    life.keep(auth.verify_email(token))
    with life.refused():
        auth.verify_email(token)
    auth.request_password_reset("carol@example.com")
    reset = life.received("password_reset")
    for secret, password in ((token, NEW), (reset, WEAK)):
        with life.refused():
            auth.reset_password(secret, password)
    life.keep(auth.reset_password(reset, PASSWORD))


def _by_password(life):
    auth = life.auth
    auth.create_user("idle", password=PASSWORD, is_active=False)
    for username, password in (("carol", WRONG), ("idle", PASSWORD), ("nobody", PASSWORD), ("carol", "")):
        with life.refused():
            Visitor(auth, **DEVICE).request().login(username, password, OURS)
    visitor = Visitor(auth, **DEVICE)
    life.keep(visitor.request().login("carol", PASSWORD, OURS))
    cookie = life.keep_cookie(visitor.request().remember())
    returning = Visitor(auth, **DEVICE)
    renewed = life.keep_cookie(returning.request().recall(cookie))
    Visitor(auth, **DEVICE).request().recall(cookie)  # by a thief: the series ends
    Visitor(auth, **DEVICE).request().recall(renewed)
    guard = visitor.request()
    life.records += [guard, *guard.sessions(), guard.user(), guard.current_session()]
    with life.refused():
        visitor.request().confirm_password(WRONG)
    visitor.request().revoke_session(visitor.secret)
    auth.invalidate_token(visitor.secret)
    visitor.request().destroy()


def _second_factors(life):
    visitor = Visitor(life.auth, **DEVICE)
    visitor.request().login("carol", PASSWORD, OURS)
    app = life.keep(enrol_app(visitor.request(), life.clock))
    codes = visitor.request().enrol("recovery_codes")["codes"]
    life.records += visitor.request().authenticators()
    visitor.request().destroy()
    life.clock.advance(minutes=5)
    now = life.clock.now()
    with life.refused():
        visitor.request().login("carol", PASSWORD, OURS)
    for method, code in (("totp", wrong_code(app, now)), ("totp", codes[0]), ("recovery_codes", "0000-0000-0000-0000")):
        with life.refused():
            visitor.request().prove(method, {"code": code})
    life.keep(visitor.request().prove("totp", {"code": app.code(now)}))
    visitor.request().destroy()
    with life.refused():
        visitor.request().login("carol", PASSWORD, OURS)
    life.keep(visitor.request().prove("recovery_codes", {"code": codes[0]}))
    for each in visitor.request().authenticators():
        visitor.request().remove_authenticator(each.id)


def _by_mail(life):
    life.auth.create_user("dave", email="dave@example.com", password=PASSWORD, is_verified=True)
    visitor = Visitor(life.auth, **DEVICE)
    life.keep(visitor.request().begin("email_code", {"email": "dave@example.com"}))
    token = life.received("email_code")
    code = next(code for code in reversed(life.mailboxes.codes) if code)
    for given in ({"code": code[::-1] if code[::-1] != code else "1"}, {"token": token[::-1]}):
        with life.refused():
            visitor.request().prove("email_code", given)
    life.keep(visitor.request().prove("email_code", {"code": code}))


def _by_passkey(life):
    life.auth.create_user("erin", email="erin@example.com", password=PASSWORD, is_verified=True)
    visitor, key = Visitor(life.auth, **DEVICE), life.keep(SoftwarePasskey())
    visitor.request().login("erin", PASSWORD, OURS)
    credential = key.create(visitor.request().begin_enrolment("passkey"))
    visitor.request().enrol("passkey", {"credential": credential})
    visitor.request().destroy()
    proof = key.get(visitor.request().begin("passkey"))
    CANARIES.born("signature", proof["response"]["signature"])
    with life.refused():
        visitor.request().prove("passkey", {"credential": proof | {"id": "AAAA", "rawId": "AAAA"}})
    life.keep(visitor.request().prove("passkey", {"credential": key.get(visitor.request().begin("passkey"))}))


def _changes(life):
    auth, visitor = life.auth, Visitor(life.auth, **DEVICE)
    visitor.request().login("dave", PASSWORD, OURS)
    with life.refused():
        visitor.request().change_password(WRONG, NEW)
    visitor.request().change_password(PASSWORD, NEW)
    visitor.request().request_email_change("david@example.com", password=NEW)
    life.keep(auth.confirm_email_change(life.received("email_change")))
    life.records += [*auth.list_users(), *auth.list_sessions(), *(entry for _, entry in auth.list_audit())]
    life.records += [auth, auth.settings, auth.load_user_provider(OURS), auth.get_profile("carol@example.com")]
    auth.deliver_mails()
    auth.delete_user(auth.create_user("frank", password=PASSWORD).id)
