"""Rules about visits: signed in, recognised, remembered, signed out."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from interleavings.base import NAMES, OK, World, browsers, passwords, seldom, wallets, which
from interleavings.model import TOKEN, Account, Series, Session


class VisitRules(World):
    """What visitors and programs do."""

    @precondition(World.has_accounts)
    @rule(browser=browsers, number=which, guess=passwords, is_guessed=seldom)
    def log_in(self, browser, number, guess, is_guessed):
        browser, account = self.browsers[browser], self.pick(number)
        name = account.username or account.email or NAMES[0]
        password = guess if is_guessed or account.password is None else account.password
        account = self.model.find(name)
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

    @rule(browser=browsers, guess=passwords, is_guessed=seldom, new=passwords)
    def change_password(self, browser, guess, is_guessed, new):
        browser = self.browsers[browser]
        session = browser.session
        known = session and session.account.proof
        current = guess if is_guessed or known is None else known
        if not self.model.see(session):
            expected = "authentication_failed"
        elif session.account.proof != current:
            expected = "user_not_found"
        else:
            expected = self.model.refusal_of(session.account)
        self.outcome(expected, self.guard(browser).change_password, current, new)
        if expected is OK:
            self.model.set_password(session.account, new, keep=session)
            self.open(browser, session.account, wallet=session.wallet)

    @precondition(World.has_accounts)
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
