"""What the rules work with: two applications on one store, browsers, a clock, and the model."""

from __future__ import annotations

from datetime import timedelta
from itertools import cycle

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from canaries import CANARIES
from gatewright import EvrmoreAuth, Settings
from gatewright.errors import GatewrightError
from gatewright.testing import FrozenClock, SeededRandom, Wallet
from interleavings.model import VISIT, Link, Model, Session
from mailboxes import Mailboxes
from stores_under_test import assert_sound

PASSWORDS = ["correct horse battery staple", "purple monkey dishwasher rain", "seven green bottles on a wall"]
NAMES = ["anna", "ben", "carol"]
EMAILS = [f"{name}@example.com" for name in NAMES]
WALLETS = {wallet.address: wallet for wallet in map(Wallet.new, NAMES)}
JUMPS = [{"seconds": 1}, {"seconds": 61}, {"minutes": 29}, {"hours": 3}, {"days": 8}, {"minutes": -2}, {"hours": -3}]
GENEROUS = {
    "challenges_per_address": 10**6,
    "mails_per_address": 10**6,
    "enable_brute_force_protection": False,
    "notify_new_devices": False,  # the model of mails knows none
}

names, emails, passwords = map(st.sampled_from, (NAMES, EMAILS, PASSWORDS))
wallets, browsers = st.sampled_from(list(WALLETS)), st.integers(0, 1)
roles, permissions = st.sampled_from(["admin", "staff"]), st.sampled_from(["post.read", "post.edit"])
which = st.integers(0, 10**6)
seldom = st.sampled_from([False, False, False, True])
OK = None


class Browser:
    def __init__(self):
        self.mapping, self.session, self.cookies = {}, None, []


class World(RuleBasedStateMachine):
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
        self.model, self.browsers, self.tokens = Model(self.clock), [Browser() for _ in range(2)], []
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
        leaks = CANARIES.leaks()
        CANARIES.clear()  # the next world has the same randomness: a session's secret here is a link's there
        try:
            assert leaks == []
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

    def has_few_accounts(self):
        """With more of them, no two things would happen to one."""
        return len(self.model.accounts) < 3

    def guard(self, browser):
        return self.auth.guard(browser.mapping)

    def open(self, browser, account, **facts):
        """A browser has a new session, in the place of the one that it had."""
        self.model.end(browser.session)
        browser.session = Session(self.session_id(browser), account, self.clock.now(), VISIT, **facts)
        self.model.sessions.append(browser.session)

    def session_id(self, browser):
        return self.guard(browser).current_session().id

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
