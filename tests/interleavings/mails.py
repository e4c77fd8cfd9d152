"""Rules about mails: asked for, sent, and their links followed."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from interleavings.base import OK, World, emails, passwords, seldom, which
from interleavings.model import Link


class MailRules(World):
    """What comes by mail."""

    @rule(email=emails, delivers=st.booleans())
    def ask_for_verification(self, email, delivers):
        self.auth.request_email_verification(email)
        account = self.model.find(email)
        if account and account.is_active and not account.is_verified:
            self.model.post("email_verification", account, email)
        self.deliver_if(delivers)

    @rule(email=emails, delivers=st.booleans())
    def ask_for_reset(self, email, delivers):
        self.auth.request_password_reset(email)
        account = self.model.find(email)
        if account and account.is_active:
            self.model.post("password_reset", account, email)
        self.deliver_if(delivers)

    @precondition(World.has_accounts)
    @rule(number=which, email=emails, delivers=st.booleans())
    def ask_to_move(self, number, email, delivers):
        account = self.pick(number)
        expected = "invalid_parameter" if account.email == email else OK
        self.outcome(expected, self.auth.request_email_change, account.id, email=email)
        if expected is OK:
            self.model.drop_move(account)
            if not self.model.find(email):
                self.model.post("email_change", account, email)
            if account.email:
                self.model.post("email_change_requested", account, account.email)
        self.deliver_if(delivers)

    def deliver_if(self, delivers):
        if delivers:
            self.deliver()

    @rule()
    def deliver(self):
        due, self.mails.written = self.model.due(), []
        count = self.auth.deliver_mails()
        sent = [each for each in due if self.model.is_sent(*each[:3])]
        assert count == len(sent)
        assert sorted((mail.kind, mail.email) for mail, _, _ in self.mails.written) == sorted(
            (kind, email) for kind, _, email, _ in sent
        )
        self.model.queue = [each for each in self.model.queue if each not in due]
        for mail, url, _ in self.mails.written:
            if mail.kind in ("email_verification", "password_reset", "email_change"):
                account = next(each for each in self.model.accounts if each.id == mail.account_id)
                link = Link(account, mail.kind, mail.email, url.rpartition("/")[2], self.clock.now())
                self.model.links[account.id, mail.kind] = link
                self.sent.append(link)

    @precondition(lambda self: self.sent)
    @rule(number=which, password=passwords, is_any=seldom)
    def follow_link(self, number, password, is_any):
        links = (not is_any and list(self.model.links.values())) or self.sent
        link = links[-1 - number % min(4, len(links))]
        account, is_good = link.account, self.model.is_good(link)
        expected = OK if is_good else "invalid_link"
        assert self.auth.is_link_valid(link.token, purpose=link.purpose) is is_good
        if link.purpose == "email_verification":
            self.outcome(expected, self.auth.verify_email, link.token)
            account.is_verified |= is_good
        elif link.purpose == "password_reset":
            self.outcome(expected, self.auth.reset_password, link.token, password)
            if is_good:
                self.model.set_password(account, password)
        else:
            is_taken = is_good and self.model.find(link.email) not in (None, account)
            self.outcome("taken" if is_taken else expected, self.auth.confirm_email_change, link.token)
            if is_good and not is_taken:
                self.move(account, link.email)
        if is_good and self.model.links.get((account.id, link.purpose)) is link and link.purpose != "email_change":
            del self.model.links[account.id, link.purpose]

    def move(self, account, email):
        former, account.email, account.is_verified = account.email, email, True
        self.model.links = {key: link for key, link in self.model.links.items() if link.account is not account}
        self.model.drop_move(account)
        if former:
            self.model.post("email_changed", account, former)
