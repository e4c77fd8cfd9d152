"""What the audit record says of a link that was of no use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from gatewright.errors import InvalidLinkError
from visitors import PASSWORD

HERE = "192.0.2.7"
NEW = "quiet lamp under seven hills"


@dataclass(frozen=True)
class Kind:
    """A kind of link: how it is asked for and used, and what the record calls a failure."""

    request: Any
    use: Any
    failed: str
    hook: str | None = None


KINDS = {
    "email_verification": Kind(
        lambda auth, user: auth.request_email_verification(user.email),
        lambda auth, token: auth.verify_email(token, ip_address=HERE),
        "email_verification_failed",
        "pre_email_verification",
    ),
    "password_reset": Kind(
        lambda auth, user: auth.request_password_reset(user.email),
        lambda auth, token: auth.reset_password(token, NEW, ip_address=HERE),
        "password_reset_failed",
        "pre_password_reset",
    ),
    "email_change": Kind(
        lambda auth, user: auth.request_email_change(user.id, email="new@example.com"),
        lambda auth, token: auth.confirm_email_change(token, ip_address=HERE),
        "email_change_failed",
    ),
}


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_an_unknown_link_names_its_client(auth, kind):
    """Whoever guesses at links is seen."""
    with pytest.raises(InvalidLinkError):
        kind.use(auth, "unknown")
    ((_, line),) = auth.list_audit(event=kind.failed)
    assert (line.user_id, line.username, line.client, line.reason) == (None, None, HERE, "link_unknown")


@pytest.mark.parametrize("kind", [kind for kind in KINDS.values() if kind.hook], ids=lambda kind: kind.hook)
def test_a_link_that_another_request_uses_first_names_its_account(auth, people, mailboxes, kind):
    """In the last moment, when it has been found good already."""
    user = people.create_user("carol", email="carol@example.com", password=PASSWORD)
    kind.request(auth, user)
    auth.deliver_mails()
    token = mailboxes.token()
    auth.add_hook(kind.hook, lambda **_: kind.use(people, token) and None)

    with pytest.raises(InvalidLinkError) as refused:
        kind.use(auth, token)
    ((_, line),) = auth.list_audit(event=kind.failed)
    assert (line.user_id, line.username, line.client, line.reason) == (user.id, "carol", HERE, "link_used")
    assert refused.value.evidence["reason"] == "link_used"


def test_a_move_that_another_request_makes_first_names_its_account(auth, people, mailboxes, sql):
    """The same, where no hook lies between: the database finds no link to use up."""
    user = people.create_user("carol", email="carol@example.com", password=PASSWORD)
    kind = KINDS["email_change"]
    kind.request(auth, user)
    auth.deliver_mails()
    (token,) = (link.rpartition("/")[2] for link in mailboxes.links("email_change"))
    sql("CREATE TRIGGER used BEFORE DELETE ON links BEGIN SELECT RAISE(IGNORE); END")

    with pytest.raises(InvalidLinkError) as refused:
        kind.use(auth, token)
    ((_, line),) = auth.list_audit(event=kind.failed)
    assert (line.user_id, line.username, line.client, line.reason) == (user.id, "carol", HERE, "link_used")
    assert refused.value.evidence["reason"] == "link_used"
