"""Records and steps that the tests of a store begin with."""

from __future__ import annotations

import threading
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Protocol, TypeVar

from gatewright.model import Account, AuditEntry, Challenge, Session
from gatewright.ports import AuditFilter, ChallengeLimit, Owner, Store, VisitSecrets

T = TypeVar("T")

NOW = datetime(2025, 3, 14, 15, 9, 26, 535897, tzinfo=UTC)
TICK = timedelta(microseconds=1)
MINUTE = timedelta(minutes=1)
IDLE = timedelta(hours=2)
ADDRESS = "EMu9RXeC4vTyTqNKHfgrTPWYZrDPtNGmT1"
OTHER_ADDRESS = "EUQXGfR4Yv4MkSSUPVSrvt2kzJUoZEZ8zX"
UNLIMITED = ChallengeLimit(since=NOW - MINUTE, per_address=10**6, per_client=10**6)
RACERS = 16

ODD_TEXTS = [
    'it\'s "quoted" `so` [and] so',
    "'; DROP TABLE sessions; --",
    "%_* \\' \\\\ ?1 :now $1 %s {0}",
    "two\r\nlines\tand\n",
    " spaces around ",
    "É E\u0301 ß \u202e 漢字 🔑 \uffff",
    "NULL",
    "0012",
]
"""Texts of at most 32 characters, each of which some careless store changes, cuts or runs."""


class Run(Protocol):
    """Runs one coroutine of a store to its end, from whatever thread."""

    def __call__(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Return what the coroutine returns."""
        ...


def race(act: Callable[[int], T]) -> list[T]:
    """Call ``act`` in many threads at the same moment, each with its number, and return what they returned."""
    barrier = threading.Barrier(RACERS)

    def start(racer: int) -> T:
        barrier.wait()
        return act(racer)

    with ThreadPoolExecutor(RACERS) as pool:
        return list(pool.map(start, range(RACERS)))


def a_challenge(id_: str) -> Challenge:
    """Return an unused challenge that was made now, for ten minutes."""
    return Challenge(
        id=id_,
        evrmore_address=ADDRESS,
        challenge_text=f"example.com asks for signature {id_}",
        created_at=NOW,
        expires_at=NOW + 10 * MINUTE,
        used=False,
    )


def an_account(id_: str) -> Account:
    """Return the account of a newcomer who signs in now."""
    return Account(
        id=id_,
        username=None,
        email=None,
        evrmore_address=ADDRESS,
        is_active=True,
        is_verified=True,
        created_at=NOW,
        last_login=NOW,
    )


def a_session(id_: str, *, user_id: str) -> Session:
    """Return a session that was made now, for half an hour."""
    return Session(
        id=id_,
        user_id=user_id,
        evrmore_address=ADDRESS,
        provider="WalletUserProvider",
        created_at=NOW,
        expires_at=NOW + 30 * MINUTE,
        is_active=True,
        ip_address="192.0.2.1",
        user_agent="Mozilla/5.0",
        username=ADDRESS,
        last_seen_at=NOW,
        is_fully_authenticated=True,
    )


def an_entry(event: str = "signed_in", *, at: datetime = NOW) -> AuditEntry:
    """Return a line for the audit record."""
    return AuditEntry(at=at, event=event)


def record_of(store: Store, run: Run) -> list[AuditEntry]:
    """Return the whole audit record, without the lines' numbers."""
    return [entry for _, entry in run(store.list_audit(AuditFilter()))]


def add_account(store: Store, run: Run, id_: str, *, hashed: str | None = "hash", roles: Sequence[str] = ()) -> Account:
    """Keep an account that signs in with a password: its username and email address are made of its identifier."""
    account = replace(
        an_account(id_), username=f"name of {id_}", email=f"{id_}@example.com", evrmore_address=None, last_login=None
    )
    return run(store.add_account(account, password_hash=hashed, roles=roles, audit=an_entry("user_created")))


def open_visit(
    store: Store,
    run: Run,
    id_: str,
    *,
    user_id: str = "user",
    provider: str = "SomeProvider",
    account_id: str | None = None,
    ends: str | None = None,
    created_at: datetime = NOW,
    is_fully_authenticated: bool = True,
) -> Session:
    """Keep a session that a secret names; its digest is `digest_of` its identifier."""
    draft = replace(
        a_session(id_, user_id=account_id or user_id),
        evrmore_address=None,
        provider=provider,
        created_at=created_at,
        username=f"name of {account_id or user_id}",
        last_seen_at=created_at,
        is_fully_authenticated=is_fully_authenticated,
        proven_by=f"what proves {id_}",
    )
    session = run(
        store.open_session(
            draft,
            account_id=account_id,
            digest=digest_of(id_),
            ends=None if ends is None else digest_of(ends),
            audit=an_entry(at=created_at),
        )
    )
    assert session is not None
    return session


def digest_of(id_: str) -> bytes:
    """Return the digest of the secret that names a session of `open_visit`."""
    return sha256(id_.encode()).digest()


def find_visit(store: Store, run: Run, id_: str, *, now: datetime = NOW, idle: timedelta = IDLE) -> Session | None:
    """Return a session of `open_visit` as its secret finds it."""
    found = run(store.find_session(digest_of(id_), now=now, idle_since=now - idle))
    return None if found is None else found[0]


def living(store: Store, run: Run, *, now: datetime = NOW, user_id: str | None = None) -> list[Session]:
    """Return the sessions that are alive: an account's, or everybody's."""
    owner = None if user_id is None else Owner(user_id)
    return run(store.list_sessions(now=now, idle_since=now - IDLE, owner=owner))


def keep(store: Store, run: Run, challenge: Challenge, *, client: str | None = None) -> None:
    """Keep a challenge, without a limit."""
    assert run(store.add_challenge(challenge, client=client, limit=UNLIMITED)) is not None


def claim(
    store: Store,
    run: Run,
    challenge_id: str,
    *,
    newcomer: Account,
    session: Session,
    now: datetime = NOW,
    visit: VisitSecrets | None = None,
) -> tuple[Account, Session] | None:
    """Claim a challenge."""
    signed_in = an_entry(at=now)
    return run(store.claim_challenge(challenge_id, newcomer=newcomer, session=session, audit=signed_in, visit=visit))


def sign_in(
    store: Store,
    run: Run,
    challenge_id: str,
    *,
    account_id: str = "account",
    session_id: str | None = None,
    address: str = ADDRESS,
    created_at: datetime = NOW,
    expires_at: datetime = NOW + 30 * MINUTE,
) -> Session:
    """Keep a challenge, spend it, and return the session."""
    keep(store, run, replace(a_challenge(challenge_id), evrmore_address=address))
    draft = a_session(session_id or f"session of {challenge_id}", user_id=account_id)
    claimed = claim(
        store,
        run,
        challenge_id,
        newcomer=replace(an_account(account_id), evrmore_address=address),
        session=replace(draft, evrmore_address=address, created_at=created_at, expires_at=expires_at),
    )
    assert claimed is not None
    return claimed[1]


def is_used(store: Store, run: Run, challenge_id: str) -> bool:
    """Say whether a challenge of `a_challenge` has been spent."""
    challenge = run(store.find_challenge(a_challenge(challenge_id).challenge_text))
    assert challenge is not None
    return challenge.used
