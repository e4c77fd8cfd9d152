"""Nobody learns who has an account, and whoever reads the database learns no code."""

from __future__ import annotations

import json

import pytest

from gatewright.errors import RateLimitError
from gatewright.methods.email_code.secrets import is_code_of, is_token_of, mailed_for
from gatewright.testing import HookRecorder
from gatewright.tokens import DerivedSecrets
from run_statements import shapes_of
from visitors import PASSWORD, Visitor

ADDRESSES = ["carol", "unverified", "inactive", "unknown"]


@pytest.fixture
def everybody(auth):
    """An account of each sort, each by its own address, and one address that is nobody's."""
    auth.create_user("unverified", email="unverified@example.com", password=PASSWORD)
    auth.create_user("inactive", email="inactive@example.com", password=PASSWORD, is_active=False, is_verified=True)


def test_every_address_gets_the_same_answer_and_the_same_work(statements, auth, everybody, count, store_name):
    """The same statements, as many rows in every table but the outbox, and as many tries; no hook fires."""
    tables = ["audit", "pending_steps", *(["attempts"] if "redis" not in store_name else [])]
    Visitor(auth).request().begin("email_code", {"email": "first@example.com"})  # opens connections
    recorder = HookRecorder(auth)
    answers, seen = [], []
    for name in ADDRESSES:
        before = {table: count(table) for table in tables}
        statements.clear()
        answer = Visitor(auth).request().begin("email_code", {"email": f" {name}@EXAMPLE.com "})
        seen.append(shapes_of(statements))
        answers.append(json.dumps(answer).replace(name, "somebody"))
        for table, rows in before.items():
            assert count(table) == rows + 1, (name, table)

    assert len(seen[0]) > 5
    assert seen[1:] == [seen[0]] * 3
    assert set(answers) == {'{"email": "somebody@example.com", "digits": 8, "expires_at": "2030-01-01T12:10:00+00:00"}'}
    assert recorder.names == []
    assert [mail.email for mail in auth.list_queued_mails()] == ["carol@example.com"]
    reasons = [entry.reason for _, entry in auth.list_audit(event="email_code_requested")]
    assert reasons == ["user_not_found", None, "unverified_user", "inactive_user", "user_not_found"]


def test_the_mail_is_sent_after_all_that_the_answer_waits_for(statements, auth, mailboxes, monkeypatch):
    """Only a mail that exists is sent: what the mail worker writes may not delay what this request has to write."""
    Visitor(auth).request().begin("email_code", {"email": "first@example.com"})  # opens connections
    until_woken = []
    monkeypatch.setattr(mailboxes, "wake", lambda: until_woken.append(len(statements)))
    Visitor(auth).request().begin("email_code", {"email": "carol@example.com"})

    assert until_woken == [len(statements)]


@pytest.mark.parametrize("name", ADDRESSES)
def test_every_address_gets_the_same_refusals(mailing, refusal, name, mailboxes):
    """Five wrong codes, then none at all; and no code is right for an address without an account."""
    auth = mailing(settings={"attempts_per_account": 1000})
    auth.create_user("unverified", email="unverified@example.com", password=PASSWORD)
    auth.create_user("inactive", email="inactive@example.com", password=PASSWORD, is_active=False, is_verified=True)
    visitor = Visitor(auth)
    visitor.request().begin("email_code", {"email": f"{name}@example.com"})

    assert visitor.request().begun("email_code")["email"] == f"{name}@example.com"
    assert [refusal(visitor, {"code": "x"}) for _ in range(5)] == ["email_code_wrong"] * 5
    assert refusal(visitor, {"code": "x"}) == "email_code_too_many_tries"


@pytest.mark.parametrize("name", ADDRESSES)
def test_an_address_is_flooded_by_nobody(auth, everybody, clock, name):
    """Three mails in ten minutes; whoever asks for more gets the same answer, and a step that no code finishes."""
    for _ in range(5):
        Visitor(auth).request().begin("email_code", {"email": f"{name}@example.com"})
    is_due = name == "carol"
    assert len(auth.list_queued_mails()) == 3 * is_due
    clock.advance(minutes=10)
    Visitor(auth).request().begin("email_code", {"email": f"{name}@example.com"})
    assert len(auth.list_queued_mails()) == 4 * is_due


def test_a_client_is_limited_whomever_it_asks_for(auth):
    """And told so."""
    for number in range(20):
        Visitor(auth, ip_address="192.0.2.7").request().begin("email_code", {"email": f"{number}@example.com"})
    with pytest.raises(RateLimitError):
        Visitor(auth, ip_address="192.0.2.7").request().begin("email_code", {"email": "carol@example.com"})


def test_a_step_of_an_unsent_code_is_finished_by_no_code(auth, sql, refusal):
    """Even by the one that would follow from its identifier."""
    for _ in range(4):
        visitor = Visitor(auth)
        visitor.request().begin("email_code", {"email": "carol@example.com"})
    (step_id,) = sql("SELECT id FROM pending_steps WHERE user_id IS NULL")[0]
    target = vars(auth).get("_target", auth)
    code = mailed_for(target._parts.derived, step_id, digits=8).code

    assert refusal(visitor, {"code": code}) == "email_code_wrong"


def test_the_database_holds_no_code(auth, ask, sql):
    """Nor the secret of the link, nor a digest of them; and the mail that waits holds neither."""
    Visitor(auth).request().begin("email_code", {"email": "carol@example.com"})
    waiting = str(sql("SELECT * FROM outbox") + sql("SELECT * FROM pending_steps"))
    auth.deliver_mails()
    _, code, token = ask()
    tables = [name for (name,) in sql("SELECT name FROM sqlite_master WHERE type = 'table'")]
    everything = str([sql(f"SELECT * FROM {table}") for table in tables])

    for text in (waiting, everything):
        assert code not in text
        assert token not in text
    assert "carol" in waiting


def test_secrets_follow_from_key_and_step():
    """The same ones each time, others from another key or step; after a rotation those of the old key still count."""
    old, new = b"o" * 32, b"n" * 32
    mailed = mailed_for(DerivedSecrets([old]), "1", digits=8)

    assert mailed == mailed_for(DerivedSecrets([old, new]), "1", digits=8)
    assert (
        len({mailed, *(mailed_for(DerivedSecrets([key]), step, digits=8) for key, step in [(old, "2"), (new, "1")])})
        == 3
    )
    rotated = DerivedSecrets([new, old])
    assert is_code_of(rotated, "1", mailed.code, digits=8)
    assert is_token_of(rotated, "1", mailed.token)
    assert not is_code_of(DerivedSecrets([new]), "1", mailed.code, digits=8)
    assert not is_token_of(DerivedSecrets([new]), "1", mailed.token)
    assert not is_code_of(rotated, "1", "", digits=8)
    assert not is_token_of(rotated, "1", "\ud800")


def test_codes_are_spread_evenly():
    """Over all that so many digits can say, zeros in front included."""
    derived = DerivedSecrets([b"k" * 32])
    codes = [mailed_for(derived, str(number), digits=6).code for number in range(3000)]

    assert {len(code) for code in codes} == {6}
    assert len(set(codes)) > 2980
    assert {code[0] for code in codes} == set("0123456789")
