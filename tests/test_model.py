"""Records and users: frozen, shown without secrets, and no more than a view of what is stored."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from datetime import UTC, datetime, timedelta, timezone
from types import SimpleNamespace

import pytest

from gatewright import Account, AuditEntry, Challenge, Session, User
from gatewright.errors import ConfigurationError
from gatewright.model import Authenticator, PendingStep, Remembered, Rights, has_passed, like, with_rights_from
from gatewright.proofs import Kind, Proof, write_proofs

NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)
ACCOUNT = Account("a1", None, None, "EAddress", is_active=True, is_verified=True, created_at=NOW, last_login=None)
CHALLENGE = Challenge("c1", "EAddress", "sign this text", NOW, NOW, used=False)
SESSION = Session(
    "s1", "a1", "EAddress", "Provider", NOW, NOW, True, None, None, "ann", NOW, True, token="the.token.itself"
)
ENTRY = AuditEntry(NOW, "signed_in", "a1", "ann")

RECORDS = (Account, AuditEntry, Challenge, Session)


def test_the_fields_are_those_of_the_specification():
    """By name and in order; a session's token comes last and need not be there."""
    names = {record: [field.name for field in dataclasses.fields(record)] for record in RECORDS}

    assert {record: " ".join(fields) for record, fields in names.items()} == {
        Account: "id username email evrmore_address is_active is_verified created_at last_login",
        AuditEntry: "at event user_id username provider method client reason actor",
        Challenge: "id evrmore_address challenge_text created_at expires_at used",
        Session: "id user_id evrmore_address provider created_at expires_at is_active ip_address user_agent "
        "username last_seen_at is_fully_authenticated proven_by token",
    }
    assert dataclasses.replace(SESSION, token=None) == Session(*dataclasses.astuple(SESSION)[:-1])


@pytest.mark.parametrize("record", [ACCOUNT, CHALLENGE, SESSION, ENTRY], ids=lambda record: type(record).__name__)
def test_records_are_frozen(record):
    """Nothing can be changed or added; two with the same values are equal and survive pickling."""
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(record, dataclasses.fields(record)[0].name, "other")
    with pytest.raises((AttributeError, TypeError)):
        record.password_hash = "x"

    assert pickle.loads(pickle.dumps(record)) == record


def test_what_signs_in_is_not_shown():
    """Neither the challenge's text nor the token is in a ``repr``; ids are."""
    assert "sign this text" not in repr(CHALLENGE)
    assert "the.token.itself" not in repr(SESSION)
    assert "s1" in repr(SESSION)


def test_a_user_answers_for_the_fields_of_its_account():
    """All of them, and nothing else of the entity."""
    user = User(ACCOUNT, roles=["editor"], permissions=iter(["blog.edit"]))

    assert {name: getattr(user, name) for name in dataclasses.asdict(ACCOUNT) if name != "username"} == {
        name: value for name, value in dataclasses.asdict(ACCOUNT).items() if name != "username"
    }
    assert (user.entity, user.roles, user.permissions) == (ACCOUNT, ("editor",), ("blog.edit",))
    assert repr(user) == "User(username='EAddress')"


@pytest.mark.parametrize(
    ("username", "email", "expected"), [("ann", "a@b.c", "ann"), (None, "a@b.c", "a@b.c"), (None, None, "EAddress")]
)
def test_a_username_is_the_best_name_there_is(username, email, expected):
    """The name, else the email address, else the wallet's."""
    assert User(dataclasses.replace(ACCOUNT, username=username, email=email)).username == expected


def test_a_user_can_be_subclassed_for_another_entity():
    """Override what your entity calls differently."""

    class Member(User):
        @property
        def username(self):
            return self.entity.login

    member = Member(SimpleNamespace(login="ann", password_hash="$2y$10$secret"))

    assert (member.username, repr(member)) == ("ann", "Member(username='ann')")
    assert not hasattr(member, "password_hash")


@pytest.mark.parametrize("is_naive", [False, True])
@pytest.mark.parametrize(("offset", "expected"), [(-1, True), (0, True), (1, False)])
def test_a_moment_has_passed_from_that_moment_on(is_naive, offset, expected):
    """Sharp at the microsecond, for aware and for naive UTC."""
    moment = NOW + timedelta(microseconds=offset)

    assert has_passed(moment.replace(tzinfo=None) if is_naive else moment, now=NOW) is expected


def test_a_moment_of_another_zone_is_the_same_moment():
    """Aware times compare by what they mean."""
    assert has_passed(NOW.astimezone(timezone(timedelta(hours=9))), now=NOW)


def test_rights_are_looked_up_once_and_when_asked_for():
    """A copy needs nobody to ask any more."""
    asked = []

    def load():
        asked.append(1)
        return Rights(("editor",), ("post.read",))

    user = with_rights_from(load, User({"username": "anna"}))
    before = len(asked)
    twin = pickle.loads(pickle.dumps(user))

    assert (before, user.roles, user.permissions, len(asked)) == (0, ("editor",), ("post.read",), 1)
    assert (twin.roles, twin.permissions) == (user.roles, user.permissions)


def test_a_copy_looks_up_its_own_rights_when_asked_for():
    """Each sign-in copies a user whose rights nobody may ever ask for."""
    asked = []

    def load():
        asked.append(1)
        return Rights(("editor",), ())

    user = with_rights_from(load, Subclassed({"username": "anna"}))
    twin = copy.copy(user)
    twin.proof = "another"
    before = len(asked)

    assert (type(twin), twin.entity, before) == (Subclassed, user.entity, 0)
    assert (twin.roles, user.roles, len(asked)) == (("editor",), ("editor",), 2)
    assert user.proof is None


class Subclassed(User):
    """A user of an application."""


def proven_by(*proofs):
    """A session that was proven so: each a method, its age in minutes, what it shows, and its references."""
    written = [Proof(method, NOW - timedelta(minutes=age), frozenset(kinds), amr) for method, age, kinds, amr in proofs]
    created_at = NOW - timedelta(hours=1)
    return dataclasses.replace(SESSION, created_at=created_at, proven_by=write_proofs(written))


PASSWORD = ("password", 60, [Kind.KNOWLEDGE], ("pwd",))
APP = ("app", 59, [Kind.POSSESSION], ("otp",))
PASSKEY = ("passkey", 5, [Kind.POSSESSION, Kind.INHERENCE], ("pop", "user"))
MAIL = ("mail", 3, [Kind.MAILBOX], ("otp",))


@pytest.mark.parametrize(
    ("proofs", "aal", "amr", "age"),
    [
        ([], 1, (), 60),
        ([PASSWORD], 1, ("pwd",), 60),
        ([PASSWORD, APP], 2, ("pwd", "otp", "mfa"), 59),
        ([PASSKEY], 2, ("pop", "user", "mfa"), 5),
        ([PASSKEY, PASSWORD], 2, ("pop", "user", "pwd", "mfa"), 5),
        ([PASSWORD, MAIL], 1, ("pwd", "otp"), 3),
        ([PASSWORD, APP, MAIL], 2, ("pwd", "otp", "mfa"), 3),
    ],
    ids=["nothing", "password", "password+app", "passkey", "passkey+password", "password+mail", "all"],
)
@pytest.mark.parametrize("is_naive", [False, True], ids=["aware", "naive"])
def test_a_session_says_how_it_was_proven(proofs, aal, amr, age, is_naive):
    """How strong that is, by which references, and when for the last time: moments as in its other fields."""
    session = proven_by(*proofs)
    if is_naive:
        session = dataclasses.replace(session, created_at=session.created_at.replace(tzinfo=None))
    moment = NOW - timedelta(minutes=age)

    assert [each.method for each in session.proofs] == [method for method, *_ in proofs]
    assert (session.aal, session.amr) == (aal, amr)
    assert session.auth_time == (moment.replace(tzinfo=None) if is_naive else moment)


def test_a_remembered_browser_has_proven_nothing():
    """Its session has no level, no references and no moment."""
    session = dataclasses.replace(SESSION, is_fully_authenticated=False)

    assert (session.aal, session.amr, session.auth_time, session.proofs) == (0, (), None, ())


def test_a_moment_is_told_like_another():
    """Aware like an aware one, naive UTC like a naive one."""
    naive, elsewhere = NOW.replace(tzinfo=None), NOW.astimezone(timezone(timedelta(hours=9)))

    assert [like(pattern, moment) for pattern in (NOW, naive) for moment in (NOW, elsewhere)] == [
        NOW,
        NOW,
        naive,
        naive,
    ]
    assert [like(naive, naive), like(NOW, naive), like(NOW, elsewhere).tzinfo] == [naive, NOW, UTC]


def test_what_proves_and_what_is_begun_is_not_shown():
    """Neither keys nor data nor proofs are in a ``repr``; ids are."""
    secrets = {"key": b"secret", "data": "secret"}
    authenticator = Authenticator(
        "a1", "passkey", "u1", "ann", "Provider", name="phone", counter=0, created_at=NOW, **secrets
    )
    step = PendingStep("p1", "sign_in", "u1", "ann", "Provider", data="secret", created_at=NOW, expires_at=NOW)
    remembered = Remembered("r1", "u1", "ann", "Provider", NOW, NOW, NOW, proven_by="secret")
    session = dataclasses.replace(SESSION, proven_by="secret")

    for record, id_ in ((authenticator, "a1"), (step, "p1"), (remembered, "r1"), (session, "s1")):
        assert id_ in repr(record)
        assert "secret" not in repr(record)


@pytest.mark.parametrize("name", ["username", "id", "roles", "permissions", "is_active", "is_verified", "email"])
def test_a_property_without_its_decorator_is_refused_where_it_is_written(name):
    """The method itself, and not what it returns, would be true for everybody."""
    with pytest.raises(ConfigurationError, match=rf"Member\.{name} must be a property\. Write @property"):
        type("Member", (User,), {name: lambda self: False})
    assert type("Member", (User,), {name: property(lambda self: "x"), "full_name": lambda self: "x"})
