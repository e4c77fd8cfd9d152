"""All operations in any order, in two applications on one store, and what a small model says must follow."""

from __future__ import annotations

from datetime import timedelta
from itertools import cycle

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from account_model import TOKEN, VISIT, Account, Link, Model, Series, Session
from gatewright import EvrmoreAuth, Settings
from gatewright.errors import GatewrightError
from gatewright.testing import FrozenClock, SeededRandom, Wallet
from mailboxes import Mailboxes
from stores_under_test import assert_sound

PASSWORDS = ["correct horse battery staple", "purple monkey dishwasher rain", "seven green bottles on a wall"]
NAMES = ["anna", "ben", "carol"]
EMAILS = [f"{name}@example.com" for name in NAMES]
WALLETS = {wallet.address: wallet for wallet in map(Wallet.new, NAMES)}
JUMPS = [{"seconds": 1}, {"seconds": 61}, {"minutes": 29}, {"hours": 3}, {"days": 8}, {"minutes": -2}, {"hours": -3}]
GENEROUS = {"challenges_per_address": 10**6, "mails_per_address": 10**6, "enable_brute_force_protection": False}

names, emails, passwords = map(st.sampled_from, (NAMES, EMAILS, PASSWORDS))
wallets, browsers = st.sampled_from(list(WALLETS)), st.integers(0, 2)
roles, permissions = st.sampled_from(["admin", "staff"]), st.sampled_from(["post.read", "post.edit"])
which = st.integers(0, 10**6)
OK = None


class Browser:
    def __init__(self):
        self.mapping, self.session, self.cookies = {}, None, []


class Interleavings(RuleBasedStateMachine):
    """Every rule does one thing, in whichever of the applications is next, and compares what is answered."""

    def __init__(self, store_settings):
        super().__init__()
        self.store_settings, self.clock, self.mails = store_settings, FrozenClock(), Mailboxes()
        in_force = Settings(**store_settings | GENEROUS)
        self.made = [
            self.mails.serve(EvrmoreAuth(settings=in_force, clock=self.clock, random=SeededRandom(name)))
            for name in ("one", "other")
        ]
        self.next = cycle(self.made)
        self.model, self.browsers, self.tokens = Model(self.clock), [Browser() for _ in range(3)], []
        self.latest = self.clock.now()
        self.auth.create_role("staff")
        self.auth.create_role("admin", inherits=["staff"])
        for permission in ("post.read", "post.edit"):
            self.auth.create_permission(permission)
        self.auth.grant_permission("post.read", role="staff")
        self.sent: list[Link] = []

    @property
    def auth(self):
        return next(self.next)

    def teardown(self):
        try:
            assert_sound(self.store_settings, now=self.latest)
        finally:
            for auth in self.made:
                auth.close()

    def outcome(self, expected, act, *args, **kwargs):
        """Do it; it fails with the code that is expected, or with none."""
        try:
            answer, code = act(*args, **kwargs), OK
        except GatewrightError as error:
            answer, code = None, error.code
        assert code == expected
        return answer

    def pick(self, number):
        return self.model.accounts[number % len(self.model.accounts)]

    def signed(self, wallet):
        challenge = self.auth.generate_challenge(wallet)
        return wallet, challenge, WALLETS[wallet].sign(challenge)

    def has_accounts(self):
        return bool(self.model.accounts)

    def guard(self, browser):
        return self.auth.guard(browser.mapping)

    def open(self, browser, account, **facts):
        """A browser has a new session, in the place of the one that it had."""
        self.model.end(browser.session)
        browser.session = Session(self.session_id(browser), account, self.clock.now(), VISIT, **facts)
        self.model.sessions.append(browser.session)

    def session_id(self, browser):
        return self.guard(browser).current_session().id

    @rule(name=st.none() | names, email=emails, password=st.none() | passwords, is_verified=st.booleans())
    def create(self, name, email, password, is_verified):
        is_taken = self.model.find(email) or (name and self.model.find(name))
        options = {"email": email, "password": password, "is_verified": is_verified}
        user = self.outcome("taken" if is_taken else OK, self.auth.create_user, name, **options)
        if user:
            self.model.accounts.append(Account(user.id, name, email, password, is_verified))

    @rule(name=st.none() | names, email=emails, password=passwords)
    def sign_up(self, name, email, password):
        owner, is_taken = self.model.find(email), bool(name and self.model.find(name))
        self.outcome("taken" if is_taken else OK, self.auth.sign_up, email, username=name, password=password)
        if is_taken:
            return
        if owner:
            self.model.post("already_registered", owner, email)
            return
        made = Account(self.auth.get_user(email).id, name, email, password, is_verified=False)
        self.model.accounts.append(made)
        self.model.post("email_verification", made, email)

    @rule(email=emails)
    def ask_for_verification(self, email):
        self.auth.request_email_verification(email)
        account = self.model.find(email)
        if account and account.is_active and not account.is_verified:
            self.model.post("email_verification", account, email)

    @rule(email=emails)
    def ask_for_reset(self, email):
        self.auth.request_password_reset(email)
        account = self.model.find(email)
        if account and account.is_active:
            self.model.post("password_reset", account, email)

    @precondition(has_accounts)
    @rule(number=which, email=emails)
    def ask_to_move(self, number, email):
        account = self.pick(number)
        expected = "invalid_parameter" if account.email == email else OK
        self.outcome(expected, self.auth.request_email_change, account.id, email=email)
        if expected is OK:
            self.model.drop_move(account)
            if not self.model.find(email):
                self.model.post("email_change", account, email)
            if account.email:
                self.model.post("email_change_requested", account, account.email)

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
    @rule(number=which, password=passwords)
    def follow_link(self, number, password):
        link = self.sent[-1 - number % min(4, len(self.sent))]
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

    @rule(browser=browsers, name=st.sampled_from(NAMES + EMAILS), password=passwords)
    def log_in(self, browser, name, password):
        browser, account = self.browsers[browser], self.model.find(name)
        if account is None or account.password != password:
            expected = "user_not_found"
        else:
            expected = self.model.refusal_of(account)
        user = self.outcome(expected, self.guard(browser).login, name, password, "SQLUserProvider")
        if user:
            assert user.id == account.id
            self.open(browser, account)

    @rule(browser=browsers, wallet=wallets)
    def log_in_with_wallet(self, browser, wallet):
        browser, account = self.browsers[browser], self.model.owner_of(wallet)
        expected = OK if account is None else self.model.refusal_of(account, wallet=wallet)
        user = self.outcome(expected, self.guard(browser).login_with_wallet, *self.signed(wallet))
        if user:
            self.open(browser, self.known(account, wallet, user.id), wallet=wallet)

    @rule(wallet=wallets)
    def authenticate(self, wallet):
        account = self.model.owner_of(wallet)
        expected = OK if account is None else self.model.refusal_of(account, wallet=wallet)
        signed = self.signed(wallet)
        session = self.outcome(expected, self.auth.authenticate, *signed)
        if session:
            account = self.known(account, wallet, session.user_id)
            now = self.clock.now()
            self.model.sessions.append(Session(session.id, account, now, TOKEN, wallet=wallet, is_token=True))
            self.tokens.append((session.token, self.model.sessions[-1]))
            self.outcome("invalid_challenge", self.auth.authenticate, *signed)

    def known(self, account, wallet, user_id):
        """The account that a wallet has signed in to, which may be a new one."""
        if account is None:
            account = Account(user_id, None, None, None, is_verified=True, wallets=[wallet])
            self.model.accounts.append(account)
        assert account.id == user_id
        return account

    @rule(browser=browsers)
    def visit(self, browser):
        browser = self.browsers[browser]
        is_in = self.model.see(browser.session)
        user = self.guard(browser).user()
        assert (user and user.id) == (browser.session.account.id if is_in else None)
        if is_in:
            assert (set(user.roles), set(user.permissions)) == browser.session.account.rights
            assert self.guard(browser).is_fully_authenticated() is browser.session.is_full

    @precondition(lambda self: self.tokens)
    @rule(number=which, ends=st.booleans())
    def show_token(self, number, ends):
        token, session = self.tokens[-1 - number % min(4, len(self.tokens))]
        is_in = self.model.is_let_in(session)
        user = self.auth.get_user_by_token(token)
        assert (user and user.id) == (session.account.id if is_in else None)
        assert (self.auth.validate_token(token) is not None) is is_in
        if ends:
            assert self.auth.invalidate_token(token) is is_in
            self.model.end(*[session] * is_in)

    @rule(browser=browsers)
    def log_out(self, browser):
        browser = self.browsers[browser]
        series = self.guard(browser)._state.series()
        kept = browser.cookies[-1] if browser.cookies else None
        self.guard(browser).destroy(remembered=kept)
        self.model.end(browser.session)
        for key in (series, kept and kept.partition(".")[0]):
            self.model.series.pop(key, None)
        browser.session, browser.mapping, browser.cookies = None, {}, []

    @rule(browser=browsers)
    def remember(self, browser):
        browser = self.browsers[browser]
        is_in = self.model.see(browser.session)
        expected = OK if is_in and browser.session.is_full else "authentication_failed"
        cookie = self.outcome(expected, self.guard(browser).remember)
        if cookie:
            browser.cookies.append(cookie)
            session = browser.session
            series = Series(session.account, session.wallet, self.clock.now(), cookie)
            self.model.series[cookie.partition(".")[0]] = series

    @precondition(lambda self: any(browser.cookies for browser in self.browsers))
    @rule(browser=browsers, number=which, is_answered=st.booleans())
    def recall(self, browser, number, is_answered):
        browser = self.browsers[browser]
        cookies = [cookie for each in self.browsers for cookie in each.cookies]
        cookie = cookies[-1 - number % min(6, len(cookies))]
        if self.model.see(browser.session):
            assert self.guard(browser).recall(cookie) == cookie
            return
        returned = self.guard(browser).recall(cookie)
        expected = self.model.recall(cookie, returned)
        assert (expected is None) is (returned is None)
        if expected:
            series, is_new = expected
            assert (returned != cookie) is is_new
            self.open(browser, series.account, wallet=series.wallet, is_full=False)
            if is_answered and is_new:
                browser.cookies.append(returned)

    @rule(browser=browsers, current=passwords, new=passwords)
    def change_password(self, browser, current, new):
        browser = self.browsers[browser]
        session = browser.session
        if not self.model.see(session):
            expected = "authentication_failed"
        elif session.account.password != current:
            expected = "user_not_found"
        else:
            expected = self.model.refusal_of(session.account)
        self.outcome(expected, self.guard(browser).change_password, current, new)
        if expected is OK:
            self.model.set_password(session.account, new, keep=session)
            self.open(browser, session.account, wallet=session.wallet)

    @precondition(has_accounts)
    @rule(number=which, password=passwords)
    def set_password(self, number, password):
        account = self.pick(number)
        self.auth.set_password(account.name, password)
        self.model.set_password(account, password)

    @precondition(has_accounts)
    @rule(number=which, name=names)
    def rename(self, number, name):
        account, owner = self.pick(number), self.model.find(name)
        expected = OK if owner in (None, account) else "taken"
        self.outcome(expected, self.auth.change_username, account.id, username=name)
        if expected is OK:
            account.username = name

    @precondition(has_accounts)
    @rule(number=which, wallet=wallets)
    def link_wallet(self, number, wallet):
        account = self.pick(number)
        expected = "taken" if self.model.owner_of(wallet) else OK
        address, challenge, signature = self.signed(wallet)
        proof = {"evrmore_address": address, "challenge": challenge, "signature": signature}
        self.outcome(expected, self.auth.link_wallet, account.name, **proof)
        if expected is OK:
            account.wallets.append(wallet)

    @precondition(has_accounts)
    @rule(number=which, wallet=wallets)
    def unlink_wallet(self, number, wallet):
        account = self.pick(number)
        is_theirs = wallet in account.wallets
        is_proved = account.password is not None and (account.username or account.email)
        is_only = is_theirs and not is_proved and len(account.wallets) == 1
        expected = "invalid_parameter" if is_only else OK
        assert self.outcome(expected, self.auth.unlink_wallet, account.name, wallet) in (is_theirs, None)
        if is_theirs and not is_only:
            account.wallets.remove(wallet)
            self.model.end(*(each for each in self.model.sessions if (each.account, each.wallet) == (account, wallet)))

    @precondition(has_accounts)
    @rule(number=which)
    def disable(self, number):
        account = self.pick(number)
        self.auth.disable_user(account.name)
        account.is_active = False
        self.model.end_all_of(account)

    @precondition(has_accounts)
    @rule(number=which, verifies=st.booleans())
    def enable(self, number, verifies):
        account = self.pick(number)
        self.auth.enable_user(account.name)
        account.is_active = True
        if verifies:
            self.auth.verify_user(account.name)
            account.is_verified = True

    @precondition(lambda self: len(self.model.accounts) > 1)
    @rule(number=which)
    def delete(self, number):
        account = self.pick(number)
        self.auth.delete_user(account.id)
        self.model.delete(account)
        self.outcome("user_not_found", self.auth.delete_user, account.id)

    @precondition(has_accounts)
    @rule(number=which)
    def sign_out_everywhere(self, number):
        account = self.pick(number)
        self.auth.invalidate_all_tokens(account.id)
        self.model.end_all_of(account)

    @rule(browser=browsers)
    def sign_out_elsewhere(self, browser):
        browser = self.browsers[browser]
        self.guard(browser).revoke_other_sessions()
        if self.model.see(browser.session):
            self.model.end_all_of(browser.session.account, keep=browser.session)

    @precondition(lambda self: self.model.sessions)
    @rule(number=which)
    def revoke_session(self, number):
        session = self.model.sessions[number % len(self.model.sessions)]
        assert self.auth.revoke_session(session.id)
        self.model.end(session)
        self.model.forget_browsers_of(session.account)

    @precondition(has_accounts)
    @rule(number=which, role=roles, permission=permissions, gives=st.booleans())
    def change_rights(self, number, role, permission, gives):
        account = self.pick(number)
        if gives:
            self.auth.assign_role(role, username=account.name)
            self.auth.grant_permission(permission, username=account.name)
            account.roles.add(role)
            account.permissions.add(permission)
        else:
            assert self.auth.unassign_role(role, username=account.name) is (role in account.roles)
            had = permission in account.permissions
            assert self.auth.revoke_permission(permission, username=account.name) is had
            account.roles.discard(role)
            account.permissions.discard(permission)

    @rule(jump=st.sampled_from(JUMPS))
    def move_clock(self, jump):
        self.latest = max(self.latest, self.clock.advance(timedelta(**jump)))

    @rule()
    def purge(self):
        for delete in ("sessions", "remembered", "links", "challenges", "attempts", "audit"):
            getattr(self.auth, f"cleanup_expired_{delete}")()
        self.model.purge()

    @invariant()
    def what_there_is(self):
        """The accounts, and who is signed in, as both applications and the model see it."""
        for auth in self.made:
            users = auth.list_users()
            assert {(u.id, u.entity.username, u.email, u.is_active, u.is_verified) for u in users} == {
                account.facts for account in self.model.accounts
            }
            listed = {session.id for session in self.model.sessions if self.model.is_listed(session)}
            assert {session.id for session in auth.list_sessions()} == listed


def run(make_store_settings, **options):
    options = {"deadline": None, "suppress_health_check": list(HealthCheck), "database": None} | options
    run_state_machine_as_test(
        lambda: Interleavings(make_store_settings()), settings=settings(derandomize=True, print_blob=False, **options)
    )


def test_all_operations_in_any_order(make_store_settings):
    """A hundred orders of fifty operations each."""
    run(make_store_settings, max_examples=100, stateful_step_count=50, phases=[Phase.generate, Phase.shrink])


@pytest.mark.long
def test_all_operations_in_any_order_for_minutes(make_store_settings):
    """The same for hundreds of orders, longer ones."""
    run(make_store_settings, max_examples=400, stateful_step_count=80)
