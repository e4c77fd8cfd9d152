"""Records and users: frozen, shown without secrets, and no more than a view of what is stored."""

from __future__ import annotations

import dataclasses
import pickle
from datetime import UTC, datetime, timedelta, timezone
from types import SimpleNamespace

import pytest

from gatewright import Account, AuditEntry, Challenge, Session, User
from gatewright.model import Rights, has_passed, with_rights_from

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
    """The name, else the mail address, else the wallet's."""
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
