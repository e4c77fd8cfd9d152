"""A small model of accounts: what may follow from what, without a store, a hash or a secret."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

MINUTE = timedelta(minutes=1)
IDLE = timedelta(hours=2)
VISIT = timedelta(days=14)
TOKEN = timedelta(minutes=30)
LINK = timedelta(hours=2)
REMEMBERED = timedelta(days=15)
GRACE = timedelta(seconds=30)
DAY = timedelta(days=1)
INHERITED = {"admin": {"admin", "staff"}, "staff": {"staff"}}
FOLLOWS = {"staff": {"post.read"}}


@dataclass(eq=False)
class Account:
    id: str
    username: str | None
    email: str | None
    password: str | None
    is_verified: bool
    is_active: bool = True
    wallets: list[str] = field(default_factory=list)
    roles: set[str] = field(default_factory=set)
    permissions: set[str] = field(default_factory=set)

    @property
    def name(self) -> str:
        """Whatever it can be named by."""
        return self.username or self.email or self.wallets[0]

    @property
    def proof(self) -> str | None:
        """Its password, if there is a name to type with it."""
        return self.password if self.username or self.email else None

    @property
    def facts(self):
        return self.id, self.username, self.email, self.is_active, self.is_verified

    @property
    def rights(self):
        roles = {role for given in self.roles for role in INHERITED[given]}
        return roles, self.permissions | {each for role in roles for each in FOLLOWS.get(role, ())}


@dataclass(eq=False)
class Session:
    id: str
    account: Account
    created: datetime
    life: timedelta
    wallet: str | None = None
    """The wallet that opened it, which lets an account in that is not verified."""
    is_token: bool = False
    is_full: bool = True

    def __post_init__(self):
        self.seen = self.created


@dataclass(eq=False)
class Series:
    """A remembered browser."""

    account: Account
    wallet: str | None
    created: datetime
    current: str
    previous: str | None = None

    def __post_init__(self):
        self.rotated = self.created


@dataclass(frozen=True)
class Link:
    account: Account
    purpose: str
    email: str
    token: str
    created: datetime


class Model:
    """Everything that has happened so far, as it must be."""

    def __init__(self, clock):
        self._clock = clock
        self.accounts: list[Account] = []
        self.sessions: list[Session] = []
        self.series: dict[str, Series] = {}
        self.links: dict[tuple[str, str], Link] = {}
        self.queue: list[tuple[str, Account | None, str, datetime]] = []

    @property
    def now(self):
        return self._clock.now()

    def is_ahead(self, moment):
        return moment > self.now + MINUTE

    def find(self, name):
        return next((each for each in self.accounts if name in (each.username, each.email)), None)

    def owner_of(self, wallet):
        return next((each for each in self.accounts if wallet in each.wallets), None)

    def refusal_of(self, account, *, wallet=None):
        """Why a proven user is not let in."""
        if not account.is_active:
            return "inactive_user"
        return None if account.is_verified or wallet else "unverified_user"

    def is_listed(self, session):
        is_idle = not session.is_token and session.seen <= self.now - IDLE
        is_over = session.created + session.life <= self.now
        is_ahead = session.seen > self.now + IDLE
        return session in self.sessions and not (is_idle or is_over or is_ahead) and session.account.is_active

    def is_let_in(self, session):
        """Say whether a session recognises its user."""
        if session is None or not self.is_listed(session):
            return False
        if session.is_token:
            return session.created <= self.now
        return self.refusal_of(session.account, wallet=session.wallet) is None

    def see(self, session):
        """Recognise a visitor, which is written down once a minute."""
        if not self.is_let_in(session):
            return False
        if self.now - session.seen >= MINUTE or self.is_ahead(session.seen):
            session.seen = self.now
        return True

    def end(self, *sessions):
        self.sessions = [each for each in self.sessions if each not in sessions]

    def end_all_of(self, account, *, keep=None):
        """End what an account is signed in by, and what it is remembered by."""
        self.end(*(each for each in self.sessions if each.account is account and each is not keep))
        self.forget_browsers_of(account)

    def forget_browsers_of(self, account):
        self.series = {key: each for key, each in self.series.items() if each.account is not account}

    def drop_move(self, account):
        self.links.pop((account.id, "email_change"), None)
        self.queue = [each for each in self.queue if (each[0], each[1]) != ("email_change", account)]

    def set_password(self, account, password, *, keep=None):
        account.password = password
        self.links.pop((account.id, "password_reset"), None)
        self.drop_move(account)
        self.end_all_of(account, keep=keep)
        if account.email:
            self.post("password_changed", account, account.email)

    def post(self, kind, account, email):
        self.queue.append((kind, account, email, self.now))

    def due(self):
        return [each for each in self.queue if each[3] <= self.now or each[3] > self.now + DAY]

    def is_sent(self, kind, account, email):
        """Say whether a mail is sent when its time comes, and not thrown away."""
        if account is None:
            return True
        if account not in self.accounts:
            return False
        if kind not in ("email_verification", "password_reset", "email_change"):
            return True
        if not account.is_active or (account.email != email and kind != "email_change"):
            return False
        return not (kind == "email_verification" and account.is_verified)

    def is_good(self, link):
        is_latest = link is not None and self.links.get((link.account.id, link.purpose)) is link
        if not is_latest or not link.account.is_active:
            return False
        is_for_address = link.purpose == "email_change" or link.account.email == link.email
        return is_for_address and link.created + LINK > self.now and not self.is_ahead(link.created)

    def delete(self, account):
        self.accounts.remove(account)
        self.end_all_of(account)
        self.links = {key: link for key, link in self.links.items() if link.account is not account}
        self.queue = [each for each in self.queue if each[1] is not account]
        if account.email and account.is_verified:
            self.post("account_deleted", None, account.email)

    def purge(self):
        now = self.now
        self.end(*(each for each in self.sessions if each.created + each.life <= now))
        self.series = {key: each for key, each in self.series.items() if each.created + REMEMBERED > now}
        self.links = {key: link for key, link in self.links.items() if link.created + LINK > now}

    def recall(self, cookie, new_cookie):
        """Use a remember token; return its series, and whether there is a new token now, or nothing."""
        key = cookie.partition(".")[0]
        series = self.series.get(key)
        if series is None or series.created + REMEMBERED <= self.now or self.is_ahead(series.created):
            return None
        if self.refusal_of(series.account, wallet=series.wallet) or (
            series.wallet and series.wallet not in series.account.wallets
        ):
            del self.series[key]
            return None
        if cookie == series.current:
            series.previous, series.current, series.rotated = cookie, new_cookie, self.now
        elif cookie != series.previous:
            half = [each for each in self.sessions if each.account is series.account and not each.is_full]
            self.end(*half)
            self.forget_browsers_of(series.account)
            return None
        elif series.rotated <= self.now - GRACE or self.is_ahead(series.rotated):
            series.current, series.rotated = new_cookie, self.now
        else:
            return series, False
        return series, True
