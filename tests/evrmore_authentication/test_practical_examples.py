"""The practical examples of the hooks document, with real helpers where it leaves them out.

They calculate with naive UTC, as the document does: ``utcnow`` is deprecated since Python 3.12, but code that was
written for the document uses it, and has to work.
"""

from __future__ import annotations

import datetime

import pytest

from evrmore_authentication import EvrmoreAuth, InvalidSignatureError

pytestmark = pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning")


def utcnow():
    return datetime.datetime.utcnow()  # noqa: DTZ003, TID251 - the document's own expression is what is tested


def test_logging_attempts(evrmore_auth, alice, bob, capsys):
    """Who tried, who came in, whose signature was wrong."""

    @evrmore_auth.add_hook("pre_auth")
    def attempt(evrmore_address, challenge, signature, skip_ownership_check):
        print(f"attempt: {evrmore_address}")
        return {}

    @evrmore_auth.add_hook("post_auth")
    def success(user, session):
        print(f"success: {user.evrmore_address}")

    @evrmore_auth.add_hook("post_verify")
    def verdict(address, message, signature, is_valid):
        if not is_valid:
            print(f"wrong: {address}")

    challenge = evrmore_auth.generate_challenge(alice.address)
    with pytest.raises(InvalidSignatureError):
        evrmore_auth.authenticate(alice.address, challenge, bob.sign(challenge))
    evrmore_auth.authenticate(alice.address, challenge, alice.sign(challenge))

    assert capsys.readouterr().out.split("\n") == [
        f"attempt: {alice.address}",
        f"wrong: {alice.address}",
        f"attempt: {alice.address}",
        f"success: {alice.address}",
        "",
    ]


def test_custom_user_management(evrmore_auth, alice, sign_in, db):
    """Tables of the application's own, in the very database of the sign-ins, written from a hook."""
    db.execute("CREATE TABLE user_metadata (user_id TEXT PRIMARY KEY, last_login TEXT)")
    db.execute("CREATE TABLE user_stats (user_id TEXT PRIMARY KEY, login_count INTEGER)")

    @evrmore_auth.add_hook("post_auth")
    def keep_statistics(user, session):
        db.execute("UPDATE user_metadata SET last_login = ? WHERE user_id = ?", (utcnow().isoformat(), user.id))
        if db.fetchone("SELECT login_count FROM user_stats WHERE user_id = ?", (user.id,)):
            db.execute("UPDATE user_stats SET login_count = login_count + 1 WHERE user_id = ?", (user.id,))
        else:
            db.execute("INSERT INTO user_stats (user_id, login_count) VALUES (?, ?)", (user.id, 1))

    user_id = sign_in(evrmore_auth, alice).user_id
    db.execute("INSERT INTO user_metadata (user_id) VALUES (?)", (user_id,))
    for _ in range(2):
        sign_in(evrmore_auth, alice)

    assert db.fetchone("SELECT login_count FROM user_stats WHERE user_id = ?", (user_id,))["login_count"] == 3
    assert db.fetchone("SELECT last_login FROM user_metadata")["last_login"] <= utcnow().isoformat()


@pytest.mark.parametrize("propagates", [True, False])
def test_rate_limiting_by_a_query(alice, bob, db, caplog, propagates):
    """Counts the address's rows of the last five minutes; to be more than a line in the log it needs propagation."""
    with EvrmoreAuth(propagate_hook_errors=propagates) as auth:

        @auth.add_hook("pre_challenge")
        def limit(evrmore_address, expire_minutes):
            five_minutes_ago = (utcnow() - datetime.timedelta(minutes=5)).isoformat()
            count = db.fetchone(
                "SELECT COUNT(*) AS count FROM challenges WHERE evrmore_address = ? AND created_at > ?",
                (evrmore_address, five_minutes_ago),
            )
            if count and count["count"] > 5:
                raise Exception("asked too often")
            return {}

        for _ in range(6):
            auth.generate_challenge(alice.address)
        if propagates:
            with pytest.raises(Exception, match="asked too often"):
                auth.generate_challenge(alice.address)
        else:
            auth.generate_challenge(alice.address)
            assert "asked too often" in caplog.text
        auth.generate_challenge(bob.address)

    asked = "SELECT COUNT(*) AS count FROM challenges WHERE evrmore_address = ?"
    assert db.fetchone(asked, (alice.address,))["count"] == (6 if propagates else 7)


def test_old_challenges_do_not_count_for_the_query(evrmore_auth, alice, db):
    """Times are stored as text that sorts by time beside what ``isoformat`` writes."""
    evrmore_auth.generate_challenge(alice.address)
    newer = "SELECT COUNT(*) AS count FROM challenges WHERE created_at > ?"
    now = utcnow()
    counts = [
        db.fetchone(newer, ((now - datetime.timedelta(minutes=minutes)).isoformat(),))["count"] for minutes in (5, -5)
    ]

    assert counts == [1, 0]


def test_noticing_a_new_place(evrmore_auth, alice, sign_in, db):
    """The first sign-in from an address is noted and told, the next one from there is not."""
    db.execute("CREATE TABLE user_locations (user_id TEXT, ip_address TEXT, first_seen TEXT)")
    request, notices = {"ip": "192.0.2.1"}, []

    @evrmore_auth.add_hook("post_auth")
    def compare(user, session):
        known = db.fetchall("SELECT ip_address FROM user_locations WHERE user_id = ?", (user.id,))
        if request["ip"] not in [row["ip_address"] for row in known]:
            db.execute(
                "INSERT INTO user_locations (user_id, ip_address, first_seen) VALUES (?, ?, ?)",
                (user.id, request["ip"], utcnow().isoformat()),
            )
            notices.append((user.id, f"New login from {request['ip']}"))

    user_id = sign_in(evrmore_auth, alice).user_id
    sign_in(evrmore_auth, alice)
    request["ip"] = "198.51.100.2"
    sign_in(evrmore_auth, alice)

    assert notices == [(user_id, "New login from 192.0.2.1"), (user_id, "New login from 198.51.100.2")]


class Crm:
    """A customer system that keeps what it is told."""

    def __init__(self):
        self.customers = {}

    def update_user(self, *, user_id, evrmore_address, last_login):
        self.customers[user_id] = (evrmore_address, last_login)


def test_telling_a_crm(evrmore_auth, alice, sign_in):
    """The user's id, address and the time are there as plain text."""
    crm = Crm()

    @evrmore_auth.add_hook("post_auth")
    def tell(user, session):
        crm.update_user(user_id=user.id, evrmore_address=user.evrmore_address, last_login=utcnow().isoformat())

    session = sign_in(evrmore_auth, alice)

    address, last_login = crm.customers[session.user_id]
    assert address == alice.address
    assert session.created_at.isoformat() <= last_login


def test_measuring_a_session(evrmore_auth, alice, sign_in):
    """The session's times are naive UTC, so the document's subtraction gives the duration."""
    events = []

    @evrmore_auth.add_hook("post_token_invalidate")
    def measure(token, session):
        events.append(
            (
                session.user_id,
                "user_logout",
                {"session_duration": (utcnow() - session.created_at).total_seconds(), "session_id": session.id},
            )
        )

    session = sign_in(evrmore_auth, alice)
    evrmore_auth.invalidate_token(session.token)

    assert [(user_id, name, facts["session_id"]) for user_id, name, facts in events] == [
        (session.user_id, "user_logout", session.id)
    ]
    assert 0 <= events[0][2]["session_duration"] < 3600
